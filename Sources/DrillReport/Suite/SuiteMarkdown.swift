import DrillModel

/// What a suite found as Markdown, for a job's summary: what isn't green first, each with its reason.
package enum SuiteMarkdown {
    package static func markdown(_ suite: SuiteResult) -> String {
        let worst = suite.verdict
        let allowed = worst == .flaky && suite.allowsFlaky ? ", which is allowed" : ""
        let head = """
            # drill test: \(mark(worst)) \(worst.word)\(allowed)

            **\(suite.tally)**; \(suite.lasted.shown), exit \(suite.exit). Folder \
            \(MarkdownReport.code(suite.folder)), by \(escaped(suite.start.who)) on \
            \(escaped(suite.start.controller)), \(WallTime(ns: suite.start.wallNs).shown(in: .utc)) \
            UTC, drill \(escaped(suite.start.version)).
            """
        let parts = [head, red(suite), flaky(suite), all(suite), skipped(suite)]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    static func mark(_ verdict: CaseVerdict) -> String {
        switch verdict {
        case .passed: "✓"
        case .flaky: "~"
        case .failed, .broken: "✗"
        case .inconclusive: "?"
        case .notStarted: "○"
        case .stopped: "■"
        case .notRestored: "⚠"
        case .error: "!"
        }
    }

    private static func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }

    private static func red(_ suite: SuiteResult) -> String {
        let cases = suite.cases.filter { !$0.verdict.isGreen && $0.verdict != .flaky }
        return section("Not passed", cases)
    }

    private static func flaky(_ suite: SuiteResult) -> String {
        section("Flaky", suite.cases.filter { $0.verdict == .flaky })
    }

    private static func section(_ title: String, _ cases: [SuiteCase]) -> String {
        guard !cases.isEmpty else { return "" }
        let worst = CaseVerdict.worstFirst.flatMap { verdict in
            cases.filter { $0.verdict == verdict }
        }
        let lines = worst.flatMap { done -> [String] in
            let first =
                "- \(mark(done.verdict)) **\(escaped(done.name))** \(done.verdict.word), "
                + "\(MarkdownReport.code(done.file)): \(escaped(done.reason))"
            let others =
                done.verdict == .broken
                ? done.problems.dropFirst().map(\.line) : done.counting?.otherReasons ?? []
            return [first] + others.prefix(20).map { "  - \(escaped($0))" }
        }
        return "## \(title)\n\n" + lines.joined(separator: "\n")
    }

    private static func all(_ suite: SuiteResult) -> String {
        let rows = suite.cases.map { done -> [String] in
            let last = done.counting
            let figures = last.map { Self.figures($0) } ?? ""
            return [
                "\(mark(done.verdict)) \(done.verdict.word)", escaped(done.name),
                done.kind.rawValue,
                done.tags.map { MarkdownReport.code($0) }.joined(separator: " "),
                figures, done.tries.isEmpty ? "–" : "\(done.tries.count)", done.lasted.shown,
                reports(done),
            ]
        }
        let titles = [
            "Verdict", "Name", "Kind", "Tags", "Figures and budgets", "Tries", "Time", "Report",
        ]
        return "## All\n\n" + MarkdownReport.table(titles, rows)
    }

    private static func figures(_ last: SuiteTry) -> String {
        last.figures.filter { $0.verdict != nil }.map { row in
            let of = row.of == "all" ? "" : " of \(row.of)"
            return escaped(
                "\(Words.mark(row.verdict)) \(row.name)\(of) \(row.measured) \(row.budget)"
            )
        }.joined(separator: "<br>")
    }

    /// A link to each try's; its address in angle brackets since a path may hold blanks (CommonMark 6.3).
    private static func reports(_ done: SuiteCase) -> String {
        done.tries.compactMap { one -> String? in
            guard let report = one.report, let name = one.series ?? one.runs.last else {
                return nil
            }
            let address = Plain.oneLine(report).filter { !"<>\\|".contains($0) }
            return "[\(escaped(name))](<\(address)>)"
        }.joined(separator: "<br>")
    }

    private static func skipped(_ suite: SuiteResult) -> String {
        guard !suite.skipped.isEmpty else { return "" }
        let lines = suite.skipped.map { "- \(MarkdownReport.code($0.file)): \(escaped($0.why))" }
        return "<details><summary>\(counted(suite.skipped.count, "file")) left alone</summary>\n\n"
            + lines.joined(separator: "\n") + "\n\n</details>"
    }
}
