import DrillModel

extension RunbookPage {
    /// The page as Markdown: for a wiki, a ticket, or paper.
    ///
    /// Blocks stand at the margin: what is copied from them is exactly what is to be typed.
    package var markdown: String {
        let parts = [head, before, steps.map(section).joined(separator: "\n\n"), foot]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }

    private var head: String {
        var lines = ["# \(escaped(name))"]
        if let about { lines += ["", escaped(about)] }
        lines += ["", escaped(facts.joined(separator: ", ")) + "."]
        for warning in warnings { lines += ["", "**\(escaped(warning))**"] }
        return lines.joined(separator: "\n")
    }

    private var before: String {
        var parts = ["## Before you begin", rules.map { "- \(prose($0))" }.joined(separator: "\n")]
        if !approvals.isEmpty {
            parts.append("Whose word is needed:")
            parts.append(approvals.map { "- \(escaped($0))" }.joined(separator: "\n"))
        }
        if !blanks.isEmpty {
            parts.append("Fill in:")
            parts.append(blanks.map(text).joined(separator: "\n"))
        }
        if !secrets.isEmpty {
            parts.append("Secrets that it needs, which are on no page:")
            parts.append(secrets.map { "- \(escaped($0))" }.joined(separator: "\n"))
        }
        if let helper {
            parts.append("Type this first; commands below use it to quote values for other shells:")
            parts.append(block([helper], "sh"))
        }
        if !places.isEmpty {
            let rows = places.map { place in
                [
                    escaped(place.name), escaped(place.address), escaped(place.stands),
                    place.login.isEmpty ? "" : MarkdownReport.code(place.login, max: .max),
                ]
            }
            parts.append(MarkdownReport.table(["Host", "Address", "Stands in", "Log in"], rows))
        }
        return parts.joined(separator: "\n\n")
    }

    private func section(_ step: Step) -> String {
        let depth = min(6, 2 + step.number.split(separator: ".").count)
        var parts = [
            "\(String(repeating: "#", count: depth)) \(step.number). \(escaped(step.title))"
        ]
        if !step.facts.isEmpty { parts.append("_\(escaped(step.facts.joined(separator: "; ")))_") }
        parts += step.items.map(text)
        if !step.holdsSteps { parts.append("- [ ] \(step.number) done, at ________") }
        return parts.joined(separator: "\n\n")
    }

    private func text(_ item: Item) -> String {
        switch item {
        case .words(let label, let text):
            // Two blanks at the end of a line keep its end (CommonMark 6.7).
            "**\(escaped(label))**: "
                + Plain.block(text).split(separator: "\n").map { escaped(String($0)) }
                .joined(separator: "  \n")
        case .typed(let label, let lines, _):
            "**\(escaped(label))**:\n\n\(block(lines, "sh"))"
        case .blank(let name, let what):
            "- [ ] \(MarkdownReport.code(name)) = ________________ (\(escaped(what)))"
        }
    }

    /// A fenced block, whose fence is longer than any inside (CommonMark 4.5).
    private func block(_ lines: [String], _ language: String) -> String {
        let text = Plain.block(lines.joined(separator: "\n"))
        var fence = "```"
        while text.contains(fence) { fence += "`" }
        return "\(fence)\(language)\n\(text)\n\(fence)"
    }

    /// Words of drill's own, whose code spans stay such.
    private func prose(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0 % 2 == 1 ? "`\($1)`" : escaped(String($1)) }.joined()
    }

    private var foot: String {
        let made = "Made by drill \(escaped(origin.version)) on \(escaped(origin.time)) of:"
        let files = origin.files.map { "- \(MarkdownReport.code($0.path)) \($0.hash)" }
        return "---\n\n\(made)\n\n"
            + files.joined(separator: "\n")
            + "\n\nA file with another hash is another runbook: make this page again."
    }
}
