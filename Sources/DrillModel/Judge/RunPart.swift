/// A part of a run that looks and writes are counted in.
package enum RunPart: String, Codable, Sendable, CaseIterable {
    /// From the steady stretch to the last look; from the first look where nothing was broken.
    case run
    /// What had its answer before T0.
    case before
    /// What was under way or begun while the disaster lasted: from T0 until the first undo.
    case fault
    /// What was begun once the first undo was under way.
    case after

    /// For people: `during the fault`.
    package var shown: String {
        switch self {
        case .run: "over the run"
        case .before: "before the disaster"
        case .fault: "during the fault"
        case .after: "after the first undo"
        }
    }
}

/// Where a run is cut into its parts.
///
/// ```
///  steady ──before──▶ T0 ──fault──▶ first undo ──after──▶
///               ├─────┤ a look under way at T0 belongs to the fault, which touched it
/// ```
/// Where no step undoes anything the fault lasts until drill itself does, as it does for `failover`.
struct RunParts: Sendable {
    private let from: Instant?
    private let disaster: Instant?
    private let undo: Instant?

    init(_ marks: Marks) {
        disaster = marks.disaster
        from = marks.disaster == nil ? nil : marks.steady?.lowerBound
        undo = marks.repair
    }

    /// The parts that this run has.
    var all: [RunPart] { disaster == nil ? [.run] : RunPart.allCases }

    /// The part of a look or write; nil where it came before the run's steady stretch.
    ///
    /// Without a disaster there is only `run`.
    func part(sent: Instant, done: Instant) -> RunPart? {
        if let from, sent < from { return nil }
        guard let disaster else { return .run }
        if done < disaster { return .before }
        if let undo, sent >= undo { return .after }
        return .fault
    }

    func part(of sample: Sample) -> RunPart? {
        let sent = sample.sent ?? sample.due
        return part(sent: sent, done: max(sent, sample.done ?? sent))
    }
}
