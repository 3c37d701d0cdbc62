import Testing

@testable import DrillModel

/// Amounts, and how they are shown.
@Suite struct FigureTextTests {
    /// Nanoseconds.
    static let spans: [(low: Int64?, high: Int64?, shown: String)] = [
        (5_713_498_100, 5_918_000_000, "5.71–5.92 s"),
        (52_081_000_000, 52_190_000_000, "52.08–52.19 s"),
        (14_890_000_000, 14_990_000_000, "14.89–14.99 s"),
        (0, 40_600_000, "0–41 ms"),
        (0, 0, "0 s"),
        (12_000_000_000, nil, "≥ 12.0 s"),
        (nil, 3_000_000_000, "≤ 3.00 s"),
        (nil, nil, "unknown"),
        (0, nil, "unknown"),
        (1_500_000_000, 1_500_000_000, "1.50 s"),
        (52_081_000_000, 52_083_000_000, "52.081–52.083 s"),
        (180_000_000_000, 200_400_000_000, "180–201 s"),
        (720_000_000_000, 750_000_000_000, "12.0–12.5 min"),
        (2_900_000, 3_100_000, "2.9–3.1 ms"),
        (900_000_000, 1_100_000_000, "0.90–1.10 s"),
        (12_000, 340_000, "12–340 µs"),
    ]

    @Test(arguments: spans) func span(_ row: (low: Int64?, high: Int64?, shown: String)) {
        let amount = Figure.Amount.span(
            low: row.low.map { Span(ns: $0) },
            best: nil,
            high: row.high.map { Span(ns: $0) }
        )
        #expect(Figure(name: .downtime, amount: amount).shown == row.shown)
    }

    static let shares: [(low: Double?, high: Double?, shown: String)] = [
        (0.9993, 0.9995, "99.93–99.95 %"), (1, 1, "100 %"), (0.999, 1, "99.90–100.00 %"),
        (nil, nil, "unknown"), (0.99991, 0.99996, "99.991–99.996 %"), (0.5, nil, "≥ 50.00 %"),
    ]

    @Test(arguments: shares) func share(_ row: (low: Double?, high: Double?, shown: String)) {
        #expect(Figure.Amount.share(low: row.low, best: nil, high: row.high).shown == row.shown)
    }

    @Test func counts() {
        #expect(Figure.Amount.count(low: 18, best: 18, high: 18).shown == "18 writes")
        #expect(Figure.Amount.count(low: 1, best: 1, high: 1).shown == "1 write")
        #expect(Figure.Amount.count(low: nil, best: nil, high: nil).shown == "unknown")
    }

    @Test func limits() {
        #expect(Budget.Limit.atMost(.seconds(45)).shown == "45s")
        #expect(Budget.Limit.atLeast(0.999).shown == "99.9%")
        #expect(Budget.Limit.atMostCount(0).shown == "0 writes")
    }

    /// Nanoseconds.
    static let bounds: [(ns: Int64, most: String, least: String)] = [
        (57_113_243, "58 ms", "57 ms"), (453_300_000, "454 ms", "453 ms"),
        (41_000_000, "41 ms", "41 ms"), (2_310_000, "2.4 ms", "2.3 ms"),
        (1_501_000_000, "1.51 s", "1.50 s"), (0, "0 s", "0 s"),
    ]

    @Test("a bound by itself is rounded outwards, as it is in an interval", arguments: bounds)
    func bound(_ row: (ns: Int64, most: String, least: String)) {
        let span = Span(ns: row.ns)
        #expect(span.shownAtMost == row.most && span.shownAtLeast == row.least)
        guard span > .zero else { return }
        #expect(FigureText.interval(.zero, span) == "0–\(span.shownAtMost)")
        #expect(FigureText.interval(span, nil) == "≥ \(span.shownAtLeast)")
    }

    /// What is shown still contains what it stands for, whatever the digits.
    @Test func roundingIsOutwards() {
        var random = Random(7)
        for _ in 0..<2000 {
            let low = random.in(0...Int64(1e11))
            let high = low + random.in(1...Int64(1e9))
            let unit = FigureText.Unit.seconds
            let text = FigureText.interval(Span(ns: low), Span(ns: high), unit: unit)
            let ends = text.dropLast(2).split(separator: "–").compactMap { Double($0) }
            guard let from = ends.first, let to = ends.last else {
                Issue.record("\(text)")
                continue
            }
            #expect(from * 1e9 <= Double(low) + 1, "\(text) of \(low)–\(high)")
            #expect(to * 1e9 >= Double(high) - 1, "\(text) of \(low)–\(high)")
        }
    }
}
