import Testing

@testable import DrillModel

@Suite struct SeriesJudgeTests {
    private static let within = failover(10, 11)
    private static let outside = failover(50, 51)
    private static let straddling = failover(44, 46)

    private static func many(_ figure: Figure, _ count: Int) -> [Figure] {
        Array(repeating: figure, count: count)
    }

    @Test("ten of ten prove what the tables say")
    func plain() throws {
        let budget = Budget(figure: .failover, limit: .atMost(.seconds(45)))
        let judged = SeriesJudge.judge(repeated(promising(budget), Self.many(Self.within, 10)))
        #expect(judged.verdict == .passed)
        #expect(judged.reasons == ["passed: all 10 runs passed"])
        let figure = try #require(judged.figures.first)
        #expect(
            figure.sentence
                == "failover of storefront: 10 of 10 runs within 45s: with 90% confidence at least"
                + " 79.4 % of such disasters are"
        )
        #expect(figure.verdict == .passed)
    }

    @Test("without an assurance the worst run counts, and a straddling one is neither")
    func worst() throws {
        let budget = Budget(figure: .failover, limit: .atMost(.seconds(45)))
        let figures = Self.many(Self.within, 8) + [Self.straddling]
        let unsure = SeriesJudge.judge(repeated(promising(budget), figures))
        #expect(unsure.verdict == .inconclusive)
        #expect(unsure.figures.first?.successes == 8)
        #expect(unsure.figures.first?.failures == 0)
        #expect(unsure.figures.first?.tally == "8 of 9 runs within 45s, 1 not sure")
        let failed = SeriesJudge.judge(repeated(promising(budget), figures + [Self.outside]))
        #expect(failed.verdict == .failed)
        #expect(failed.reasons.first == "failed: run 10: because")
    }

    @Test("figures of one name are kept apart by percentile, part and place")
    func keptApart() {
        func latency(_ ms: Int64, _ at: Percentile, _ part: RunPart? = nil) -> Figure {
            let span = Span.milliseconds(ms)
            return Figure(
                name: .latency,
                probe: "shop",
                amount: .span(low: span, best: span, high: span),
                during: part,
                at: at
            )
        }
        let budget = Budget(figure: .latency, limit: .atMost(.seconds(1)), during: .fault)
        var series = repeated(promising(budget), Self.many(latency(1500, .p99, .fault), 3))
        for index in series.runs.indices {
            series.runs[index].figures += [latency(10, .p99), latency(20, .max)]
        }
        let judged = SeriesJudge.judge(series)
        #expect(
            judged.figures.map(\.key.label) == [
                "latency p99 during the fault", "latency p99", "latency max",
            ]
        )
        #expect(judged.figures.map(\.verdict) == [.failed, nil, nil])
        #expect(
            judged.figures.map { $0.spread?.median.shown } == ["1.50 s", "10 ms", "20 ms"]
        )
    }

    /// Runs within, straddling and outside of 45 s; how many were planned; the promised share; the verdict.
    @Test(
        "a promise is kept, broken or open",
        arguments: [
            (45, 0, 0, 45, 0.95, .passed), (44, 0, 0, 44, 0.95, .inconclusive),
            (3, 0, 0, 3, 0.95, .inconclusive), (76, 0, 1, 77, 0.95, .passed),
            (75, 0, 1, 76, 0.95, .inconclusive),
            // One that isn't sure counts as outside of the low bound, and as within of the high one.
            (44, 1, 0, 45, 0.95, .inconclusive), (76, 1, 0, 77, 0.95, .passed),
            (0, 3, 0, 3, 0.5, .inconclusive), (0, 0, 3, 3, 0.5, .inconclusive),
            (0, 0, 4, 4, 0.5, .failed), (0, 1, 4, 5, 0.5, .inconclusive),
            // Runs that were not made may yet go either way.
            (45, 0, 0, 60, 0.95, .inconclusive), (0, 0, 9, 10, 0.5, .failed),
        ] as [(Int, Int, Int, Int, Double, Verdict)]
    )
    func promises(
        within: Int,
        straddling: Int,
        outside: Int,
        planned: Int,
        share: Double,
        verdict: Verdict
    ) throws {
        let figures =
            Self.many(Self.within, within) + Self.many(Self.straddling, straddling)
            + Self.many(Self.outside, outside)
        let judged = SeriesJudge.judge(
            repeated(promising(promise(45, in: share)), figures, planned: planned)
        )
        #expect(judged.figures.first?.verdict == verdict, "\(judged.figures.map(\.sentence))")
    }

    @Test("a run that missed a promised budget doesn't fail a series that keeps the promise")
    func apart() {
        let figures = Self.many(Self.within, 76) + [Self.outside]
        let judged = SeriesJudge.judge(repeated(promising(promise(45, in: 0.95)), figures))
        #expect(judged.verdict == .passed)
        #expect(
            judged.reasons == ["passed: 76 of 77 runs passed, which shows what was promised"]
        )
        let stopped = SeriesJudge.judge(
            repeated(promising(promise(45, in: 0.95)), figures, verdicts: [77: .notRestored])
        )
        #expect(stopped.verdict == .notRestored)
    }

    @Test("an open promise says how many runs it takes")
    func takes() {
        func sentence(_ figures: [Figure], planned: Int? = nil) -> String? {
            let judged = SeriesJudge.judge(
                repeated(promising(promise(45, in: 0.95)), figures, planned: planned)
            )
            return judged.figures.first?.sentence
        }
        #expect(
            sentence(Self.many(Self.within, 3))
                == "failover of storefront: 3 of 3 runs within 45s: with 90% confidence at least"
                + " 46.4 % of such disasters are, and 95% are promised: it takes 45 runs, all of"
                + " them within"
        )
        #expect(
            sentence([Self.within, Self.within, Self.outside])?
                .hasSuffix("it takes 77 runs, all but 1 of them within") == true
        )
        #expect(
            sentence(Self.many(Self.within, 44) + [Self.straddling])?
                .hasSuffix("95% are promised: those that are not sure would decide") == true
        )
        #expect(
            sentence(Self.many(Self.outside, 60))
                == "failover of storefront: 0 of 60 runs within 45s, 60 outside: with 90% confidence"
                + " at most 3.8 % of such disasters are, and 95% are promised"
        )
    }

    @Test("a run that proves nothing is neither; one that ended early only counts where it missed")
    func standing() {
        let budget = Budget(figure: .failover, limit: .atMost(.seconds(45)))
        let figures = [Self.within, Self.within, Self.outside, Self.outside]
        let judged = SeriesJudge.judge(
            repeated(
                promising(budget),
                figures,
                standing: [1: .void, 2: .partial, 3: .void, 4: .partial]
            )
        )
        let figure = judged.figures.first
        #expect(figure?.successes == 0)
        #expect(figure?.failures == 1)
        #expect(figure?.unsure == 3)
        #expect(figure?.spread?.count == 2)
        // It may have become worse.
        #expect(figure?.spread?.min.shown == "≥ 10.0 s")
        #expect(figure?.spread?.max.shown == "≥ 50.0 s")
    }

    @Test("a run that says nothing of a figure isn't left out: it may have been the worst")
    func unknown() throws {
        var series = repeated(promising(), Self.many(Self.within, 14) + Self.many(Self.outside, 6))
        // The ledgers of the worst six couldn't be read back; without a budget they have no figure at all.
        for index in 14..<17 { series.runs[index].figures = [failover(nil, nil)] }
        for index in 17..<20 { series.runs[index].figures = [] }
        let spread = try #require(SeriesJudge.judge(series).figures.first?.spread)
        #expect(spread.count == 20 && spread.unknown == 6 && spread.known == 14)
        #expect(spread.min.shown == "0–11.0 s")
        #expect(spread.max.shown == "≥ 10.0 s")
        // Ranks 6 to 15 of 20: both may be among the six.
        #expect(spread.medianRange?.shown == "unknown")
        // One of twenty can't hide the median.
        for index in 15..<20 { series.runs[index].figures = [Self.within] }
        let few = try #require(SeriesJudge.judge(series).figures.first?.spread)
        #expect(few.unknown == 1 && few.medianRange?.shown == "10.0–11.0 s")
        #expect(few.median.shown == "10.0–11.0 s")
        // Of a figure that no run knows there is no spread.
        for index in series.runs.indices { series.runs[index].figures = [failover(nil, nil)] }
        #expect(SeriesJudge.judge(series).figures.first?.spread == nil)
    }

    @Test("what ended it between two runs is a reason like any other")
    func ended() {
        let budget = Budget(figure: .failover, limit: .atMost(.seconds(45)))
        var series = repeated(promising(budget), [Self.within], planned: 3)
        series.end = SeriesEnd(.stopped, "between two runs, by SIGINT; 1 of 3 were made")
        let judged = SeriesJudge.judge(series)
        #expect(judged.verdict == .stopped)
        #expect(judged.reasons == ["stopped: between two runs, by SIGINT; 1 of 3 were made"])
    }

    @Test("with a rate a year costs what the median and the worst of the runs imply")
    func yearly() throws {
        func downtime(_ low: Int64, _ high: Int64?) -> Figure {
            var figure = failover(low, high)
            figure.name = .downtime
            return figure
        }
        var experiment = promising()
        experiment.method = [Step(.disaster)]
        let figures = [downtime(10, 11), downtime(20, 21), downtime(60, nil)]
        #expect(SeriesJudge.judge(repeated(experiment, figures)).yearly.isEmpty)
        experiment.assume = Assumption(perYear: 2)
        let yearly = SeriesJudge.judge(repeated(experiment, figures)).yearly
        #expect(
            yearly.map(\.shown) == [
                "2 such disasters a year, each like the median of these runs: 40.0–42.0 s of downtime,"
                    + " five nines; each like the worst: ≥ 120 s of downtime"
            ]
        )
        experiment.method = []
        #expect(SeriesJudge.judge(repeated(experiment, figures)).yearly.isEmpty)
    }

    @Test("runs that are gone are told; those that an end explains aren't told twice")
    func missing() {
        let budget = Budget(figure: .failover, limit: .atMost(.seconds(45)))
        let gone = SeriesJudge.judge(repeated(promising(budget), [Self.within], planned: 10))
        #expect(gone.verdict == .inconclusive)
        #expect(gone.reasons == ["inconclusive: of 10 runs 9 are not there"])
        let ended = SeriesJudge.judge(
            repeated(promising(budget), [Self.within], planned: 10, verdicts: [1: .stopped])
        )
        #expect(ended.verdict == .stopped)
        #expect(ended.reasons == ["stopped: run 1: because"])
    }

    @Test("a promise that no run came to measure stays open")
    func unmeasured() {
        let judged = SeriesJudge.judge(repeated(promising(promise(45, in: 0.9)), [], planned: 3))
        #expect(judged.figures.first?.verdict == .inconclusive)
        #expect(judged.figures.first?.spread == nil)
        #expect(judged.verdict == .inconclusive)
    }
}
