import DrillField
import DrillTesting
import Synchronization
import Testing

@testable import DrillEngine
@testable import DrillModel

/// Outages of a real server that knows to well under a millisecond when it was down, seen by the sampler
/// and the http prober through real sockets, and judged.
///
/// The truth must be inside every interval, and no interval wider than two spacings plus what lateness
/// and latency of its edge samples explain, and what a hang takes to show. Several services fail at once;
/// phase and length are random, of no multiple of the pace.
@Suite(.serialized) struct TruthTests {
    static let failings: [TruthServer.Failing] = [
        .refuse, .reset, .hang(later: true), .hang(), .error(),
    ]

    @Test(.timeLimit(.minutes(3))) func fiftyOutages() async throws {
        var seed = UInt64.random(in: 0 ... .max)
        for _ in 0..<10 {
            seed &+= 1
            let seed = seed
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, failing) in Self.failings.enumerated() {
                    group.addTask {
                        try await Self.outage(failing, seed: seed &* 31 &+ UInt64(index))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// From a pace and a timeout, both in milliseconds, to an outage that is longer than either.
    private static let paces: [(every: Int64, timeout: Int64)] = [
        (5, 100), (50, 500), (100, 250), (100, 1000),
    ]

    /// All ways to fail at every pace, at the same time: in the time of the slowest.
    @Test(.timeLimit(.minutes(1))) func otherPacesAndTimeouts() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (row, pace) in Self.paces.enumerated() {
                for (index, failing) in Self.failings.enumerated() {
                    group.addTask {
                        try await Self.outage(
                            failing,
                            every: .milliseconds(pace.every),
                            timeout: .milliseconds(pace.timeout),
                            seed: seed &+ UInt64(row * 10 + index)
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// One service, steady for half a second, then down once, then up again.
    private static func outage(
        _ failing: TruthServer.Failing,
        every: Span = .milliseconds(20),
        // Shorter than the shortest outage: what hangs must be seen to hang.
        timeout: Span = .milliseconds(200),
        seed: UInt64
    ) async throws {
        var random = SplitMix64(seed: seed)
        let server = try TruthServer()
        defer { server.stop() }
        let probe = Self.probe(server, every: every, timeout: timeout, &random)
        let seen = try await seen(by: probe) {
            try await Self.sleep(.milliseconds(500), every, &random)
            let down = server.down(failing)
            // What is let go within its timeout was up: one look at least must wait for longer.
            try await Self.sleep(
                timeout + every + .milliseconds(50),
                .milliseconds(750),
                &random
            )
            let up = server.up()
            try await Self.sleep(.milliseconds(400), every * 3, &random)
            return (down, up)
        }
        let (found, begin, (down, up)) = (seen.found, seen.begin, seen.edges)
        let sum = found.downtime(from: begin, to: nil)
        let words = Comment(
            rawValue: "seed \(seed), every \(every), \(failing): \(found.list), \(down.ns)–\(up.ns)"
        )
        let outage = try #require(found.list.first, words)
        #expect(found.list.count == 1, words)
        #expect(outage.beganLow <= down && down <= outage.beganHigh, words)
        let low = try #require(outage.endedLow, words)
        let high = try #require(outage.endedHigh, words)
        #expect(low <= up && up <= high, words)
        #expect(sum.low <= up - down && up - down <= sum.high ?? .zero, words)
        let width = (outage.beganHigh - outage.beganLow) + (high - low)
        let explained = explained(outage, found, failing, probe)
        #expect(width <= explained, words)
        // *best* is half a spacing off at either edge, and what the samples' own delays add.
        let best = try #require(sum.best, words)
        #expect(abs((best - (up - down)).ns) <= (explained - probe.every).ns, words)
    }

    /// Down and up and down again, in each way that a service can fail at once: each edge that is claimed is
    /// one that was, and one outage holds them all unless it was up for longer than that takes.
    @Test(.timeLimit(.minutes(1))) func flapping() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, failing) in Self.flaps.enumerated() {
                for round in 0..<2 {
                    group.addTask {
                        try await Self.flap(failing, seed: seed &+ UInt64(index * 10 + round))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static let flaps: [TruthServer.Failing] = [.refuse, .reset, .error(), .wrongBody]

    private static func flap(_ failing: TruthServer.Failing, seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let server = try TruthServer()
        defer { server.stop() }
        let every = Span.milliseconds(20)
        let probe = Self.probe(
            server,
            every: every,
            timeout: .milliseconds(200),
            match: TruthServer.word,
            &random
        )
        let seen = try await seen(by: probe) {
            try await Self.sleep(.milliseconds(500), every, &random)
            for _ in 0..<8 {
                server.down(failing)
                try await Self.sleep(.milliseconds(50), .milliseconds(100), &random)
                server.up()
                try await Self.sleep(.milliseconds(1), .milliseconds(30), &random)
            }
            try await Self.sleep(.milliseconds(400), every, &random)
        }
        let (found, edges) = (seen.found, server.edges)
        let truth = edges.map { "\($0.failing == nil ? "up" : "down") \($0.at.ns)" }
        let words = Comment(rawValue: "seed \(seed), \(failing): \(found.list), \(truth)")
        for outage in found.list {
            let began = outage.beganLow...outage.beganHigh
            #expect(edges.contains { $0.failing != nil && began.contains($0.at) }, words)
            let low = try #require(outage.endedLow, words)
            let high = try #require(outage.endedHigh, words)
            #expect(edges.contains { $0.failing == nil && low <= $0.at && $0.at <= high }, words)
        }
        let (first, last) = (try #require(edges.first), try #require(edges.last))
        let (begun, over) = (
            try #require(found.list.first, words), try #require(found.list.last, words)
        )
        #expect(begun.beganLow <= first.at && first.at <= begun.beganHigh, words)
        #expect(over.endedLow ?? last.at <= last.at && last.at <= over.endedHigh ?? last.at, words)
        let downs = zip(edges, edges.dropFirst()).filter { $0.0.failing != nil }
        let least = downs.map { $0.1.at - $0.0.at }.reduce(.zero, +)
        let sum = found.downtime(from: seen.begin, to: nil)
        #expect(sum.low <= last.at - first.at && least <= sum.high ?? least, words)
        // Three good ones in a row take two spacings, but for what the look itself takes.
        let ups = zip(edges, edges.dropFirst()).filter { $0.0.failing == nil }
        let isOne = ups.allSatisfy { $0.1.at - $0.0.at < every * 2 - .milliseconds(5) }
        let isPunctual = found.looks.all.allSatisfy { $0.sent - $0.due < .milliseconds(1) }
        #expect(!(isOne && isPunctual) || found.list.count == 1, words)
    }

    private static func probe(
        _ server: TruthServer,
        every: Span,
        timeout: Span,
        match: String? = nil,
        _ random: inout SplitMix64
    ) -> Probe {
        Probe(
            name: "it",
            kind: .http(
                HTTPLook(
                    url: Text(server.url),
                    statuses: [200],
                    match: match,
                    // What a new connection and a kept one show of the same outage differs; its edges don't.
                    keepsConnection: random.below(2) == 0
                )
            ),
            every: every,
            timeout: timeout
        )
    }

    /// What a probe saw while `outages` went on; steady until the first of them.
    private static func seen<Edges>(
        by probe: Probe,
        while outages: () async throws -> Edges
    ) async throws -> (found: Outages, begin: Instant, edges: Edges) {
        let series = Series(probe)
        let world = RealTime.world()
        let prober = try await fieldProbers().prober(for: probe)
        let isOver = Switch()
        let begin = world.now()
        async let looking: Void = Sampler(series, in: world).run(prober) { isOver.isOn }
        let edges = try await outages()
        isOver.turnOn()
        await looking
        await prober.close()
        let steady = begin...(begin + .milliseconds(500))
        return (Outages(series.samples, of: probe, steady: steady), begin, edges)
    }

    /// For at least so long, and at random up to `more` longer.
    private static func sleep(
        _ least: Span,
        _ more: Span,
        _ random: inout SplitMix64
    ) async throws {
        let length = least.ns + Int64(random.below(Int(more.ns)))
        try await Task.sleep(for: .nanoseconds(length))
    }

    /// How wide the interval of one outage's length may be.
    private static func explained(
        _ outage: Outage,
        _ found: Outages,
        _ failing: TruthServer.Failing,
        _ probe: Probe
    ) -> Span {
        let reach = probe.timeout + probe.every
        let edges = found.looks.all.filter { look in
            [outage.beganLow, outage.endedHigh ?? outage.lastBad].contains { edge in
                look.sent > edge - reach && look.sent < edge + reach
            }
        }
        let lateness = edges.map { $0.sent - $0.due }.max() ?? .zero
        // As the outage found it: a busy machine may have been slower than in the steady stretch.
        let before = found.looks.all.filter {
            $0.isGood && $0.sent > outage.beganLow - .seconds(1) && $0.sent <= outage.beganLow
        }
        let slowest = before.map(\.latency).max() ?? .zero
        let late = max(found.baseline.late ?? .zero, slowest * Baseline.lateFactor)
        let latency = edges.map(\.latency).filter { $0 <= late }.max() ?? .zero
        let isHang = failing == .hang() || failing == .hang(later: true)
        let shown = isHang ? max(late, probe.every + late / Baseline.lateFactor) : .zero
        return probe.every * 2 + (lateness * 2 + latency + shown) * 2
    }
}

/// Real time and nothing else of a world: what a sampler needs.
enum RealTime {
    static func world() -> World {
        var world = SimulatedWorld(seed: 0).world
        world.now = { DrillFieldTests.now() }
        world.sleep = { until in
            let left = until - DrillFieldTests.now()
            // Cancelled is woken: that is what sleeping promises here.
            if left > .zero { try? await Task.sleep(for: .nanoseconds(left.ns)) }
        }
        return world
    }
}

/// Off until it is turned on.
final class Switch: Sendable {
    private let state = Mutex(false)

    var isOn: Bool { state.withLock { $0 } }

    func turnOn() { state.withLock { $0 = true } }
}
