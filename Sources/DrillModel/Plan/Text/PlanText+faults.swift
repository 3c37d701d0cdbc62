// What is done to whom, by which commands, and how it is undone.
extension PlanText {
    mutating func faults() {
        guard !plan.faults.isEmpty else { return }
        section("Faults")
        paragraph(
            "`capture` and `effective` only look; `undo` is on disk before `inject` is sent; `settled`"
                + " looks whether all is as before. `sudo -n` is left out where the login user is root."
        )
        var hosts: [String: Host] = [:]
        for host in experiment.inventory?.hosts ?? [] { hosts[host.name] = host }
        for fault in plan.faults {
            lines += ["", "### \(fault.id)"]
            paragraph(summary(fault))
            let folds = Fold.folded(fault.procedures, hosts: hosts, scripts: &scripts)
            for fold in folds { show(fold) }
        }
    }

    private func summary(_ fault: PlannedFault) -> String {
        let targets = fault.procedures.map(\.target)
        var words = "Fault `\(fault.fault)`\(fault.isInPrepare ? ", before the disaster," : "")"
        if let who = fault.who {
            let pick = fault.pick == .all ? "whomever" : "\(fault.pick) of those whom"
            words += " on \(pick) `\(who)` finds among \(counted(targets.count, "candidate"))"
        } else {
            words += " on \(counted(targets.count, "host"))"
        }
        words += ": \(targets.listed)."
        if let lasts = fault.lasts { words += " It lasts \(lasts)." }
        if fault.includesControl { words += " It cuts drill's own path too." }
        if fault.procedures.contains(where: { $0.healing == .lease }) {
            if holdsReady(fault) {
                words += " Each host holds the first `inject` ready, then all are told at once."
            }
            words += " Each target undoes it by itself \(fault.lease) after drill falls silent."
        }
        return words
    }

    /// Over SSH, where there are several; a local host's command is simply carried out.
    private func holdsReady(_ fault: PlannedFault) -> Bool {
        fault.procedures.filter { procedure in
            guard let first = procedure.inject.first else { return false }
            return procedure.isBehindLease(first) && host(procedure.target)?.isLocal != true
        }.count > 1
    }

    private mutating func show(_ fold: Fold) {
        lines += ["", "```"]
        for (name, actions) in zip(Procedure.stageNames, fold.stages) where !actions.isEmpty {
            for (index, action) in actions.enumerated() {
                let label = index == 0 ? name : ""
                let indent = String(repeating: " ", count: 11)
                let words = wrapped(action.what, width - 11)
                lines.append(label.padded(11) + (words.first ?? ""))
                lines += words.dropFirst().map { indent + $0 }
                lines += broken(action.words, width - 13).map { indent + "  " + $0 }
                if let input = action.input {
                    lines += input.split(separator: "\n").map { indent + "  < " + $0 }
                }
            }
        }
        if fold.rows.count > 1 {
            lines.append("")
            table(
                [["where"] + fold.used]
                    + fold.rows.map { row in
                        ["on \(row.target)"] + fold.used.map { row.names[$0] ?? "" }
                    }
            )
        }
        lines.append("```")
    }

    mutating func undoByHand() {
        let lines = plan.faults.reversed().flatMap { byHand($0) }
        guard !lines.isEmpty else { return }
        section("Undo by hand")
        paragraph(
            "`drill heal \(plan.run)` does this from any machine that has the run's journal. Without"
                + " drill, newest first:"
        )
        self.lines += ["", "```"] + lines + ["```"]
    }

    /// Commands to paste; `[host]` says where.
    private mutating func byHand(_ fault: PlannedFault) -> [String] {
        guard fault.procedures.contains(where: { !$0.undo.isEmpty }) else { return [] }
        var lines = ["# \(fault.id)"]
        var engine: [(verb: String, names: [String])] = []
        for action in fault.procedures.flatMap(\.undo) {
            switch action.verb {
            case .container(let name, .connect):
                lines += reconnect(name)
            case .container(let name, let verb):
                let word = verb.dockerWord
                if let index = engine.firstIndex(where: { $0.verb == word }) {
                    engine[index].names.append(name)
                } else {
                    engine.append((word, [name]))
                }
            case .command:
                let words = ShownAction(action).words.map { scripts.lifted($0) }
                lines += broken(words, width)
            }
        }
        return lines
            + engine.flatMap { entry in
                broken(["docker", entry.verb] + entry.names.map(Shell.quoted), width)
            }
    }

    private func reconnect(_ name: String) -> [String] {
        guard let attachments = plan.facts?.engine?.containers[name]?.attachments else {
            return ["# docker network connect … \(name), as the run's journal says"]
        }
        return attachments.flatMap { attachment -> [String] in
            let words = ["docker", "network", "connect"] + attachment.words(connecting: name)
            return broken(words.map(Shell.quoted), width)
        }
    }

    mutating func notSelfHealing() {
        guard !plan.notSelfHealing.isEmpty else { return }
        section("Not self-healing")
        paragraph(
            "Should drill die before it has undone these, its guardian, a process beside it on this"
                + " machine, undoes at once what has an undo. Should both die together (power, a"
                + " reboot), it stays broken until someone runs `drill heal \(plan.run)` or the"
                + " commands above. What has no undo stays broken in any case."
        )
        for reason in plan.notSelfHealing { item(sentence(reason)) }
    }

    mutating func scriptsUsed() {
        guard !scripts.texts.isEmpty else { return }
        section("Scripts")
        paragraph("Set these where a command above uses them.")
        for (index, text) in scripts.texts.enumerated() {
            let name = "S\(index + 1)"
            lines += ["", "```sh", "\(name)=$(cat <<'END_\(name)'"]
            lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines += ["END_\(name)", ")", "```"]
        }
    }
}

extension ContainerVerb {
    /// The word of `docker`'s command line.
    fileprivate var dockerWord: String {
        switch self {
        case .start: "start"
        case .kill(let signal): "kill --signal=\(signal)"
        case .pause: "pause"
        case .unpause: "unpause"
        case .id, .state, .networks: "inspect"
        case .disconnect: "network disconnect"
        case .connect: "network connect"
        }
    }
}
