import Testing

@testable import DrillModel

/// Runbooks as they were carried out: what made them fail, and who was at work.
@Suite struct CarriedRunbookTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var reports: [Event]
        /// What stands in the verdict's reasons of it.
        var reasons: [String] = []
        var deviations: [String] = []

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "a step inside of another one is told, not the one that it is inside of",
            reports: [
                PhasesTests.step("r", 1, 1100, 1200, "inner", .failed("exit 1"), path: [2, 1]),
                PhasesTests.step("r", 2, 1100, 1300, "outer", .failed("inner: exit 1"), path: [2]),
            ],
            reasons: ["failed: r, step 2.1, inner: exit 1"]
        ),
        Case(
            name: "what is inside of an optional step may fail",
            reports: [
                PhasesTests.step("r", 1, 1100, 1200, "inner", .failed("exit 1"), path: [2, 1]),
                PhasesTests.step("r", 2, 1100, 1300, "outer", .passedOver("inner"), path: [2]),
            ],
            deviations: ["r, outer, was passed over at T0+300 ms: inner"]
        ),
        Case(
            name: "skipped is no failure, and said",
            reports: [
                PhasesTests.step("r", 1, 1100, 1100, "ask", .skipped("nobody is there"))
            ],
            deviations: ["r, ask, was skipped at T0+100 ms: nobody is there"]
        ),
        Case(
            name: "taken back, one of them in vain",
            reports: [
                PhasesTests.step("r", 1, 1100, 1150, "one"),
                PhasesTests.step("r", 2, 1150, 1200, "two"),
                PhasesTests.step("r", 3, 1200, 1250, "three", .failed("exit 1")),
                PhasesTests.step("r", 2, 1250, 1300, "two", .failed("no way"), isUndo: true),
                PhasesTests.step("r", 1, 1300, 1350, "one", isUndo: true),
            ],
            reasons: [
                "failed: r, step 3 of 2, three: exit 1",
                "failed: r, step 2 of 2, two, taking it back: no way",
            ],
            deviations: ["r, one, was taken back at T0+350 ms"]
        ),
        Case(
            name: "a runbook is late by people, and that is said",
            reports: [
                PhasesTests.step("slow", 1, 1100, 1400, "tell", isHuman: true),
                PhasesTests.step("slow", 2, 1400, 1700, "act"),
            ],
            reasons: ["failed: slow took 600 ms, 300 ms of it by people, budget 500ms"]
        ),
    ]

    @Test(arguments: cases)
    func reasons(_ test: Case) {
        let slow = Runbook(name: "slow", budget: span(500), steps: [])
        let judgement = Judge.judge(
            plan(
                [probe("shop")],
                [fault("blackout", on: "a")],
                method: [Step(.runbook(slow))]
            ),
            Timeline(
                events: whole(
                    breaking("blackout", on: "a", from: 1000, to: 1000),
                    test.reports,
                    PhasesTests.repaired
                ),
                samples: ["shop": series(PhasesTests.up + PhasesTests.down(12) + "gggg")]
            )
        )
        #expect(
            judgement.reasons.filter { $0.contains(", step ") || $0.contains("took") }
                == test.reasons
        )
        #expect(
            judgement.deviations.filter { $0.hasPrefix("r, ") || $0.hasPrefix("slow, ") }
                == test.deviations
        )
    }

    @Test(
        "times of machines and of people add up, and a runbook begins where steps are counted anew"
    )
    func times() {
        let events = [
            PhasesTests.step("r", 1, 1000, 2000, "act"),
            PhasesTests.step("r", 1, 2000, 3000, "ask", path: [2, 1], isHuman: true),
            PhasesTests.step("r", 2, 2000, 3500, "both", path: [2]),
            PhasesTests.step("r", 1, 5000, 5100, "act"),
        ]
        let all = CarriedRunbook.all(events)
        #expect(all.map(\.reports.count) == [3, 1])
        #expect(all.map { $0.to - $0.from } == [span(2500), span(100)])
        #expect(all.first?.work.human == span(1000) && all.first?.work.machine == span(1500))
    }
}
