import Testing

@testable import DrillModel

@Suite struct ComparisonTests {
    private static func run(_ figures: Figure...) -> Comparison.Side {
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
                timeline: Timeline(),
                judgement: Judgement(verdict: .passed, figures: figures),
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

    @Test("a figure that only one has can't be compared, and keeps nothing else from it")
    func onlyOne() {
        let comparison = Comparison(
            Self.run(failover(10, 11), failover(1, 2, of: "admin")),
            Self.run(failover(10, 12), failover(1, 2, of: "other"))
        )
        #expect(comparison.rows.map(\.finding) == [.noise, .unknown, .unknown])
        #expect(comparison.rows.map(\.why) == [nil, "only before", "only after"])
        #expect(comparison.exit == 0)
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
