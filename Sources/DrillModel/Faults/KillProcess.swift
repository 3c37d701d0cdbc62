/// Kills processes, and sees whether something brings them back.
package enum KillProcess: Fault {
    package static let name = "kill-process"
    package static let about =
        "Kills processes on a host; only their supervisor, or `restart:`, brings them back."
    package static let keys =
        Processes.keys + [
            Key(
                "signal",
                .oneOf(["KILL", "TERM", "INT", "HUP", "QUIT", "ABRT", "SEGV"]),
                "The signal; KILL when left out."
            ),
            Key(
                "restart",
                .command,
                "Undoes it: run on the target where no such process is there again by then."
            ),
        ]

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] {
        step.values.command("restart") == nil ? [.root] : Lease.needs
    }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        let processes = try Processes(step, on: host, in: scene)
        let signal = step.values.word("signal") ?? "KILL"
        let restart = step.values.command("restart")
        var undo: [Action] = []
        if let restart {
            undo = [
                Action(
                    "restart \(processes.shown) on \(host.name), if none is there",
                    .command(
                        host: host.name,
                        restart.unless(processes.find(.there))
                    ),
                    timeout: .seconds(60)
                )
            ]
        }
        return Procedure(
            target: host.name,
            capture: [processes.capture(.find)],
            inject: [
                processes.act("send \(signal) to \(processes.shown)", .signal, signal: signal)
            ],
            effective: [
                processes.act("see that \(processes.shown) are gone", .gone, within: .seconds(15))
            ],
            undo: undo,
            settled: [
                Action(
                    "see \(processes.shown) on \(host.name) again",
                    .command(host: host.name, processes.find(.there)),
                    within: .seconds(60)
                )
            ],
            healing: restart == nil
                ? .controller(
                    why: "nothing but its supervisor brings a killed process back; `restart:` would"
                )
                : .lease
        )
    }
}

extension Command {
    /// The command as a shell line that is only run where `look` fails.
    fileprivate func unless(_ look: Command) -> Command {
        let guarding: String
        switch look.body {
        case .list(let words):
            guarding = words.map { Shell.quoted($0.shown) }.joined(separator: " ")
        case .shell(let text): guarding = text.shown
        }
        return Command(
            .shell(Text("\(guarding) </dev/null >/dev/null 2>&1 || {\n") + asShell + "\n}"),
            input: input,
            sudo: sudo
        )
    }
}
