/// Which of n ordered values lie around the median of what they are drawn from, whatever that looks like.
///
/// Each value is below the median with chance ½, so how many are is binomial, and from the j-th to the
/// (n + 1 − j)-th value the median is inside but for twice the chance that fewer than j are below it.
/// Source: W. R. Thompson, "On confidence ranges for the median and other expectation distributions for
/// populations of unknown distribution form", Annals of Mathematical Statistics 7 (1936); David and
/// Nagaraja, "Order Statistics", third edition, 7.1.
package enum MedianRanks {
    /// The closest two ranks, counted from 1, that hold the median with this confidence at least.
    ///
    /// Nil where there are too few values: at 90 % it takes five.
    package static func around(_ count: Int, confidence: Double) -> ClosedRange<Int>? {
        var best: ClosedRange<Int>?
        var low = 1
        while low <= count + 1 - low, coverage(low, of: count) >= confidence {
            best = low...(count + 1 - low)
            low += 1
        }
        return best
    }

    /// How many values it takes at least: five at 90 %, eight at 99 %.
    package static func fewest(confidence: Double) -> Int {
        var count = 1
        while around(count, confidence: confidence) == nil { count += 1 }
        return count
    }

    /// Whether there are enough values for an interval, and so few that it is all of them.
    package static func isWhole(_ count: Int, confidence: Double) -> Bool {
        around(count, confidence: confidence)?.lowerBound == 1
    }

    /// How likely the median lies from the `low`-th least to the `low`-th greatest of `count` values.
    static func coverage(_ low: Int, of count: Int) -> Double {
        // P(X ≤ low − 1) of a binomial X(count, ½), as an incomplete beta function (DLMF 8.17.5).
        1 - 2 * IncompleteBeta.value(0.5, Double(count - low + 1), Double(low))
    }
}
