/// The user's own fault: five commands on the target.
///
/// What `capture` prints is `${captured}` in the others.
package enum RunFault: Fault {
    package static let name = "run"
    package static let about =
        "Runs commands of your own: what breaks, what undoes it, and how to see either."
    package static let keys = [
        Key("capture", .command, "Looks only; what it prints is `${captured}` in the others."),
        Key("inject", .command, required: true, "Breaks it."),
        Key("undo", .command, "Undoes it; must be harmless where nothing was broken."),
        Key(
            "effective",
            .command,
            required: true,
            "Exits 0 when it took effect: a fault that nothing can see proves nothing."
        ),
        Key("settled", .command, "Exits 0 when all is as before."),
        Key("timeout", .span, "How long each may take; 30s when left out."),
    ]

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] {
        step.values.command("undo") == nil ? [] : Lease.needs
    }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        let timeout = step.values.span("timeout") ?? .seconds(30)
        func action(_ key: String, saves: String? = nil, within: Span = .zero) -> [Action] {
            guard let command = step.values.command(key) else { return [] }
            return [
                Action(
                    "\(key) of \(step.id) on \(host.name)",
                    .command(host: host.name, command),
                    saves: saves,
                    timeout: timeout,
                    within: within
                )
            ]
        }
        return Procedure(
            target: host.name,
            capture: action("capture", saves: "captured"),
            inject: action("inject"),
            effective: action("effective", within: .seconds(10)),
            undo: action("undo"),
            settled: action("settled", within: .seconds(30)),
            healing: step.values.command("undo") == nil
                ? .controller(why: "\(step.id) says no `undo:`") : .lease
        )
    }
}
