import DrillModel
import Foundation
import Testing

@testable import DrillReport

/// A suite's annotations, JUnit, summary and lines.
@Suite struct SuiteReportTests {
    private static func suite(_ cases: [SuiteCase], allowsFlaky: Bool = false) -> SuiteResult {
        SuiteResult(
            folder: "Experiments",
            start: Specimen().start,
            cases: cases,
            skipped: [SuiteResult.Skipped(file: "a|b.yaml", why: "an inventory")],
            lasted: .seconds(90),
            allowsFlaky: allowsFlaky
        )
    }

    private static func done(_ tries: [SuiteTry], tags: [String] = []) -> SuiteCase {
        var done = SuiteCase(
            file: "Experiments/region-loss.yaml",
            kind: .experiment,
            name: "region-loss",
            tags: tags
        )
        for one in tries { done.add(one) }
        return done
    }

    /// A run in which a step failed and a budget was missed, or one that passed.
    private static func run(_ verdict: RunVerdict) -> SuiteTry {
        var record = Specimen().record
        let place = { (line: Int) in
            Position(file: "Experiments/region-loss.yaml", line: line, column: 5)
        }
        record.judgement.verdict = verdict
        record.judgement.reasons = ["\(verdict.word): <because> of a|b"]
        record.judgement.figures = [
            Figure(
                name: .downtime,
                probe: "storefront",
                amount: .span(low: .seconds(50), best: .seconds(51), high: .seconds(52)),
                budget: .atMost(.seconds(45)),
                verdict: verdict == .passed ? .passed : .failed
            )
        ]
        record.plan.experiment.file = "Experiments/region-loss.yaml"
        record.plan.experiment.budgets = [
            Budget(figure: .downtime, limit: .atMost(.seconds(45)), position: place(7))
        ]
        return SuiteTry(record, report: "/home/a b/report.html")
    }

    private static var broken: SuiteCase {
        SuiteCase(
            file: "x.yaml",
            kind: .experiment,
            problems: [
                Problem(
                    "unknown key \"a\"",
                    at: Position(file: "x.yaml", line: 3, column: 2),
                    fix: "did you mean \"b\"?"
                ), Problem("can't be read"),
            ]
        )
    }

    @Test("a missed budget is marked at its line, a file's problem at its own")
    func findings() throws {
        let failed = Self.done([Self.run(.failed)])
        let found = try #require(failed.findings.first)
        #expect(found.position.line == 7 && found.level == .error)
        #expect(found.title == "region-loss: downtime of storefront failed")
        #expect(found.message.hasPrefix("it is 50.0–52.0 s, budget ≤ 45s"), "\(found.message)")
        #expect(Self.broken.findings.map(\.position.line) == [3, 1])
        #expect(Self.done([Self.run(.passed)]).findings.isEmpty)
    }

    @Test("what no line can be told for is marked at the top of the file")
    func atTop() {
        let done = Self.done([SuiteTry(.notStarted, "steady state didn't hold")])
        #expect(done.findings.map(\.position.line) == [1])
        #expect(done.findings.map(\.message) == ["steady state didn't hold"])
    }

    @Test("of a flaky drill everything is a warning, and what it is comes first")
    func flakyFindings() {
        let found = Self.done([Self.run(.failed), Self.run(.passed)]).findings
        #expect(found.allSatisfy { $0.level == .warning })
        #expect(found.first?.message.hasPrefix("passed only at try 2") == true)
        #expect(found.contains { $0.position.line == 7 && $0.title.hasPrefix("flaky: ") })
    }

    @Test("GitHub's commands are escaped, so that no text becomes another command")
    func github() {
        let finding = SuiteFinding(
            .error,
            at: Position(file: "a,b:c.yaml", line: 3, column: 2),
            title: "50%, or: more\n::error::",
            "one\r\n::warning::two: 100%, really"
        )
        #expect(
            SuiteAnnotations.github([finding]) { $0 }
                == "::error file=a%2Cb%3Ac.yaml,line=3,col=2,title=50%25%2C or%3A more %3A%3Aerror%3A%3A"
                + "::one%0A::warning::two: 100%25, really\n"
        )
        #expect(SuiteAnnotations.github([]) { $0 }.isEmpty)
    }

    @Test("GitLab's issues are the same ones from run to run, and each is one of its own")
    func gitlab() throws {
        let place = Position(file: "e.yaml", line: 3, column: 2)
        func issues(_ findings: [SuiteFinding]) -> [SuiteAnnotations.Issue] {
            SuiteAnnotations.gitlab(findings) { "drills/\($0)" }
        }
        let first = issues([
            SuiteFinding(.error, at: place, title: "e: rto failed", "it is 5 s\nmore"),
            SuiteFinding(.error, at: place, title: "e: rto failed", "it is 5 s"),
            SuiteFinding(.warning, at: place, title: "e: flaky", ""),
        ])
        let later = Position(file: "e.yaml", line: 9, column: 2)
        let next = issues([SuiteFinding(.error, at: later, title: "e: rto failed", "it is 7 s")])
        #expect(first[0].fingerprint == next[0].fingerprint)
        #expect(Set(first.map(\.fingerprint)).count == 3)
        #expect(first.map(\.severity) == ["major", "major", "minor"])
        #expect(first[0].description == "e: rto failed: it is 5 s; more")
        let json = String(decoding: try JSONEncoder().encode(first), as: UTF8.self)
        for key in ["check_name", "fingerprint", "\"begin\":3", "severity", "description"] {
            #expect(json.contains(key), "\(json)")
        }
        #expect(first[0].location.path == "drills/e.yaml")
    }

    @Test(
        "a file is called as the repository calls it",
        arguments: [
            ("drills/a.yaml", "/repo", nil, "drills/a.yaml"),
            ("a.yaml", "/repo/drills", "/repo", "drills/a.yaml"),
            ("drills/../Runbooks/r.yaml", "/repo", "/repo", "Runbooks/r.yaml"),
            ("./a.yaml", "/repo", "/repo/", "a.yaml"), ("/repo/x/a.yaml", "/", "/repo", "x/a.yaml"),
            ("/else/a.yaml", "/repo", "/repo", "/else/a.yaml"),
            ("/repository/a.yaml", "/x", "/repo", "/repository/a.yaml"),
            ("a.yaml", nil, nil, "a.yaml"),
        ] as [(String, String?, String?, String)]
    )
    func path(file: String, working: String?, root: String?, path: String) {
        #expect(SuiteAnnotations.path(file, from: working, root: root) == path)
    }

    // MARK: JUnit

    private static func count(_ words: String, in xml: String) -> Int {
        xml.split(separator: words, omittingEmptySubsequences: false).count - 1
    }

    @Test("JUnit is green exactly where the suite is", arguments: [false, true])
    func junit(allowsFlaky: Bool) {
        let (passed, failed) = (Self.run(.passed), Self.run(.failed))
        var stopped = Self.done([])
        stopped.verdict = .stopped
        stopped.notBegun = "it was not begun"
        var runbook = SuiteCase(file: "r.yaml", kind: .runbook, name: "r")
        let cases = [
            Self.done([passed]), Self.done([failed]), Self.done([failed, passed]),
            Self.done([failed, failed]), Self.done([SuiteTry(.error, "it broke")]), Self.broken,
            stopped, runbook,
        ]
        runbook.verdict = .failed
        runbook.problems = [Problem("no such host")]
        for one in cases + [runbook] {
            let suite = Self.suite([one], allowsFlaky: allowsFlaky)
            let xml = SuiteJUnit.xml(suite)
            let red = Self.count("<failure ", in: xml) + Self.count("<error ", in: xml)
            #expect((red == 0) == (suite.exit == 0), "\(one.verdict): \(xml)")
            #expect(Self.count("<testsuite ", in: xml) == 1)
            #expect(xml.contains("name=\"file\" value=\"\(one.file)\""))
            let body = xml.split(separator: "\n", maxSplits: 1).last.map(String.init) ?? ""
            #expect(TagBalance.problem(in: body) == nil, "\(xml)")
        }
    }

    @Test("what an earlier try failed at is told, as flaky or as rerun")
    func reruns() {
        let (passed, failed) = (Self.run(.passed), Self.run(.failed))
        let flaky = SuiteJUnit.xml(Self.suite([Self.done([failed, passed])]))
        #expect(flaky.contains("<flakyFailure type=\"failed\""), "\(flaky)")
        #expect(flaky.contains("name=\"flaky\" value=\"true\""))
        #expect(flaky.contains("<failure type=\"flaky\""))
        let red = SuiteJUnit.xml(Self.suite([Self.done([failed, failed])]))
        #expect(red.contains("<rerunFailure type=\"failed\"") && !red.contains("flakyFailure"))
        let once = SuiteJUnit.xml(Self.suite([Self.done([failed], tags: ["a", "b"])]))
        #expect(!once.contains("rerunFailure") && !once.contains("first try"))
        #expect(once.contains("name=\"tags\" value=\"a b\""))
    }

    // MARK: Text

    @Test("the summary has what isn't green first, worst first, and every text escaped")
    func markdown() throws {
        let suite = Self.suite(
            [
                Self.done([Self.run(.passed)], tags: ["smoke"]), Self.broken,
                Self.done([Self.run(.failed)]), Self.done([Self.run(.failed), Self.run(.passed)]),
            ]
        )
        let text = SuiteMarkdown.markdown(suite)
        #expect(
            text.hasPrefix(
                "# drill test: ✗ failed\n\n**4 cases: 1 passed, 1 flaky, 1 broken, 1 failed**"
            )
        )
        let places = try [
            "## Not passed", "failed, `Exp", "broken, `x", "## Flaky", "## All", "left alone",
        ]
        .map { try #require(text.firstRange(of: $0), "\($0): \(text)").lowerBound }
        #expect(places == places.sorted(), "\(text)")
        #expect(text.contains("&lt;because&gt; of a\\|b"), "\(text)")
        #expect(text.contains("✗ downtime of storefront 50.0–52.0 s ≤ 45s"), "\(text)")
        #expect(text.contains("](</home/a b/report.html>)"))
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.allSatisfy { $0.replacing("\\|", with: "").count { $0 == "|" } == 9 })
    }

    @Test("the lines of a log say how each ended, and why")
    func lines() {
        #expect(
            SuiteText.ends(Self.done([Self.run(.failed)])).first
                == "FAILED       region-loss: <because> of a|b"
        )
        let flaky = SuiteText.ends(Self.done([Self.run(.failed), Self.run(.passed)]))
        #expect(flaky.first?.hasPrefix("FLAKY        region-loss: passed only at try 2") == true)
        #expect(flaky.count { $0.contains("report  ") } == 2)
        let passed = SuiteText.ends(Self.done([Self.run(.passed)]))
        #expect(passed.count == 1 && passed[0].contains("downtime of storefront 50.0–52.0 s"))
        let allowed = Self.suite(
            [Self.done([Self.run(.failed), Self.run(.passed)])],
            allowsFlaky: true
        )
        #expect(SuiteText.end(allowed).hasPrefix("FLAKY (allowed)  1 case: 1 flaky"))
        #expect(SuiteText.end(allowed).hasSuffix("exit 0"))
    }

    @Test("what a process says of its end outranks the record, and is outranked by it")
    func ended() {
        var passed = Self.run(.passed)
        passed.ended(as: .error, "its reports can't be kept")
        #expect(passed.verdict == .error && passed.reason == "its reports can't be kept")
        #expect(passed.otherReasons == ["<because> of a|b"])
        var lost = Self.run(.notRestored)
        lost.ended(as: .error, "x")
        #expect(lost.verdict == .notRestored && lost.otherReasons.isEmpty)
    }
}
