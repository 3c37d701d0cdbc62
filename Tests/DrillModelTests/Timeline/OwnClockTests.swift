import Testing

@testable import DrillModel

/// The controller's own wall clock, which is set in the middle of a run.
@Suite struct OwnClockTests {
    /// It is 1000 s at 10 s of boot time, and `moved` ahead of that at 70 s; each is read within 2 ms.
    private static func own(_ moved: Int64) -> OwnClock {
        OwnClock(pair(10_000, 1_000_000), pair(70_000, 1_060_000 + moved))
    }

    private static func pair(_ at: Int64, _ wall: Int64) -> ClockPair {
        ClockPair(low: ms(at - 1), high: ms(at + 1), wallNs: wall * 1_000_000)
    }

    private static func look(_ offset: Int64, _ bound: Int64) -> ClockLook {
        ClockLook(offset: span(offset), bound: span(bound))
    }

    @Test(
        "what two readings explain is no step",
        arguments: [(0, 0), (2, 0), (-2, 0), (3, 3), (-9, -9)]
    )
    func moved(_ by: Int64, _ moved: Int64) {
        #expect(Self.own(by).moved == span(moved))
        #expect(Self.own(by).bound == span(2))
    }

    /// A stamp of 1005 s was made at 15 s of boot time before the step, and sooner if after one ahead.
    @Test(
        "a stamp of the controller's own may be of before the step or of after it",
        arguments: [(0, 14_997, 15_003), (3000, 11_997, 15_003), (-3000, 14_997, 18_003)]
    )
    func placed(_ by: Int64, _ low: Int64, _ high: Int64) {
        let sighting = Sighting(
            "it fired",
            sent: ms(20_000),
            done: ms(20_030),
            stamp: .wall(
                ns: 1_005_000_000_000,
                resolution: span(1),
                host: Action.controller
            )
        )
        #expect(
            sighting.placed(by: Self.own(by), []) == Sighting.Placed(low: ms(low), high: ms(high))
        )
    }

    private static func timeline(_ by: Int64, surveyed: ClockPair? = nil) -> Timeline {
        var facts = Facts()
        facts.ownClock = surveyed
        // Neither host's clock is touched; both are read against the controller's.
        return Timeline(
            events: run(
                at(1, .ownClock(pair(10_000, 1_000_000))),
                at(2, .surveyed(facts)),
                at(
                    3,
                    .clocks(
                        .before,
                        ["a": look(5, 1), "here": look(0, 0)]
                    )
                ),
                at(4, .clocks(.after, ["a": look(5 - by, 1), "here": look(0, 0)])),
                at(5, .ownClock(pair(70_000, 1_060_000 + by)))
            )
        )
    }

    @Test("a step of the controller's is told as its own, and no host is blamed for it")
    func told() {
        let judged = Judge.judge(plan([probe("shop")]), Self.timeline(3_600_000))
        #expect(
            judged.deviations.filter { $0.contains("clock") } == [
                "the controller's own clock was set 60.0 min ahead during the run: stamps by its clock can"
                    + " be placed no better than that; figures don't use them"
            ]
        )
        let clock = Self.timeline(3_600_000).clocks.first { $0.host == "a" }
        #expect(clock?.moved == .zero)
        #expect(clock?.after == Self.look(5, 3))
        let calm = Judge.judge(plan([probe("shop")]), Self.timeline(1))
        #expect(calm.deviations.filter { $0.contains("clock") } == [])
    }

    /// An hour passes at the question whether to run, and somebody sets the clock meanwhile.
    @Test("nor for one between the survey and the run")
    func surveyed() {
        // The survey's reading is 5 s behind; the host was as far from the clock as it is now.
        let surveyed = Self.pair(5000, 990_000)
        var timeline = Self.timeline(0, surveyed: surveyed)
        timeline.events = timeline.events.map { event in
            guard case .clocks(.before, _) = event.kind else { return event }
            return Event(at: event.at, .clocks(.before, ["a": Self.look(5005, 1)]))
        }
        let clock = timeline.clocks.first
        #expect(clock?.before == Self.look(5, 3))
        #expect(clock?.moved == .zero)
    }

    @Test("a timeline of before has its first event's wall time")
    func old() {
        let start = Event.Start(
            run: "r",
            seed: 1,
            wallNs: 7,
            who: "ada",
            controller: "ops",
            version: "0.1"
        )
        let own = Timeline(events: [at(3, .started(start))]).ownClock
        #expect(own == OwnClock(ClockPair(low: ms(3), high: ms(3), wallNs: 7)))
        #expect(Timeline().ownClock == nil)
    }
}
