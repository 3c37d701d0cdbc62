import Testing

@testable import DrillModel

@Suite struct SpreadTests {
    static func span(_ low: Int64?, _ best: Int64?, _ high: Int64?) -> Figure.Amount {
        .span(
            low: low.map(Span.seconds),
            best: best.map(Span.seconds),
            high: high.map(Span.seconds)
        )
    }

    /// Known ranks (David and Nagaraja's table of confidence intervals for the median).
    @Test(
        "so many values lie around a median",
        arguments: [
            (4, 0.9, nil), (5, 0.9, 1...5), (5, 0.95, nil), (6, 0.95, 1...6), (8, 0.9, 2...7),
            (10, 0.95, 2...9), (20, 0.95, 6...15), (50, 0.95, 18...33), (100, 0.95, 40...61),
            (0, 0.9, nil), (2000, 0.95, 956...1045),
        ] as [(Int, Double, ClosedRange<Int>?)]
    )
    func ranks(count: Int, confidence: Double, expected: ClosedRange<Int>?) {
        #expect(MedianRanks.around(count, confidence: confidence) == expected)
        #expect(MedianRanks.isWhole(count, confidence: confidence) == (expected?.lowerBound == 1))
    }

    /// Distributions that a mean's interval would get wrong: skewed, of two heaps, and of whole seconds.
    private static let draws: [(name: String, median: Double, draw: @Sendable (Double) -> Double)] =
        [
            ("even", 0.5, { $0 }), ("skewed", 0.125, { $0 * $0 * $0 }),
            ("two heaps", 1, { $0 < 0.3 ? $0 : 0.75 + $0 / 2 }),
            ("whole numbers", 2, { ($0 * 5).rounded(.down) }),
        ]

    @Test(
        "the interval holds the median at least as often as it says, whatever the values look like"
    )
    func coverage() {
        for (name, median, draw) in Self.draws {
            for count in [5, 8, 13, 40] {
                var generator = SplitMix64(seed: UInt64(count), purpose: name)
                let trials = 2000
                var holds = 0
                for _ in 0..<trials {
                    let values = (0..<count).map { _ in
                        draw(Double(generator.next() >> 11) / Double(1 << 53))
                    }.sorted()
                    guard let ranks = MedianRanks.around(count, confidence: 0.9) else { continue }
                    let range = values[ranks.lowerBound - 1]...values[ranks.upperBound - 1]
                    if range.contains(median) { holds += 1 }
                }
                // Three standard deviations of 2000 draws at 90 %: 0.02.
                #expect(Double(holds) / Double(trials) >= 0.88, "\(name), \(count): \(holds)")
            }
        }
    }

    @Test("each value's own interval is in every number")
    func intervals() throws {
        let spread = try #require(
            Spread([
                Self.span(3, 4, 5), Self.span(1, 2, 9), Self.span(2, 3, 4), Self.span(7, 7, 7),
                Self.span(6, 6, 8),
            ])
        )
        #expect(spread.count == 5)
        #expect(spread.min == Self.span(1, 2, 4))
        #expect(spread.median == Self.span(3, 4, 7))
        #expect(spread.max == Self.span(7, 7, 9))
        #expect(spread.medianRange == Self.span(1, nil, 9))
        #expect(spread.p95 == nil)
    }

    @Test("a run that never recovered has no upper end, and isn't left out")
    func unbounded() throws {
        let known = (1...4).map { Self.span($0, $0, $0) }
        let spread = try #require(Spread(known + [Self.span(60, nil, nil)]))
        #expect(spread.max == Self.span(60, nil, nil))
        #expect(spread.median == Self.span(3, 3, 3))
        #expect(spread.medianRange == Self.span(1, nil, nil))
    }

    /// Runs that say nothing, or are open, may lie on either side of the likely values of the others.
    @Test("a likely value is told only where those that have none can't change it")
    func likely() throws {
        let known = (1...4).map { Self.span($0 * 10, $0 * 10, $0 * 10) }
        let nothing = try #require(Spread(known + [Self.span(nil, nil, nil)]))
        #expect(nothing.unknown == 1)
        #expect(nothing.min == Self.span(0, nil, 10))
        #expect(nothing.median == Self.span(20, nil, 30))
        #expect(nothing.max == Self.span(40, nil, nil))
        #expect(
            [nothing.min, nothing.median, nothing.max].map(\.shown) == [
                "0–10.0 s", "20.0–30.0 s", "≥ 40.0 s",
            ]
        )
        let open = try #require(Spread(known + [Self.span(25, nil, nil)]))
        #expect(open.unknown == 0)
        #expect(open.min == Self.span(10, 10, 10))
        #expect(open.median == Self.span(25, nil, 30))
        let errors = [0.1, 0.2].map { Figure.Amount.share(low: $0, best: $0, high: $0) }
        let shares = try #require(Spread(errors + [.share(low: nil, best: nil, high: nil)]))
        #expect(shares.max == .share(low: 0.2, best: nil, high: 1))
        #expect(Spread([Self.span(nil, nil, nil)]) == nil)
    }

    @Test(
        "a median's interval takes so many",
        arguments: [(0.9, 5), (0.95, 6), (0.99, 8), (0.8, 4)]
    )
    func fewest(confidence: Double, runs: Int) {
        #expect(MedianRanks.fewest(confidence: confidence) == runs)
    }

    @Test("an even number has its median between two, and 20 runs have a 95th percentile")
    func even() throws {
        let two = try #require(Spread([Self.span(1, 1, 1), Self.span(3, 3, 3)]))
        #expect(two.median == Self.span(2, 2, 2))
        #expect(two.medianRange == nil)
        let many = try #require(Spread((1...20).map { Self.span($0, $0, $0) }.reversed()))
        #expect(many.p95 == Self.span(19, 19, 19))
        #expect(many.medianRange == Self.span(6, nil, 15))
    }

    @Test("shares and counts are spread as lengths are; kinds aren't mixed")
    func kinds() throws {
        let shares = [0.9, 0.99, 0.999].map { Figure.Amount.share(low: $0, best: $0, high: 1) }
        #expect(Spread(shares)?.median == .share(low: 0.99, best: 0.99, high: 1))
        let counts = [0, 7, 3].map { Figure.Amount.count(low: $0, best: $0, high: $0) }
        #expect(Spread(counts)?.max == .count(low: 7, best: 7, high: 7))
        #expect(Spread([]) == nil)
        #expect(Spread(shares + counts) == nil)
    }
}
