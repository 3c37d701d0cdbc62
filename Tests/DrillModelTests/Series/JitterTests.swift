import Testing

@testable import DrillModel

@Suite struct JitterTests {
    private static func experiment(
        _ jitter: Span? = nil,
        budgets: [Budget] = [],
        probes: [Probe] = [probe("shop", every: 20)],
        method: [Step] = [Step(.disaster)]
    ) -> Experiment {
        var experiment = Experiment(
            name: "x",
            budgets: budgets,
            probes: probes,
            method: method
        )
        experiment.jitter = jitter
        return experiment
    }

    private static func drawn(
        _ experiment: Experiment,
        seed: UInt64 = 1,
        isRepeated: Bool = true
    ) -> Jitter? {
        Jitter(experiment, seed: seed, isRepeated: isRepeated)
    }

    @Test("it is up to the longest period of a check in sight, and says which")
    func range() {
        let look = probe("edge", .detection, every: 200)
        let slow = probe("pager", .detection, every: 60_000)
        let probes = [probe("shop", every: 5000), look]
        let declared = Self.drawn(Self.experiment(.seconds(3), probes: probes))
        #expect(declared?.most == .seconds(3))
        #expect(declared?.source == "`jitter:` of the file")
        let promised = Self.drawn(
            Self.experiment(budgets: [budget(.detect, 10_000, "edge")], probes: probes)
        )
        #expect(promised?.most == .seconds(10))
        #expect(promised?.source.hasPrefix("the budget detect of edge") == true)
        let looked = Self.drawn(
            Self.experiment(budgets: [budget(.detect, 10_000)], probes: probes + [slow])
        )
        #expect(looked?.most == .seconds(60))
        // Drill's own pace: nothing says that the check itself is as quick.
        #expect(
            looked?.source
                == "`every` of the detection probe pager, whose check may look less often: `jitter:` or a"
                + " budget detect tells how often"
        )
        let nothing = Self.drawn(Self.experiment(probes: [probe("shop", every: 5000)]))
        #expect(nothing?.most == .seconds(5))
        #expect(nothing?.source.contains("nothing in the file tells") == true)
    }

    @Test("none without a disaster, with 0s, and in a single run that doesn't ask for it")
    func none() {
        #expect(Self.drawn(Self.experiment(.zero)) == nil)
        #expect(Self.drawn(Self.experiment(method: [])) == nil)
        #expect(Self.drawn(Self.experiment(), isRepeated: false) == nil)
        #expect(Self.drawn(Self.experiment(.seconds(3)), isRepeated: false) != nil)
    }

    @Test("a seed draws the same wait again, and the waits fill their range evenly")
    func draws() throws {
        let experiment = Self.experiment(.seconds(10))
        #expect(Self.drawn(experiment, seed: 7) == Self.drawn(experiment, seed: 7))
        var eighths = Array(repeating: 0, count: 8)
        let place = SeriesPlace(id: "s", number: 1, count: 800, pause: .zero, seed: 42)
        var next = place
        for _ in 0..<800 {
            let wait = try #require(Self.drawn(experiment, seed: next.runSeed)).wait
            #expect(wait >= .zero && wait < .seconds(10))
            eighths[Int(wait.ns * 8 / 10_000_000_000)] += 1
            next = next.next
        }
        // 100 each; four standard deviations are 37.
        #expect(eighths.allSatisfy { (60...140).contains($0) }, "\(eighths)")
    }

    @Test("each run of a series has a seed of its own; the first has the series'")
    func seeds() {
        var place = SeriesPlace(id: "s", number: 1, count: 1000, pause: .zero, seed: 42)
        #expect(place.runSeed == 42)
        var seeds: Set<UInt64> = []
        for _ in 0..<1000 {
            seeds.insert(place.runSeed)
            place = place.next
        }
        #expect(seeds.count == 1000)
        #expect(seeds.allSatisfy { $0 < 1_000_000_000 })
        // Years later, too.
        place.number = 2
        #expect(place.runSeed == 895_267_820)
    }

    @Test("the plan has it, the step before the disaster is the longer for it")
    func plan() throws {
        let experiment = Self.experiment(
            .seconds(4),
            method: [.pause(.seconds(1)), Step(.disaster)]
        )
        let plan = try Planner.plan(experiment, facts: nil, seed: 5, run: "RUN")
        #expect(plan.jitter?.most == .seconds(4))
        #expect(PlanLength(plan).steps == [.seconds(1), .seconds(4)])
        #expect(
            PlanText.render(plan).contains("the disaster waits 0 to 4s (`jitter:` of the file)")
        )
    }
}

extension Step {
    fileprivate static func pause(_ span: Span) -> Step {
        Step(.wait(Wait(until: nil, holds: span)))
    }
}
