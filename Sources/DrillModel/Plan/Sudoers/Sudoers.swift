/// The sudo rules that an experiment needs: what drill runs by `sudo -n` on each host, and no more.
///
/// ```
///  experiment, planned for ten runs that never were ──▶ commands ──▶ what all ten have in common
///      × what the survey might find (iptables, service manager)      stays as it is; the rest is open
/// ```
/// Made of the very commands that a run sends, so there is no second list to keep. Pure: touches
/// nothing. `SudoersText` writes it as sudoers(5) wants it.
package struct Sudoers: Hashable, Sendable {
    /// What one host needs, in the order in which a run comes to it; empty where it needs nothing.
    package struct Block: Hashable, Sendable {
        package var host: String
        package var rules: [Rule]
    }

    /// One command that may be run as root.
    package struct Rule: Hashable, Sendable {
        /// What it is for, each once.
        package var reasons: [String]
        /// The program, as the command names it.
        package var program: String
        package var arguments: SudoPattern
        package var breadth: Breadth
    }

    /// How far a rule goes beyond what the experiment does.
    package enum Breadth: String, Codable, Hashable, Sendable, Comparable {
        /// This command and no other; of it at most the run's id is open.
        case exact
        /// Arguments of a fixed script are open: what `capture` found isn't known before the run.
        case anyArgument = "any-argument"
        /// Whoever may run it can do as root whatever they like.
        case root

        package static func < (one: Breadth, other: Breadth) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .exact: 0
            case .anyArgument: 1
            case .root: 2
            }
        }
    }

    /// Every host that an experiment works on, in the order of the inventory.
    package var blocks: [Block]

    /// Plans the experiment and gathers what it runs as root.
    ///
    /// Every host that `pick` or `who` may choose is meant. What `facts` don't say is assumed in each
    /// way that drill knows: a variant of iptables, a service manager, and each of `addresses`, the
    /// controller's own, as that which a partition spares.
    ///
    /// - Throws: Every problem of the file at once.
    package init(
        _ experiment: Experiment,
        facts: Facts? = nil,
        addresses: [String],
        seed: UInt64,
        named: @escaping Planner.Lookup = Catalogue.named
    ) throws(Problems) {
        // The file's own problems first: they are the same for every run.
        _ = try Planner.survey(of: experiment, seed: seed, named: named)
        let worst = experiment.choosingAll
        var rules: [String: [Rule]] = [:]
        var seen: Set<[RootCommands.One]> = []
        for scene in Assumptions(worst.inventory, facts: facts, addresses: addresses).all {
            let runs = RunName.forms(of: experiment.name).map { run in
                RootCommands(
                    Draft(worst, facts: scene, seed: seed, run: run, named: named)
                ).all
            }
            for commands in runs.transposed {
                // Most commands are the same in every scene.
                guard let first = commands.first,
                    seen.insert(commands).inserted
                else { continue }
                rules[first.host, default: []].add(first.rule(all: commands))
            }
        }
        let order =
            Preflight(draft: Draft(worst, facts: nil, seed: seed, run: "", named: named))
            .hosts.map(\.name) + [Action.controller]
        blocks = order.compactMap { host in
            let rules = rules[host] ?? []
            if host == Action.controller, rules.isEmpty { return nil }
            return Block(host: host, rules: rules)
        }
    }
}

extension [Sudoers.Rule] {
    /// Two that allow the same are one, for both reasons.
    fileprivate mutating func add(_ rule: Sudoers.Rule) {
        let index = firstIndex { $0.program == rule.program && $0.arguments == rule.arguments }
        guard let index else { return append(rule) }
        self[index].reasons = (self[index].reasons + rule.reasons).unique
    }
}

extension [[RootCommands.One]] {
    /// The first of each, the second of each, and so on: runs of one experiment send the same.
    fileprivate var transposed: [[RootCommands.One]] {
        (0..<(map(\.count).min() ?? 0)).map { index in map { $0[index] } }
    }
}

extension Experiment {
    /// Every host that could be chosen is chosen.
    fileprivate var choosingAll: Experiment {
        var experiment = self
        experiment.prepare = prepare.map(\.choosingAll)
        experiment.method = method.map(\.choosingAll)
        return experiment
    }

    /// The faults whose `from:` is drawn: which hosts a rule names depends on the run's seed.
    package var drawnPeers: [String] {
        (prepare + method).flatMap(\.faults).filter { fault in
            fault.values.entries.values.flatMap(\.selectors).contains { $0.pick != .all }
        }.map(\.id)
    }
}

extension Step {
    fileprivate var choosingAll: Step {
        var step = self
        switch kind {
        case .fault(var fault):
            fault.target.pick = .all
            step.kind = .fault(fault)
        case .parallel(let steps): step.kind = .parallel(steps.map(\.choosingAll))
        default: break
        }
        return step
    }

    fileprivate var faults: [FaultStep] {
        switch kind {
        case .fault(let fault): [fault]
        case .parallel(let steps): steps.flatMap(\.faults)
        default: []
        }
    }
}
