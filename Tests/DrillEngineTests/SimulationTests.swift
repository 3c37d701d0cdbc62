import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// Random plans in a simulated world; whatever dies, the world must end as it began.
@Suite struct SimulationTests {
    @Test("a whole run in bad weather leaves nothing broken, or says so", arguments: 0..<60)
    func badWeather(seed: UInt64) async {
        let world = SimulatedWorld(
            seed: seed,
            weather: .init(dropped: 0.1, delayed: 0.2, diskFull: 0.05),
            containers: Scenario.containers
        )
        let timeline = await Scenario(seed: seed).run(in: world)
        await world.clock.drive { await world.clock.sleep(until: world.clock.now + .minutes(2)) }
        world.expireLeases()
        #expect(timeline.events.last?.kind == .ended, "seed \(seed): the run has no end")
        let admitted = timeline.events.contains { event in
            if case .undone(_, let failed) = event.kind { return !failed.isEmpty }
            return false
        }
        #expect(
            world.wounds.isEmpty || admitted,
            "seed \(seed): \(world.wounds), and nobody said so"
        )
        world.restart()
        await Scenario.heal(world)
        #expect(world.wounds.isEmpty, "seed \(seed): after drill heal: \(world.wounds)")
        #expect(world.open.isEmpty, "seed \(seed): the journal is still open")
    }

    @Test("the process dies at any event; leases and drill heal bring all back", arguments: 0..<120)
    func death(seed: UInt64) async {
        let world = SimulatedWorld(seed: seed, containers: Scenario.containers)
        var draw = SplitMix64(seed: seed, purpose: "death")
        world.die(atEvent: draw.below(70))
        _ = await Scenario(seed: seed).run(in: world)
        // What a lease covers is whole again without anybody's help.
        await world.clock.drive { await world.clock.sleep(until: world.clock.now + .seconds(31)) }
        world.expireLeases()
        #expect(
            world.wounds.allSatisfy { $0.hasSuffix("is exited") || $0.hasSuffix("is paused") },
            "seed \(seed): the lease ran out and still \(world.wounds)"
        )
        world.restart()
        await Scenario.heal(world)
        #expect(world.wounds.isEmpty, "seed \(seed): after drill heal: \(world.wounds)")
        let healed = world.commands.count
        await Scenario.heal(world)
        #expect(world.commands.count == healed, "seed \(seed): healing twice did something")
    }

    @Test(
        "the properties catch planted mistakes",
        arguments: [
            SimulatedWorld.Mutant.journalLost, .undoIdle,
        ]
    )
    func mutants(mutant: SimulatedWorld.Mutant) async {
        var caught = 0
        for seed in UInt64(0)..<20 {
            let world = SimulatedWorld(
                seed: seed,
                containers: Scenario.containers,
                mutant: mutant
            )
            world.die(atEvent: 30)
            _ = await Scenario(seed: seed).run(in: world)
            world.restart()
            await Scenario.heal(world)
            if !world.wounds.isEmpty || !world.open.isEmpty { caught += 1 }
        }
        #expect(caught > 0, "\(mutant) changed nothing that the properties see")
    }

    @Test("a signal at any event ends the run with everything undone", arguments: 0..<40)
    func signal(seed: UInt64) async {
        let world = SimulatedWorld(seed: seed, containers: Scenario.containers)
        var draw = SplitMix64(seed: seed, purpose: "signal")
        let timeline = await Scenario(seed: seed).run(in: world, stopAfter: draw.below(60))
        #expect(world.wounds.isEmpty, "seed \(seed): \(world.wounds)")
        #expect(world.open.isEmpty, "seed \(seed): the journal is still open")
        #expect(timeline.events.last?.kind == .ended, "seed \(seed): the run has no end")
    }

    @Test(
        "an undo that fails is tried again for a minute a fault, by a second signal only once",
        arguments: 0..<20
    )
    func patience(seed: UInt64) async {
        for isHurried in [false, true] {
            let world = SimulatedWorld(
                seed: seed,
                containers: Scenario.containers,
                mutant: .undoRefused
            )
            let scenario = Scenario(seed: seed)
            let timeline = await scenario.run(in: world, stopAfter: 45, isHurried: isHurried)
            let events = timeline.events
            guard let undo = events.first(where: { $0.kind == .phase(.undo) }),
                let end = events.last
            else {
                Issue.record("seed \(seed): the run has no end")
                continue
            }
            // What was over before the signal had nothing that failed.
            guard events.count > 45 else { continue }
            // A minute of tries for each fault, once more for those undone while others lasted, and
            // what answers take; in a hurry two tries of milliseconds, and the read-back.
            let minutes = Span.seconds(150) * Int64(scenario.plan.faults.count)
            let took = end.at - max(undo.at, events[45].at)
            #expect(took < (isHurried ? .seconds(10) : minutes), "seed \(seed): \(took)")
            let told = events.contains { event in
                if case .undone(_, let failed) = event.kind { !failed.isEmpty } else { false }
            }
            #expect(
                world.wounds.isEmpty || told,
                "seed \(seed): \(world.wounds), and nobody said so"
            )
            #expect(world.wounds.isEmpty == world.open.isEmpty, "seed \(seed): the journal lies")
        }
    }

    @Test("a signal while it looks on after the undo ends the run as stopped")
    func signalAfterUndo() async {
        let world = SimulatedWorld(seed: 3, containers: Scenario.containers)
        let whole = await Scenario(seed: 3).run(in: world)
        let last = whole.events.lastIndex { event in
            if case .undone = event.kind { true } else { false }
        }
        let again = SimulatedWorld(seed: 3, containers: Scenario.containers)
        let timeline = await Scenario(seed: 3).run(in: again, stopAfter: (last ?? 0) + 1)
        #expect(timeline.events.contains { $0.kind == .stopping(.signal("SIGINT")) })
    }
}
