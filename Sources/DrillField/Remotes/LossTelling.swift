internal import DrillEngine
internal import DrillModel

/// A way to a host that tells when its connection broke, and whether it works.
///
/// What went through the connection at that instant has failed for a reason of its own, which says
/// nothing about what it was looking at.
protocol LossTelling: Remote {
    /// When the connection was last found lost; nil while it never was.
    func lastLoss() async -> Instant?

    /// Returns when the host has answered on each connection that is in use.
    func check(deadline: Instant) async throws(RemoteError)
}
