import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// How a run becomes steady, and what it tells then.
@Suite struct SteadyTests {
    private func run(_ steady: Steady) async -> [Event] {
        let world = SimulatedWorld(seed: 1, containers: Scenario.containers)
        return await Scenario(seed: 1, steady: steady).run(in: world).events
    }

    private func instant(_ events: [Event], _ isIt: (Event.Kind) -> Bool) -> Instant? {
        events.first { isIt($0.kind) }?.at
    }

    @Test func withinIsAllTheTimeThereIs() async throws {
        let events = await run(Steady(holds: .seconds(2), within: .seconds(1)))
        let begun = try #require(instant(events) { $0 == .phase(.steady) })
        let failed = try #require(
            instant(events) { if case .steadyFailed = $0 { true } else { false } }
        )
        #expect((.seconds(1)...(.milliseconds(1050))).contains(failed - begun))
        #expect(instant(events) { $0 == .steadyHeld } == nil)
    }

    /// The next look may be due in hours: nobody waits for it.
    @Test func rareLooksHoldNobodyUp() async throws {
        let world = SimulatedWorld(seed: 1, containers: Scenario.containers)
        var plan = Scenario(seed: 1, steady: Steady(holds: .seconds(2), within: .seconds(5))).plan
        for index in plan.experiment.probes.indices {
            plan.experiment.probes[index].every = .minutes(60)
        }
        let start = Event.Start(
            run: "RUN",
            seed: 1,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        let timeline: Timeline = await world.clock.drive { [plan] in
            await Run.run(plan, start: start, in: world.world, stop: StopSwitch())
        }
        let events = timeline.events
        let begun = try #require(instant(events) { $0 == .phase(.steady) })
        let ended = try #require(instant(events) { $0 == .ended })
        #expect((.seconds(5)...(.seconds(6))).contains(ended - begun), "after \(ended - begun)")
    }

    @Test func withinIsLongerThanForUnlessTheFileSaysOtherwise() {
        #expect(Steady().within == .seconds(60))
        #expect(Steady(holds: .minutes(5)).within == .minutes(10))
    }

    /// At once after the steady state held, for every probe that is read as outages.
    @Test func latenessIsTold() async throws {
        let events = await run(Steady(holds: .seconds(1), within: .seconds(10)))
        let held = try #require(events.firstIndex { $0.kind == .steadyHeld })
        // Each look takes a millisecond; 20 ms are the least.
        #expect(events[held + 1].kind == .lateness(probe: "shop", late: .milliseconds(20)))
        let told = events.filter { if case .lateness = $0.kind { true } else { false } }
        #expect(told.count == 1, "a detection probe has no outages")
    }

    /// What judges a series that lacks its end has to know until when there was one.
    @Test func theEndOfLookingIsTold() async throws {
        let world = SimulatedWorld(seed: 1, containers: Scenario.containers)
        let scenario = Scenario(seed: 1)
        let run = await scenario.run(in: world)
        let told = run.events.filter { $0.kind == .lookingEnds }
        try #require(told.count == 1)
        let lookOn = try #require(instant(run.events) { $0 == .phase(.lookOn) })
        #expect(told[0].at >= lookOn)
        for probe in scenario.plan.experiment.probes {
            let last = try #require(run.samples[probe.name]?.map(\.due).max(), "\(probe.name)")
            #expect(told[0].at - last <= probe.every, "\(probe.name)")
        }
    }
}
