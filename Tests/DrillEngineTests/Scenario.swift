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
        var draw = SplitMix64(seed: seed, purpose: "plan")
        let inventory = Inventory(
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
        )
        var faults: [PlannedFault] = []
        var steps: [Step] = []
        for index in 0..<(1 + draw.below(3)) {
            let id = "fault-\(index)"
            let targets = draw.draw(1 + draw.below(3), from: Self.hosts)
            let isContainer = draw.below(2) == 0
            faults.append(
                PlannedFault(
                    id: id,
                    fault: isContainer ? "kill-container" : "mark",
                    procedures: targets.map {
                        isContainer ? Self.kill($0) : Self.mark($0, as: id)
                    },
                    lasts: draw.below(3) == 0 ? .seconds(Int64(1 + draw.below(5))) : nil,
                    lease: .seconds(30)
                )
            )
            steps.append(
                Step(.fault(FaultStep(id: id, fault: "mark", target: Selector(hosts: targets))))
            )
            if draw.below(2) == 0 {
                steps.append(Step(.wait(Wait(until: nil, holds: .seconds(Int64(draw.below(4)))))))
            }
            if draw.below(3) == 0 { steps.append(Step(.undo(id))) }
        }
        let experiment = Experiment(
            name: "simulated",
            inventory: inventory,
            probes: [
                Probe(
                    name: "shop",
                    kind: .tcp(TCPLook(address: "192.0.2.1", port: 80)),
                    every: .milliseconds(50)
                ),
                Probe(
                    name: "alarm",
                    measure: .detection,
                    kind: .tcp(TCPLook(address: "192.0.2.1", port: 81)),
                    every: .milliseconds(200),
                    upAfter: 1
                ),
            ],
            steady: steady,
            method: steps
        )
        plan = Plan(run: "RUN", experiment: experiment, seed: seed, faults: faults)
    }

    /// Runs it; a signal comes once `stopAfter` events were recorded, a second one then where whoever
    /// sends it is in a hurry.
    func run(
        in world: SimulatedWorld,
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
        return await world.clock.drive {
            let signal = Task {
                guard let stopAfter else { return }
                while !Task.isCancelled, world.events.count < stopAfter {
                    await world.clock.sleep(until: world.clock.now + .milliseconds(5))
                }
                stop.stop(.signal("SIGINT"))
                if isHurried { stop.hurry() }
            }
            let timeline = await Run.run(plan, start: start, in: world.world, stop: stop)
            signal.cancel()
            return timeline
        }
    }

    /// What `drill heal` does: from the journal alone.
    static func heal(_ simulated: SimulatedWorld) async {
        await simulated.clock.drive {
            let world = simulated.world
            let log = Log(world)
            _ = await Healer(world, log: log).heal(simulated.open, why: "drill heal")
        }
    }

    static func mark(_ host: String, as name: String) -> Procedure {
        func action(_ verb: String) -> Action {
            Action(
                "\(verb) \(name)",
                .command(host: host, .list([verb, name], sudo: true)),
                within: .seconds(2)
            )
        }
        return Procedure(
            target: host,
            inject: [action("mark")],
            effective: [action("marked")],
            undo: [action("unmark")],
            settled: [action("unmarked")],
            healing: .lease
        )
    }

    static func kill(_ host: String) -> Procedure {
        let box = "box-\(host)"
        return Procedure(
            target: host,
            inject: [Action("kill \(box)", .container(box, .kill(signal: "KILL")))],
            effective: [
                Action("see it down", .container(box, .state), expect: .output(["exited"]))
            ],
            undo: [Action("start \(box)", .container(box, .start))],
            settled: [
                Action("see it run", .container(box, .state), expect: .output(["running"]))
            ],
            healing: .controller(why: "a test")
        )
    }
}
