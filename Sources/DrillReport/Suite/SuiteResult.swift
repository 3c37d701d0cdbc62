package import DrillModel

/// Everything that `drill test` found: what its text, summary, JUnit and annotations are views of.
package struct SuiteResult: Sendable {
    /// A file that was left alone, and why.
    package struct Skipped: Hashable, Codable, Sendable {
        package var file: String
        package var why: String

        package init(file: String, why: String) {
            self.file = file
            self.why = why
        }
    }

    package var folder: String
    package var start: Event.Start
    /// In the order of the files.
    package var cases: [SuiteCase]
    package var skipped: [Skipped]
    package var lasted: Span
    package var allowsFlaky: Bool

    package init(
        folder: String,
        start: Event.Start,
        cases: [SuiteCase],
        skipped: [Skipped],
        lasted: Span,
        allowsFlaky: Bool
    ) {
        self.folder = folder
        self.start = start
        self.cases = cases
        self.skipped = skipped
        self.lasted = lasted
        self.allowsFlaky = allowsFlaky
    }

    package var exit: Int32 {
        CaseVerdict.exit(cases.map(\.verdict), allowsFlaky: allowsFlaky)
    }

    /// The worst of its cases.
    package var verdict: CaseVerdict {
        let verdicts = cases.map(\.verdict)
        return CaseVerdict.worstFirst.first { verdicts.contains($0) } ?? .passed
    }

    /// `5 cases: 3 passed, 1 flaky, 1 failed`.
    package var tally: String {
        let counts = CaseVerdict.worstFirst.reversed().compactMap { verdict -> String? in
            let count = cases.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.word)"
        }
        return "\(counted(cases.count, "case")): \(counts.joined(separator: ", "))"
    }

    /// All that is to be seen to, each once: two experiments may include one broken file.
    package var findings: [SuiteFinding] { cases.flatMap(\.findings).unique }
}

/// What came of one file.
package struct SuiteCase: Sendable {
    package var file: String
    package var kind: FileKind
    package var name: String
    package var tags: [String]
    package var verdict: CaseVerdict
    /// What is wrong with the file, or was found by the check of a runbook.
    package var problems: [Problem] = []
    /// What the check of a runbook warns of.
    package var warnings: [Problem] = []
    /// Why it was not begun; nil where it was.
    package var notBegun: String?
    /// The last is the one that counts, unless an earlier one is worse.
    package var tries: [SuiteTry] = []
    package var lasted: Span = .zero

    package init(
        file: String,
        kind: FileKind,
        name: String,
        tags: [String] = [],
        verdict: CaseVerdict = .passed
    ) {
        self.file = file
        self.kind = kind
        self.name = name
        self.tags = tags
        self.verdict = verdict
    }

    /// Of a broken file: nobody knows more of it than its problems.
    package init(file: String, kind: FileKind, problems: [Problem]) {
        self.init(file: file, kind: kind, name: file, verdict: .broken)
        self.problems = problems
    }

    package mutating func add(_ next: SuiteTry) {
        tries.append(next)
        verdict = CaseVerdict(tries.map(\.verdict))
    }

    /// The try that its verdict comes from.
    package var counting: SuiteTry? {
        tries.last { CaseVerdict($0.verdict) == verdict } ?? tries.last
    }

    /// Why it isn't simply passed, in a sentence; of a pass what it says of itself.
    package var reason: String {
        if let notBegun { return notBegun }
        if verdict == .flaky, let first = tries.first {
            return "passed only at try \(tries.count), after it had \(first.verdict.word) at first:"
                + " \(first.reason)"
        }
        if let problem = problems.first {
            let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
            return problem.line + more
        }
        let again = tries.count > 1 ? " (\(tries.count) tries, none passed)" : ""
        return (counting?.reason ?? "no problems") + again
    }

    package var findings: [SuiteFinding] {
        let top = Position(file: file, line: 1, column: 1)
        func atTop(_ level: SuiteFinding.Level, _ words: String) -> SuiteFinding {
            SuiteFinding(level, at: top, title: "\(name): \(verdict.word)", words)
        }
        let warned = warnings.map { Self.finding(.warning, $0, at: top, "a warning of the check") }
        switch verdict {
        case .passed:
            return warned
        case .flaky:
            return [atTop(.warning, reason)]
                + tries.dropLast().flatMap(\.findings).map { $0.lowered }.unique
        case .broken:
            return problems.map { Self.finding(.error, $0, at: top, "a problem of the file") }
        case _ where !problems.isEmpty:
            return problems.map { Self.finding(.error, $0, at: top, "found by the check") } + warned
        default:
            let found = counting?.findings ?? []
            return found.isEmpty ? [atTop(.error, reason)] : found
        }
    }
}

extension SuiteCase {
    private static func finding(
        _ level: SuiteFinding.Level,
        _ problem: Problem,
        at top: Position,
        _ title: String
    ) -> SuiteFinding {
        SuiteFinding(
            level,
            at: problem.position ?? top,
            title: title,
            problem.message + (problem.fix.map { "\n\($0)" } ?? "")
        )
    }
}

/// Something to see to, at a place in a file.
package struct SuiteFinding: Hashable, Sendable {
    package enum Level: String, Sendable { case error, warning }

    package var level: Level
    package var position: Position
    /// What it is about, without what was measured: the same from run to run.
    package var title: String
    package var message: String

    package init(_ level: Level, at position: Position, title: String, _ message: String) {
        self.level = level
        self.position = position
        self.title = title
        self.message = message
    }

    /// Of a run that another one made up for.
    fileprivate var lowered: SuiteFinding {
        SuiteFinding(.warning, at: position, title: "flaky: \(title)", message)
    }
}
