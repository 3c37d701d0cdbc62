import DrillEngine
import DrillModel
import DrillTesting

/// One seed's plan, weather, mishaps and deaths, and what must hold whatever they are.
///
/// ```
///  run ── ends, is stopped, or dies ──▶ leases lapse? ──▶ heal, which may die, too ──▶ heal
///      ──▶ all is as before ──▶ somebody else uses it ──▶ nothing is undone any more
/// ```
struct Ordeal {
    enum Fate {
        case fine
        case signal(afterEvents: Int)
        case storm
        case death(SimulatedWorld.Death, isStormy: Bool)
    }

    let seed: UInt64
    let scenario: Scenario
    let fate: Fate
    /// The processes that heal after it die then; one that lives follows.
    let healDeaths: [SimulatedWorld.Death]
    /// Whether the leases are left to lapse before anybody heals.
    let isPatient: Bool
    let mishap: (host: String, SimulatedWorld.Mishap, after: Span)?

    init(seed: UInt64) {
        self.seed = seed
        scenario = Scenario(seed: seed)
        var draw = SplitMix64(seed: seed, purpose: "fate")
        func death() -> SimulatedWorld.Death {
            draw.below(2) == 0 ? .event(draw.below(90)) : .crossing(draw.below(220))
        }
        switch draw.below(20) {
        case ..<3: fate = .fine
        case ..<6: fate = .signal(afterEvents: draw.below(90))
        case ..<10: fate = .storm
        default: fate = .death(death(), isStormy: draw.below(2) == 0)
        }
        let restless = draw.below(4) == 0 ? 1 + draw.below(2) : 0
        healDeaths = (0..<restless).map { _ in
            draw.below(2) == 0 ? .event(draw.below(12)) : .crossing(draw.below(30))
        }
        isPatient = draw.below(2) == 0
        let isUnlucky = draw.below(5) == 0
        let host = Scenario.hosts[draw.below(Scenario.hosts.count)]
        // What is off the network and has lost its dead-man, nobody can heal.
        let isReachable = !scenario.plan.faults.contains(where: \.includesControl)
        let kind: SimulatedWorld.Mishap =
            draw.below(2) == 0 && isReachable ? .deadManKilled : .restart
        let after = Span.milliseconds(Int64(draw.below(20_000)))
        switch fate {
        case .fine, .signal: mishap = nil
        default: mishap = isUnlucky ? (host, kind, after) : nil
        }
    }

    private var isFine: Bool {
        switch fate {
        case .fine, .signal: true
        case .storm, .death: false
        }
    }

    private var weather: SimulatedWorld.Weather {
        switch fate {
        case .storm, .death(_, isStormy: true):
            .init(
                dropped: 0.08,
                delayed: 0.1,
                delayMax: seed % 3 == 0 ? .seconds(50) : .seconds(4),
                repeated: 0.05,
                halved: 0.1,
                diskFull: seed % 4 == 0 ? 0.05 : 0
            )
        default: .init()
        }
    }

    /// Everything that ought not to be; and what happened, line by line.
    func violations(
        mutant: SimulatedWorld.Mutant = .none
    ) async -> (found: [String], story: [String]) {
        let world = SimulatedWorld(
            seed: seed,
            weather: weather,
            containers: Scenario.containers,
            mutant: mutant
        )
        let found = await world.clock.drive(orEnd: { await self.live(in: world) })
        return ((found ?? ["it never ends"]) + world.violations, world.story)
    }

    private func live(in world: SimulatedWorld) async -> [String] {
        if let mishap { world.befall(mishap.host, mishap.1, after: mishap.after) }
        if case .death(let death, _) = fate { world.die(at: death) }
        var stopAfter: Int?
        if case .signal(let count) = fate { stopAfter = count }
        let timeline = await world.live { [stopAfter] in
            await scenario.carryOut(in: $0, of: world, stopAfter: stopAfter)
        }
        if timeline == nil, !world.isDead { return ["the run never ends"] }
        var found = timeline.map { ended($0, world) } ?? []
        if isPatient || !isFine && timeline != nil { found += await lapsed(world) }
        found += await healed(world)
        found += await leftAlone(world)
        return found
    }

    /// A run that comes to its end says whether all is restored, and that is true.
    private func ended(_ timeline: Timeline, _ world: SimulatedWorld) -> [String] {
        var found: [String] = []
        if timeline.events.last?.kind != .ended { found.append("its last event isn't its end") }
        let judgement = Judge.judge(scenario.plan, timeline)
        let admits = judgement.verdict == .notRestored
        if !admits, !world.wounds.isEmpty {
            found.append("\(judgement.verdict), and still \(world.wounds)")
        }
        let couldKeep = !timeline.events.contains { event in
            if case .defect = event.kind { true } else { false }
        }
        if !admits, !world.open.isEmpty, couldKeep {
            found.append("\(judgement.verdict), and the journal is open: \(names(world.open))")
        }
        if admits, world.open.isEmpty {
            found.append("it says not restored, and the journal is empty: \(judgement.reasons)")
        }
        guard isFine else { return found }
        if admits { found.append("not restored in fine weather: \(judgement.reasons)") }
        guard scenario.isPeaceful else { return found }
        for event in timeline.events {
            switch event.kind {
            case .leaseLapsed(let fault, let host), .leaseGone(let fault, let host):
                found.append("the lease of \(fault) on \(host) lapsed in fine weather")
            case .injected(let fault, let failed) where !failed.isEmpty:
                found.append("\(fault) didn't go in on \(failed) in fine weather")
            default: continue
            }
        }
        for (undo, count) in world.undone.sorted(by: { $0.key < $1.key }) where count > 1 {
            found.append("\(undo) was undone \(count) times in fine weather")
        }
        return found
    }

    /// Once the leases have run out, only what a controller must heal is left.
    private func lapsed(_ world: SimulatedWorld) async -> [String] {
        let longest = scenario.plan.faults.map(\.lease).max() ?? .zero
        await world.clock.sleep(longest + .seconds(1))
        // Renewals that are still on their way, or come twice.
        await calm(world)
        if let mishap, case .deadManKilled = mishap.1 { return [] }
        // A paused host's dead-man is paused with it, and what was sent to it waits.
        let paused = world.wounds.filter { $0.hasSuffix("is paused") }.map {
            String($0.dropFirst("box-".count).dropLast(" is paused".count))
        }
        return world.wounds.filter { wound in
            wound.contains(" bears ") && !paused.contains { wound.hasPrefix("\($0) ") }
        }.map { "the leases ran out, and still \($0)" }
    }

    /// After healing from the journal alone all is as before, and healing again does nothing.
    private func healed(_ world: SimulatedWorld) async -> [String] {
        for death in healDeaths {
            world.restart(weather: weather, death: death)
            _ = await heal(world)
        }
        var left: [String] = []
        var tries = 0
        repeat {
            tries += 1
            world.restart()
            left = await heal(world) ?? ["healing never ends"]
            if left.isEmpty, !world.wounds.isEmpty {
                return ["healed, it says, and still \(world.wounds)"]
            }
            // What a host had still to obey may have kept it from being seen whole.
            if !left.isEmpty { await calm(world) }
        } while !left.isEmpty && tries < 3
        await calm(world)
        var found = left.map { "can't be healed: \($0)" }
        found += world.wounds.map { "after healing, still \($0)" }
        found += world.open.map { "after healing, the journal is open: \(names([$0]))" }
        return found
    }

    /// What was healed is nobody's any more: whoever uses it next is left alone, however often one heals.
    private func leftAlone(_ world: SimulatedWorld) async -> [String] {
        let marks = scenario.plan.faults.flatMap { fault in
            fault.procedures.filter { $0.healing == .lease }.flatMap { procedure in
                [fault.id, fault.id + SimulatedWorld.second].map {
                    (host: procedure.target, name: $0)
                }
            }
        }
        await calm(world)
        world.takeOver(marks: marks, containers: Scenario.containers)
        let before = (wounds: world.wounds, commands: world.commands.count)
        world.restart()
        _ = await heal(world)
        var found: [String] = []
        if world.commands.count != before.commands { found.append("healing again did something") }
        await world.clock.sleep(.minutes(5))
        if world.wounds != before.wounds {
            found.append(
                "what somebody else uses was undone: \(before.wounds), now \(world.wounds)"
            )
        }
        return found
    }

    private func heal(_ world: SimulatedWorld) async -> [String]? {
        let open = world.open
        return await world.live { await Scenario.heal(open, in: $0) }
    }

    /// Waits until no message is on its way and every lease that could lapse has.
    private func calm(_ world: SimulatedWorld) async {
        let latest = world.clock.now + .minutes(5)
        while !world.isQuiet, world.clock.now < latest {
            await world.clock.sleep(.seconds(1))
        }
    }

    private func names(_ wounds: [Wound]) -> String {
        wounds.map { "\($0.fault) on \($0.procedure.target)" }.joined(separator: ", ")
    }
}

extension Ordeal: CustomStringConvertible {
    var description: String {
        "seed \(seed), \(fate), then heal \(healDeaths)"
            .replacing("DrillTesting.SimulatedWorld.Death.", with: "")
    }
}
