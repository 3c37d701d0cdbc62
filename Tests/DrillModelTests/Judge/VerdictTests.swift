import Testing

@testable import DrillModel

/// What happened, and how the run ended: one row for each way, worst first.
@Suite struct VerdictTests {
    struct Way: CustomTestStringConvertible, Sendable {
        var name: String
        var events: [Event]
        var verdict: RunVerdict
        /// How the first reason begins.
        var reason: String
        var budgets: [Budget] = []

        var testDescription: String { name }
    }

    static let broken = breaking("blackout", on: "a", "b", from: 1000, to: 1050)
    static let mended = mending("blackout", on: "a", "b", from: 1500, to: 1510)

    static let ways: [Way] = [
        Way(
            name: "all went well",
            events: whole(broken, mended),
            verdict: .passed,
            reason: "passed: every step was carried out; no budget was set"
        ),
        Way(
            name: "within budget",
            events: whole(broken, mended),
            verdict: .passed,
            reason: "passed: the one budget was met",
            budgets: [budget(.downtime, 500)]
        ),
        Way(
            name: "beyond budget",
            events: whole(broken, mended),
            verdict: .failed,
            reason: "failed: shop was down for 99–302 ms, budget 50ms",
            budgets: [budget(.downtime, 50)]
        ),
        Way(
            name: "the budget is inside the interval",
            events: whole(broken, mended),
            verdict: .inconclusive,
            reason: "inconclusive: downtime of shop is 99–302 ms, budget 200ms",
            budgets: [budget(.downtime, 200)]
        ),
        Way(
            name: "a budget that nothing measures",
            events: whole(broken, mended),
            verdict: .inconclusive,
            reason: "inconclusive: detect is unknown, budget 1s; no probe measures it",
            budgets: [budget(.detect, 1000)]
        ),
        Way(
            name: "never undone",
            events: whole(broken),
            verdict: .notRestored,
            reason: "not restored: blackout may still be in place: it was never undone"
        ),
        Way(
            name: "seen as before, and killed before it could say that it was undone",
            events: whole(broken, mended).filter {
                if case .undone = $0.kind { false } else { true }
            },
            verdict: .passed,
            reason: "passed: every step was carried out; no budget was set"
        ),
        Way(
            name: "undone, and not as before",
            events: whole(
                broken,
                mended,
                [at(1520, .settled(fault: "blackout", host: "b", .fails("exited")))]
            ),
            verdict: .notRestored,
            reason: "not restored: blackout may still be in place: b: not as before: exited"
        ),
        Way(
            name: "undone, and nobody could look",
            events: whole(
                broken,
                mended,
                [at(1520, .settled(fault: "blackout", host: "b", .unknown("no answer")))]
            ),
            verdict: .notRestored,
            reason: "not restored: nobody knows whether blackout is gone"
        ),
        Way(
            name: "not as before at first, then mended again",
            events: whole(
                broken,
                [at(1490, .settled(fault: "blackout", host: "a", .fails("exited")))],
                mended
            ),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "not as before at the run's own end, and healed later",
            events: whole(
                broken,
                mended,
                [at(1520, .settled(fault: "blackout", host: "b", .fails("exited")))]
            ) + lapsing("blackout", on: "a", "b", from: 70_000, to: 70_010),
            verdict: .failed,
            reason: "failed: blackout was not restored by the run itself (b: not as before: exited)"
        ),
        Way(
            name: "whole at the run's own end, and healed once more",
            events: whole(broken, mended)
                + lapsing("blackout", on: "a", "b", from: 70_000, to: 70_010),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "killed, and healed later",
            events: [at(0, .phase(.steady)), at(300, .steadyHeld)] + broken
                + lapsing("blackout", on: "a", "b", from: 70_000, to: 70_010),
            verdict: .error,
            reason: "error: the record ends before the run did"
        ),
        Way(
            name: "its last line is missing",
            events: Array(whole(broken, mended).dropLast()),
            verdict: .error,
            reason: "error: the record ends before the run did"
        ),
        Way(
            name: "not restored outranks a budget and a defect",
            events: whole(broken, [at(2000, .defect("the disk is full"))]),
            verdict: .notRestored,
            reason: "not restored",
            budgets: [budget(.downtime, 50)]
        ),
        Way(
            name: "drill failed to record",
            events: whole(
                broken,
                mended,
                [at(2000, .defect("the timeline can't be written: disk full"))]
            ),
            verdict: .error,
            reason: "error: the timeline can't be written: disk full",
            budgets: [budget(.downtime, 50)]
        ),
        Way(
            name: "killed",
            events: [at(0, .phase(.steady)), at(300, .steadyHeld)],
            verdict: .error,
            reason: "error: the record ends before the run did"
        ),
        Way(
            name: "killed, and its guardian healed",
            events: [
                at(0, .phase(.steady)), at(300, .steadyHeld),
                at(400, .controllerDied(guardian: 4711)),
            ],
            verdict: .error,
            reason: "error: drill was ended from outside before the run was over; its guardian"
        ),
        Way(
            name: "a signal",
            events: whole(broken, mended, [at(1490, .stopping(.signal("SIGINT")))]),
            verdict: .stopped,
            reason: "stopped: by SIGINT",
            budgets: [budget(.downtime, 50)]
        ),
        Way(
            name: "a guard",
            events: whole(
                broken,
                mended,
                [at(1490, .stopping(.guarded("shop was down for 3m")))]
            ),
            verdict: .stopped,
            reason: "stopped: shop was down for 3m"
        ),
        Way(
            name: "a signal in the steady phase",
            events: [
                at(0, .phase(.steady)), at(100, .stopping(.signal("SIGTERM"))),
                at(200, .phase(.ended)), at(200, .ended),
            ],
            verdict: .stopped,
            reason: "stopped: before anything was touched, by SIGTERM",
            budgets: [budget(.failover, 50)]
        ),
        Way(
            name: "refused",
            events: [
                at(0, .phase(.guards)), at(1, .refused("blast radius is 70%, at most 50%")),
                at(2, .ended),
            ],
            verdict: .notStarted,
            reason: "not started: blast radius is 70%, at most 50%",
            budgets: [budget(.failover, 50)]
        ),
        Way(
            name: "never steady",
            events: [
                at(0, .phase(.steady)), at(1, .steadyFailed("shop was not up for 5s")),
                at(2, .ended),
            ],
            verdict: .notStarted,
            reason: "not started: shop was not up for 5s",
            budgets: [budget(.failover, 50)]
        ),
        Way(
            name: "a wait ran out",
            events: whole(
                broken,
                [
                    at(1100, .stepStarted(step: "method.2", title: "wait until shop, within 1s")),
                    at(1400, .stepEnded(step: "method.2", result: .failed("shop was not up"))),
                ],
                mended
            ),
            verdict: .failed,
            reason: "failed: wait until shop, within 1s: shop was not up"
        ),
        Way(
            name: "a wait ran out and the method went on",
            events: whole(
                broken,
                [
                    at(1100, .stepStarted(step: "method.2", title: "wait until shop, within 1s")),
                    at(1400, .stepEnded(step: "method.2", result: .passedOver("shop was not up"))),
                ],
                mended
            ),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "a runbook step failed",
            events: whole(
                broken,
                [
                    runbookStep(.failed("exit 1")),
                    at(1300, .stepEnded(step: "method.2", result: .failed("step 1 failed"))),
                ],
                mended
            ),
            verdict: .failed,
            reason: "failed: promote, step 1 of 2, promote the standby: exit 1"
        ),
        Way(
            name: "an optional runbook step failed",
            events: whole(broken, [runbookStep(.failed("exit 1"), optional: true)], mended),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "a runbook step took too long",
            events: whole(broken, [runbookStep(.done, budget: span(50))], mended),
            verdict: .failed,
            reason: "failed: promote, step 1 of 2, promote the standby: it took 100 ms, budget 50ms"
        ),
        Way(
            name: "a fault without effect",
            events: whole(
                [
                    at(1000, .injecting(fault: "blackout")),
                    at(1050, .injected(fault: "blackout", failedHosts: [])),
                    at(1051, .proof(fault: "blackout", host: "a", .holds)),
                    at(1051, .proof(fault: "blackout", host: "b", .fails("running"))),
                ],
                mended
            ),
            verdict: .inconclusive,
            reason: "inconclusive: blackout had no lasting effect: b: running",
            budgets: [budget(.downtime, 500)]
        ),
        Way(
            name: "a fault that nobody could prove",
            events: whole(
                [
                    at(1000, .injecting(fault: "blackout")),
                    at(1050, .injected(fault: "blackout", failedHosts: [])),
                    at(1051, .proof(fault: "blackout", host: "a", .holds)),
                    at(1051, .proof(fault: "blackout", host: "b", .unknown("no answer"))),
                ],
                mended
            ),
            verdict: .inconclusive,
            reason: "inconclusive: blackout isn't proven to have had an effect: b: couldn't look"
        ),
        Way(
            name: "an effect that vanished",
            events: whole(
                broken,
                [at(1200, .proof(fault: "blackout", host: "b", .fails("running again")))],
                mended
            ),
            verdict: .inconclusive,
            reason:
                "inconclusive: blackout had no lasting effect: b: the effect was gone before its undo"
        ),
        Way(
            name: "an effect that is gone while it is being undone",
            events: whole(
                broken,
                mended,
                [at(1505, .proof(fault: "blackout", host: "b", .fails("running")))]
            ),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "an effect that couldn't be looked at again",
            events: whole(
                broken,
                [at(1200, .proof(fault: "blackout", host: "b", .unknown("busy")))],
                mended
            ),
            verdict: .passed,
            reason: "passed"
        ),
        Way(
            name: "a lease that lapsed",
            events: whole(broken, [at(1400, .leaseLapsed(fault: "blackout", host: "a"))], mended),
            verdict: .inconclusive,
            reason: "inconclusive: a healed itself of blackout"
        ),
        Way(
            name: "a fault that couldn't be injected",
            events: whole([
                at(900, .stepStarted(step: "method.1", title: "fail-region (blackout)")),
                at(950, .stepEnded(step: "method.1", result: .failed("not injected: no lease"))),
            ]),
            verdict: .inconclusive,
            reason: "inconclusive: fail-region (blackout): not injected: no lease"
        ),
    ]

    private static func runbookStep(
        _ result: Event.StepResult,
        budget: Span? = nil,
        optional: Bool = false
    ) -> Event {
        let report = RunbookStepReport(
            runbook: "promote",
            number: 1,
            count: 2,
            title: "promote the standby",
            host: "b",
            started: ms(1200),
            done: ms(1300),
            budget: budget,
            result: result,
            isOptional: optional
        )
        return at(1300, .runbookStep(report))
    }

    @Test(arguments: ways) func verdict(_ way: Way) {
        let method = [
            Step(.fault(FaultStep(id: "blackout", fault: "fail-region", target: Selector())))
        ]
        let judgement = Judge.judge(
            plan(
                [probe("shop")],
                [fault("blackout", on: "a", "b")],
                budgets: way.budgets,
                method: method
            ),
            // Down in (1000, 1101], up in (1200, 1302].
            Timeline(events: way.events, samples: ["shop": series("gggggggggggxxggggggg")])
        )
        #expect(judgement.verdict == way.verdict)
        #expect(judgement.reasons.first?.hasPrefix(way.reason) == true, "\(judgement.reasons)")
        if ["a signal in the steady phase", "refused", "never steady"].contains(way.name) {
            #expect(judgement.figures.isEmpty, "\(judgement.figures)")
        }
    }

    @Test func exitCodes() {
        let table: [(RunVerdict, Int32)] = [
            (.passed, 0), (.failed, 1), (.inconclusive, 2), (.notStarted, 3), (.stopped, 4),
            (.notRestored, 5), (.error, 70),
        ]
        for (verdict, exit) in table { #expect(verdict.exit == exit) }
    }

    @Test func aFaultThatWhoChoseIsProvenOnThoseItChose() {
        var leader = fault("leader-killed", on: "a", "b", "c")
        leader.who = "leader"
        let events = whole(
            [at(900, .chosen(who: "leader", hosts: ["b"]))],
            breaking("leader-killed", on: "b", from: 1000, to: 1010),
            mending("leader-killed", on: "b", from: 1500, to: 1510)
        )
        let judgement = Judge.judge(plan([], [leader]), Timeline(events: events))
        #expect(judgement.verdict == .passed)
        #expect(judgement.faults.map(\.targets) == [["b"]])
    }

    @Test func narrowerBudgetsComeFirst() {
        let judgement = Judge.judge(
            plan(
                [probe("shop"), probe("admin")],
                [fault("blackout", on: "a", "b")],
                budgets: [budget(.downtime, 50), budget(.downtime, 60_000, "admin")]
            ),
            Timeline(
                events: whole(Self.broken, Self.mended),
                samples: [
                    "shop": series("gggggggggggxxggggggg"), "admin": series("gggggggggggxxggggggg"),
                ]
            )
        )
        #expect(judgement.figure(.downtime, "shop")?.verdict == .failed)
        #expect(judgement.figure(.downtime, "admin")?.verdict == .passed)
    }

    struct Kept: CustomTestStringConvertible, Sendable {
        var name: String
        var budgets: [Budget]
        var words: String

        var testDescription: String { name }
    }

    static let kept: [Kept] = [
        Kept(
            name: "one over two probes",
            budgets: [budget(.downtime, 500)],
            words: "the one budget was met"
        ),
        Kept(
            name: "one a probe",
            budgets: [budget(.downtime, 500, "shop"), budget(.downtime, 600, "admin")],
            words: "all 2 budgets were met"
        ),
        Kept(
            name: "one for all and one of another figure",
            budgets: [budget(.downtime, 500), budget(.rto, 500, "admin")],
            words: "all 2 budgets were met"
        ),
        Kept(
            name: "restore has a figure a probe and one for all",
            budgets: [budget(.restore, 5000)],
            words: "the one budget was met"
        ),
    ]

    @Test(arguments: kept) func budgetsAreCountedAsWritten(_ kept: Kept) {
        let letters = series("gggggggggggxxggggggg")
        let judgement = Judge.judge(
            plan(
                [probe("shop"), probe("admin")],
                [fault("blackout", on: "a", "b")],
                budgets: kept.budgets
            ),
            Timeline(
                events: whole(Self.broken, Self.mended),
                samples: ["shop": letters, "admin": letters]
            )
        )
        #expect(judgement.reasons == ["passed: \(kept.words)"])
    }

    @Test func whatNobodyUndoesAndNobodyLooksAtIsNoPass() {
        var stays = fault("stays", on: "a")
        stays.procedures[0].undo = []
        stays.procedures[0].settled = []
        let unlooked = Self.mended.filter { event in
            if case .settled = event.kind { false } else { true }
        }
        for (fault, isPass) in [(stays, false), (fault("blackout", on: "a"), true)] {
            let events = (Self.broken + (isPass ? Self.mended : unlooked)).map { event in
                Event(at: event.at, event.kind.named(fault.id))
            }
            let judgement = Judge.judge(
                plan([probe("shop")], [fault]),
                Timeline(events: whole(events), samples: ["shop": series("gggggggggggggggggggg")])
            )
            let words = judgement.reasons.joined(separator: "; ")
            #expect(words.contains("neither `undo` nor `settled`") != isPass, "\(words)")
        }
    }

    /// The run tells *late* once it is steady; the judge goes by that, and by the same rule without it.
    @Test func lateIsWhatTheRunRecorded() {
        let plan = plan([probe("shop"), probe("alarm", .detection), probe("replicas", .redundancy)])
        let steady = [at(0, .phase(.steady)), at(300, .steadyHeld)]
        let samples = [
            "shop": [sample(0, took: 9), sample(100), sample(200)],
            "alarm": series("xxx"), "replicas": series("xxx"),
        ]
        let told = Lateness.events(plan, Timeline(events: steady, samples: samples))
        #expect(told == [.lateness(probe: "shop", late: span(45))])
        func late(_ events: [Event]) -> Span? {
            Evidence(plan, Timeline(events: events, samples: samples)).outages["shop"]?.baseline
                .late
        }
        #expect(late(steady) == span(45))
        #expect(late(steady + [at(300, .lateness(probe: "shop", late: span(70)))]) == span(70))
    }
}

extension Event.Kind {
    /// The same of another fault, on one host.
    fileprivate func named(_ name: String) -> Event.Kind {
        switch self {
        case .injecting: .injecting(fault: name)
        case .injected: .injected(fault: name, failedHosts: [])
        case .proof(_, let host, let proof): .proof(fault: name, host: host, proof)
        case .undoing(_, let why): .undoing(fault: name, why: why)
        case .undone: .undone(fault: name, failedHosts: [])
        case .settled(_, let host, let proof): .settled(fault: name, host: host, proof)
        default: self
        }
    }
}
