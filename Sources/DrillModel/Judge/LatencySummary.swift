internal import Histogram

/// How long a probe's looks took in one part of a run: percentiles as intervals that hold the truth.
///
/// **What is counted.** Looks that were answered rightly, late ones (`slow`) too, and looks that ran
/// out of time. What was refused, reset or answered wrongly has no latency: a quick refusal would make
/// an outage look fast. It is counted by `errors`.
///
/// **From where.** A latency is *done − sent*. Sampling is open-loop, so nothing is omitted in a
/// coordinated way (Tene, "How NOT to Measure Latency", 2013): a look is sent when it is due whether or
/// not earlier ones have come back. Counting from *due*, as a closed loop must, would add nothing but
/// the controller's own lateness, and blame it on the service.
///
/// **The low end** takes off what the controller itself may have added: an answer that came in while
/// it stood still may have been there since it fell asleep (`Standstills`). Looks that nobody saw
/// (unsent, blind) count as if they had been answered at once.
///
/// **The high end** is *done − sent* as it is: an answer is never seen before it is there. A look that
/// ran out of time took at least that long, and one that nobody saw may have taken for ever: a
/// percentile that falls among them has no high end.
///
/// Percentiles are nearest ranks, read from an HdrHistogram of three digits: both ends are those of
/// the bucket, which is at most 0.1 % wide (a µs below 2 ms).
package struct LatencySummary: Hashable, Codable, Sendable {
    /// A percentile; nil is unknown.
    package struct Interval: Hashable, Codable, Sendable {
        package var low: Span?
        package var best: Span?
        package var high: Span?

        package init(low: Span? = nil, best: Span? = nil, high: Span? = nil) {
            self.low = low
            self.best = best
            self.high = high
        }

        package var amount: Figure.Amount { .span(low: low, best: best, high: high) }
    }

    package var probe: String
    package var part: RunPart
    /// Looks that it speaks of: answered rightly, or out of time.
    package var count = 0
    /// Those of them that ran out of time.
    package var timeouts = 0
    /// Unsent or blind: they widen the percentiles.
    package var unseen = 0
    package var p50 = Interval()
    package var p90 = Interval()
    package var p99 = Interval()
    package var p999 = Interval()
    package var max = Interval()

    package init(probe: String, part: RunPart) {
        self.probe = probe
        self.part = part
    }

    package subscript(_ percentile: Percentile) -> Interval {
        get {
            switch percentile {
            case .p50: p50
            case .p90: p90
            case .p99: p99
            case .p999: p999
            case .max: max
            }
        }
        set {
            switch percentile {
            case .p50: p50 = newValue
            case .p90: p90 = newValue
            case .p99: p99 = newValue
            case .p999: p999 = newValue
            case .max: max = newValue
            }
        }
    }
}

extension LatencySummary {
    /// Whether there are so few looks that this percentile is the slowest of them: p99.9 below 1000.
    package func isMax(_ percentile: Percentile) -> Bool {
        let all = count + unseen
        return percentile != .max && count > 0 && percentile.rank(among: all) == all
    }
}

/// A rank among latencies: of 1000, the 990th is p99.
package enum Percentile: String, Codable, Sendable, CaseIterable {
    case p50, p90, p99
    case p999 = "p99.9"
    case max

    /// The nearest rank among `count`, from 1: the least that this share of all is at or below.
    func rank(among count: Int) -> Int {
        let perMille =
            switch self {
            case .p50: 500
            case .p90: 900
            case .p99: 990
            case .p999: 999
            case .max: 1000
            }
        return Swift.max(1, (count * perMille + 999) / 1000)
    }
}

/// The latencies of one probe in one part of a run, while they are counted.
struct LatencyTally {
    /// Of answers, as they were seen.
    private var seen = LatencyTally.empty
    /// Of answers and of what ran out of time, without what the controller may have added.
    private var least = LatencyTally.empty
    private var timeouts = 0
    private var unseen = 0

    /// From a µs on, to whatever comes.
    private static var empty: Histogram<UInt64> {
        var histogram = Histogram<UInt64>(
            lowestDiscernibleValue: 1000,
            highestTrackableValue: 2000,
            numberOfSignificantValueDigits: .three
        )
        histogram.autoResize = true
        return histogram
    }

    mutating func take(_ sample: Sample, _ standstills: Standstills) {
        switch sample.outcome {
        case .unsent, .bad(.blind, _): unseen += 1
        case .good, .bad(.slow, _), .bad(.timeout, _):
            guard let sent = sample.sent, let done = sample.done else {
                unseen += 1
                return
            }
            let latency = Self.ns(done - sent)
            least.record(Swift.min(latency, Self.ns(standstills.earliest(done) - sent)))
            if case .good = sample.outcome {
                seen.record(latency)
            } else if case .bad(.slow, _) = sample.outcome {
                seen.record(latency)
            } else {
                timeouts += 1
            }
        case .bad: return
        }
    }

    private static func ns(_ span: Span) -> UInt64 { UInt64(Swift.max(0, span.ns)) }

    static func + (left: LatencyTally, right: LatencyTally) -> LatencyTally {
        var sum = left
        sum.seen.add(right.seen)
        sum.least.add(right.least)
        sum.timeouts += right.timeouts
        sum.unseen += right.unseen
        return sum
    }

    func summary(of probe: String, _ part: RunPart) -> LatencySummary {
        var summary = LatencySummary(probe: probe, part: part)
        let answered = Int(seen.totalCount)
        summary.count = answered + timeouts
        summary.timeouts = timeouts
        summary.unseen = unseen
        guard summary.count > 0 else { return summary }
        let all = summary.count + unseen
        let every = Percentile.allCases
        let lows = Self.buckets(least, ranks: every.map { $0.rank(among: all) - unseen })
        let bests = Self.buckets(seen, ranks: every.map { $0.rank(among: summary.count) })
        let highs = Self.buckets(seen, ranks: every.map { $0.rank(among: all) })
        for (index, percentile) in every.enumerated() {
            summary[percentile] = LatencySummary.Interval(
                low: lows[index].map(\.lowerBound) ?? .zero,
                best: bests[index].map { $0.lowerBound + ($0.upperBound - $0.lowerBound) / 2 },
                high: highs[index].map(\.upperBound)
            )
        }
        return summary
    }

    /// The bucket in which each rank lies, in one walk; nil below the first and beyond the last.
    private static func buckets(
        _ histogram: Histogram<UInt64>,
        ranks: [Int]
    ) -> [ClosedRange<Span>?] {
        var found = [ClosedRange<Span>?](repeating: nil, count: ranks.count)
        var next = ranks.firstIndex { $0 >= 1 } ?? ranks.count
        guard next < ranks.count, ranks[next] <= Int(histogram.totalCount) else { return found }
        for bucket in histogram.recordedValues() {
            while next < ranks.count, ranks[next] <= Int(bucket.totalCountToThisValue) {
                let low = histogram.lowestEquivalentForValue(bucket.value)
                found[next] =
                    Span(ns: Int64(low))...Span(ns: Int64(Swift.max(low, bucket.value)))
                next += 1
            }
            if next == ranks.count { break }
        }
        return found
    }
}
