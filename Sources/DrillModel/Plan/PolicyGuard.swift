/// What a site's policy has against a plan.
struct PolicyGuard: Sendable {
    let policy: Policy
    let experiment: Experiment
    let draft: Draft
    let realPath: @Sendable (String) -> String

    var refusals: [Refusal] {
        [policy.refusalOfRuns].compactMap(\.self) + faults + inventories + protected
            + [stopWhen].compactMap(\.self) + leases
    }

    private var faults: [Refusal] {
        draft.faults.map(\.fault).unique.compactMap { fault in
            refusal("the fault \(fault)", policy.faults) { $0.contains(fault) }
        }
    }

    private var inventories: [Refusal] {
        guard let inventory = experiment.inventory else { return [] }
        // Of what was read, not of what the path leads to by now: it may have been swapped meanwhile.
        let path = inventory.realFile
        let refused = refusal(
            "the inventory \(inventory.name) (\(inventory.file))",
            policy.inventories
        ) { entries in
            entries.contains { $0.contains("/") ? realPath($0) == path : $0 == inventory.name }
        }
        return [refused].compactMap(\.self)
    }

    private func refusal(
        _ what: String,
        _ choice: Policy.Choice,
        isIn: ([String]) -> Bool
    ) -> Refusal? {
        if let forbidden = choice.forbidden, isIn(forbidden.value) {
            return Refusal(
                .policy,
                "\(named(forbidden.position)) forbids \(what)",
                value: what,
                limit: "forbid: \(forbidden.value.listed)",
                change: "leave it out, or \(ask("to allow it"))"
            )
        }
        if let only = choice.only, !isIn(only.value) {
            return Refusal(
                .policy,
                "\(named(only.position)) allows only \(only.value.listed), not \(what)",
                value: what,
                limit: "only: \(only.value.listed)",
                change: "use one of these, or \(ask("to allow it"))"
            )
        }
        return nil
    }

    private var protected: [Refusal] {
        let names = Set(draft.reaches.filter { $0.countMax > 0 }.flatMap(\.candidates).map(\.name))
        let candidates = draft.inventory.hosts.filter { names.contains($0.name) }
        return policy.protected.compactMap { protected in
            let hit = candidates.filter(protected.names).map(\.name)
            guard !hit.isEmpty else { return nil }
            return Refusal(
                .policy,
                hosts: hit,
                "\(named(protected.position)) protects \(hit.listed), which a fault could touch",
                value: hit.listed,
                limit: "none of them",
                change: draft.reaches.advice(without: hit)
            )
        }
    }

    private var stopWhen: Refusal? {
        guard let position = policy.requiresStopWhen, !draft.faults.isEmpty,
            experiment.guards.stopWhen.isEmpty
        else { return nil }
        return Refusal(
            .policy,
            "\(named(position)) requires a stop condition, and the experiment has none",
            value: "no `stop-when`",
            limit: "at least one",
            change: "write `guards: {stop-when: [{probe: PROBE, is: down, for: 1m}]}`"
        )
    }

    /// A lease that must be as long as its fault can't be made shorter.
    private var leases: [Refusal] {
        guard let limit = policy.lease else { return [] }
        return draft.faults.filter { $0.lease > limit.value }.map { fault in
            Refusal(
                .policy,
                "\(named(limit.position)) limits leases to \(limit.value), and \(fault.id) needs one"
                    + " of \(fault.lease), since it cuts drill's own path",
                value: "\(fault.lease)",
                limit: "\(limit.value)",
                change: "write `for: \(limit.value)` or less, or \(ask("to raise it"))"
            )
        }
    }

    private func named(_ position: Position?) -> String { policy.named(position) }

    private func ask(_ what: String) -> String { policy.ask(what) }
}

extension Policy {
    /// What it has against every run; nil where runs are allowed.
    package var refusalOfRuns: Refusal? {
        forbidsRuns.map { position in
            Refusal(
                .policy,
                "\(named(position)) forbids every run from this machine",
                value: "run",
                limit: "run: forbidden",
                change: ask("to allow it")
            )
        }
    }

    fileprivate func named(_ position: Position?) -> String {
        "the policy \(name)" + (position.map { " (\($0))" } ?? "")
    }

    fileprivate func ask(_ what: String) -> String { "ask \(keeper) \(what)" }
}

extension Experiment {
    /// As a site's policy lets it run: of two limits the tighter.
    func tightened(by policy: Policy) -> (experiment: Experiment, notes: [String]) {
        var tight = self
        var notes: [String] = []
        func note(_ what: String, _ asked: String, _ limit: String, _ position: Position?) {
            let place = position.map { ", \($0)" } ?? ""
            notes.append(
                "\(what) is \(limit), not \(asked): the policy \(policy.name) says so\(place)"
            )
        }
        if let limit = policy.blastRadius, limit.value < guards.blastRadius {
            note(
                "`blast-radius`",
                Share.shown(guards.blastRadius),
                Share.shown(limit.value),
                limit.position
            )
            tight.guards.blastRadius = limit.value
            tight.guards.blastRadiusBy = limit.position
        }
        if let limit = policy.longest, limit.value < guards.longest {
            note("`longest`", "\(guards.longest)", "\(limit.value)", limit.position)
            tight.guards.longest = limit.value
            tight.guards.longestBy = limit.position
        }
        if let limit = policy.lease, limit.value < lease {
            note("`lease`", "\(lease)", "\(limit.value)", limit.position)
            tight.lease = limit.value
            tight.leaseBy = limit.position
        }
        tight.guards.windows += policy.windows.map { [$0] } ?? []
        return (tight, notes)
    }

    /// What asks for a confirmation; nil where nothing does.
    func confirmation(_ policy: Policy?) -> Confirmation? {
        let environment = inventory?.environment
        if let inventory, environment == Inventory.production {
            return Confirmation(
                why: "the inventory \(inventory.name) says `environment: \(Inventory.production)`"
            )
        }
        guard let policy, let asked = policy.confirm,
            asked.value.contains(Policy.confirmsAlways)
                || environment.map(asked.value.contains) == true
        else { return nil }
        let place = asked.position.map { " (\($0))" } ?? ""
        let whose =
            asked.value.contains(Policy.confirmsAlways)
            ? "every run" : "runs in \(environment ?? "it")"
        return Confirmation(
            why: "the policy \(policy.name)\(place) wants \(whose) to be confirmed"
        )
    }
}
