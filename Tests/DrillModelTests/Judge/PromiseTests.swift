import Testing

@testable import DrillModel

/// Budgets on latency, errors, staleness and lost writes, over the run and in parts of it.
@Suite struct PromiseTests {
    /// One look every 10 ms for 3 s: broken from 1000 ms on, repaired from 2000 ms on.
    static func judgement(
        _ budgets: [Budget],
        ledger: [LedgerWrite]? = nil,
        assume: Assumption? = nil,
        look: (Int64) -> Sample
    ) -> Judgement {
        let events = whole(
            breaking("f", on: "a", from: 1000, to: 1010),
            mending("f", on: "a", from: 2000, to: 2010),
            [at(2500, .readBack(probe: "orders", failure: nil))],
            end: 3000
        )
        var plan = plan(
            [probe("p", every: 10)] + (ledger == nil ? [] : [probe("orders", .data)]),
            [fault("f", on: "a")],
            budgets: budgets
        )
        plan.experiment.assume = assume
        return Judge.judge(
            plan,
            Timeline(
                events: events,
                samples: ["p": (0..<300).map { look(Int64($0) * 10) }],
                ledgers: ledger.map { ["orders": $0] } ?? [:]
            )
        )
    }

    static func latency(
        _ ms: Int64,
        _ percentile: Percentile,
        _ part: RunPart? = nil
    ) -> Budget {
        Budget(figure: .latency, limit: .atMost(span(ms)), at: percentile, during: part)
    }

    // MARK: Latency

    struct Case: Sendable {
        var budget: Budget
        var verdict: Verdict
        var measured: String
    }

    /// 3 ms before, 50 ms while broken, 9 ms after; two looks run out of time while it is broken.
    @Test(
        arguments: [
            Case(budget: latency(5, .p50, .before), verdict: .passed, measured: "2.9–3.1 ms"),
            Case(budget: latency(40, .p50, .fault), verdict: .failed, measured: "50 ms"),
            Case(budget: latency(60, .p90, .fault), verdict: .passed, measured: "50 ms"),
            Case(budget: latency(400, .p99, .fault), verdict: .failed, measured: "≥ 1.00 s"),
            Case(budget: latency(5000, .p99, .fault), verdict: .inconclusive, measured: "≥ 1.00 s"),
            Case(budget: latency(10, .max, .after), verdict: .passed, measured: "9.0 ms"),
            Case(budget: latency(60, .p99), verdict: .passed, measured: "50 ms"),
        ]
    )
    func latencies(_ each: Case) throws {
        let judgement = Self.judgement([each.budget]) { at in
            if at == 1500 || at == 1510 {
                return sample(at, .bad(.timeout, "no answer"), took: 1000)
            }
            return sample(at, took: at < 1000 ? 3 : at < 2000 ? 50 : 9)
        }
        let figure = try #require(judgement.figures.last { $0.name == .latency })
        #expect(figure.verdict == each.verdict, "\(figure)")
        #expect(figure.during == (each.budget.during ?? .run))
        guard case .span(let low?, _, let high) = figure.amount else {
            Issue.record("\(figure.amount)")
            return
        }
        if each.measured == "≥ 1.00 s" {
            #expect(high == nil && low > .milliseconds(999) && low <= .seconds(1))
        } else {
            #expect(high.map { $0 - low <= .milliseconds(1) } == true, "\(figure.shown)")
        }
        if each.verdict == .inconclusive {
            #expect(figure.note?.contains("a longer `timeout` would tell") == true)
            #expect(judgement.reasons.first?.contains("latency p99 during the fault of p") == true)
        }
    }

    /// 300 looks: two and a half times too few for a percentile of a thousand.
    @Test(
        "a percentile of too few looks is the slowest of them, and says so",
        arguments: [
            (.p999, nil, "p99.9 of 300 looks is the slowest of them"),
            (.p99, nil, nil), (.p999, .fault, "p99.9 of 100 looks is the slowest of them"),
            (.p99, .fault, nil), (.max, nil, nil),
        ] as [(Percentile, RunPart?, String?)]
    )
    func fewLooks(percentile: Percentile, part: RunPart?, note: String?) throws {
        let budget = Self.latency(5, percentile, part)
        let judgement = Self.judgement([budget]) { sample($0, took: 2) }
        let figure = try #require(judgement.figures.last { $0.name == .latency })
        #expect(figure.note == note)
        #expect(figure.verdict == .passed)
    }

    @Test func theSentenceSaysWhatWasPromised() {
        let judgement = Self.judgement([Self.latency(40, .p50, .fault)]) { sample($0, took: 50) }
        let first = judgement.reasons.first ?? ""
        #expect(first.hasPrefix("failed: p took 49.9"), "\(first)")
        #expect(first.hasSuffix("(p50) during the fault, budget 40ms"), "\(first)")
    }

    @Test func eachPercentileAndPartIsAFigureOfItsOwn() {
        let judgement = Self.judgement([
            Self.latency(5, .p50), Self.latency(5, .p99), Self.latency(5, .p99, .fault),
            Budget(figure: .latency, probe: "p", limit: .atMost(span(1)), at: .p99),
        ]) { sample($0, took: 2) }
        let figures = judgement.figures.filter { $0.name == .latency }
        #expect(
            figures.map(\.label) == ["latency p50", "latency p99", "latency p99 during the fault"]
        )
        // The budget that names the probe goes before the one for all.
        #expect(figures.map(\.verdict) == [.passed, .failed, .passed])
    }

    // MARK: Errors

    @Test(
        arguments: [
            (nil, 0.04, Verdict.passed), (nil, 0.03, .failed), (.fault, 0.11, .passed),
            (.fault, 0.09, .failed), (.after, 0, .passed),
        ] as [(RunPart?, Double, Verdict)]
    )
    func errors(_ part: RunPart?, _ most: Double, _ verdict: Verdict) throws {
        let budget = Budget(figure: .errors, limit: .atMostShare(most), during: part)
        let judgement = Self.judgement([budget]) { at in
            (1500..<1600).contains(at) ? sample(at, .bad(.status, "503")) : sample(at)
        }
        let figure = try #require(judgement.figures.last { $0.name == .errors })
        #expect(figure.verdict == verdict, "\(figure)")
    }

    /// 10 bad, 10 unseen, 280 good: the share is between 10/300 and 20/300.
    @Test(arguments: [(0.07, Verdict.passed), (0.05, .inconclusive), (0.03, .failed)])
    func unseenLooksWidenTheShare(_ most: Double, _ verdict: Verdict) throws {
        let budget = Budget(figure: .errors, limit: .atMostShare(most))
        let judgement = Self.judgement([budget]) { at in
            switch at {
            case 1500..<1600: sample(at, .bad(.refused, "refused"))
            case 1600..<1650: sample(at, .unsent)
            case 1650..<1700: sample(at, .bad(.blind, "its host is gone"))
            default: sample(at)
            }
        }
        let figure = try #require(judgement.figures.last { $0.name == .errors })
        #expect(figure.verdict == verdict, "\(figure)")
        let share = Figure.Amount.share(low: 10.0 / 300, best: 10.0 / 290, high: 20.0 / 300)
        #expect(figure.amount == share)
        #expect(figure.note == "10 of 300 looks; 10 were unsent or couldn't look")
    }

    @Test func outcomesAreToldApart() throws {
        let judgement = Self.judgement([]) { at in
            switch at {
            case 1000: sample(at, .bad(.tls, "not trusted"))
            case 1010: sample(at, .bad(.unresolvable, "no such name"))
            case 1020, 1030: sample(at, .bad(.reset, "reset"))
            default: sample(at)
            }
        }
        let fault = try #require(judgement.looks.first { $0.part == .fault })
        #expect(fault.failures == [.tls: 1, .unresolvable: 1, .reset: 2])
        #expect(fault.good == 96 && fault.all == 100 && fault.bad == 4)
        #expect(judgement.looks.first { $0.part == .run }?.all == 300)
    }

    // MARK: Lost writes and staleness

    /// Lost: one acknowledged before the disaster, one while it lasts, one that was under way at T0.
    @Test(
        arguments: [
            (nil, 3, Verdict.passed), (nil, 2, .failed), (.fault, 2, .passed),
            (.fault, 1, .inconclusive), (.fault, 0, .failed), (.after, 0, .passed),
        ] as [(RunPart?, Int, Verdict)]
    )
    func lost(_ part: RunPart?, _ most: Int, _ verdict: Verdict) throws {
        let writes = [
            LossTests.write(900, copies: 0), LossTests.write(950),
            LedgerWrite(
                number: 999,
                due: ms(999),
                sent: ms(999),
                done: ms(1003),
                answer: .acknowledged,
                copies: 0
            ),
            LossTests.write(1500, copies: 0), LossTests.write(2500),
        ]
        let budget = Budget(figure: .lost, limit: .atMostCount(most), during: part)
        let judgement = Self.judgement([budget], ledger: writes) { sample($0) }
        let figure = try #require(
            judgement.figures.first { $0.name == .lost && $0.during == part }
        )
        #expect(figure.verdict == verdict, "\(figure)")
    }

    @Test func aBudgetGoesForAnyFigureOfItsName() {
        let budget = Budget(figure: .staleness, probe: "orders", limit: .atMost(span(500)))
        let figure = Figure(
            name: .staleness,
            probe: "orders",
            amount: .span(low: span(600), best: span(610), high: span(700))
        )
        let found = Figures.budget(for: figure, among: [budget])
        #expect(found == budget)
        #expect(figure.judged(against: found?.limit).verdict == .failed)
    }

    // MARK: What it means

    @Test func aYearOfSuchRecoveries() throws {
        let judgement = Self.judgement([], assume: Assumption(perYear: 2)) { at in
            (1000..<1500).contains(at) ? sample(at, .bad(.refused, "refused")) : sample(at)
        }
        let yearly = try #require(judgement.yearly.first)
        guard case .span(let low?, _, let high?)? = judgement.figure(.downtime, "p")?.amount else {
            Issue.record("no downtime")
            return
        }
        #expect(yearly.low == low * 2 && yearly.high == high * 2)
        #expect(yearly.nines == "seven nines")
        #expect(yearly.shown.hasPrefix("2 such disasters a year: "), "\(yearly.shown)")
        #expect(yearly.shown.hasSuffix(" of downtime, seven nines"), "\(yearly.shown)")
    }

    @Test func nothingIsImpliedWhereNothingIsAssumed() {
        #expect(Self.judgement([]) { sample($0) }.yearly.isEmpty)
    }

    @Test func whatNeverEndedHasNoYear() throws {
        let judgement = Self.judgement([], assume: Assumption(perYear: 0.5)) { at in
            at < 1000 ? sample(at) : sample(at, .bad(.refused, "refused"))
        }
        let yearly = try #require(judgement.yearly.first)
        #expect(yearly.high == nil && yearly.nines == nil)
        #expect(yearly.shown.hasPrefix("0.5 such disasters a year: ≥ "), "\(yearly.shown)")
    }
}
