import DrillModel

/// Where in its pace a probe's looks are due: each of many at a place of its own.
///
/// Were those of fifty probes due in the same instant, the last would be sent when all others have been.
/// ```
///  probe 0 of 3  ─┬───────────┬───────────┬──▶
///  probe 1 of 3  ─────┬───────────┬──────────▶   by a third of the pace later
///  probe 2 of 3  ─────────┬───────────┬──────▶
/// ```
struct Phase: Sendable {
    /// Rare looks are spread no further: nobody is to wait a minute for the first one.
    private static let farthest = Span.milliseconds(100)

    private let begun: Instant
    private let index: Int
    private let count: Int

    /// The place of probe `index` of `count`, all of which look from `begun` on.
    init(_ index: Int, of count: Int, from begun: Instant) {
        self.begun = begun
        self.index = index
        self.count = count
    }

    /// When the first look is due: never before `now`.
    func start(every: Span, now: Instant) -> Instant {
        let round = min(every, Self.farthest)
        let first = begun + round * Int64(index) / Int64(count)
        guard now > first, round > .zero else { return max(first, now) }
        // Who is ready late takes the same place in a later round.
        let missed = ((now - first).ns + round.ns - 1) / round.ns
        return first + round * missed
    }
}
