import Testing

@testable import DrillModel

/// What a runbook's file and earlier runs show by themselves.
@Suite struct RunbookFindingTests {
    private static func runbook(_ text: String, inner: String = "") throws -> Runbook {
        try Fixture.reader(files: ["r.yaml": text, "inner.yaml": inner]).runbook("r.yaml")
    }

    private static func words(_ finding: RunbookFinding) -> String {
        let line = finding.position.map { "\($0.file):\($0.line)" } ?? "?"
        return "\(line) \(finding.severity) \(finding.step?.place ?? "-"): \(finding.message)"
    }

    @Test("steps that take longer than the whole, and a step than itself")
    func budgets() throws {
        let runbook = try Self.runbook(
            """
            runbook: mend
            budget: 60s
            steps:
              - { step: a, run: "true", budget: 20s }
              - step: b
                budget: 10s
                parallel:
                  - { step: b1, run: "true", budget: 15s }
                  - { step: b2, run: "true", budget: 5s }
              - { step: c, run: "true" }
              - { step: d, wait: 40s }
              - { step: e, runbook: inner.yaml, budget: 10s }
            """,
            inner: """
                runbook: inner
                budget: 5s
                steps:
                  - { step: i, run: "true", budget: 6s }
                  - { step: j, run: "true" }
                """
        )
        #expect(
            RunbookFinding.ofFile(runbook).map(Self.words) == [
                "r.yaml:6 warning 2: what is inside of it may take 15s by its own budgets; its budget is 10s",
                "r.yaml:2 warning 1: the steps of mend may take 80s by their own budgets; the whole budget"
                    + " is 1m",
                "r.yaml:10 note 3: this step has no budget, though mend as a whole has one",
                "inner.yaml:2 warning 5.1: the steps of inner may take 6s by their own budgets; the whole"
                    + " budget is 5s",
                "inner.yaml:5 note 5.2: this step has no budget, though inner as a whole has one",
            ]
        )
    }

    @Test("budgets that add up, and none at all, are no finding")
    func sums() throws {
        let fits = """
            runbook: mend
            budget: 30s
            steps:
              - { step: a, run: "true", budget: 10s }
              - step: b
                parallel:
                  - { step: b1, run: "true", budget: 15s }
                  - { step: b2, run: "true", budget: 20s }
            """
        #expect(RunbookFinding.ofFile(try Self.runbook(fits)).isEmpty)
        let none = "runbook: mend\nsteps: [{ step: a, run: \"true\" }]"
        #expect(RunbookFinding.ofFile(try Self.runbook(none)).isEmpty)
    }

    private static let proven = """
        runbook: mend
        prove-every: 90d
        steps: [{ step: a, run: "true" }]
        """

    private static func finding(daysAgo: Int64?, was: String = proven) throws -> RunbookFinding? {
        let runbook = try runbook(proven)
        let day: Int64 = 86_400_000_000_000
        let old = try Self.runbook(was)
        let proofs = daysAgo.map { days in
            [1, 0].map { earlier in
                StepProof(
                    step: old.places[0].place,
                    run: "run-\(earlier)",
                    wallNs: (1000 - days - earlier) * day,
                    was: old.steps[0]
                )
            }
        }
        let steps = ProvenStep.all(runbook, proofs ?? [])
        #expect(steps.count == 1)
        return steps.first?.finding(of: runbook, now: 1000 * day)
    }

    @Test("a step is to be proven again once its time is over, and not a day before")
    func ages() throws {
        #expect(try Self.finding(daysAgo: 90) == nil)
        #expect(
            try Self.finding(daysAgo: 91)?.message
                == "this step was last proven 91 days ago (run-0); it is to be proven every 90 days"
        )
        #expect(
            try Self.finding(daysAgo: nil)?.message
                == "no drill has proven this step yet; it is to be proven every 90 days"
        )
        let changed = Self.proven.replacing("\"true\"", with: "\"false\"")
        #expect(
            try Self.finding(daysAgo: 1, was: changed)?.message
                == "this step was changed since it was proven (run-0)"
        )
        let other = Self.proven.replacing("runbook: mend", with: "runbook: other")
        #expect(try Self.finding(daysAgo: 1, was: other)?.message.hasPrefix("no drill") == true)
    }

    @Test("without prove-every its age is told, and no finding")
    func unasked() throws {
        let runbook = try Self.runbook("runbook: mend\nsteps: [{ step: a, run: \"true\" }]")
        let steps = ProvenStep.all(runbook, [])
        #expect(steps.count == 1 && steps[0].finding(of: runbook, now: 0) == nil)
    }

    @Test(arguments: [
        (Span.minutes(1), "1 minute"), (.minutes(119), "119 minutes"), (.minutes(120), "2 hours"),
        (.minutes(47 * 60), "47 hours"), (.minutes(48 * 60), "2 days"), (.zero, "0 minutes"),
    ])
    func inDays(_ span: Span, _ words: String) { #expect(span.inDays == words) }

    @Test("what is true of several steps is told once")
    func merged() {
        func finding(_ number: Int, _ message: String) -> RunbookFinding {
            let place = RunbookStepPlace(runbook: "r", path: [number], title: "t")
            return RunbookFinding(.warning, message, step: place)
        }
        let all = [finding(1, "a"), finding(2, "b"), finding(3, "a"), finding(4, "a")]
        #expect(all.toldOnce.map(\.message) == ["a (also steps 3 and 4)", "b"])
        #expect(all.toldOnce.map { $0.step?.place } == ["1", "2"])
    }
}
