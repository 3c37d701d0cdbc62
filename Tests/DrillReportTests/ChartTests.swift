import DrillModel
import Testing

@testable import DrillReport

@Suite struct SeriesTests {
    /// However coarse the buckets, no sample and no spike is lost.
    @Test(arguments: [1, 2, 3, 4] as [UInt64], [7, 120, 480])
    func nothingIsLostInBuckets(_ seed: UInt64, _ limit: Int) {
        var dice = Dice(seed: seed)
        let probe = Probe(
            name: "p",
            kind: .tcp(TCPLook(address: "a", port: 1)),
            every: .milliseconds(20)
        )
        let samples = (0..<Int(dice.next() % 5000 + 1)).map { number -> Sample in
            let due = Instant(ns: Int64(number) * 20_000_000)
            let took = Span(ns: Int64(dice.next() % 900_000_000))
            let outcome: Outcome =
                switch dice.next() % 10 {
                case 0: .unsent
                case 1: .bad(.refused, "")
                case 2: .bad(.blind, "")
                default: .good
                }
            let sent = outcome == .unsent ? nil : due
            return Sample(
                number: number,
                due: due,
                sent: sent,
                done: sent.map { $0 + took },
                outcome: outcome
            )
        }
        let series = Series(probe, samples, limit: limit)
        #expect(series.buckets.count <= limit)
        let counted = series.buckets.reduce(0) {
            $0 + $1.good + $1.unsent + $1.failures.values.reduce(0, +)
        }
        #expect(counted == samples.count, "seed \(seed)")
        let good = samples.filter(\.outcome.isGood).compactMap { sample in
            sample.sent.flatMap { sent in sample.done.map { ($0 - sent).ns } }
        }
        #expect(series.buckets.compactMap(\.latencies.last).max() == good.max())
        #expect(series.buckets.compactMap(\.latencies.first).min() == good.min())
        #expect(series.stretches.first?.from == samples.first?.due)
    }

    /// Ten looks 100 ms apart, `o` good and `x` bad; the outage is from 200 ms to 600 ms.
    @Test(
        "nothing is drawn as up in an outage, whatever came of a look that was sent in it",
        arguments: [
            ("ooxxxxoooo", 10, "ooxxxxoooo"), ("ooxooxoooo", 10, "ooxxxxoooo"),
            ("oooooooooo", 10, "ooxxxxoooo"), ("ooxooxooxo", 10, "ooxxxxooxo"),
            ("ooxxxxoooo", 4, "mxmo"), ("oooxooxooo", 4, "mmmo"),
        ]
    )
    func noneIsUpInAnOutage(_ looks: String, _ limit: Int, _ drawn: String) {
        let probe = Probe(
            name: "p",
            kind: .tcp(TCPLook(address: "a", port: 1)),
            every: .milliseconds(100)
        )
        func at(_ ms: Int64) -> Instant { Instant(ns: ms * 1_000_000) }
        let samples = looks.enumerated().map { number, look in
            Sample(
                number: number,
                due: at(Int64(number) * 100),
                sent: at(Int64(number) * 100),
                done: at(Int64(number) * 100 + 1),
                outcome: look == "o" ? .good : .bad(.refused, "")
            )
        }
        let outage = Outage(
            probe: "p",
            beganLow: at(150),
            beganHigh: at(200),
            endedLow: at(600),
            endedHigh: at(601)
        )
        let series = Series(probe, samples, outages: [outage], limit: limit)
        let shown = series.buckets.map { bucket in
            switch bucket.state {
            case .good: "o"
            case .bad: "x"
            case .mixed: "m"
            default: "?"
            }
        }
        #expect(shown.joined() == drawn)
    }

    @Test("an outage that had not ended lasts until the last look")
    func openOutage() {
        let probe = Probe(
            name: "p",
            kind: .tcp(TCPLook(address: "a", port: 1)),
            every: .milliseconds(20)
        )
        let samples = (0..<4).map { number in
            let at = Instant(ns: Int64(number) * probe.every.ns)
            return Sample(number: number, due: at, sent: at, done: at, outcome: .good)
        }
        let open = Outage(
            probe: "p",
            beganLow: samples[0].due,
            beganHigh: samples[1].due,
            endedLow: nil,
            endedHigh: nil
        )
        let series = Series(probe, samples, outages: [open], limit: 10)
        #expect(series.stretches.map(\.state) == [.good, .bad])
    }

    @Test("budgets that lie close together are told beside each other, not over each other")
    func labelsOfBudgets() throws {
        var record = Specimen().record
        let percentiles: [(Percentile, Int64)] = [(.p50, 380), (.p90, 400), (.p99, 410)]
        record.judgement.figures += percentiles.map { at, ms in
            Figure(
                name: .latency,
                probe: "storefront",
                amount: .span(low: .zero, best: nil, high: .milliseconds(3)),
                budget: .atMost(.milliseconds(ms)),
                at: at
            )
        }
        let reading = RunReading(record)
        let probe = try #require(reading.experiment.probe("storefront"))
        let chart = try #require(LatencyChart(reading, probe)).markup.text
        let labels = chart.matches(
            of: #/name" x="([\d.]+)" y="([\d.]+)" text-anchor="end">((?:timeout|budget) [^<]+)</#
        ).compactMap { match in
            Double(match.1).flatMap { x in Double(match.2).map { (x, $0, String(match.3)) } }
        }
        #expect(labels.map(\.2).contains("budget latency p90 400ms") && labels.count == 4)
        for (index, one) in labels.enumerated() {
            for other in labels.dropFirst(index + 1) where abs(one.1 - other.1) < 11 {
                // The one further to the right begins where the other has ended.
                let (left, right) = one.0 < other.0 ? (one, other) : (other, one)
                #expect(left.0 <= right.0 - Double(right.2.count) * 5.5, "\(left) \(right)")
            }
        }
    }

    @Test("no dashed line strikes a label through")
    func struckThrough() throws {
        var record = Specimen().record
        // 3 to 12 px apart, as the timeout's line is from the first.
        for ms in [900, 700, 500] as [Int64] {
            record.judgement.figures.append(
                Figure(
                    name: .latency,
                    probe: "storefront",
                    amount: .span(low: .zero, best: nil, high: .milliseconds(3)),
                    budget: .atMost(.milliseconds(ms)),
                    at: .max
                )
            )
        }
        let reading = RunReading(record)
        let probe = try #require(reading.experiment.probe("storefront"))
        let chart = try #require(LatencyChart(reading, probe)).markup.text
        let lines = chart.matches(of: #/class="budget" d="M[\d.]+ ([\d.]+)H/#).compactMap {
            Double($0.1)
        }
        let name =
            #/class="budget-name" x="[\d.]+" y="([\d.]+)" text-anchor="end">(?:time|budget l)/#
        let labels = chart.matches(of: name)
            .compactMap { Double($0.1) }
        #expect(lines.count == 4 && labels.count == 4, "\(labels)")
        for label in labels {
            // Letters of 11 px are 8 px above the line that they stand on, and reach 2 px below it.
            #expect(!lines.contains { label - 8 < $0 && $0 < label + 2 }, "\(label) \(lines)")
        }
        // What is drawn later is drawn over it.
        let first = try #require(chart.firstRange(of: ">timeout 1s<"))
        let last = try #require(chart.ranges(of: "class=\"budget\"").last)
        #expect(last.upperBound < first.lowerBound)
    }

    @Test(
        "a latency chart's title has the table's figures, of looks that ran out of time too",
        arguments: [
            (703, 96, "storefront: median 2.31 ms, p99 ≥ 300 ms, slowest ≥ 301 ms; "),
            (80, 2, "storefront: median 2.31 ms, slowest ≥ 301 ms; "),
            (300, 300, "storefront never answered rightly; "),
        ]
    )
    func title(_ count: Int, _ timeouts: Int, _ begin: String) throws {
        var summary = LatencySummary(probe: "storefront", part: .run)
        summary.count = count
        summary.timeouts = timeouts
        summary.p50 = LookTablesTests.interval(2.309, 2.31, 2.311)
        summary.p99 = LatencySummary.Interval(low: .milliseconds(300))
        summary.max = LatencySummary.Interval(low: .milliseconds(301))
        var record = Specimen().record
        record.judgement.latencies = [summary]
        let reading = RunReading(record)
        let probe = try #require(reading.experiment.probe("storefront"))
        let title = try #require(LatencyChart(reading, probe)).title
        #expect(title.hasPrefix(begin) && title.contains(" looks failed: "), "\(title)")
    }

    @Test(
        arguments: [
            (1_500_000, 40_000_000, [1e6, 1e7, 1e8, 1e9]),
            (200, 2_000_000_000, [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]),
        ] as [(Int64, Int64, [Double])]
    )
    func logScaleHoldsEveryLatency(_ least: Int64, _ greatest: Int64, _ decades: [Double]) {
        var bucket = Series.Bucket(from: Instant(ns: 0))
        bucket.latencies = [least, greatest]
        let scale = LogScale(latencies: [bucket], limit: .seconds(1), top: 10, bottom: 110)
        #expect(scale.decades == decades)
        #expect(scale.y(Double(greatest)) >= 10)
        #expect(scale.y(Double(least)) <= 110)
        #expect(scale.y(Double(greatest)) < scale.y(Double(least)))
    }
}

@Suite struct MarkupTests {
    @Test(arguments: [
        ("a", "a"), ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("a\u{0}b", "a\u{FFFD}b"),
        ("x\u{202E}y", "x\u{FFFD}y"), ("1\n2\r\n", "1\n2\n"), ("é名", "é名"),
    ])
    func stringsAreEscaped(_ text: String, _ escaped: String) {
        let markup: Markup = "<p>\(text)</p>"
        #expect(markup.text == "<p>\(escaped)</p>")
    }

    @Test(
        arguments: [
            (0, "0"), (12.34, "12.3"), (-0.04, "0"), (-0.26, "-0.3"), (99.96, "100"),
            (.nan, "0"), (.infinity, "0"),
        ] as [(Double, String)]
    )
    func coordinatesHaveOneDigit(_ value: Double, _ shown: String) {
        #expect(Markup.coordinate(value) == shown)
    }
}
