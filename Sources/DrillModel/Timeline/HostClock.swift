/// A host's clock against the controller's as that was when the run began, before and after the run.
///
/// Used to place the host's own stamps on the controller's line, never for a length.
package struct HostClock: Hashable, Sendable {
    package enum Moment: String, Codable, Sendable {
        case before, after
    }

    package var host: String
    /// Nil where it couldn't be read then.
    package var before: ClockLook?
    package var after: ClockLook?
    /// The host is the controller itself: all that its clock can have done is to be set.
    package var isControllers = false

    package init(host: String, before: ClockLook?, after: ClockLook?) {
        self.host = host
        self.before = before
        self.after = after
    }

    /// How far it moved against the controller's, where that is more than both bounds explain; zero
    /// where it isn't, nil where it wasn't read twice.
    package var moved: Span? {
        guard let before, let after else { return nil }
        let moved = after.offset - before.offset
        return abs(moved.ns) > before.bound.ns + after.bound.ns ? moved : .zero
    }

    /// All that the offset may have been during the run; nil where it was never read.
    package var range: ClosedRange<Span>? {
        let looks = [before, after].compactMap(\.self)
        guard let least = looks.map({ $0.offset - $0.bound }).min(),
            let most = looks.map({ $0.offset + $0.bound }).max()
        else { return nil }
        return least...most
    }

    /// `+3.1 ± 0.8 ms`; `not known`.
    package static func shown(_ look: ClockLook?) -> String {
        guard let look else { return "not known" }
        func milliseconds(_ span: Span) -> String {
            let tenths = (abs(span.ns) + 50_000) / 100_000
            return "\(tenths / 10).\(tenths % 10)"
        }
        let sign = look.offset.ns > 0 ? "+" : look.offset.ns < 0 ? "-" : ""
        return "\(sign)\(milliseconds(look.offset)) ± \(milliseconds(look.bound)) ms"
    }
}

extension Timeline {
    /// The clocks that were read, by host.
    package var clocks: [HostClock] {
        var read: [HostClock.Moment: [String: ClockLook]] = [:]
        var surveyed: ClockPair?
        for event in events {
            switch event.kind {
            case .clocks(let moment, let looks): read[moment] = looks
            case .surveyed(let facts): surveyed = facts.ownClock
            default: continue
            }
        }
        let own = ownClock
        let earlier = own?.back(to: surveyed)
        let hosts = Set(read.values.flatMap(\.keys)).sorted()
        return hosts.map { host in
            let looks = [read[.before]?[host], read[.after]?[host]]
            var clock = HostClock(
                host: host,
                before: looks[0].map { earlier?.corrected($0) ?? $0 },
                after: looks[1].map { own?.corrected($0) ?? $0 }
            )
            let none = ClockLook(offset: .zero, bound: .zero)
            clock.isControllers = looks.compactMap(\.self).allSatisfy { $0 == none }
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
}

extension Deviations {
    /// Clocks that were set or ran away during the run.
    static func clocks(_ timeline: Timeline) -> [String] {
        timeline.clocks.compactMap { clock in
            // That of a host which is the controller itself is told as its own.
            guard let moved = clock.moved, moved != .zero, !clock.isControllers else {
                return nil
            }
            let direction = moved.ns > 0 ? "ahead" : "back"
            return "the clock of \(clock.host) moved \(Span(ns: abs(moved.ns)).shown) \(direction)"
                + " against the controller's during the run"
                + " (\(HostClock.shown(clock.before)) before, \(HostClock.shown(clock.after)) after):"
                + " its own stamps can be placed no better than that; figures don't use them"
        }
    }
}
