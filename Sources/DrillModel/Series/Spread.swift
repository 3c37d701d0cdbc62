/// How one figure is spread over the runs of a series.
///
/// Each run's value is itself an interval that contains the truth. Order statistics are monotone, so the
/// j-th least of the low ends and the j-th least of the high ends enclose the j-th least true value: the
/// figure's own error is in every number here.
package struct Spread: Hashable, Codable, Sendable {
    /// How sure the median's interval is, where no budget asks for more or less.
    package static let confidence = 0.9
    /// From so many runs on the 95th percentile is another value than the greatest.
    package static let fewestForP95 = 20

    /// Of how many runs it is.
    package var count: Int
    /// Those of them that say nothing of the figure: it may have been anything there, the worst, too.
    package var unknown: Int
    package var known: Int { count - unknown }
    package var min: Figure.Amount
    /// That of these runs; the mean of the two in the middle where their number is even.
    package var median: Figure.Amount
    /// Contains the median of all such disasters with `confidence`; nil with too few runs.
    package var medianRange: Figure.Amount?
    package var confidence: Double
    /// The least value that 95 % of these runs don't exceed; nil with too few runs.
    package var p95: Figure.Amount?
    package var max: Figure.Amount

    /// Nil where nothing is known of any, or where they aren't of one kind.
    package init?(_ amounts: [Figure.Amount], confidence: Double = Spread.confidence) {
        guard let first = amounts.first, amounts.allSatisfy({ $0.isSameKind(as: first) }),
            !amounts.allSatisfy(\.saysNothing)
        else { return nil }
        let ends = amounts.map(\.ends)
        let lows = ends.map(\.low).sorted()
        let highs = ends.map(\.high).sorted()
        // A run without a likely value may have either end; only where both come to the same is it told.
        let leastBests = ends.map { $0.best ?? $0.low }.sorted()
        let mostBests = ends.map { $0.best ?? $0.high }.sorted()
        func amount(_ value: ([Double]) -> Double) -> Figure.Amount {
            let best = value(leastBests)
            return first.with(
                low: value(lows),
                best: best == value(mostBests) ? best : nil,
                high: value(highs)
            )
        }
        count = amounts.count
        unknown = amounts.count(where: \.saysNothing)
        self.confidence = confidence
        min = amount { $0[0] }
        max = amount { $0[$0.count - 1] }
        median = amount { ($0[($0.count - 1) / 2] + $0[$0.count / 2]) / 2 }
        if let ranks = MedianRanks.around(amounts.count, confidence: confidence) {
            medianRange = first.with(
                low: lows[ranks.lowerBound - 1],
                best: nil,
                high: highs[ranks.upperBound - 1]
            )
        }
        if amounts.count >= Self.fewestForP95 {
            // The nearest rank: ⌈0.95 n⌉, in whole numbers.
            p95 = amount { $0[($0.count * 95 + 99) / 100 - 1] }
        }
    }
}

extension Figure.Amount {
    /// The three values as plain numbers (nanoseconds, shares, writes); an end that is unknown is as far
    /// off as it can be.
    package var ends: (low: Double, best: Double?, high: Double) {
        switch self {
        case .span(let low, let best, let high):
            (
                low.map { Double($0.ns) } ?? 0, best.map { Double($0.ns) },
                high.map { Double($0.ns) } ?? .infinity
            )
        case .share(let low, let best, let high): (low ?? 0, best, high ?? 1)
        case .count(let low, let best, let high):
            (low.map(Double.init) ?? 0, best.map(Double.init), high.map(Double.init) ?? .infinity)
        }
    }

    /// Whether it rules nothing out at all.
    package var saysNothing: Bool {
        let ends = ends
        if case .share = self { return ends.low <= 0 && ends.high >= 1 }
        return ends.low <= 0 && !ends.high.isFinite
    }

    /// One of the same kind of which nothing is known.
    package var unknown: Figure.Amount { with(low: -.infinity, best: nil, high: .infinity) }

    /// Another amount of the same kind; what is infinite is unknown.
    package func with(low: Double, best: Double?, high: Double) -> Figure.Amount {
        func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
        func span(_ value: Double?) -> Span? { finite(value).map { Span(ns: Int64($0.rounded())) } }
        func count(_ value: Double?) -> Int? { finite(value).map { Int($0.rounded()) } }
        return switch self {
        case .span: .span(low: span(low), best: span(best), high: span(high))
        case .share: .share(low: finite(low), best: finite(best), high: finite(high))
        case .count: .count(low: count(low), best: count(best), high: count(high))
        }
    }

    package func isSameKind(as other: Figure.Amount) -> Bool {
        switch (self, other) {
        case (.span, .span), (.share, .share), (.count, .count): true
        default: false
        }
    }
}
