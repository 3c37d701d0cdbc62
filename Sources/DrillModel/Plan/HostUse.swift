/// One way in which an experiment uses a host: what the survey must find there.
struct HostUse: Hashable, Sendable {
    var host: String
    /// A fault's id, `probe NAME`, `who NAME` or `runbook NAME`.
    var by: String
    var needsRoot: Bool
    /// Where the file says so; nil for faults, whose commands `Draft` has checked.
    var position: Position?
    /// What is run there; nil where it is only needed.
    var command: Command?
    /// What for, in the imperative; empty where `by` says it all.
    var what = ""
    /// The candidates that `${it.…}` in the command stands for, in turn.
    var candidates: [Host] = []

    /// Every use: by faults, probes, `who` and runbooks, in this order.
    static func all(in draft: Draft) -> [HostUse] {
        faults(draft) + draft.experiment.probes.flatMap(probe)
            + draft.experiment.who.flatMap { who($0, draft.selection) }
            + steps(draft.experiment.prepare + draft.experiment.method)
    }

    private static func faults(_ draft: Draft) -> [HostUse] {
        var uses: [HostUse] = []
        for fault in draft.faults {
            for procedure in fault.procedures {
                for action in procedure.all {
                    guard case .command(let host, let command) = action.verb else { continue }
                    uses.append(
                        HostUse(
                            host: host,
                            by: fault.id,
                            needsRoot: command.sudo,
                            command: command,
                            what: action.what
                        )
                    )
                }
            }
        }
        return uses
            + draft.needs.filter(\.isOnHost).map {
                HostUse(host: $0.host.name, by: $0.fault, needsRoot: $0.need == .root)
            }
    }

    private static func probe(_ probe: Probe) -> [HostUse] {
        let name = "probe \(probe.name)"
        let via = probe.via.map {
            [HostUse(host: $0, by: name, needsRoot: false, position: probe.position)]
        }
        return look(probe.kind, by: name, at: probe.position) + (via ?? [])
    }

    private static func who(_ who: Who, _ selection: Selection) -> [HostUse] {
        look(who.condition, by: "who \(who.name)", at: who.position).map { use in
            var use = use
            use.candidates = selection.candidates(who.among)
            return use
        }
    }

    private static func steps(_ steps: [Step]) -> [HostUse] {
        steps.flatMap { step -> [HostUse] in
            switch step.kind {
            case .parallel(let inner): Self.steps(inner)
            case .runbook(let runbook):
                runbook.allSteps.flatMap { inner in
                    Self.step(inner, of: runbook, at: inner.position ?? step.position)
                }
            default: []
            }
        }
    }

    private static func step(
        _ step: RunbookStep,
        of runbook: Runbook,
        at position: Position?
    ) -> [HostUse] {
        let name = "runbook \(runbook.name)"
        var uses = step.looks.flatMap { look($0, by: name, at: position) }
        for (deed, what) in [(step.deed, step.title), (step.undo, "undo: \(step.title)")] {
            guard case .command(let host, let run) = deed, let host = host ?? controller(run)
            else { continue }
            uses.append(
                HostUse(
                    host: host,
                    by: name,
                    needsRoot: run.sudo,
                    position: position,
                    command: run,
                    what: what
                )
            )
        }
        return uses
    }

    private static func look(
        _ kind: Probe.Kind,
        by name: String,
        at position: Position?
    ) -> [HostUse] {
        kind.commands.compactMap { command, host in
            guard let host = host ?? controller(command) else { return nil }
            return HostUse(
                host: host,
                by: name,
                needsRoot: command.sudo,
                position: position,
                command: command
            )
        }
    }

    /// The controller is there; only what it needs root for is worth telling.
    private static func controller(_ command: Command) -> String? {
        command.sudo ? Action.controller : nil
    }
}

extension Draft.HostNeed {
    /// Containers and power are seen to from the controller.
    fileprivate var isOnHost: Bool { need != .container && need != .power }
}
