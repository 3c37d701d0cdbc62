import DrillModel

/// A suite's JUnit: one `testsuite` a file, in it every promise of the run that counts.
///
/// What an earlier try failed at stands in the case it belongs to, as Maven's Surefire writes reruns
/// (surefire-test-report-3.0.xsd): `flakyFailure` where it passed later, else `rerunFailure`. A flaky drill
/// has a red case of its own unless flaky ones are allowed: all is green exactly where `drill test` exits 0.
package enum SuiteJUnit {
    package static func xml(_ suite: SuiteResult) -> String {
        JUnit.xml(suites: suite.cases.map { testsuite($0, of: suite) })
    }

    private static func testsuite(_ done: SuiteCase, of suite: SuiteResult) -> JUnitSuite {
        var cases = done.tries.isEmpty ? [file(done)] : merged(done.counting?.suites ?? [])
        if done.tries.count > 1 { rerun(&cases, done, allowsFlaky: suite.allowsFlaky) }
        let isGreen = done.verdict.isGreen || (done.verdict == .flaky && suite.allowsFlaky)
        if !isGreen, !cases.contains(where: { $0.isFailure || $0.isError }) {
            cases.append(verdict(done))
        }
        if cases.isEmpty { cases.append(verdict(done)) }
        var properties = [("file", done.file), ("verdict", done.verdict.rawValue)]
        if !done.tags.isEmpty { properties.append(("tags", done.tags.joined(separator: " "))) }
        if !done.tries.isEmpty {
            properties.append(("tries", "\(done.tries.count)"))
            properties.append(("flaky", "\(done.verdict == .flaky)"))
        }
        properties += done.tries.flatMap(\.runs).map { ("run", $0) }
        properties += done.tries.compactMap(\.series).map { ("series", $0) }
        return JUnitSuite(
            name: done.name,
            experiment: done.name,
            start: done.counting?.suites.last?.start ?? suite.start,
            properties: properties,
            seconds: done.lasted.inSeconds,
            cases: cases
        )
    }

    /// Of what was never run: a file with problems, a runbook, an experiment that wasn't begun.
    private static func file(_ done: SuiteCase) -> JUnitCase {
        let words = done.problems.isEmpty ? done.reason : Problems(done.problems).rendered
        return JUnitCase(
            group: done.kind.rawValue,
            name: done.kind == .runbook ? "the runbook is in order" : "the file is in order",
            seconds: done.lasted.inSeconds,
            outcome: outcome(done.verdict, words)
        )
    }

    private static func verdict(_ done: SuiteCase) -> JUnitCase {
        JUnitCase(group: "run", name: "verdict", outcome: outcome(done.verdict, done.reason))
    }

    private static func outcome(_ verdict: CaseVerdict, _ words: String) -> JUnitCase.Outcome {
        switch verdict {
        case .passed: .passed
        case .error, .stopped: .error(type: verdict.rawValue, words)
        default: .failure(type: verdict.rawValue, words)
        }
    }

    /// The suites of a series' runs and its own as one; the runs are told apart by their number.
    private static func merged(_ suites: [JUnitSuite]) -> [JUnitCase] {
        suites.enumerated().flatMap { index, suite in
            suite.cases.map { part in
                var part = part
                if index < suites.count - 1 { part.group = "run \(index + 1).\(part.group)" }
                return part
            }
        }
    }

    private static func rerun(_ cases: inout [JUnitCase], _ done: SuiteCase, allowsFlaky: Bool) {
        let isFlaky = done.verdict == .flaky
        var whole = JUnitCase(group: "test", name: "it passes at the first try", outcome: .passed)
        if !isFlaky || !allowsFlaky {
            whole.outcome = .failure(type: done.verdict.rawValue, done.reason)
        }
        let counting = done.tries.lastIndex { CaseVerdict($0.verdict) == done.verdict }
        for (index, one) in done.tries.enumerated()
        where index != (counting ?? done.tries.count - 1) {
            for part in merged(one.suites) {
                guard let type = part.redType, let words = part.words else { continue }
                let rerun = JUnitCase.Rerun(isFlaky: isFlaky, type: type, words: words)
                let place = cases.firstIndex { $0.group == part.group && $0.name == part.name }
                if let place, cases[place].isSkipped == false {
                    cases[place].reruns.append(rerun)
                } else {
                    whole.reruns.append(rerun)
                }
            }
            if one.suites.isEmpty {
                whole.reruns.append(
                    JUnitCase.Rerun(isFlaky: isFlaky, type: one.verdict.rawValue, words: one.reason)
                )
            }
        }
        cases.append(whole)
    }
}

extension JUnitCase {
    /// What went wrong with it in another try.
    struct Rerun {
        var isFlaky: Bool
        var type: String
        var words: String

        var markup: Markup {
            let name: Markup = isFlaky ? "flakyFailure" : "rerunFailure"
            return """
                <\(name) type="\(type)" message="\(Plain.oneLine(words))">\(words)</\(name)>
                """
        }
    }

    fileprivate var words: String? {
        switch outcome {
        case .failure(_, let words), .error(_, let words): words
        case .passed, .skipped: nil
        }
    }

    fileprivate var isSkipped: Bool { if case .skipped = outcome { true } else { false } }
}

extension JUnitSuite {
    fileprivate init(
        name: String,
        experiment: String,
        start: Event.Start,
        properties: [(String, String)],
        seconds: Double,
        cases: [JUnitCase]
    ) {
        self.name = name
        self.experiment = experiment
        self.start = start
        self.properties = properties
        self.seconds = seconds
        self.cases = cases
    }
}
