/// One instant on both of the controller's clocks: the wall clock was read between two looks at the
/// boot-time clock.
package struct ClockPair: Hashable, Codable, Sendable {
    package var low: Instant
    package var high: Instant
    /// Nanoseconds since 1970.
    package var wallNs: Int64

    package init(low: Instant, high: Instant, wallNs: Int64) {
        self.low = low
        self.high = high
        self.wallNs = wallNs
    }

    /// When the wall clock was read, true to `bound` either way.
    package var at: Instant { low + (high - low) / 2 }

    package var bound: Span { Span(ns: ((high - low).ns + 1) / 2) }
}

/// How the controller's own wall clock went against its boot-time clock during a run.
///
/// NTP slews both alike (clock_gettime(2)), so that they part only where somebody, or NTP, set the wall
/// clock. Lengths don't mind: they are taken on the boot-time clock alone. The stamps that sources make by
/// the wall clock do, and so do other hosts' offsets, which are read against it.
package struct OwnClock: Hashable, Sendable {
    /// What all wall-clock stamps are placed by.
    package let first: ClockPair
    /// How far it was set, at the last reading, where that is more than the readings' bounds explain; else
    /// zero.
    package let moved: Span
    /// Of `moved`.
    package let bound: Span

    package init(_ first: ClockPair, _ last: ClockPair? = nil) {
        self.first = first
        guard let last else {
            moved = .zero
            bound = first.bound
            return
        }
        let parted = Span(ns: last.wallNs - first.wallNs) - (last.at - first.at)
        bound = first.bound + last.bound
        moved = abs(parted.ns) > bound.ns ? parted : .zero
    }

    /// All that it may have been ahead of its first reading.
    var range: ClosedRange<Span> {
        (min(.zero, moved) - bound)...(max(.zero, moved) + bound)
    }

    /// What the wall clock, as it was at first, would have shown at `wallNs`.
    func at(_ wallNs: Int64) -> Instant { first.at + Span(ns: wallNs - first.wallNs) }

    /// A look at another host's clock at the last reading, against the controller's as it was at first.
    func corrected(_ look: ClockLook) -> ClockLook {
        guard moved != .zero else { return look }
        return ClockLook(offset: look.offset + moved, bound: look.bound + bound)
    }
}

extension Timeline {
    /// Nil where the run wasn't begun.
    package var ownClock: OwnClock? {
        let pairs = events.compactMap { event -> ClockPair? in
            if case .ownClock(let pair) = event.kind { pair } else { nil }
        }
        if let first = pairs.first { return OwnClock(first, pairs.dropFirst().last) }
        // Timelines of before: the event and its wall time were made one after the other.
        for event in events {
            if case .started(let start) = event.kind {
                return OwnClock(ClockPair(low: event.at, high: event.at, wallNs: start.wallNs))
            }
        }
        return nil
    }
}

extension OwnClock {
    /// How it went from the run's first reading to one before it: hosts' clocks are surveyed, and a run may
    /// have to be confirmed, before it begins.
    func back(to surveyed: ClockPair?) -> OwnClock { OwnClock(first, surveyed) }
}

extension Deviations {
    /// That the controller's own clock was set during the run.
    static func ownClock(_ timeline: Timeline) -> [String] {
        guard let moved = timeline.ownClock?.moved, moved != .zero else { return [] }
        let direction = moved.ns > 0 ? "ahead" : "back"
        return [
            "the controller's own clock was set \(Span(ns: abs(moved.ns)).shown) \(direction) during the"
                + " run: stamps by its clock can be placed no better than that; figures don't use them"
        ]
    }
}
