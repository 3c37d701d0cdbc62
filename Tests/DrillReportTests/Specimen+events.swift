import DrillModel

extension Specimen {
    var events: [Event] {
        let begin = [
            Event(at: Self.start, .started(start)),
            Event(at: Self.start, .phase(.survey)),
            Event(at: Self.start + .milliseconds(900), .surveyed(facts)),
            Event(at: Self.start + .milliseconds(910), .phase(.guards)),
            Event(at: Self.start + .milliseconds(920), .guardianBegan(process: 4711)),
            Event(at: Self.start + .milliseconds(950), .ledgerPrepared(probe: "orders")),
            Event(at: Self.start + .seconds(1), .phase(.steady)),
            Event(at: Self.start + .seconds(7), .steadyHeld),
            Event(
                at: Self.start + .seconds(7),
                .lateness(probe: storefront, late: .milliseconds(20))
            ),
            Event(at: Self.start + .seconds(8), .phase(.method)),
        ]
        return (begin + steps + broken + recovery + repair + actions).sorted { $0.at < $1.at }
    }

    private var steps: [Event] {
        let times: [(Int64, Int64)] = [
            (-80, 832), (840, 5950), (5955, 15_310), (15_311, 20_400), (40_000, 41_300),
            (41_310, 75_000),
        ]
        let steps = zip(experiment.method, times).map { ($0.title, $1.0, $1.1) }
        return steps.enumerated().flatMap { index, step in
            [
                Event(at: Self.at(step.1), .stepStarted(step: "\(index + 1)", title: step.0)),
                Event(at: Self.at(step.2), .stepEnded(step: "\(index + 1)", result: .done)),
            ]
        }
    }

    private var broken: [Event] {
        [
            Event(at: Self.disaster, .injecting(fault: "blackout")),
            Event(at: Self.at(351), .injected(fault: "blackout", failedHosts: [])),
        ]
            + victims.enumerated().map { index, host in
                let seen = Self.at(430 + Int64(index) * 100)
                return Event(at: seen, .proof(fault: "blackout", host: host.name, .holds))
            }
    }

    private var recovery: [Event] {
        func step(
            _ number: Int,
            _ title: String,
            _ host: String?,
            _ from: Int64,
            _ to: Int64,
            _ budget: Span?,
            _ result: Event.StepResult
        ) -> Event {
            Event(
                at: Self.at(to),
                .runbookStep(
                    RunbookStepReport(
                        runbook: "promote-us-west-2",
                        number: number,
                        count: 3,
                        title: title,
                        host: host,
                        started: Self.at(from),
                        done: Self.at(to),
                        budget: budget,
                        result: result,
                        isOptional: number == 3
                    )
                )
            )
        }
        return [
            step(1, "promote the standby", "db-west", 5960, 13_560, .seconds(30), .done),
            step(2, "open the pools", "edge", 13_570, 14_820, .seconds(10), .done),
            step(
                3,
                "look for shoppers",
                nil,
                14_830,
                15_300,
                nil,
                .passedOver("no look declared")
            ),
            Event(at: Self.at(20_410), .note("the traffic of app-west doubled")),
        ]
    }

    private var repair: [Event] {
        [
            Event(at: Self.undo, .undoing(fault: "blackout", why: "step 5")),
            Event(at: Self.at(40_700), .undone(fault: "blackout", failedHosts: [])),
            Event(at: Self.at(75_010), .phase(.readBack)),
            Event(at: Self.at(75_900), .readBack(probe: "orders", failure: nil)),
            Event(at: Self.start + length, .phase(.ended)),
            Event(at: Self.start + length, .ended),
        ]
            + victims.enumerated().map { index, host in
                let seen = Self.at(41_020 + Int64(index) * 20)
                return Event(at: seen, .settled(fault: "blackout", host: host.name, .holds))
            }
    }

    /// 5 hosts with 1 capture, 1 inject, 8 looks, 1 undo and 2 looks each, and one of the runbook.
    private var actions: [Event] {
        let promoted = ActionReport(
            of: "promote-us-west-2",
            host: "db-west",
            stage: .runbook,
            what: "promote the standby",
            command: "patronictl failover --candidate db-west --force",
            sent: Self.at(5961),
            done: Self.at(13_550),
            result: "exit 0",
            output: output,
            isAsExpected: true
        )
        var actions = [promoted]
        for (index, procedure) in plan.faults.flatMap(\.procedures).enumerated() {
            func add(
                _ stage: ActionReport.Stage,
                _ action: [Action],
                _ ms: Int64,
                took: Int64,
                _ output: String? = nil
            ) {
                let sent = Self.at(ms + Int64(index) * 7)
                actions += action.map { action in
                    ActionReport(
                        of: "blackout",
                        host: procedure.target,
                        stage: stage,
                        what: action.what,
                        command: action.shown,
                        sent: sent,
                        done: sent + .milliseconds(took),
                        result: "exit 0",
                        output: output,
                        isAsExpected: true
                    )
                }
            }
            add(.capture, procedure.capture, -70, took: 12, "[]")
            add(.inject, procedure.inject, 0, took: 310)
            for look in 0..<8 {
                add(.effective, procedure.effective, 400 + Int64(look) * 4900, took: 9, "exited")
            }
            add(.undo, procedure.undo, 40_002, took: 640)
            for look in 0..<2 {
                add(.settled, procedure.settled, 40_700 + Int64(look) * 300, took: 8, "running")
            }
        }
        return actions.map { Event(at: $0.done, .action($0)) }
    }
}
