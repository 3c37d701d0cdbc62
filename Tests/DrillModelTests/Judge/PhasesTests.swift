import DrillModel
import Testing

/// The phases line: a history in, a line out.
@Suite struct PhasesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        /// Of the service; the disaster is at 1000 ms.
        var service: String
        /// When the alarm goes off.
        var alarm: Int64?
        var more: [Event] = []
        var line: String?

        var testDescription: String { name }
    }

    static func step(
        _ runbook: String,
        _ number: Int,
        _ from: Int64,
        _ to: Int64,
        _ title: String = "wait until the lock has run out",
        _ result: Event.StepResult = .done,
        path: [Int]? = nil,
        isHuman: Bool = false,
        isUndo: Bool = false
    ) -> Event {
        var report = RunbookStepReport(
            runbook: runbook,
            number: number,
            count: 2,
            title: title,
            host: "db-west",
            started: ms(from),
            done: ms(to),
            budget: nil,
            result: result,
            isOptional: false
        )
        report.path = path
        if isHuman { report.isHuman = true }
        if isUndo { report.isUndo = true }
        return at(to, .runbookStep(report))
    }

    static let repaired = mending("blackout", on: "a", from: 5000, to: 5001)
    static let up = String(repeating: "g", count: 11)

    static func down(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let cases: [Case] = [
        Case(
            name: "a runbook, whatever its first step is called",
            service: up + down(12) + "gggg",
            alarm: 1300,
            more: [
                step("promote-us-west-2", 1, 1500, 1700),
                step("promote-us-west-2", 2, 1700, 2000, "promote the standby"),
            ] + repaired,
            line: "1.25 s = notice 0.25 │ decide 0.25 │ promote-us-west-2 0.50 │ reroute 0.25; "
                + "human 0"
        ),
        Case(
            name: "nobody did anything, nothing noticed it",
            service: up + down(12) + "gggg",
            more: repaired,
            line: "1.25 s = recover 1.25; human 0"
        ),
        Case(
            name: "nobody did anything, an alarm went off",
            service: up + down(12) + "gggg",
            alarm: 1300,
            more: repaired,
            line: "1.25 s = notice 0.25 │ recover 1.00; human 0"
        ),
        Case(
            name: "only the repair helped",
            service: up + down(43) + "gggg",
            alarm: 1300,
            more: repaired,
            line: "4.35 s = notice 0.25 │ still down 3.75 │ repair 0.35; human 0"
        ),
        Case(
            name: "a runbook that failed",
            service: up + down(43) + "gggg",
            alarm: 1300,
            more: [step("failover", 1, 1500, 2000, "promote", .failed("exit 1"))] + repaired,
            line: "4.35 s = notice 0.25 │ decide 0.25 │ failover 0.50 │ still down 3.00 │ "
                + "repair 0.35; human 0"
        ),
        Case(
            name: "never up again, and the run was stopped",
            service: up + down(20),
            more: [at(2000, .stopping(.signal("SIGINT"))), at(2001, .phase(.undo))]
                + mending("blackout", on: "a", from: 2002, to: 2003),
            line: "at least 2.00 s = still down 2.00; human 0"
        ),
        Case(
            name: "up again before the runbook, which broke it once more",
            service: up + down(12) + "gggggggg" + down(5) + "gggg",
            more: [step("return", 1, 3000, 3400, "switch over")] + repaired,
            line: "2.55 s = recover 1.25 │ up 0.75 │ return 0.40 │ reroute 0.15; human 0"
        ),
        Case(
            name: "people were at a step, a machine at the same time",
            service: up + down(12) + "gggg",
            alarm: 1300,
            more: [
                step("promote", 1, 1500, 1800, "tell customers", isHuman: true),
                step("promote", 1, 1500, 1700, "promote", path: [1, 2]),
                step("promote", 2, 1800, 2000, "switch over"),
            ] + repaired,
            line: "1.25 s = notice 0.25 │ decide 0.25 │ promote 0.50 │ reroute 0.25; human 0.30"
        ),
        Case(
            name: "a step that was skipped spoils nothing, nor one inside of an optional one",
            service: up + down(12) + "gggg",
            alarm: 1300,
            more: [
                step("promote", 1, 1500, 1500, "ask", .skipped("nobody is there")),
                step("promote", 1, 1600, 1700, "inside", .failed("exit 1"), path: [2, 1]),
                step("promote", 2, 1600, 2000, "both", .passedOver("inside: exit 1")),
            ] + repaired,
            line: "1.25 s = notice 0.25 │ decide 0.25 │ promote 0.50 │ reroute 0.25; human 0"
        ),
        Case(name: "never down", service: up + "gggggg", more: repaired, line: nil),
    ]

    /// Quiet from 910 on, fired by 1080: the disaster at 1000 is between the two.
    @Test func whatIsNoticedAtOnceIsNoticedAllTheSame() {
        let judgement = Judge.judge(
            plan([probe("shop"), probe("alarm", .detection)], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(breaking("blackout", on: "a", from: 1000, to: 1000), Self.repaired),
                samples: [
                    "shop": series(Self.up + Self.down(12) + "gggg"),
                    "alarm": [sample(910, .bad(.body, "UP"), took: 0), sample(1010, took: 70)],
                ]
            )
        )
        #expect(judgement.phasesShown == "1.25 s = notice 0.04 │ recover 1.21; human 0")
        guard case .span(_, let best, _)? = judgement.figure(.detect, "alarm")?.amount else {
            Issue.record("no detect")
            return
        }
        #expect(best == span(40))
    }

    @Test(arguments: cases)
    func line(_ test: Case) {
        let quiet = (0...40).map { Int64($0) * 100 }.prefix { $0 < (test.alarm ?? 0) }
        let alarm =
            quiet.map { sample($0, .bad(.body, "UP"), took: 0) }
            + (test.alarm.map { [sample($0, took: 0)] } ?? [])
        let judgement = Judge.judge(
            plan([probe("shop"), probe("alarm", .detection)], [fault("blackout", on: "a")]),
            Timeline(
                events: whole(breaking("blackout", on: "a", from: 1000, to: 1000), test.more),
                samples: ["shop": series(test.service), "alarm": alarm]
            )
        )
        #expect(judgement.phasesShown == test.line)
        for (phase, next) in zip(judgement.phases, judgement.phases.dropFirst()) {
            #expect(phase.to == next.from)
        }
    }
}
