import DrillModel
import DrillTesting
import Synchronization
import Testing

@testable import DrillEngine

/// What a source says besides its samples reaches the timeline, each thing once.
@Suite struct TellingTests {
    private static let alarm = Probe(
        name: "alarm",
        measure: .detection,
        kind: .log(LogLook(source: .journal("shop"), match: "down")),
        every: .milliseconds(200)
    )

    /// Gives the looks that a test says, one after the other.
    private final class Script: Prober {
        private let looks: Mutex<[Look]>

        init(_ looks: [Look]) { self.looks = Mutex(looks.reversed()) }

        func look(deadline: Instant) async -> Look {
            let look = looks.withLock { $0.popLast() }
            return look ?? Look(sent: deadline, done: deadline, outcome: .unsent)
        }

        func close() async {}
    }

    private func look(
        _ at: Int64,
        _ outcome: Outcome,
        sightings: [String] = [],
        warnings: [String] = []
    ) -> Look {
        let (sent, done) = (Instant(ns: at * 1_000_000), Instant(ns: (at + 5) * 1_000_000))
        return Look(
            sent: sent,
            done: done,
            outcome: outcome,
            sightings: sightings.map { Sighting($0, sent: sent, done: done) },
            warnings: warnings
        )
    }

    /// The words of all that is told of these looks.
    private func told(_ looks: [Look], of probe: Probe = alarm) async -> [String] {
        let world = SimulatedWorld(seed: 1, weather: .init(), containers: []).world
        let log = Log(world)
        let prober = TellingProber(Script(looks), of: probe, hiding: [], log: log)
        for _ in looks { _ = await prober.look(deadline: .init(ns: 0)) }
        return log.all.compactMap { event in
            switch event.kind {
            case .sighted(let probe, let sighting): "\(probe): \(sighting.words)"
            case .note(let words): words
            default: nil
            }
        }
    }

    @Test func sightingsInOrderAndWarningsOnce() async {
        let words = await told([
            look(0, .bad(.body, "quiet"), warnings: ["one rule is slow"]),
            look(
                200,
                .good,
                sightings: ["a is down", "b is down"],
                warnings: ["one rule is slow"]
            ),
        ])
        #expect(words == ["alarm: one rule is slow", "alarm: a is down", "alarm: b is down"])
    }

    @Test func aBusyLogDoesntFillTheTimeline() async {
        let words = await told([look(0, .good, sightings: (0..<150).map { "line \($0)" })])
        #expect(words.count == 101)
        #expect(words.last == "alarm saw more than 100: the rest isn't told")
    }

    @Test func howLongItWasBlindIsToldOnceItSeesAgain() async {
        let blind = Outcome.bad(.blind, "edge can't be reached")
        let words = await told([
            look(0, .bad(.body, "quiet")), look(200, blind), look(400, blind),
            look(600, .unsent), look(800, .bad(.body, "quiet")), look(1000, .good),
        ])
        #expect(
            words == ["alarm couldn't look for 605 ms: edge can't be reached; now it sees again"]
        )
    }

    /// A probe of the service itself that was blind is counted, as before.
    @Test func onlySourcesAreTold() async {
        var probe = Self.alarm
        probe.kind = .tcp(TCPLook(address: "192.0.2.1", port: 80))
        let words = await told(
            [look(0, .bad(.blind, "gone")), look(200, .good)],
            of: probe
        )
        #expect(words.isEmpty)
    }

    /// Whoever keeps time for the looks of the prober within keeps it for these.
    @Test func looksAreMadeWhereTheirProberWantsThem() {
        struct Paced: Prober {
            let pacer: (any Pacer)?

            func look(deadline: Instant) async -> Look {
                Look(sent: deadline, done: deadline, outcome: .unsent)
            }

            func close() async {}
        }
        final class Here: Pacer {
            func enqueue(_ job: consuming ExecutorJob) {}
            func pause(until: Instant) async {}
        }
        let world = SimulatedWorld(seed: 1, weather: .init(), containers: []).world
        func telling(_ pacer: Here?) -> TellingProber {
            TellingProber(Paced(pacer: pacer), of: Self.alarm, hiding: [], log: Log(world))
        }
        let here = Here()
        #expect(telling(here).pacer as? Here === here)
        #expect(telling(nil).pacer == nil)
    }

    /// 7 s ahead, within half of the shortest of three round trips; who doesn't answer isn't there.
    @Test func clocksAreReadAfterARunAsBeforeIt() async {
        let hosts = FakeHosts(
            failing: ["b": RemoteError(.unreachable, host: "b", "b is gone.")],
            tripsMs: [80, 20, 40]
        )
        let reader = ClockReader(
            now: { Instant(ns: 5_000_000_000) },
            wallNs: { 1_700_000_005_000_000_000 }
        )
        let looks = await reader.read(
            [
                Host(name: "a", address: "10.0.0.1"), Host(name: "b", address: "10.0.0.2"),
                Host(name: "here", isLocal: true),
            ],
            of: hosts,
            by: Instant(ns: 6_000_000_000)
        )
        #expect(
            looks == [
                "a": ClockLook(offset: .seconds(7), bound: .milliseconds(10)),
                "here": ClockLook(offset: .zero, bound: .zero),
            ]
        )
    }

    /// Whoever reads one clock and then the other may be held up between: of three such pairs the shortest
    /// counts, and what it took is part of the bound.
    @Test func theControllersClocksAreReadAsAPair() {
        // Boot, wall, boot: 8, 2 and 6 ms apart; the wall clock is 3 s ahead of the start's pair by then.
        let ticks = Mutex<[Int64]>([1000, 1008, 1010, 1012, 1020, 1026].reversed())
        let reader = ClockReader(
            now: { Instant(ns: ticks.withLock { $0.popLast() ?? 0 } * 1_000_000) },
            wallNs: { 9_004_011_000_000 }
        )
        let look = reader.own(since: (at: Instant(ns: 0), wallNs: 9_000_000_000_000))
        #expect(look == ClockLook(offset: .seconds(3), bound: .milliseconds(1)))
    }

    @Test func theBoundOfAHostsClockHoldsThatOfTheControllersPair() async {
        let hosts = FakeHosts(tripsMs: [20, 20, 20])
        // The clocks of a controller that is held up for 2 ms between any two looks at them.
        let ticks = Mutex<Int64>(5_000)
        let tickNs = { @Sendable in
            ticks.withLock { tick in
                defer { tick += 2 }
                return tick * 1_000_000
            }
        }
        let reader = ClockReader(
            now: { Instant(ns: tickNs()) },
            wallNs: { 1_700_000_000_000_000_000 + tickNs() }
        )
        let looks = await reader.read(
            [Host(name: "a", address: "10.0.0.1")],
            of: hosts,
            by: Instant(ns: 6_000_000_000)
        )
        #expect(looks["a"]?.bound == .milliseconds(12))
    }

    /// Whichever of its two times the controller showed then, the host's 7 s ahead of the first are in it.
    @Test func theBoundHoldsWhatTheControllersClockWasSetByMeanwhile() async {
        // The wall clock is read three times before the host is asked, and is set 1 s ahead behind that.
        let reads = Mutex(0)
        let reader = ClockReader(
            now: { Instant(ns: 5_000_000_000) },
            wallNs: {
                reads.withLock { reads in
                    reads += 1
                    return (reads <= 3 ? 1_700_000_005 : 1_700_000_006) * 1_000_000_000
                }
            }
        )
        let look = await reader.read(
            FakeRemote(host: "a", world: FakeHosts(tripsMs: [20, 20, 20])),
            by: Instant(ns: 6_000_000_000)
        )
        #expect(look == ClockLook(offset: .milliseconds(6500), bound: .milliseconds(510)))
    }
}
