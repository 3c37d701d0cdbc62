/// A host's clock against the controller's, before and after a run.
///
/// Used to place the host's own stamps on the controller's line, never for a length.
///
/// ```
///  host's clock ──offset──▶ controller's wall clock ──own──▶ the run's line, boot time from its start
/// ```
/// The controller's own wall clock may be set during the run, too: that must not be taken for every host's.
package struct HostClock: Hashable, Sendable {
    package enum Moment: String, Codable, Sendable {
        case before, after
    }

    package var host: String
    /// Nil where it couldn't be read then.
    package var before: ClockLook?
    package var after: ClockLook?
    /// The controller's wall clock against the run's line at the same moments; nil where nobody looked.
    package var ownBefore: ClockLook?
    package var ownAfter: ClockLook?

    package init(
        host: String,
        before: ClockLook?,
        after: ClockLook?,
        ownBefore: ClockLook? = nil,
        ownAfter: ClockLook? = nil
    ) {
        self.host = host
        self.before = before
        self.after = after
        self.ownBefore = ownBefore
        self.ownAfter = ownAfter
    }

    /// Against the run's line.
    private var looks: (before: ClockLook?, after: ClockLook?) {
        (before.map { $0.plus(ownBefore) }, after.map { $0.plus(ownAfter) })
    }

    /// Whether it was read but once: whether it was set during the run isn't known then.
    package var isReadOnce: Bool { (before == nil) != (after == nil) }

    /// How far it moved during the run, where that is more than both bounds explain; zero where it isn't,
    /// nil where it wasn't read twice.
    package var moved: Span? {
        guard let before = looks.before, let after = looks.after else { return nil }
        let moved = after.offset - before.offset
        return abs(moved.ns) > before.bound.ns + after.bound.ns ? moved : .zero
    }

    /// All that it may have been off the run's line, by both looks; nil where it was never read.
    ///
    /// Set and set back between the two, it was off by more: that leaves no trace.
    package var range: ClosedRange<Span>? {
        let looks = [looks.before, looks.after].compactMap(\.self)
        guard let least = looks.map({ $0.offset - $0.bound }).min(),
            let most = looks.map({ $0.offset + $0.bound }).max()
        else { return nil }
        return least...most
    }

    /// `+3.1 ± 0.8 ms`; `not known`.
    package static func shown(_ look: ClockLook?) -> String {
        guard let look else { return "not known" }
        func milliseconds(_ tenths: Int64) -> String { "\(tenths / 10).\(tenths % 10)" }
        let sign = look.offset.ns > 0 ? "+" : look.offset.ns < 0 ? "-" : ""
        let ns = abs(look.offset.ns)
        let offset = (ns + 50_000) / 100_000
        // Rounded up, with what rounding took from the offset: what is shown still holds the truth.
        let bound = (look.bound.ns + abs(ns - offset * 100_000) + 99_999) / 100_000
        return "\(sign)\(milliseconds(offset)) ± \(milliseconds(bound)) ms"
    }
}

extension Timeline {
    /// The clocks that were read, by host.
    package var clocks: [HostClock] {
        var read: [HostClock.Moment: [String: ClockLook]] = [:]
        for event in events {
            if case .clocks(let moment, let looks) = event.kind { read[moment] = looks }
        }
        let hosts = Set(read.values.flatMap(\.keys)).sorted()
        return hosts.map { host in
            var clock = HostClock(
                host: host,
                before: read[.before]?[host],
                after: read[.after]?[host]
            )
            if host != Action.controller {
                clock.ownBefore = read[.before]?[Action.controller]
                clock.ownAfter = read[.after]?[Action.controller]
            }
            return clock
        }
    }

    /// What sources told when they fired, in the order in which it was seen.
    package var sightings: [(probe: String, sighting: Sighting)] {
        events.compactMap { event in
            if case .sighted(let probe, let sighting) = event.kind {
                (probe, sighting)
            } else {
                nil
            }
        }
    }

    /// The run's start on both of the controller's clocks.
    package var start: (at: Instant, wallNs: Int64)? {
        for event in events {
            if case .started(let start) = event.kind { return (event.at, start.wallNs) }
        }
        return nil
    }
}

extension ClockLook {
    /// Both together, as one is against the other.
    fileprivate func plus(_ other: ClockLook?) -> ClockLook {
        guard let other else { return self }
        return ClockLook(offset: offset + other.offset, bound: bound + other.bound)
    }
}

extension Deviations {
    /// Clocks that were set or ran away during the run, and those of which that isn't known though stamps
    /// were placed by them.
    static func clocks(_ timeline: Timeline) -> [String] {
        let stamping = Set(
            timeline.sightings.compactMap { _, sighting -> String? in
                if case .wall(_, _, let host) = sighting.stamp { host } else { nil }
            }
        )
        return timeline.clocks.compactMap { clock in
            if clock.isReadOnce, stamping.contains(clock.host) {
                let moment = clock.before == nil ? "after" : "before"
                return
                    "the clock of \(clock.host) could be read \(moment) the run alone: its own stamps are"
                    + " placed by that, and whether it was set meanwhile isn't known; figures don't use them"
            }
            guard let moved = clock.moved, moved != .zero else { return nil }
            let far = "\(Span(ns: abs(moved.ns)).shown) \(moved.ns > 0 ? "ahead" : "back")"
            if clock.host == Action.controller {
                return
                    "the controller's own clock was set \(far) during the run: stamps can be placed no"
                    + " better than that; figures don't use it"
            }
            return "the clock of \(clock.host) moved \(far)"
                + " against the controller's during the run"
                + " (\(HostClock.shown(clock.before)) before, \(HostClock.shown(clock.after)) after):"
                + " its own stamps can be placed no better than that; figures don't use them"
        }
    }
}
