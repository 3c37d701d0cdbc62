package import DrillModel

/// What `drill test --json` prints; the names in it stay.
package struct SuiteFile: Codable, Sendable {
    package struct Case: Codable, Sendable {
        package struct Try: Codable, Sendable {
            package var verdict: RunVerdict
            package var exit: Int32
            package var reasons: [String]
            package var runs: [String]
            package var series: String?
            package var report: String?
            package var lastedNs: Int64

            private enum CodingKeys: String, CodingKey {
                case verdict, exit, reasons, runs, series, report
                case lastedNs = "lasted_ns"
            }
        }

        package var file: String
        package var kind: FileKind
        package var name: String
        package var tags: [String]
        package var verdict: CaseVerdict
        package var exit: Int32
        package var reason: String
        package var problems: [Problem]
        package var tries: [Try]
        package var lastedNs: Int64

        private enum CodingKeys: String, CodingKey {
            case file, kind, name, tags, verdict, exit, reason, problems, tries
            case lastedNs = "lasted_ns"
        }
    }

    package var format = 1
    package var folder: String
    package var verdict: CaseVerdict
    package var exit: Int32
    package var cases: [Case]
    package var skipped: [SuiteResult.Skipped]
    package var lastedNs: Int64

    private enum CodingKeys: String, CodingKey {
        case format, folder, verdict, exit, cases, skipped
        case lastedNs = "lasted_ns"
    }

    package init(_ suite: SuiteResult) {
        folder = suite.folder
        verdict = suite.verdict
        exit = suite.exit
        skipped = suite.skipped
        lastedNs = suite.lasted.ns
        cases = suite.cases.map { done in
            Case(
                file: done.file,
                kind: done.kind,
                name: done.name,
                tags: done.tags,
                verdict: done.verdict,
                exit: done.verdict.exit(allowsFlaky: suite.allowsFlaky),
                reason: done.reason,
                problems: done.problems,
                tries: done.tries.map { one in
                    Case.Try(
                        verdict: one.verdict,
                        exit: one.verdict.exit,
                        reasons: [one.reason] + one.otherReasons,
                        runs: one.runs,
                        series: one.series,
                        report: one.report,
                        lastedNs: one.lasted.ns
                    )
                },
                lastedNs: done.lasted.ns
            )
        }
    }
}
