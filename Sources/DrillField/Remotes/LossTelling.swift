internal import DrillEngine
internal import DrillModel

/// A way to a host that tells when its connection broke.
///
/// What went through the connection at that instant has failed for a reason of its own, which says
/// nothing about what it was looking at.
protocol LossTelling: Remote {
    /// When the connection was last found lost; nil while it never was.
    func lastLoss() async -> Instant?
}
