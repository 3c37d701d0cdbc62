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
