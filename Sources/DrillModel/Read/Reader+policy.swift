extension Reader {
    package func policy(_ file: String) throws(Problems) -> Policy {
        try policy(written(file, as: .policy))
    }

    func policy(_ file: WrittenFile) throws(Problems) -> Policy {
        var reading = Reading(file, scope: scope(of: file))
        guard let values = reading.values(file.root, Grammar.policy, in: "the policy") else {
            throw reading.found
        }
        let policy = reading.policy(values)
        try reading.throwProblems()
        return policy
    }
}

extension Reading {
    fileprivate mutating func policy(_ values: Values) -> Policy {
        let name = values.word("policy") ?? ""
        if !name.isEmpty { checkName(name, of: "policy", at: values.positions["policy"]) }
        let guards = values.mapping("guards") ?? Values()
        let policy = Policy(
            name: name,
            about: values.word("about"),
            file: source.file,
            forbidsRuns: values.word("run") == "forbidden" ? values.positions["run"] : nil,
            faults: choice(values.mapping("faults")),
            inventories: choice(values.mapping("inventories")),
            blastRadius: guards.share("blast-radius").map {
                Policy.Limit($0, at: guards.positions["blast-radius"])
            },
            longest: guards.span("longest").map {
                Policy.Limit($0, at: guards.positions["longest"])
            },
            lease: values.mapping("lease").flatMap { lease in
                lease.span("longest").map { Policy.Limit($0, at: lease.positions["longest"]) }
            },
            windows: windows(guards),
            confirm: guards.words("confirm"),
            protected: guards.list("protect").compactMap { value in
                guard case .mapping(let values) = value else { return nil }
                return protected(values)
            },
            requiresStopWhen: guards.has("stop-when") ? guards.positions["stop-when"] : nil
        )
        checkConfirm(guards)
        for (key, choice) in [("faults", policy.faults), ("inventories", policy.inventories)] {
            guard isEmptyList(values.mapping(key), "only") else { continue }
            report(
                "\"only\" names no \(key == "faults" ? "fault" : "inventory")",
                at: choice.only?.position,
                fix: "name one, or write `run: forbidden`"
            )
        }
        for key in ["forbid", "only"] {
            checkInventories(values.mapping("inventories"), key)
        }
        if let longest = policy.longest, longest.value == .zero {
            report("no run is as short as 0s", at: longest.position, fix: "write `run: forbidden`")
        }
        if let lease = policy.lease, lease.value < .seconds(1) {
            report(
                "a lease of \(lease.value) runs out before it can be renewed",
                at: lease.position,
                fix: "write 30s"
            )
        }
        return policy
    }

    /// A word that is no inventory's would ask nobody, and nobody would notice.
    private mutating func checkConfirm(_ guards: Values) {
        guard let confirm = guards.words("confirm") else { return }
        let always = Policy.confirmsAlways
        if isEmptyList(guards, "confirm") {
            report(
                "\"confirm\" names no environment",
                at: confirm.position,
                fix: "write \(always), or [staging], or take it out"
            )
        }
        for word in confirm.value where word != always && word != Inventory.production {
            if nearest(to: word, among: [always]) != nil {
                report(
                    "\(quoted(word)) is no environment",
                    at: confirm.position,
                    fix: "did you mean \(quoted(always))?"
                )
            } else if ["true", "false", "yes", "no", "on", "off", "all", "every", "any"]
                .contains(word.lowercased())
            {
                report(
                    "\(quoted(word)) is no environment",
                    at: confirm.position,
                    fix: "write \(always) for every run, or the environments, as [staging]"
                )
            } else if Inventory.isMistakenForProduction(word) {
                report(
                    "no inventory has the environment \(quoted(word))",
                    at: confirm.position,
                    fix: "write \(Inventory.production), which is confirmed in any case"
                )
            }
        }
    }

    /// By name what is meant as a path would never be met; a path that goes by the folder in which drill
    /// is run would be met by any file.
    private mutating func checkInventories(_ values: Values?, _ key: String) {
        guard let entries = values?.words(key) else { return }
        for entry in entries.value where !entry.hasPrefix("/") {
            if entry.contains("/") {
                report(
                    "\(quoted(entry)) is another file in every folder that drill is run in",
                    at: entries.position,
                    fix: "write its absolute path"
                )
            } else if [".yaml", ".yml"].contains(where: entry.lowercased().hasSuffix) {
                report(
                    "\(quoted(entry)) is taken as an inventory's name, and ends in"
                        + " .\(entry.split(separator: ".").last ?? "yaml")",
                    at: entries.position,
                    fix: "write its absolute path, or the name that stands behind `inventory:`"
                )
            }
        }
    }

    private func choice(_ values: Values?) -> Policy.Choice {
        Policy.Choice(forbidden: values?.words("forbid"), only: values?.words("only"))
    }

    private mutating func protected(_ values: Values) -> Policy.Protected {
        let keys = Grammar.policyProtect.map(\.name)
        if !keys.contains(where: values.has) {
            report(
                "an element of \"protect\" names nothing",
                at: values.position,
                fix: "say \(alternatives(keys)); a host for which all of them hold is protected"
            )
        }
        func words(_ key: String) -> [String] { values.words(key)?.value ?? [] }
        return Policy.Protected(
            Selector(
                regions: words("region"),
                zones: words("zone"),
                roles: words("role"),
                hosts: words("host")
            ),
            addresses: words("address"),
            containers: words("container"),
            at: values.position
        )
    }
}

extension Values {
    /// One word or several, and where they stand; nil where the key isn't there.
    fileprivate func words(_ key: String) -> Policy.Limit<[String]>? {
        guard entries[key] != nil else { return nil }
        let words = list(key).compactMap { value -> String? in
            guard case .word(let word) = value else { return nil }
            return word
        }
        return Policy.Limit(words, at: positions[key])
    }
}
