import DrillEngine
import DrillModel
import DrillTesting

/// A random plan over four simulated hosts: marks that heal by lease, containers that don't.
struct Scenario {
    static let hosts = ["alpha", "beta", "gamma", "delta"]
    static let containers = hosts.map { "box-\($0)" }

    let plan: Plan

    init(
        seed: UInt64,
        steady: Steady = Steady(holds: .seconds(1), within: .seconds(10))
    ) {
        var draw = ScenarioDraw(seed: seed)
        let faults = draw.faults()
        let experiment = Experiment(
            name: "simulated",
            inventory: Inventory(
                name: "simulated",
                hosts: Self.hosts.map {
                    Host(
                        name: $0,
                        address: "192.0.2.1",
                        region: "r",
                        zone: "r/\($0)",
                        container: "box-\($0)"
                    )
                }
            ),
            who: [
                Who(name: "chosen", among: Selector(), condition: Rehearsal.shop.kind)
            ],
            probes: [
                Rehearsal.shop,
                Probe(
                    name: "alarm",
                    measure: .detection,
                    kind: .tcp(TCPLook(address: "192.0.2.1", port: 81)),
                    every: .milliseconds(200),
                    upAfter: 1
                ),
            ],
            steady: steady,
            prepare: draw.steps(for: faults.filter(\.isInPrepare)),
            method: draw.steps(for: faults.filter { !$0.isInPrepare })
        )
        plan = Plan(run: "RUN", experiment: experiment, seed: seed, faults: faults)
    }

    /// Whether no fault takes away what another one is undone by.
    var isPeaceful: Bool {
        let leased = plan.faults.filter { $0.procedures.first?.healing == .lease }
        let killed = plan.faults.filter { $0.procedures.first?.healing != .lease }
            .flatMap(\.procedures).map(\.target)
        return !plan.faults.contains(where: \.includesControl)
            && Set(killed).count == killed.count
            && Set(killed).isDisjoint(with: leased.flatMap(\.procedures).map(\.target))
    }

    /// Runs it; a signal comes once `stopAfter` events were recorded, a second one then where whoever
    /// sends it is in a hurry.
    func run(
        in world: SimulatedWorld,
        stopAfter: Int? = nil,
        isHurried: Bool = false
    ) async -> Timeline {
        await world.clock.drive {
            await carryOut(in: world.world, of: world, stopAfter: stopAfter, isHurried: isHurried)
        }
    }

    /// The same, called in the simulation.
    func carryOut(
        in world: World,
        of simulated: SimulatedWorld,
        stopAfter: Int? = nil,
        isHurried: Bool = false
    ) async -> Timeline {
        let stop = StopSwitch()
        let start = Event.Start(
            run: "RUN",
            seed: plan.seed,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        let signal = Task {
            guard let stopAfter else { return }
            while !Task.isCancelled, simulated.events.count < stopAfter {
                await simulated.clock.sleep(.milliseconds(5))
            }
            stop.stop(.signal("SIGINT"))
            if isHurried { stop.hurry() }
        }
        let timeline = await Run.run(plan, start: start, in: world, stop: stop)
        signal.cancel()
        return timeline
    }

    /// What `drill heal` does: from the journal alone.
    ///
    /// - Returns: what may still be broken, in words.
    static func heal(_ open: [Wound], in world: World) async -> [String] {
        await Healer(world, log: Log(world)).heal(
            open,
            why: "drill heal",
            within: .seconds(30),
            lookingAgain: .milliseconds(1500)
        ).map { "\($0.wound.fault) on \($0.wound.procedure.target): \($0.why)" }
    }

    /// Two marks: it may be half in, and half undone.
    static func mark(_ host: String, as name: String) -> Procedure {
        func actions(_ verb: String) -> [Action] {
            [name, name + SimulatedWorld.second].map { mark in
                Action(
                    "\(verb) \(mark)",
                    .command(host: host, .list([verb, mark], sudo: true)),
                    within: .seconds(2)
                )
            }
        }
        return Procedure(
            target: host,
            inject: actions("mark"),
            effective: actions("marked"),
            undo: actions("unmark"),
            settled: actions("unmarked"),
            healing: .lease
        )
    }

    static func container(_ host: String, _ way: HostLoss.Way) -> Procedure {
        let box = "box-\(host)"
        let isKill = way == .kill
        func act(_ verb: ContainerVerb) -> Action { Action("act on \(box)", .container(box, verb)) }
        func look(_ status: String) -> Action {
            Action(
                "see that \(box) is \(status)",
                .container(box, .state),
                expect: .output([status]),
                within: .seconds(2)
            )
        }
        return Procedure(
            target: host,
            inject: [act(isKill ? .kill(signal: "KILL") : .pause)],
            effective: [look(isKill ? "exited" : "paused")],
            undo: [act(isKill ? .start : .unpause)],
            settled: [look("running")],
            healing: .controller(why: "a test")
        )
    }
}

/// Draws the parts of a scenario.
private struct ScenarioDraw {
    var draw: SplitMix64

    init(seed: UInt64) { draw = SplitMix64(seed: seed, purpose: "plan") }

    private mutating func once(in count: Int) -> Bool { draw.below(count) == 0 }

    private mutating func seconds(_ range: Range<Int>) -> Span {
        .seconds(Int64(range.lowerBound + draw.below(range.count)))
    }

    mutating func faults() -> [PlannedFault] {
        // Half of the plans have each host hit by one kind of fault only.
        let isDisjoint = once(in: 2)
        var places = draw.draw(Scenario.hosts.count, from: Scenario.hosts)
        let lease: Span = .seconds([4, 10, 30][draw.below(3)])
        return (0..<(1 + draw.below(4))).compactMap { index in
            let pool = isDisjoint ? places : Scenario.hosts
            guard !pool.isEmpty else { return nil }
            let targets = draw.draw(1 + draw.below(isDisjoint ? 2 : 3), from: pool)
            places.removeAll { targets.contains($0) }
            return fault(index, on: targets, lease: lease)
        }
    }

    private mutating func fault(_ index: Int, on targets: [String], lease: Span) -> PlannedFault {
        let kind = draw.below(20)
        let isUnplugged = kind == 0
        let lasts: Span? = isUnplugged || once(in: 3) ? seconds(1..<8) : nil
        let id = isUnplugged ? "unplugged-\(index)" : "fault-\(index)"
        let procedures = targets.map { host in
            switch kind {
            case ..<11: Scenario.mark(host, as: id)
            case ..<16: Scenario.container(host, .kill)
            default: Scenario.container(host, .pause)
            }
        }
        let isChosen = once(in: 6)
        return PlannedFault(
            id: id,
            fault: kind < 11 ? "mark" : "container",
            isInPrepare: index == 0 && once(in: 4),
            procedures: procedures,
            who: isChosen ? "chosen" : nil,
            pick: isChosen && once(in: 2) ? .count(1) : .all,
            lasts: lasts,
            includesControl: isUnplugged,
            lease: isUnplugged ? lasts ?? lease : lease
        )
    }

    /// Steps that inject each of the faults, and others between them.
    mutating func steps(for faults: [PlannedFault]) -> [Step] {
        var steps: [Step] = []
        var left = faults
        while !left.isEmpty {
            if left.count > 1, once(in: 4) {
                let together = [left.removeFirst(), left.removeFirst()]
                steps.append(
                    Step(.parallel(together.map { .fault($0.id) } + [.pause(seconds(0..<3))]))
                )
            } else {
                steps.append(.fault(left.removeFirst().id))
            }
            if once(in: 2) { steps.append(between()) }
            if once(in: 3) {
                steps.append(Step(.undo(faults[draw.below(faults.count - left.count)].id)))
            }
        }
        return steps
    }

    private mutating func between() -> Step {
        switch draw.below(8) {
        case 0: .pause(seconds(10..<40))
        case 1:
            Step(
                .runbook(
                    Runbook(
                        name: "book",
                        steps: Scenario.hosts.map {
                            RunbookStep(
                                title: "see to \($0)",
                                host: $0,
                                run: .list(["say", "hello"]),
                                budget: .seconds(3),
                                isOptional: true
                            )
                        }
                    )
                )
            )
        case 2: Step(.wait(Wait(until: "alarm", within: .seconds(3), continues: true)))
        case 3:
            Step(.wait(Wait(until: "shop", state: .down, within: .seconds(3), continues: true)))
        case 4: Step(.wait(Wait(until: "shop", within: .seconds(5))))
        default: .pause(seconds(0..<4))
        }
    }
}

extension Scenario {
    /// The plan for people: faults, then steps.
    var told: [String] {
        let faults = plan.faults.map { fault in
            let targets = fault.procedures.map {
                "\($0.target) (\($0.inject.map(\.shown).joined(separator: ", ")))"
            }
            return """
                \(fault.id): \(targets.joined(separator: ", ")); lease \(fault.lease), \
                for \(fault.lasts.map { "\($0)" } ?? "as long as it takes")
                """
        }
        let steps = (plan.experiment.prepare + plan.experiment.method).map { "step: \($0.title)" }
        return faults + steps
    }
}
