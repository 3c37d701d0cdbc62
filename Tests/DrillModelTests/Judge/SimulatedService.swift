@testable import DrillModel

/// A service that fails at instants it knows, and an open-loop prober that looks at it.
///
/// ```
///  due ──lateness──▶ sent ──▶ arrival ──▶ answer ──▶ done      (each leg takes its time)
/// ```
/// What comes of a look follows only from what the service was when the request arrived or was
/// answered. The controller stands still now and then: what it would have stamped meanwhile it stamps
/// afterwards.
struct SimulatedService: CustomStringConvertible {
    enum Failing: CaseIterable {
        case refuse, reset, error
        /// Waiting requests are answered when it is up again.
        case hang
        /// Requests are lost.
        case silence
        /// Lost requests are sent again, after twice as long each time.
        case partition
        /// Every answer to what arrived then is late by the same.
        case slow
        /// Refuses, with moments between that are too short to count as up.
        case flap
        /// One after the other: it hangs, is killed and refuses, say.
        case mixed
    }

    struct Down: Hashable {
        var from: Instant
        var to: Instant
    }

    /// A part of a mixed outage.
    struct Turn: Hashable {
        var failing: Failing
        var during: Down
    }

    var seed: UInt64
    var failing: Failing
    var probe: Probe
    var baseLatency: Span
    /// The true outages; in a flap several belong to one.
    var downs: [[Down]] = []
    /// What a mixed outage does, part by part.
    var turns: [Turn] = []
    /// While it is slower than in its steady phase, and yet healthy.
    var slowed: [Down] = []
    /// Its latency then.
    var slowedLatency: Span
    var stalls: [Down] = []
    var blind: [Down] = []
    var slowBy: Span
    /// Connections are kept: one that an outage ended is found dead by the next look, which is then made
    /// again over a new one.
    var keepsConnections: Bool
    var end: Instant
    var random: Random
    /// The last instant that the samples speak of.
    var lastStamp: Instant?

    static let steady = ms(0)...ms(500)

    var description: String {
        """
        seed \(seed): \(failing), every \(probe.every), timeout \(probe.timeout), \
        latency \(baseLatency.ns / 1000)us, in flight \(probe.inFlightMax), up-after \(probe.upAfter), \
        \(keepsConnections ? "kept" : "new") connections, \
        slower than \(probe.slowerThan.map { "\($0)" } ?? "nothing"), \
        down \(downs.map { $0.map { "\($0.from.ns)–\($0.to.ns)" } }), \
        \(turns.map { "\($0.failing) from \($0.during.from.ns)" }), \
        \(slowedLatency.ns / 1000)us in \(slowed.map { "\($0.from.ns)–\($0.to.ns)" }), \
        stalls \(stalls.map { "\($0.from.ns)–\($0.to.ns)" }), \
        blind \(blind.map { "\($0.from.ns)–\($0.to.ns)" })
        """
    }

    init(seed: UInt64, failing: Failing? = nil, isCalm: Bool) {
        var random = Random(seed)
        self.seed = seed
        let modes = Failing.allCases
        let mode = failing ?? modes[Int(seed % UInt64(modes.count))]
        self.failing = mode
        let every = random.one(of: [5, 10, 20, 20, 50, 100])
        probe = DrillModelTests.probe("p", every: every, upAfter: Int(random.in(1...5)))
        probe.timeout = span(random.one(of: [100, 250, 500, 1000]))
        baseLatency = Span(ns: random.in(100_000...4_000_000))
        slowBy = .zero
        if mode == .slow {
            // Above whatever the controller's own stalls add: a healthy answer is never called slow.
            probe.timeout = span(random.one(of: [500, 1000]))
            probe.slowerThan = span(200)
            slowBy = span(random.in(250...1300))
        } else if random.in(1...4) == 1 {
            // Whatever fails, what is let go late by a hang is bad then, and not only a sign of it.
            probe.timeout = span(random.one(of: [500, 1000]))
            probe.slowerThan = span(200)
        }
        keepsConnections = random.in(1...2) == 1
        if !isCalm, random.in(1...3) == 1 { probe.inFlightMax = Int(random.in(2...20)) }
        // Apart enough that one outage's traces are over before the next: answers that hang, and the
        // streak that ends it.
        // Its slowest answer, with what the controller's stalls add, is still good.
        let longest = min(probe.timeout, probe.slowerThan ?? probe.timeout) * 3 / 5 - span(70)
        slowedLatency = Span(ns: random.in(0...max(0, longest.ns * 2 / 5)))
        // Long enough for some good answers that show it: one that never comes shows nothing.
        let lead = slowedLatency * 5 + probe.every * 6
        let apart =
            probe.every * Int64(probe.upAfter + 4) + probe.timeout * 2 + slowBy + span(300) + lead
        var at = ms(600) + lead + Span(ns: random.in(0...span(every).ns))
        for _ in 0..<random.in(1...3) {
            at = at + Span(ns: random.in(0...apart.ns))
            let shortest =
                probe.every * 3 + probe.timeout / (mode == .hang || mode == .partition ? 1 : 10)
                + span(10)
            let down = Down(from: at, to: at + Span(ns: random.in(shortest.ns...(shortest.ns * 4))))
            downs.append(mode == .flap ? Self.flapping(down, probe, &random) : [down])
            if mode == .mixed { turns += Self.turns(of: down, &random) }
            // A flap's moments between are as short as they are only for one that is fast.
            if mode != .flap, slowedLatency > baseLatency, random.in(1...2) == 1 {
                // Cured by what ends the outage, or not.
                let end = random.in(1...2) == 1 ? down.to : down.to + apart
                slowed.append(Down(from: down.from - lead, to: end))
            }
            at = down.to + apart
        }
        end = at
        self.random = random
        if !isCalm {
            for _ in 0..<random.in(0...6) {
                let from = Instant(ns: random.in(ms(520).ns...end.ns))
                stalls.append(Down(from: from, to: from + Span(ns: random.in(1...60) * 1_000_000)))
            }
            if random.in(1...2) == 1 { standStillBeforeTheOutages(&random) }
            if random.in(1...4) == 1 {
                let from = Instant(ns: random.in(ms(520).ns...end.ns))
                blind.append(Down(from: from, to: from + Span(ns: random.in(1...800) * 1_000_000)))
            }
        }
        self.random = random
    }

    /// Right after a look was sent, and until about the service goes down: its request may leave only then.
    private mutating func standStillBeforeTheOutages(_ random: inout Random) {
        for down in downs.compactMap(\.first) {
            let due = ms(0) + probe.every * ((down.from - ms(0)).ns / probe.every.ns)
            let from = due + Span(ns: random.in(200_000...1_500_000))
            let to = down.from + Span(ns: random.in(-3_000_000...1_000_000))
            // Not for so long that a healthy service's answer comes too late.
            let most = min(span(60), probe.timeout / 2)
            if from < to { stalls.append(Down(from: from, to: min(to, from + most))) }
        }
    }

    private static func turns(of down: Down, _ random: inout Random) -> [Turn] {
        let ways: [Failing] = [.refuse, .reset, .error, .silence, .hang]
        let cuts = (0..<random.in(1...2)).map { _ in
            down.from + Span(ns: random.in(0...(down.to - down.from).ns))
        }
        let edges = [down.from] + cuts.sorted() + [down.to]
        return zip(edges, edges.dropFirst()).map { from, to in
            // What hangs last lets go of all it held, and nothing was bad.
            let way = ways[random.below(to == down.to ? 4 : 5)]
            return Turn(failing: way, during: Down(from: from, to: to))
        }
    }

    private static func flapping(_ whole: Down, _ probe: Probe, _ random: inout Random) -> [Down] {
        var parts: [Down] = []
        var at = whole.from
        while at < whole.to {
            let to = at + probe.every + Span(ns: random.in(0...(probe.every.ns * 2)))
            parts.append(Down(from: at, to: to))
            // Shorter than it takes to send one good look more than `up-after` allows.
            let pause = max(1, probe.every.ns * Int64(max(0, probe.upAfter - 2)))
            at = to + Span(ns: random.in(1...pause))
        }
        return parts
    }

    /// The samples that the prober keeps.
    mutating func samples() -> [Sample] {
        var list: [Sample] = []
        var flying: [Instant] = []
        var number = 0
        while true {
            let due = ms(0) + probe.every * Int64(number)
            if due > end { break }
            let sent = stamped(due + Span(ns: random.in(5000...300_000)))
            flying.removeAll { $0 <= sent }
            let isBlind = blind.contains { $0.from <= sent && sent < $0.to }
            if isBlind {
                let outcome = Outcome.bad(.blind, "no way to look")
                list.append(
                    Sample(number: number, due: due, sent: sent, done: sent, outcome: outcome)
                )
            } else if flying.count >= probe.inFlightMax {
                list.append(
                    Sample(number: number, due: due, sent: nil, done: nil, outcome: .unsent)
                )
            } else {
                let (done, outcome) = look(sent: sent)
                flying.append(done)
                list.append(
                    Sample(number: number, due: due, sent: sent, done: done, outcome: outcome)
                )
            }
            number += 1
        }
        return list
    }

    /// When the controller, which may stand still, stamps what happens at an instant.
    private func stamped(_ instant: Instant) -> Instant {
        var at = instant
        // Stalls may overlap: it is awake when all are over.
        while let stall = stalls.first(where: { $0.from <= at && at < $0.to }) { at = stall.to }
        return at
    }

    private mutating func leg(_ at: Instant) -> Span {
        let isSlowed = slowed.contains { $0.from <= at && at < $0.to }
        let latency = isSlowed ? slowedLatency : baseLatency
        return Span(ns: latency.ns / 3 + random.in(0...(latency.ns / 6)))
    }

    private mutating func look(sent: Instant) -> (Instant, Outcome) {
        // A stall right after the stamp keeps the request here until it is over.
        let leaves = stamped(sent + Span(ns: random.in(0...50_000)))
        let deadline = sent + probe.timeout
        let all = downs.flatMap(\.self)
        var arrival = leaves + leg(leaves)
        if !keepsConnections, [.hang, .error, .slow, .mixed].contains(failing) {
            // Connecting took that long, which a listening socket does for a service that hangs, too. The
            // controller may stand still before it writes, though not until the look is over.
            let connected = arrival + leg(arrival)
            let writes = max(connected, min(stamped(connected), sent + probe.timeout / 2))
            arrival = writes + leg(writes)
        }
        let isStale = keepsConnections && all.contains { $0.from <= arrival }
        // In a flap more looks than are counted on would then come upon a moment between.
        if isStale, [.refuse, .reset].contains(failing), random.in(1...3) == 1 {
            arrival = arrival + leg(arrival) + leg(arrival)
        }
        let answered = arrival + leg(arrival)
        let back = leg(answered)
        func end(_ at: Instant, _ outcome: Outcome) -> (Instant, Outcome) {
            if at > deadline { return (stamped(deadline), .bad(.timeout, "")) }
            let done = stamped(at)
            if outcome == .good, let limit = probe.slowerThan, done - sent > limit {
                return (done, .bad(.slow, ""))
            }
            return (done, outcome)
        }
        func down(at instant: Instant) -> Down? {
            all.first { $0.from <= instant && instant < $0.to }
        }
        switch failing {
        case .refuse, .flap, .reset:
            let kind = Outcome.Failure.self
            if down(at: arrival) != nil {
                return end(arrival + back, .bad(failing == .reset ? kind.reset : kind.refused, ""))
            }
            if let killed = all.first(where: { arrival < $0.from && $0.from <= answered }) {
                return end(killed.from + back, .bad(.reset, ""))
            }
            return end(answered + back, .good)
        case .error:
            return end(answered + back, down(at: answered) == nil ? .good : .bad(.status, "503"))
        case .hang:
            guard let down = down(at: answered) else { return end(answered + back, .good) }
            return end(down.to + leg(down.to) + back, .good)
        case .silence:
            if down(at: arrival) != nil || down(at: answered) != nil {
                return end(deadline + Span(ns: 1), .good)
            }
            return end(answered + back, .good)
        case .partition:
            var at = arrival
            var pause = probe.timeout / 4
            while down(at: at) != nil {
                at = at + pause
                pause = pause * 2
            }
            return end(at + leg(at) + back, .good)
        case .mixed:
            let (at, outcome) = mixed(arrival: arrival, answered: answered)
            return end((at ?? deadline + Span(ns: 1)) + back, outcome)
        case .slow:
            return end(answered + back + (down(at: arrival) == nil ? .zero : slowBy), .good)
        }
    }
}

extension SimulatedService {
    /// When the answer leaves, nil for never, and what it is.
    private func mixed(arrival: Instant, answered: Instant) -> (Instant?, Outcome) {
        func turn(at instant: Instant) -> Turn? {
            turns.first { $0.during.from <= instant && instant < $0.during.to }
        }
        switch turn(at: arrival)?.failing {
        case .refuse: return (arrival, .bad(.refused, ""))
        case .reset: return (arrival, .bad(.reset, ""))
        case .silence: return (nil, .good)
        default: break
        }
        let killed = turns.first { turn in
            [.refuse, .reset].contains(turn.failing)
                && arrival < turn.during.from && turn.during.from <= answered
        }
        if let killed { return (killed.during.from, .bad(.reset, "")) }
        // What waits in a hang has to do with what comes after it.
        var at = answered
        while let turn = turn(at: at) {
            switch turn.failing {
            case .refuse, .reset: return (at, .bad(.reset, ""))
            case .silence: return (nil, .good)
            case .error: return (at, .bad(.status, "503"))
            default: at = turn.during.to
            }
        }
        return (at, .good)
    }
}

typealias Random = SplitMix64

extension SplitMix64 {
    /// A stream of its own for every small seed.
    init(_ seed: UInt64) { self.init(seed: seed, purpose: "truth") }

    mutating func `in`(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(below(Int(range.upperBound - range.lowerBound) + 1))
    }

    mutating func one(of list: [Int64]) -> Int64 { list[below(list.count)] }
}
