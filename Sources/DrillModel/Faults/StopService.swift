/// Stops a service through whatever manages it, as an operator's mistake would.
package enum StopService: Fault {
    package static let name = "stop-service"
    package static let about =
        "Stops a service through systemd, runit or its init script; started again if it ran before."
    package static let keys = [
        Key("service", .word, required: true, "The service's name.")
    ]

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] { Lease.needs }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        let service = try Service(step, on: host, in: scene)
        let title = "\(service.name) on \(host.name)"
        let state = Action.Verb.command(host: host.name, service.look(.state))
        let ran = Action.When.saved("state", isOneOf: ["active"])
        return Procedure(
            target: host.name,
            capture: [
                Action(
                    "see whether \(title) runs",
                    state,
                    expect: .output(["active", "inactive"]),
                    saves: "state"
                ),
                Action(
                    "find the main process of \(title)",
                    .command(host: host.name, service.look(.process)),
                    saves: "process"
                ),
            ],
            inject: [
                Action(
                    "stop \(title)",
                    .command(host: host.name, service.stop()),
                    timeout: .seconds(60),
                    when: ran
                )
            ],
            effective: [
                Action(
                    "see that \(title) is stopped",
                    state,
                    expect: .output(["inactive"]),
                    within: .seconds(15)
                ),
                Action(
                    "see that the main process of \(title) is gone",
                    .command(
                        host: host.name,
                        .script(
                            Text(ProcessScript.act),
                            name: "drill-process",
                            ["gone", "", .saved("process")],
                            sudo: true
                        )
                    ),
                    within: .seconds(15),
                    when: .savedNot("process", isOneOf: [""])
                ),
            ],
            undo: [
                Action(
                    "start \(title)",
                    .command(host: host.name, service.start()),
                    timeout: .seconds(60),
                    when: ran
                )
            ],
            settled: [
                Action(
                    "see that \(title) is as it was",
                    state,
                    expect: .outputSaved("state"),
                    within: .seconds(30)
                )
            ],
            healing: .lease
        )
    }
}
