import Testing

@testable import DrillModel

/// What of a run's record a series is judged by.
@Suite struct SeriesRunTests {
    private static let method = ["cut", "flood"].map { id in
        Step(.fault(FaultStep(id: id, fault: "fail-region", target: Selector())))
    }

    /// One look every 100 ms; the disaster strikes at 1000 ms.
    private static func record(
        _ events: [Event],
        looks: String = "gggggggggggxxggggggg",
        faults: [String] = ["cut"],
        budgets: [Budget] = [],
        number: Int = 1
    ) -> Record {
        var plan = plan(
            [probe("shop")],
            faults.map { fault($0, on: "a") },
            budgets: budgets,
            method: method
        )
        plan.series = SeriesPlace(id: "S", number: number, count: 5, pause: .zero, seed: 1)
        let timeline = Timeline(events: events, samples: ["shop": series(looks)])
        return Record(
            run: "R\(number)",
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: Event.Start(
                run: "R\(number)",
                seed: 1,
                wallNs: 0,
                who: "",
                controller: "",
                version: ""
            )
        )
    }

    @Test(
        "a run waited where its jitter was over before a step, and nowhere else",
        arguments: [
            ([], nil), ([at(400, .refused("no key"))], nil),
            ([at(400, .jitter(wait: span(600), most: span(900)))], nil),
            (
                [
                    at(400, .jitter(wait: span(600), most: span(900))),
                    at(1000, .stepStarted(step: "method.1", title: "cut")),
                ], span(600)
            ),
        ] as [([Event], Span?)]
    )
    func waited(_ events: [Event], _ wait: Span?) throws {
        var record = Self.record(whole(events))
        record.plan.jitter = Jitter(most: span(900), source: "a test", wait: span(600))
        #expect(try #require(SeriesRun(record)).jitter == wait)
        #expect(RecordFile(record).jitter == wait)
    }

    private static let cut = breaking("cut", on: "a", from: 1000, to: 1010)
    private static let mended = mending("cut", on: "a", from: 3000, to: 3010)
    private static let lapsed = lapsing("cut", on: "a", from: 3000, to: 3010)

    private static func stopping(_ stops: Event.Stop...) -> [Event] {
        stops.map { at(2900, .stopping($0)) } + [at(2901, .phase(.undo))] + lapsed
    }

    private static func step(_ title: String, _ result: Event.StepResult) -> [Event] {
        [
            at(2000, .stepStarted(step: "method.2", title: title)),
            at(2001, .stepEnded(step: "method.2", result: result)),
        ]
    }

    struct Way: CustomTestStringConvertible, Sendable {
        var name: String
        var events: [Event]
        var faults = ["cut"]
        var standing: SeriesRun.Standing
        var doubt: String?

        var testDescription: String { name }
    }

    static let ways: [Way] = [
        Way(name: "whole", events: whole(cut, mended), standing: .whole),
        Way(
            name: "a guard ended it",
            events: whole(cut, stopping(.guarded("shop was down for 2s"))),
            standing: .partial,
            doubt: "shop was down for 2s"
        ),
        Way(
            name: "a person ended it",
            events: whole(cut, stopping(.signal("SIGINT"))),
            standing: .void,
            doubt: "stopped: by SIGINT"
        ),
        Way(
            name: "a person ended it before a guard could",
            events: whole(cut, stopping(.halted("by ann"), .guarded("shop was down for 2s"))),
            standing: .void,
            doubt: "stopped: every run was halted by ann"
        ),
        Way(
            name: "a guard ended it before anything was touched",
            events: [at(0, .phase(.steady)), at(1, .stopping(.guarded("the window closes")))]
                + [at(2, .phase(.ended)), at(2, .ended)],
            standing: .void,
            doubt: "stopped: before anything was touched, the window closes"
        ),
        Way(
            name: "a guard ended it, and the fault did nothing",
            events: whole(
                [
                    at(1000, .injecting(fault: "cut")),
                    at(1010, .injected(fault: "cut", failedHosts: [])),
                    at(1011, .proof(fault: "cut", host: "a", .fails("it still answers"))),
                ],
                stopping(.guarded("shop was down for 2s"))
            ),
            standing: .void,
            doubt: "cut had no effect that is proven and lasted"
        ),
        Way(
            name: "it healed itself",
            events: whole(cut, [at(2000, .leaseLapsed(fault: "cut", host: "a"))], mended),
            standing: .void,
            doubt: "a healed itself of cut before it was asked to"
        ),
        Way(
            name: "a wait ran out before the second fault",
            events: whole(
                cut,
                [
                    at(2000, .stepStarted(step: "w", title: "wait")),
                    at(2001, .stepEnded(step: "w", result: .failed("it ran out"))),
                ],
                mended
            ),
            faults: ["cut", "flood"],
            standing: .partial,
            doubt: "it ended before flood could be injected: wait: it ran out"
        ),
        Way(
            name: "a wait ran out, and all was undone early",
            events: whole(cut, step("wait", .failed("it ran out")), mended),
            standing: .partial,
            doubt: "it ended early: wait: it ran out"
        ),
        Way(
            name: "a wait ran out, and the method went on",
            events: whole(cut, step("wait", .passedOver("it ran out")), mended),
            standing: .whole
        ),
        Way(
            name: "one of several steps at once failed",
            events: whole(
                cut,
                step("at once: wait, runbook promote", .failed("one of the steps failed")),
                step("runbook promote", .failed("promote: exit 1")),
                mended
            ),
            standing: .partial,
            doubt: "it ended early: runbook promote: promote: exit 1"
        ),
        Way(
            name: "injecting failed, though an effect was seen",
            events: whole(
                [
                    at(1000, .injecting(fault: "cut")),
                    at(1010, .injected(fault: "cut", failedHosts: ["a"])),
                    at(1011, .proof(fault: "cut", host: "a", .holds)),
                ],
                mended
            ),
            standing: .void,
            doubt: "injecting cut failed on a"
        ),
        Way(
            name: "the step that injects it failed",
            events: whole(cut, step("fail-region (cut)", .failed("a: exit 1")), mended),
            standing: .void,
            doubt: "injecting fail-region (cut) failed: a: exit 1"
        ),
        Way(
            name: "the second fault couldn't be armed",
            events: whole(
                cut,
                step("fail-region (flood)", .failed("not injected: b: no lease")),
                mended
            ),
            faults: ["cut", "flood"],
            standing: .void,
            doubt: "injecting fail-region (flood) failed: not injected: b: no lease"
        ),
        Way(
            name: "it ended before its disaster",
            events: whole([
                at(900, .stepStarted(step: "w", title: "wait")),
                at(901, .stepEnded(step: "w", result: .failed("it ran out"))),
            ]),
            standing: .void,
            doubt: "it ended before its disaster: wait: it ran out"
        ),
        Way(
            name: "not restored",
            events: whole(cut),
            standing: .void,
            doubt: "not restored: cut may still be in place: it was never undone"
        ),
    ]

    @Test("what a run proves, and why not all", arguments: ways)
    func standing(_ way: Way) {
        let record = Self.record(way.events, faults: way.faults)
        let (standing, doubt) = SeriesRun.Standing.of(record)
        #expect(standing == way.standing)
        #expect(doubt == way.doubt)
        // One run compared with another goes by the same.
        #expect(Comparison.Side(record).standing == way.standing)
        // And so does a record without its samples.
        var bare = record
        bare.timeline.samples = [:]
        #expect(SeriesRun.Standing.of(bare).0 == way.standing)
    }

    /// The service is down from 1.0 s on, and a guard ends the last of five runs at 2.9 s.
    @Test("a service that was down until a guard ended the run missed its budget, and is the worst")
    func censored() throws {
        let budget = Budget(
            figure: .downtime,
            limit: .atMost(span(500)),
            assurance: Assurance(share: 0.9)
        )
        let well = (1...4).map {
            Self.record(whole(Self.cut, Self.mended), budgets: [budget], number: $0)
        }
        let ended = Self.record(
            whole(Self.cut, Self.stopping(.guarded("shop was down for 2s"))),
            looks: "gggggggggggxxxxxxxxxxxxxxxxxxxxx",
            budgets: [budget],
            number: 5
        )
        let records = well + [ended]
        let series = try #require(
            RunSeries(records.compactMap { SeriesRun($0) }, first: records[0])
        )
        let figure = try #require(
            SeriesJudge.judge(series).figures.first { $0.key.name == .downtime }
        )
        #expect(figure.successes == 4 && figure.failures == 1 && figure.unsure == 0)
        let spread = try #require(figure.spread)
        #expect(spread.count == 5)
        #expect(spread.max.shown.hasPrefix("≥ 1."), "\(spread.max.shown)")
        #expect(spread.medianRange?.shown.hasPrefix("≥ ") == true)
    }

    private static let assured = Budget(
        figure: .rto,
        limit: .atMost(span(50)),
        assurance: Assurance(share: 0.95)
    )

    /// Down for 99–302 ms: the promise of most of the runs is missed in this one, too.
    @Test(
        "a series cites what its verdict is made of, and no budget that it judges itself",
        arguments: [
            (
                budget(.downtime, 50), RunVerdict.failed,
                "failed: run 1: shop was down for 99–302 ms, budget 50ms"
            ),
            (
                budget(.downtime, 200), .inconclusive,
                "inconclusive: run 1: downtime of shop is 99–302 ms, budget 200ms; unseen ones, each"
                    + " below 102 ms, aren't counted"
            ),
        ]
    )
    func reason(_ budget: Budget, _ verdict: RunVerdict, _ reason: String) throws {
        let record = Self.record(whole(Self.cut, Self.mended), budgets: [Self.assured, budget])
        #expect(record.judgement.verdict == .failed)
        let run = try #require(SeriesRun(record))
        #expect(run.verdict == .failed && run.reason.contains("recovered"), "\(run.reason)")
        let series = try #require(RunSeries([run], first: record))
        let judged = SeriesJudge.judge(series)
        #expect(judged.verdict == verdict)
        #expect(judged.reasons.first == reason, "\(judged.reasons)")
        #expect(!judged.reasons.contains { $0.contains("recovered") }, "\(judged.reasons)")
    }

    @Test("a run that is failed by such a budget alone says nothing of the series")
    func apart() throws {
        let record = Self.record(whole(Self.cut, Self.mended), budgets: [Self.assured])
        #expect(record.judgement.verdict == .failed)
        #expect(record.apart.verdict == .passed)
        var broken = record
        broken.judgement.add(defect: "the disk is full")
        // What no timeline tells any more isn't judged away.
        #expect(broken.apart.verdict == .error && broken.apart.reason == "the disk is full")
    }
}
