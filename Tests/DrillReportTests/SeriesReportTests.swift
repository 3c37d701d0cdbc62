import DrillModel
import DrillReport
import Testing

/// A series as text, Markdown and HTML.
@Suite struct SeriesReportTests {
    private static func figure(_ low: Int64, _ high: Int64?, _ verdict: Verdict?) -> Figure {
        Figure(
            name: .failover,
            probe: "storefront",
            amount: .span(
                low: .milliseconds(low),
                best: high.map { .milliseconds((low + $0) / 2) },
                high: high.map(Span.milliseconds)
            ),
            budget: .atMost(.seconds(20)),
            verdict: verdict
        )
    }

    /// Six runs: within, within, straddling, outside, never recovered, not begun.
    private static func series(_ name: String = "region-loss") -> RunSeries {
        let verdicts: [RunVerdict] = [
            .passed, .passed, .inconclusive, .failed, .failed, .notStarted,
        ]
        let figures = [
            figure(18_400, 19_100, .passed), figure(17_000, 17_700, .passed),
            figure(19_900, 20_300, .inconclusive), figure(21_000, 21_700, .failed),
            figure(60_000, nil, .failed),
        ]
        let runs = verdicts.enumerated().map { index, verdict in
            SeriesRun(
                run: "20261123T14150\(index)Z-region-loss-000\(index)",
                number: index + 1,
                seed: 42 + UInt64(index),
                jitter: .milliseconds(1234 * Int64(index)),
                verdict: verdict,
                reason: "<because> of \(name)",
                standing: verdict == .notStarted ? .void : .whole,
                figures: index < figures.count
                    ? [
                        figures[index],
                        Figure(
                            name: .availability,
                            probe: "storefront",
                            amount: .share(low: 0.61, best: 0.62, high: 0.63)
                        ),
                    ] : []
            )
        }
        return RunSeries(
            runs,
            of: Experiment(
                name: name,
                file: "region-loss.yaml",
                budgets: [Budget(figure: .failover, limit: .atMost(.seconds(20)))]
            ),
            place: SeriesPlace(
                id: "20261123T141500Z-region-loss-series-7f3a",
                number: 1,
                count: 8,
                pause: .seconds(10),
                seed: 42
            ),
            jitter: Jitter(most: .seconds(10), source: "the budget detect", wait: .zero),
            start: Specimen().start
        )
    }

    private static func html(_ series: RunSeries) -> String {
        SeriesReport.html(series, SeriesJudge.judge(series))
    }

    @Test func textHasEveryFigureAndRun() {
        let series = Self.series()
        let text = SeriesSummary.text(series, SeriesJudge.judge(series), width: .max)
        for words in [
            "FAILED  region-loss, 6 of 8 runs: run 4: <because> of region-loss",
            "runs    2 passed, 1 inconclusive, 2 failed, 1 not started",
            "2 of 8 runs within 20s, 2 outside, 4 not sure: with 90% confidence at least 6.8 %",
            "jitter 0 to 10s (the budget detect)", "run   6 0005  not started",
            "(not counted: <because> of region-loss)", "waited 3.70 s",
        ] {
            #expect(text.contains(words), "\(words): \(text)")
        }
        for width in [60, 80] {
            let narrow = SeriesSummary.text(series, SeriesJudge.judge(series), width: width)
            for line in narrow.split(separator: "\n") {
                #expect(Plain.width(String(line)) <= width || !line.contains("  "), "\(line)")
            }
        }
    }

    @Test(arguments: ["region-loss"] + Specimen.hostile)
    func pagesAreWholeWhateverTheNames(_ name: String) {
        let html = Self.html(Self.series(name))
        #expect(TagBalance.problem(in: html) == nil)
        #expect(!html.contains("<script") && !html.contains("<because>"))
        let series = Self.series(name)
        let markdown = SeriesMarkdown.markdown(series, SeriesJudge.judge(series))
        #expect(!markdown.contains("<script") && !markdown.contains("<because>"))
    }

    @Test func chartHasARowARunAndAShapeAVerdict() throws {
        let html = Self.html(Self.series())
        let chart = try #require(html.firstRange(of: "<h3>failover of storefront: "))
        let rest = html[chart.lowerBound...]
        let end = try #require(rest.firstRange(of: "</figure>"))
        let strip = rest[..<end.lowerBound]
        #expect(strip.contains("17.0 s over 5 runs, budget 20s"), "\(strip.prefix(200))")
        #expect(strip.split(separator: "class=\"up\"").count == 3)
        #expect(strip.split(separator: "class=\"mark\"").count == 2)
        #expect(strip.split(separator: "class=\"lane\"").count == 3)
        #expect(strip.split(separator: "class=\"arrow\"").count == 2)
        #expect(strip.split(separator: "not counted").count == 2)
        #expect(strip.contains("class=\"band\"") && strip.contains("class=\"budget\""))
        #expect(html.contains("<h3>availability of storefront: "))
    }
}
