import Testing

@testable import DrillModel
@testable import DrillReport

/// Latency and outcomes as tables, the same in HTML and Markdown.
@Suite struct LookTablesTests {
    static func record() -> Record {
        var record = Specimen().record
        var calm = LatencySummary(probe: "storefront", part: .run)
        calm.count = 12_345
        for percentile in Percentile.allCases {
            calm[percentile] = interval(2.309, 2.31, 2.311)
        }
        var broken = LatencySummary(probe: "storefront", part: .fault)
        broken.count = 700
        broken.timeouts = 30
        broken.unseen = 4
        broken.p50 = interval(2, 2.4, 60)
        broken.max = LatencySummary.Interval(low: .seconds(1), best: nil, high: nil)
        record.judgement.latencies = [calm, broken]
        record.judgement.looks = [
            LookCount(
                probe: "storefront",
                part: .run,
                good: 12_000,
                failures: [.refused: 340, .timeout: 30, .tls: 1],
                unsent: 4
            ),
            LookCount(probe: "storefront", part: .fault, good: 670, failures: [.timeout: 30]),
            LookCount(probe: "edge|notices", part: .run, good: 0, failures: [.status: 17]),
        ]
        record.judgement.yearly = [
            YearlyDowntime(
                probe: "storefront",
                perYear: 2,
                low: .seconds(30),
                best: .seconds(31),
                high: .seconds(32)
            )
        ]
        return record
    }

    static func interval(_ low: Double, _ best: Double, _ high: Double) -> LatencySummary.Interval {
        func span(_ ms: Double) -> Span { Span(ns: Int64(ms * 1e6)) }
        return LatencySummary.Interval(low: span(low), best: span(best), high: span(high))
    }

    @Test func markdown() {
        let text = MarkdownReport.markdown(Self.record())
        #expect(
            text.contains(
                "| storefront | run | 12,345 | 2.31 | 2.31 | 2.31 | 2.31 | 2.31 | 2.99–3.04 % |"
            ),
            "\(text)"
        )
        #expect(text.contains("| storefront | fault | 700 | 2.00–60.0 | – | – | = max | ≥ 1000 |"))
        #expect(
            text.contains("| Probe | Looks | good | refused | timeout | tls | status | unsent |")
        )
        #expect(text.contains("| storefront | 12,375 | 12,000 | 340 | 30 | 1 | 0 | 4 |"))
        #expect(text.contains("| edge\\|notices | 17 | 0 | 0 | 0 | 0 | 17 | 0 |"))
        #expect(
            text.contains(
                "- **storefront**: 2 such disasters a year: 30.0–32.0 s of downtime, five to six nines"
            ),
            "\(text)"
        )
    }

    @Test func html() {
        let text = HTMLReport.html(Self.record())
        #expect(text.contains("<h2>Latency</h2>"))
        #expect(text.contains("<td>storefront</td><td>fault</td><td class=\"n\">700</td>"))
        #expect(text.contains("<td class=\"n\">≥ 1000</td>"))
        #expect(text.contains("<h2>What came of the looks</h2>"))
        #expect(text.contains("<td>edge|notices</td><td class=\"n\">17</td>"))
        #expect(text.contains("<h2>What it means</h2>"))
        #expect(text.contains("2 such disasters a year: 30.0–32.0 s of downtime"))
    }

    @Test("a detection that is quiet fails at nothing")
    func quiet() {
        var record = Self.record()
        record.judgement.looks = [
            LookCount(probe: "storefront", part: .run, good: 10, failures: [.timeout: 2]),
            // By its exit code: another one is an answer, no answer is none.
            LookCount(
                probe: "edge-notices",
                part: .run,
                good: 25,
                failures: [.status: 47, .timeout: 3]
            ),
        ]
        let text = MarkdownReport.markdown(record)
        #expect(text.contains("| Probe | Looks | good | fired | quiet | timeout |"), "\(text)")
        #expect(text.contains("| storefront | 12 | 10 | – | – | 2 |"))
        #expect(text.contains("| edge-notices | 75 | – | 25 | 47 | 3 |"))
        #expect(text.contains("from its steady stretch on; the charts show those before it, too."))
    }

    @Test(
        arguments: [
            (LatencySummary.Interval(), "–"),
            (interval(0.0501, 0.0503, 0.0505), "0.050"), (interval(0.2, 0.2, 0.2), "0.20"),
            (interval(1003, 1003, 1004), "1003"), (interval(10, 11, 12), "10.0–12.0"),
            (LatencySummary.Interval(low: .zero), "unknown"),
            (LatencySummary.Interval(low: .milliseconds(999)), "≥ 999"),
        ]
    )
    func cells(_ interval: LatencySummary.Interval, _ shown: String) {
        #expect(LookTables.cell(interval) == shown)
    }

    /// A latency is a thousandth of an outage: each in the unit that fits it.
    @Test func latencyFiguresHaveTheirOwnUnit() {
        var figure = Figure(
            name: .latency,
            probe: "p",
            amount: .span(low: Span(ns: 2_300_000), best: nil, high: Span(ns: 2_400_000)),
            budget: .atMost(.milliseconds(400)),
            at: .p99
        )
        #expect(Words.measured(figure) == "2.30–2.40 ms")
        figure.amount = .span(low: .seconds(1), best: nil, high: nil)
        #expect(Words.measured(figure) == "≥ 1.00 s")
        #expect(!BudgetBar.markup(figure).isEmpty)
        figure = Figure(
            name: .errors,
            amount: .share(low: 0.01, best: 0.01, high: 0.01),
            budget: .atMostShare(0.05)
        )
        #expect(!BudgetBar.markup(figure).isEmpty)
        #expect(Words.limit(figure.budget) == "≤ 5%")
    }
}

/// A service that flapped for an hour has a report that can be read.
@Suite struct ManyOutagesTests {
    @Test func theLongestAreShownInTheirOrder() {
        var record = Specimen().record
        record.judgement.outages = (0..<5000).map { index in
            let from = Instant(ns: Int64(index) * 10_000_000)
            let length = Span(ns: index % 25 == 0 ? 5_000_000 : 1_000_000)
            return Outage(
                probe: "storefront",
                beganLow: from,
                beganHigh: from,
                endedLow: index == 4999 ? nil : from + length,
                endedHigh: index == 4999 ? nil : from + length
            )
        }
        let reading = RunReading(record)
        let shown = reading.longOutages
        #expect(shown.count == 200)
        #expect(shown.count { $0.endedHigh == nil } == 1)
        #expect(
            shown.dropLast().allSatisfy {
                ($0.endedBest ?? $0.beganBest) - $0.beganBest > .milliseconds(4)
            }
        )
        #expect(shown.map(\.beganBest) == shown.map(\.beganBest).sorted())
        let words = "The 200 longest of 5,000; record.json has them all."
        #expect(HTMLReport.html(record).contains(words))
        #expect(MarkdownReport.markdown(record).contains(words))
    }

    @Test func whatCanBeReadIsShownWhole() {
        let reading = RunReading(Specimen().record)
        #expect(reading.longOutages == Specimen().record.judgement.outages)
        #expect(reading.shortOutages == nil)
    }
}
