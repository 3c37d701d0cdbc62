import Testing

@testable import DrillModel

@Suite struct ComparisonTests {
    private static func run(_ figures: Figure...) -> Comparison.Side { side(figures) }

    private static func side(
        _ figures: [Figure],
        verdict: RunVerdict = .passed,
        faults: [FaultOutcome] = [],
        events: [Event] = []
    ) -> Comparison.Side {
        let plan = Plan(run: "R", experiment: promising(), seed: 1)
        let start = Event.Start(
            run: "R",
            seed: 1,
            wallNs: 0,
            who: "",
            controller: "",
            version: ""
        )
        return Comparison.Side(
            Record(
                run: "R",
                plan: plan,
                timeline: Timeline(events: events),
                judgement: Judgement(
                    verdict: verdict,
                    reasons: ["\(verdict.word): because"],
                    figures: figures,
                    faults: faults
                ),
                start: start
            )
        )
    }

    private static func up(_ low: Double, _ high: Double?) -> Figure {
        Figure(
            name: .availability,
            probe: "storefront",
            amount: .share(low: low, best: nil, high: high)
        )
    }

    @Test(
        "of two runs a figure has changed where its intervals part",
        arguments: [
            (failover(10, 12), failover(13, 14), .regression),
            (failover(13, 14), failover(10, 12), .improvement),
            (failover(10, 12), failover(12, 14), .noise),
            (failover(10, 12), failover(60, nil), .regression),
            (failover(10, nil), failover(11, nil), .unknown),
            (failover(60, nil), failover(10, 12), .improvement),
            (up(0.99, 0.995), up(0.98, 0.985), .regression),
            (up(0.98, 0.985), up(0.99, nil), .improvement),
            (up(0.98, 0.99), up(0.985, 1), .noise),
        ] as [(Figure, Figure, Comparison.Finding)]
    )
    func runs(before: Figure, after: Figure, finding: Comparison.Finding) {
        let comparison = Comparison(Self.run(before), Self.run(after))
        #expect(comparison.rows.map(\.finding) == [finding])
        let exit: Int32 = finding == .regression ? 1 : finding == .unknown ? 2 : 0
        #expect(comparison.exit == exit)
    }

    /// The share of a run in which it was up, being down for between so many seconds of it.
    private static func up(_ down: ClosedRange<Double>, of seconds: Int64) -> Figure {
        let whole = Double(seconds)
        var figure = up(1 - down.upperBound / whole, 1 - down.lowerBound / whole)
        figure.over = .seconds(seconds)
        return figure
    }

    /// Down for so long, of so long, before and after.
    @Test(
        "of runs of other lengths an availability has changed only where the time down has, too",
        arguments: [
            (1...1.1, 10, 1...1.1, 5, .unknown, 0), (1...1.1, 5, 1...1.1, 10, .unknown, 0),
            (1...1.1, 10, 2...2.1, 5, .regression, 1), (1...1.1, 10, 2...2.1, 10, .regression, 1),
            (2...2.1, 5, 1...1.1, 10, .improvement, 0), (1...1.1, 10, 1...1.1, 10, .noise, 0),
            // Twice as long down, of a run twice as long.
            (1...1.1, 5, 2...2.1, 10, .noise, 0),
        ] as [(ClosedRange<Double>, Int64, ClosedRange<Double>, Int64, Comparison.Finding, Int32)]
    )
    func lengths(
        before: ClosedRange<Double>,
        of long: Int64,
        after: ClosedRange<Double>,
        of short: Int64,
        finding: Comparison.Finding,
        exit: Int32
    ) {
        let (one, other) = (Self.up(before, of: long), Self.up(after, of: short))
        let rest = failover(10, 11)
        let runs = Comparison(Self.run(one, rest), Self.run(other, rest))
        #expect(runs.rows.map(\.finding) == [finding, .noise])
        #expect(runs.exit == exit)
        func series(_ figure: Figure) -> Comparison.Side {
            Comparison.Side(repeated(promising(), Array(repeating: figure, count: 5)))
        }
        let row = Comparison(series(one), series(other)).rows.first
        #expect(row?.finding == finding)
        guard finding == .unknown else { return }
        let why = "the runs lasted \(Span.seconds(long).shown) and \(Span.seconds(short).shown)"
        for told in [row?.why, runs.rows.first?.why] {
            #expect(told == "\(why): shares of these can't be compared")
        }
    }

    @Test("a figure that only one has can't be compared, and keeps nothing else from it")
    func onlyOne() {
        let comparison = Comparison(
            Self.run(failover(10, 11), failover(1, 2, of: "admin")),
            Self.run(failover(10, 12), failover(1, 2, of: "other"))
        )
        #expect(comparison.rows.map(\.finding) == [.noise, .unknown, .unknown])
        #expect(comparison.rows.map(\.why) == [nil, "only before", "only after"])
        #expect(comparison.rows.map(\.isGone) == [false, true, false])
        // A figure that is gone is no pass; one that is new is.
        #expect(comparison.exit == 2)
        let new = Comparison(
            Self.run(failover(10, 11)),
            Self.run(failover(10, 12), failover(1, 2, of: "other"))
        )
        #expect(new.exit == 0)
        #expect(Comparison(Self.run(failover(1, 2)), Self.run()).exit == 2)
    }

    @Test("latencies of two runs always differ, and say nothing by that")
    func exact() {
        func latency(_ ms: Int64) -> Figure {
            let span = Span.milliseconds(ms)
            let amount = Figure.Amount.span(low: span, best: span, high: span)
            return Figure(name: .latency, probe: "shop", amount: amount, at: .p99)
        }
        let rows = Comparison(Self.run(latency(10)), Self.run(latency(11))).rows
        #expect(rows.map(\.finding) == [.unknown])
        #expect(rows.first?.why == "it differs from run to run anyhow: two series would tell")
        #expect(Comparison(Self.run(latency(10)), Self.run(latency(10))).exit == 0)
    }

    private static func fault(_ targets: String..., effective: Bool? = true) -> FaultOutcome {
        FaultOutcome(id: "cut", fault: "cut", targets: targets, effective: effective, settled: true)
    }

    @Test("a run that proves nothing is compared with nothing, on either side")
    func void() {
        let proven = Self.side([failover(20, 21)], faults: [Self.fault("a")])
        let idle = Self.side(
            [failover(0, 1)],
            verdict: .inconclusive,
            faults: [Self.fault("a", effective: false)]
        )
        for comparison in [Comparison(proven, idle), Comparison(idle, proven)] {
            #expect(comparison.rows.map(\.finding) == [.unknown])
            #expect(comparison.exit == 2)
        }
        #expect(idle.standing == .void)
        #expect(idle.doubt == "cut had no effect that is proven and lasted")
    }

    @Test("a series of which no run counts proves nothing, and says so")
    func voidSeries() {
        let proven = Comparison.Side(repeated(promising(), [failover(20, 21), failover(20, 21)]))
        let idle = Comparison.Side(
            repeated(
                promising(),
                [failover(0, 1), failover(0, 1)],
                standing: [1: .void, 2: .void]
            )
        )
        #expect(idle.standing == .void && proven.standing == .whole)
        let comparison = Comparison(proven, idle)
        #expect(comparison.rows.map(\.why) == ["only before"])
        #expect(comparison.exit == 2)
    }

    /// Held against 20 s to 21 s as the one after, and against 5 s to 6 s as the one before.
    @Test(
        "of a run that wasn't put to the whole test only what was worse counts",
        arguments: [
            (failover(10, 11), .unknown, .improvement), (failover(20, 25), .unknown, .improvement),
            (failover(30, 31), .regression, .improvement), (failover(2, 3), .unknown, .unknown),
        ] as [(Figure, Comparison.Finding, Comparison.Finding)]
    )
    func partial(figure: Figure, after: Comparison.Finding, before: Comparison.Finding) {
        let events = whole([at(2000, .stopping(.guarded("it took too long")))])
        let partial = Self.side([figure], verdict: .stopped, events: events)
        #expect(partial.standing == .partial)
        let slow = Self.run(failover(20, 21))
        let quick = Self.run(failover(5, 6))
        #expect(Comparison(slow, partial).rows.map(\.finding) == [after])
        #expect(Comparison(partial, quick).rows.map(\.finding) == [before])
    }

    @Test("what was known before and is open after is no pass, though another is as it was")
    func open() {
        let before = Self.run(failover(10, 11), Self.up(0.99, 0.995))
        let after = Self.run(failover(9, nil), Self.up(0.99, 0.995))
        let comparison = Comparison(before, after)
        #expect(comparison.rows.map(\.finding) == [.unknown, .noise])
        #expect(comparison.rows.map(\.isGone) == [true, false])
        #expect(comparison.exit == 2)
        #expect(Comparison(after, before).exit == 0)
    }

    @Test("a budget that is gone takes its figure with it: that is the file, not the system")
    func unasked() {
        var latency = failover(1, 2)
        (latency.name, latency.at) = (.latency, .p99)
        let rest = failover(10, 11)
        let comparison = Comparison(Self.run(latency, rest), Self.run(rest))
        #expect(comparison.exit == 0)
        #expect(comparison.rows.first?.why == "only before: no budget asks for it after")
        var unmeasured = latency
        unmeasured.amount = .unknownSpan
        #expect(Comparison(Self.run(latency, rest), Self.run(unmeasured, rest)).exit == 2)
    }

    /// How many are lost hangs on the moment; that any are, and none before, doesn't.
    @Test(
        "lost writes of two runs",
        arguments: [
            (18, 20, .unknown, 2), (0, 18, .regression, 1), (18, 0, .improvement, 0),
            (18, 18, .noise, 0),
        ] as [(Int, Int, Comparison.Finding, Int32)]
    )
    func lost(before: Int, after: Int, finding: Comparison.Finding, exit: Int32) {
        func lost(_ count: Int) -> Figure {
            Figure(
                name: .lost,
                probe: "orders",
                amount: .count(low: count, best: count, high: count)
            )
        }
        let comparison = Comparison(Self.run(lost(before)), Self.run(lost(after)))
        #expect(comparison.rows.map(\.finding) == [finding])
        #expect(comparison.exit == exit)
    }

    @Test("runs whose faults hit other targets are told apart")
    func targets() {
        let one = Self.side([failover(10, 11)], faults: [Self.fault("db-2", "db-1")])
        let same = Self.side([failover(10, 11)], faults: [Self.fault("db-1", "db-2")])
        let other = Self.side([failover(10, 11)], faults: [Self.fault("db-3")])
        #expect(Comparison(one, same).otherTargets == [])
        #expect(Comparison(one, other).otherTargets == ["cut: db-1 and db-2, then db-3"])
    }

    @Test(
        "two series are held against each other at one confidence, whatever their budgets ask for"
    )
    func confidence() {
        func series(_ seconds: ClosedRange<Int64>, _ confidence: Double) -> Comparison.Side {
            Comparison.Side(
                repeated(
                    promising(promise(45, in: 0.5, confidence: confidence)),
                    seconds.map { failover($0, $0) }
                )
            )
        }
        // At 99 % five runs have no interval.
        let comparison = Comparison(series(10...14, 0.99), series(15...19, 0.5))
        #expect(comparison.rows.map(\.finding) == [.regression])
    }

    private static func side(_ seconds: ClosedRange<Int64>) -> Comparison.Side {
        Comparison.Side(repeated(promising(), seconds.map { failover($0, $0) }))
    }

    @Test("of two series one has changed where the intervals of its medians part")
    func twoSeries() {
        #expect(Comparison(Self.side(10...14), Self.side(15...19)).exit == 1)
        #expect(Comparison(Self.side(15...19), Self.side(10...14)).exit == 0)
        let noise = Comparison(Self.side(10...14), Self.side(14...18))
        #expect(noise.rows.map(\.finding) == [.noise])
        // Twenty values each, whose ranges overlap, and whose medians are surely apart.
        let apart = Comparison(Self.side(10...29), Self.side(20...39))
        #expect(apart.rows.map(\.finding) == [.regression])
        let few = Comparison(Self.side(10...13), Self.side(20...29))
        #expect(few.rows.map(\.finding) == [.unknown])
        #expect(few.rows.first?.why == "too few runs (4 and 10): a median's interval takes 5")
        #expect(few.exit == 2)
    }

    @Test("a run is held against a series where being beyond all of it is no chance")
    func mixed() {
        let long = Self.side(10...28)
        #expect(Comparison(long, Self.run(failover(29, 30))).exit == 1)
        #expect(Comparison(long, Self.run(failover(28, 30))).rows.map(\.finding) == [.noise])
        #expect(Comparison(long, Self.run(failover(8, 9))).rows.map(\.finding) == [.improvement])
        #expect(Comparison(Self.side(10...27), Self.run(failover(29, 30))).exit == 2)
    }
}
