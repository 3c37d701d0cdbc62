/// Every command that one planned run may send through `sudo -n`, host by host as they come.
struct RootCommands: Sendable {
    private let draft: Draft

    init(_ draft: Draft) { self.draft = draft }

    /// One command as its words are on a host; what isn't known before the run is `SudoPattern.mark`.
    struct One: Hashable, Sendable {
        var host: String
        var reason: String
        var words: [String]
        /// Standard input that root carries out.
        var runsInput = false
    }

    var all: [One] {
        let uses = HostUse.all(in: draft).filter(\.needsRoot)
        let tools = Preflight(draft: draft).request.tools
        let surveyed = uses.map(\.host).unique.filter { $0 != Action.controller }
        return surveyed.flatMap { survey($0, tools: tools[$0] ?? []) }
            + uses.flatMap(used) + draft.faults.flatMap(leases)
    }

    private func survey(_ host: String, tools: [String]) -> [One] {
        SurveyScript.asRoot(tools: tools).map { command in
            let first = Self.words(command)
            let reason =
                switch first.first {
                case "true": "survey: see whether sudo works"
                case "sh": "survey: list what earlier runs left"
                default: "survey: see which iptables works"
                }
            return One(host: host, reason: reason, words: first)
        }
    }

    private func used(_ use: HostUse) -> [One] {
        guard let command = use.command else { return [] }
        let reason = use.what.isEmpty ? use.by : "\(use.by): \(use.what)"
        // Without candidates the command is the same for all.
        let candidates = use.candidates.isEmpty ? [nil] : use.candidates.map(Optional.some)
        return candidates.map { it in
            One(
                host: use.host,
                reason: reason,
                words: Self.words(command, it: it),
                runsInput: command.holdsSecrets
            )
        }
    }

    private func leases(_ fault: PlannedFault) -> [One] {
        fault.procedures.filter { $0.healing == .lease }.flatMap { procedure in
            let lease = Lease(run: draft.run, fault: fault.id, host: procedure.target)
            func one(_ what: String, _ command: Command, runsInput: Bool = false) -> One {
                One(
                    host: procedure.target,
                    reason: "\(fault.id): \(what)",
                    words: Self.words(command),
                    runsInput: runsInput || command.holdsSecrets
                )
            }
            var arm = one(
                "arm the undo with a lease of \(fault.lease)",
                lease.arm(undo: "", lasts: fault.lease, who: draft.run),
                runsInput: true
            )
            // The last word is the undo's length, of a text that is open all the same; who arms it stands
            // before the lease's length.
            arm.words[arm.words.count - 1] = SudoPattern.mark
            arm.words[arm.words.count - 3] = SudoPattern.mark
            var look = one("see that the lease is armed", lease.isArmed)
            look.words.append(SudoPattern.mark)
            return [
                arm, one("renew the lease", lease.extend(fault.lease)), look,
                one("undo through the lease", lease.heal(patience: Lease.healPatience)),
                one("take the healed lease away", lease.clean),
            ]
        }
    }

    private static func words(_ command: Command, it: Host? = nil) -> [String] {
        // It comes by standard input: nobody is to see its secrets.
        if command.holdsSecrets { return ["sh", "-c", AsideScript("", input: "").reader] }
        let words = command.words { part in
            switch part {
            case .it("address"): it?.address ?? SudoPattern.mark
            case .it("name"): it?.name ?? SudoPattern.mark
            default: fill(part)
            }
        }
        // Quoted or not, as the value will need it: both must fit.
        return words.map { $0.replacing("'\(SudoPattern.mark)'", with: SudoPattern.mark) }
    }

    private static func fill(_ part: Text.Part) -> String { SudoPattern.mark }
}

extension RootCommands.One {
    /// The rule that allows this command in every one of the runs that it was planned for.
    func rule(all: [RootCommands.One]) -> Sudoers.Rule {
        let pattern = SudoPattern(all.map { $0.words.dropFirst().joined(separator: " ") })
        let isScript = words.count > 2 && words[0] == "sh" && words[1] == "-c"
        let breadth: Sudoers.Breadth =
            if runsInput || isScript && words[2].contains(SudoPattern.mark) {
                .root
            } else if pattern.isOpen {
                .anyArgument
            } else {
                .exact
            }
        return Sudoers.Rule(
            reasons: [Self.common(all.map(\.reason))],
            program: words.first ?? "",
            arguments: pattern,
            breadth: breadth
        )
    }

    /// A text that is alike but for the run's id, `…` where it differs.
    private static func common(_ texts: [String]) -> String {
        let examples = texts.map { Array($0) }
        guard let first = examples.first, examples.allSatisfy({ $0.count == first.count }) else {
            return texts.first ?? ""
        }
        var common = ""
        for index in first.indices {
            if examples.allSatisfy({ $0[index] == first[index] }) {
                common.append(first[index])
            } else if !common.hasSuffix("…") {
                common.append("…")
            }
        }
        return common
    }
}
