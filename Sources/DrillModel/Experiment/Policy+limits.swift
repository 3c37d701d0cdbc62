extension Policy {
    /// Whom to ask, for messages: `whoever keeps /etc/drill/policy.yaml (ops team, ask maria)`.
    var keeper: String {
        "whoever keeps \(file)" + (about.map { " (\(Plain.oneLine($0, max: 120)))" } ?? "")
    }

    /// What it forbids and limits, a line each, in the words of its file.
    package var limits: [String] {
        var limits: [String] = []
        func add(_ key: String, _ value: String?) {
            if let value { limits.append("\(key) \(value)") }
        }
        add("run", forbidsRuns.map { _ in "forbidden" })
        for (key, choice) in [("faults", faults), ("inventories", inventories)] {
            add("\(key) forbid", choice.forbidden?.value.listed)
            add("\(key) only", choice.only?.value.listed)
        }
        add("blast-radius", blastRadius.map { Share.shown($0.value) })
        add("longest", longest.map { "\($0.value)" })
        add("windows", windows?.shown)
        add("confirm", confirm?.value.listed)
        add("protect", protected.isEmpty ? nil : protected.map(\.shown).joined(separator: ", "))
        add("stop-when", requiresStopWhen.map { _ in "required" })
        add("lease longest", lease.map { "\($0.value)" })
        return limits
    }
}

extension Policy.Protected {
    var shown: String {
        let parts =
            [selector == Selector() ? nil : selector.shown]
            + [
                addresses.isEmpty ? nil : "address \(addresses.listed)",
                containers.isEmpty ? nil : "container \(containers.listed)",
            ]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}
