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
            "runs    2 passed, 1 inconclusive, 2 failed, 1 not started; 5 whole",
            "2 of 8 runs within 20s, 2 outside, 4 not sure: with 90% confidence at least 6.8 %",
            "jitter 0 to 10s (the budget detect)", "run   6 0005  not started",
            "(proves nothing, counts as not sure: <because> of region-loss)", "waited 3.70 s",
            "≥ 60.0 s",
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
        #expect(strip.split(separator: ">proves nothing<").count == 2)
        #expect(strip.contains("class=\"band\"") && strip.contains("class=\"budget\""))
        #expect(html.contains("<h3>availability of storefront: "))
    }

    /// Of each number on the axis below a figure: how far to the right it reaches, and its words.
    private static func ticks(_ amount: Figure.Amount) throws -> [(x: Double, words: String)] {
        var series = series()
        for index in series.runs.indices {
            series.runs[index].figures = [Figure(name: .lost, probe: "orders", amount: amount)]
        }
        let html = html(series)
        let chart = try #require(html.firstRange(of: "<h3>lost of orders: "))
        let strip = html[chart.lowerBound...]
        let end = try #require(strip.firstRange(of: "</figure>"))
        return strip[..<end.lowerBound].matches(
            of: #/x="([\d.]+)" y="[\d.]+" text-anchor="(middle|end)">([\d.]+)<\/text>/#
        ).compactMap { match in
            guard let x = Double(match.1), match.1 != "32" else { return nil }
            let width = Double(match.3.count) * 6.6
            return (match.2 == "end" ? x : x + width / 2, String(match.3))
        }
    }

    @Test(
        "an axis has a number once, and each whole",
        arguments: [
            (.count(low: 0, best: 0, high: 0), ["0", "1"]),
            (.count(low: 1, best: 1, high: 1), ["0", "1"]),
            (.count(low: 7, best: 7, high: 7), ["0", "1", "2", "3", "4", "5", "6", "7"]),
            (.span(low: .zero, best: .zero, high: .zero), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
            // The last of these stands at the chart's edge.
            (
                .count(low: 943_397, best: nil, high: 943_397),
                ["0", "200000", "400000", "600000", "800000", "1000000"]
            ),
        ] as [(Figure.Amount, [String])]
    )
    func axis(_ amount: Figure.Amount, _ words: [String]) throws {
        let ticks = try Self.ticks(amount)
        #expect(ticks.map(\.words) == words)
        #expect(ticks.allSatisfy { $0.x <= 1040 }, "\(ticks)")
    }

    /// On a narrow page what comes last is off it.
    @Test("the verdict stands before the numbers, and each number says what it is")
    func verdictFirst() throws {
        let html = Self.html(Self.series())
        let heads = try #require(html.firstMatch(of: #/<thead><tr>(.*?)<\/tr>/#)).1
        let titles = heads.matches(of: #/<th[^>]*>([^<]*)</#).map { String($0.1) }
        #expect(
            titles == [
                "figure", "of", "budget", "verdict", "runs", "least", "median",
                "its 90 % interval", "most",
            ]
        )
        let least =
            #/<td class="n wide" data-name="least"><span>17\.\d+–</span><span>17\.\d+ s</span></td>/#
        #expect(html.contains(least))
        #expect(html.contains("<td class=\"n\" data-name=\"budget\">≤ 20s</td>"))
    }

    private static func texts(_ series: RunSeries) -> [String] {
        let judgement = SeriesJudge.judge(series)
        return [
            SeriesSummary.text(series, judgement, width: .max),
            SeriesMarkdown.markdown(series, judgement), SeriesReport.html(series, judgement),
        ]
    }

    @Test("the run that never recovered is the worst in every report, and not unknown")
    func worst() {
        for text in Self.texts(Self.series()) {
            #expect(text.contains("≥ 60.0 s") && !text.contains("unknown"), "\(text)")
        }
    }

    @Test("one run that wasn't begun doesn't read as if nothing had been touched")
    func notStarted() {
        var series = Self.series()
        series.runs = series.runs.map { run in
            var run = run
            let verdict: RunVerdict = run.number == 6 ? .notStarted : .passed
            run.verdict = verdict
            run.apart = SeriesRun.Apart(verdict: verdict, reason: "storefront is down")
            run.figures = []
            return run
        }
        series.place.count = 6
        series.experiment.budgets = []
        let texts = Self.texts(series)
        #expect(
            texts[0].hasPrefix("1 OF 6 RUNS NOT STARTED  region-loss, 6 runs: run 6: storefront")
        )
        #expect(texts[1].hasPrefix("# region-loss, 6 runs: ○ 1 of 6 runs not started\n"))
        #expect(texts[2].contains("<span class=\"word\">○ 1 of 6 runs not started</span>"))
        #expect(SeriesJudge.judge(series).verdict == .notStarted)
        series.runs = Array(series.runs.suffix(1))
        #expect(Self.texts(series)[0].hasPrefix("NOT STARTED  region-loss, 1 of 6 runs: run 6:"))
    }

    @Test("a run that says nothing of a figure is told of, and isn't counted away")
    func unknown() {
        var series = Self.series()
        series.runs[0].figures = []
        let texts = Self.texts(series)
        #expect(texts[0].contains("4 of 5"), "\(texts[0])")
        #expect(texts[0].contains("note    runs that say nothing of a figure are not left out"))
        #expect(texts[1].contains("| failover | storefront | 4 of 5 | 0–17.7 s |"), "\(texts[1])")
        #expect(texts[2].contains("over 5 runs, 1 of them unknown, budget 20s"))
        #expect(texts[2].contains(">unknown</text>"))
    }

    /// The confidence of a budget is that of its figure's median, too.
    @Test("a column says how sure its intervals are, and where they are not alike each does")
    func confidences() {
        var series = Self.series()
        series.experiment.budgets = [
            Budget(
                figure: .failover,
                limit: .atMost(.seconds(20)),
                assurance: Assurance(share: 0.5, confidence: 0.99)
            )
        ]
        let unlike = Self.texts(series)
        #expect(unlike[0].contains(" INTERVAL ") && !unlike[0].contains("% INTERVAL"))
        #expect(unlike[1].contains("| 61.00–63.00 % (90 %) |"), "\(unlike[1])")
        #expect(unlike[2].contains("<th class=\"n\">its interval</th>"))
        #expect(
            unlike[0].contains(
                "note    a median's 99 % interval takes 8 runs, a 95th percentile 20"
            ),
            "\(unlike[0])"
        )
        series.runs = series.runs.map { run in
            var run = run
            run.figures = Array(run.figures.prefix(1))
            return run
        }
        #expect(Self.texts(series)[0].contains("99 % INTERVAL"))
        #expect(Self.texts(Self.series())[0].contains("90 % INTERVAL"))
    }

    @Test("what such recoveries cost a year is told in every report")
    func yearly() {
        var series = Self.series()
        series.experiment.assume = Assumption(perYear: 2)
        series.experiment.method = [Step(.disaster)]
        series.runs = series.runs.map { run in
            var run = run
            run.figures = run.figures.map { figure in
                var figure = figure
                if figure.name == .failover { figure.name = .downtime }
                return figure
            }
            return run
        }
        let texts = Self.texts(series)
        for text in texts {
            #expect(
                text.contains(
                    "2 such disasters a year, each like the median of these runs: 39.8–40.6 s of downtime,"
                        + " five nines; each like the worst: ≥ 120 s of downtime"
                ),
                "\(text)"
            )
        }
        #expect(texts[0].contains("means   storefront: 2 such"))
        #expect(
            texts[1].contains("## What it means") && texts[2].contains("<h2>What it means</h2>")
        )
    }
}
