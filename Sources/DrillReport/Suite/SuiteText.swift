package import DrillModel

/// What `drill test` says while it goes on and at its end: a line an event, for a terminal and a CI log.
package enum SuiteText {
    /// How long the suite has gone on, before each line.
    package static func stamp(_ since: Span) -> String {
        "+\(Shown.decimal(since.inSeconds, places: 1))s".padded(to: 9)
    }

    package static func skipped(_ skipped: SuiteResult.Skipped) -> String {
        "left alone  \(Plain.oneLine(skipped.file)): \(Plain.oneLine(skipped.why))"
    }

    package static func begins(_ name: String, _ file: String, attempt: Int, of most: Int) -> String
    {
        let number = attempt > 1 ? ", try \(attempt) of at most \(most)" : ""
        return "\("begins".padded(to: 13))\(Plain.oneLine(name))  (\(Plain.oneLine(file))\(number))"
    }

    package static func warns(_ problem: Problem) -> String {
        "\("warning".padded(to: 13))\(problem.line)"
    }

    /// One try that is followed by another.
    package static func again(_ name: String, _ last: SuiteTry) -> String {
        "\(last.verdict.word.uppercased().padded(to: 13))\(Plain.oneLine(name)): "
            + "\(Plain.oneLine(last.reason)); it is tried again"
    }

    /// The end of a case; what isn't green has its reasons below.
    package static func ends(_ done: SuiteCase) -> [String] {
        let word = done.verdict.word.uppercased().padded(to: 13)
        let name = Plain.oneLine(done.name)
        guard !done.verdict.isGreen else {
            let budgets = done.counting?.budgetsShown ?? ""
            let time = done.tries.isEmpty ? "" : "  \(done.lasted.shown)"
            return [
                "\(word)\(name)\(time)" + (budgets.isEmpty ? "" : "  \(Plain.oneLine(budgets))")
            ]
        }
        if done.verdict == .broken {
            return ["\(word)\(name)"]
                + Problems(done.problems).rendered.split(separator: "\n").map { "    \($0)" }
        }
        var lines = ["\(word)\(name): \(Plain.oneLine(done.reason))"]
        lines += (done.counting?.otherReasons ?? []).map { "    \(Plain.oneLine($0))" }
        // Of a flaky one the run that failed is wanted more than the one that passed.
        lines += done.tries.compactMap(\.report).map { "    report  \($0)" }
        return lines
    }

    package static func end(_ suite: SuiteResult) -> String {
        let verdict = suite.verdict
        let allowed = verdict == .flaky && suite.allowsFlaky ? " (allowed)" : ""
        return "\(verdict.word.uppercased())\(allowed)  \(suite.tally)  \(suite.lasted.shown)"
            + "  exit \(suite.exit)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
