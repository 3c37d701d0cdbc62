/// The latencies of one probe in one part of the run, in `record.json`; what is unknown is null.
///
/// Each percentile has three keys, as a figure's length has: `p99_low_ns`, `p99_ns` (the likely value)
/// and `p99_high_ns`.
package struct LatencyEntry: Hashable, Codable, Sendable {
    package var summary: LatencySummary

    package init(_ summary: LatencySummary) { self.summary = summary }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let probe = Name(stringValue: "probe")
        static let phase = Name(stringValue: "phase")
        static let count = Name(stringValue: "count")
        static let timeouts = Name(stringValue: "timeouts")
        static let unseen = Name(stringValue: "unseen")

        /// `p999_low_ns`: a point in a name would stand in the way of most tools.
        static func of(_ percentile: Percentile, _ end: String = "") -> Name {
            Name(stringValue: percentile.rawValue.filter { $0 != "." } + end + "_ns")
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        summary = LatencySummary(
            probe: try container.decode(String.self, forKey: .probe),
            part: try container.decode(RunPart.self, forKey: .phase)
        )
        summary.count = try container.decode(Int.self, forKey: .count)
        summary.timeouts = try container.decode(Int.self, forKey: .timeouts)
        summary.unseen = try container.decode(Int.self, forKey: .unseen)
        for percentile in Percentile.allCases {
            summary[percentile] = LatencySummary.Interval(
                low: try container.decodeIfPresent(Span.self, forKey: .of(percentile, "_low")),
                best: try container.decodeIfPresent(Span.self, forKey: .of(percentile)),
                high: try container.decodeIfPresent(Span.self, forKey: .of(percentile, "_high"))
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(summary.probe, forKey: .probe)
        try container.encode(summary.part, forKey: .phase)
        try container.encode(summary.count, forKey: .count)
        try container.encode(summary.timeouts, forKey: .timeouts)
        try container.encode(summary.unseen, forKey: .unseen)
        for percentile in Percentile.allCases {
            let interval = summary[percentile]
            try container.encode(interval.low, forKey: .of(percentile, "_low"))
            try container.encode(interval.best, forKey: .of(percentile))
            try container.encode(interval.high, forKey: .of(percentile, "_high"))
        }
    }
}

/// How the looks of one probe came out in one part of the run, in `record.json`: a number for each
/// outcome, 0 where there was none.
package struct OutcomeEntry: Hashable, Codable, Sendable {
    package var count: LookCount

    package init(_ count: LookCount) { self.count = count }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(_ failure: Outcome.Failure) { stringValue = failure.rawValue }

        static let probe = Name(stringValue: "probe")
        static let phase = Name(stringValue: "phase")
        static let samples = Name(stringValue: "samples")
        static let good = Name(stringValue: "good")
        static let unsent = Name(stringValue: "unsent")
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        count = LookCount(
            probe: try container.decode(String.self, forKey: .probe),
            part: try container.decode(RunPart.self, forKey: .phase),
            good: try container.decode(Int.self, forKey: .good),
            unsent: try container.decode(Int.self, forKey: .unsent)
        )
        for failure in Outcome.Failure.allCases {
            let found = try container.decodeIfPresent(Int.self, forKey: Name(failure)) ?? 0
            if found > 0 { count.failures[failure] = found }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(count.probe, forKey: .probe)
        try container.encode(count.part, forKey: .phase)
        try container.encode(count.all, forKey: .samples)
        try container.encode(count.good, forKey: .good)
        for failure in Outcome.Failure.allCases {
            try container.encode(count.failures[failure] ?? 0, forKey: Name(failure))
        }
        try container.encode(count.unsent, forKey: .unsent)
    }
}

/// What the recovery of one service implies a year, in `record.json`; only with `assume`.
package struct YearlyEntry: Hashable, Codable, Sendable {
    package var probe: String
    package var perYear: Double
    package var low: Span?
    package var best: Span?
    package var high: Span?
    /// Shares of the year in which it is up.
    package var lowShare: Double?
    package var bestShare: Double?
    package var highShare: Double?
    package var nines: String?

    private enum CodingKeys: String, CodingKey {
        case probe, nines
        case perYear = "per_year"
        case low = "low_ns"
        case best = "best_ns"
        case high = "high_ns"
        case lowShare = "low"
        case bestShare = "best"
        case highShare = "high"
    }

    package init(_ yearly: YearlyDowntime) {
        probe = yearly.probe
        perYear = yearly.perYear
        low = yearly.low
        best = yearly.best
        high = yearly.high
        if case .share(let low, let best, let high) = yearly.share {
            (lowShare, bestShare, highShare) = (low, best, high)
        }
        nines = yearly.nines
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(probe, forKey: .probe)
        try container.encode(perYear, forKey: .perYear)
        try container.encode(low, forKey: .low)
        try container.encode(best, forKey: .best)
        try container.encode(high, forKey: .high)
        try container.encode(lowShare, forKey: .lowShare)
        try container.encode(bestShare, forKey: .bestShare)
        try container.encode(highShare, forKey: .highShare)
        try container.encode(nines, forKey: .nines)
    }
}
