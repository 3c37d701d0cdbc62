import DrillField
import DrillTesting
import Synchronization
import Testing

@testable import DrillEngine
@testable import DrillModel

/// Fifty outages of a real server that knows to well under a millisecond when it was down, seen by
/// the sampler and the http prober through real sockets, and judged.
///
/// The truth must be inside every interval, and no interval wider than two spacings plus what lateness
/// and latency of its edge samples explain, and what a hang takes to show. Five services fail at once; phase and
/// length are random, of no multiple of the pace.
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

    /// One service, steady for half a second, then down once, then up again.
    private static func outage(_ failing: TruthServer.Failing, seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let server = try TruthServer()
        defer { server.stop() }
        let probe = Probe(
            name: "it",
            kind: .http(
                HTTPLook(
                    url: Text(server.url),
                    statuses: [200],
                    // What a new connection and a kept one show of the same outage differs; its edges don't.
                    keepsConnection: random.below(2) == 0
                )
            ),
            every: .milliseconds(20),
            // Shorter than the shortest outage: what hangs must be seen to hang.
            timeout: .milliseconds(200)
        )
        let series = Series(probe)
        let world = RealTime.world()
        let prober = try await fieldProbers().prober(for: probe)
        let isOver = Switch()
        let begin = world.now()
        async let looking: Void = Sampler(series, in: world).run(prober) { isOver.isOn }
        try await Task.sleep(for: .microseconds(500_000 + random.below(20_000)))
        let down = server.down(failing)
        try await Task.sleep(for: .microseconds(250_000 + random.below(750_000)))
        let up = server.up()
        try await Task.sleep(for: .milliseconds(400))
        isOver.turnOn()
        await looking
        await prober.close()

        let found = Outages(series.samples, of: probe, steady: begin...down)
        let sum = found.downtime(from: begin, to: nil)
        let words = Comment(
            rawValue: "seed \(seed), \(failing): \(found.list), \(down.ns)–\(up.ns)"
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
