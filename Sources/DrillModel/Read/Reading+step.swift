extension Reading {
    /// Checks one step: one of the keys that make a step, and what may stand beside it.
    mutating func step(_ written: Written) -> Values? {
        guard case .mapping(let pairs) = written.shape else {
            report(
                "a step must be a mapping, not \(written.kind)",
                at: written.mark,
                fix: "begin with one of: \(Grammar.steps.map(\.key.name).joined(separator: ", "))"
            )
            return nil
        }
        // A fault may have keys of its own that elsewhere make a step: `undo`, say.
        if let fault = pairs.first(where: { $0.key == "fault" }) {
            return faultStep(written, fault)
        }
        let forms = Grammar.steps.filter { form in pairs.contains { $0.key == form.key.name } }
        guard let form = forms.first else {
            let known = Grammar.steps.map(\.key.name)
            let first = pairs.first
            report(
                first.map { "unknown step \(quoted($0.key))" } ?? "a step without a key",
                at: first?.keyMark ?? written.mark,
                fix: suggestion(for: first?.key ?? "", among: known, what: "steps")
            )
            return nil
        }
        guard forms.count == 1 else {
            report(
                "one step does one thing, not \(forms.map { quoted($0.key.name) }.listed)",
                at: written.mark,
                fix: "begin each with a `-` of its own; `parallel: [...]` runs steps at once"
            )
            return nil
        }
        return values(written, [form.key] + form.beside, in: "the step \(quoted(form.key.name))")
    }

    private mutating func faultStep(_ written: Written, _ pair: Written.Pair) -> Values? {
        guard let form = Grammar.steps.first(where: { $0.key.name == "fault" }) else { return nil }
        guard let name = pair.value.word else {
            report(
                "\"fault\" must be the name of a fault, not \(pair.value.kind)",
                at: pair.value.mark
            )
            return nil
        }
        guard let fault = scope.faults.first(where: { $0.name == name }) else {
            report(
                "unknown fault \(quoted(name))",
                at: pair.value.mark,
                fix: suggestion(for: name, among: scope.faults.map { $0.name }, what: "faults")
            )
            return nil
        }
        scope.saved = fault.keys.contains { $0.name == "capture" } ? ["captured"] : []
        defer { scope.saved = [] }
        return values(
            written,
            [form.key] + form.beside + fault.keys,
            in: "the fault \(quoted(name))"
        )
    }
}
