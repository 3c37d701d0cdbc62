/// Which figures differ between two runs, or two series, by more than chance and error explain.
///
/// | of | a figure has changed when |
/// |---|---|
/// | two runs | their intervals part: each contains its run's truth; not `latency` and `errors`, whose truth is exact and another in each run |
/// | two series | their medians' confidence intervals part |
/// | a run and a series | its interval is beyond all the series' values, which are so many that it would be by chance at most once in ten times |
///
/// Two single runs that differ have differed; whether the system has changed, or where in a check's period
/// the fault fell, only series can tell.
package struct Comparison: Hashable, Sendable {
    /// One of the two that are compared.
    package struct Side: Hashable, Sendable {
        package struct Measured: Hashable, Sendable {
            package var key: FigureKey
            /// Of a run, its interval; of a series, that of its median, nil with too few runs.
            package var amount: Figure.Amount?
            /// All its values, of a series.
            package var spread: Spread?
        }

        package var name: String
        package var isSeries: Bool
        package var figures: [Measured]

        package init(_ record: Record) {
            name = record.run
            isSeries = false
            figures = record.judgement.figures.filter(\.isKnown).map {
                Measured(key: $0.key, amount: $0.amount)
            }
        }

        package init(_ series: RunSeries) {
            name = series.id
            isSeries = true
            figures = SeriesJudge.judge(series).figures.compactMap { figure in
                figure.spread.map {
                    Measured(
                        key: figure.key,
                        amount: $0.medianRange,
                        spread: $0
                    )
                }
            }
        }
    }

    package enum Finding: String, Codable, Sendable {
        case regression, improvement
        case noise = "within-noise"
        case unknown = "can't-say"
    }

    package struct Row: Hashable, Sendable {
        package var key: FigureKey
        /// As the figure is told of either side; nil where that hasn't got it.
        package var before: Figure.Amount?
        package var after: Figure.Amount?
        package var finding: Finding
        /// Why nothing can be said.
        package var why: String?
    }

    package var before: String
    package var after: String
    package var rows: [Row]

    package init(_ before: Side, _ after: Side) {
        self.before = before.name
        self.after = after.name
        var keys = before.figures.map(\.key)
        for figure in after.figures where !keys.contains(figure.key) { keys.append(figure.key) }
        rows = keys.map { key in
            Self.row(
                key,
                before.figures.first { $0.key == key },
                after.figures.first { $0.key == key }
            )
        }
    }

    /// 1 with a regression, 2 where nothing at all can be told, else 0.
    package var exit: Int32 {
        if rows.contains(where: { $0.finding == .regression }) { return 1 }
        return rows.allSatisfy { $0.finding == .unknown } ? 2 : 0
    }

    private static func row(
        _ key: FigureKey,
        _ before: Side.Measured?,
        _ after: Side.Measured?
    ) -> Row {
        var row = Row(
            key: key,
            before: before.flatMap(\.told),
            after: after.flatMap(\.told),
            finding: .unknown
        )
        guard let before, let after else {
            row.why = before == nil ? "only after" : "only before"
            return row
        }
        let ranges: (Figure.Amount, Figure.Amount)
        switch (before.spread, after.spread) {
        case (nil, let spread?), (let spread?, nil):
            guard spread.count >= Self.fewestAgainstRun else {
                row.why =
                    "a run against a series takes \(Self.fewestAgainstRun) runs there, and it has"
                    + " \(spread.count)"
                return row
            }
            ranges = (before.whole, after.whole)
        case (let one?, let other?) where before.amount == nil || after.amount == nil:
            row.why = "too few runs (\(one.count) and \(other.count)): a median's interval takes 5"
            return row
        default: ranges = (before.amount ?? before.whole, after.amount ?? after.whole)
        }
        row.finding = finding(ranges.0, ranges.1, isBetterHigh: key.name == .availability)
        if row.finding == .unknown { row.why = "an end is unknown" }
        let isOfRuns = before.spread == nil && after.spread == nil
        if isOfRuns, key.name.variesByItself, row.finding != .unknown, row.finding != .noise {
            row.finding = .unknown
            row.why = "it differs from run to run anyhow: two series would tell"
        }
        return row
    }

    /// A new value lies beyond all n old ones by chance in 2 of n + 1 cases (any distribution): with 19 that
    /// is one in ten.
    private static let fewestAgainstRun = 19

    private static func finding(
        _ before: Figure.Amount,
        _ after: Figure.Amount,
        isBetterHigh: Bool
    ) -> Finding {
        guard before.isSameKind(as: after) else { return .unknown }
        let (one, other) = (before.ends, after.ends)
        if other.low > one.high { return isBetterHigh ? .improvement : .regression }
        if other.high < one.low { return isBetterHigh ? .regression : .improvement }
        return one.high.isFinite && other.high.isFinite ? .noise : .unknown
    }
}

extension FigureName {
    /// Whether its error is so small beside what it varies by anyhow that no two runs have the same.
    fileprivate var variesByItself: Bool { self == .latency || self == .errors }
}

extension Comparison.Side.Measured {
    /// From the least to the greatest value that there was.
    fileprivate var whole: Figure.Amount {
        guard let spread else { return amount ?? .unknownSpan }
        return spread.min.with(low: spread.min.ends.low, best: nil, high: spread.max.ends.high)
    }

    /// What is shown of it: the interval that is compared, else the median of too few runs.
    fileprivate var told: Figure.Amount? { amount ?? spread?.median }
}

/// A comparison as other tools read it.
package struct ComparisonFile: Encodable, Sendable {
    private let comparison: Comparison
    /// In what the two experiments differ.
    private let differences: [String]

    package init(_ comparison: Comparison, differences: [String]) {
        self.comparison = comparison
        self.differences = differences
    }

    private enum CodingKeys: String, CodingKey { case before, after, exit, differences, figures }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(comparison.before, forKey: .before)
        try container.encode(comparison.after, forKey: .after)
        try container.encode(comparison.exit, forKey: .exit)
        try container.encode(differences, forKey: .differences)
        try container.encode(comparison.rows.map(Row.init), forKey: .figures)
    }

    private struct Row: Encodable {
        let row: Comparison.Row

        private enum CodingKeys: String, CodingKey {
            case name, probe, place, during, at, finding, why, before, after
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(row.key.name, forKey: .name)
            try container.encode(row.key.probe, forKey: .probe)
            try container.encodeIfPresent(row.key.place, forKey: .place)
            try container.encodeIfPresent(row.key.during, forKey: .during)
            try container.encodeIfPresent(row.key.at, forKey: .at)
            try container.encode(row.finding, forKey: .finding)
            try container.encode(row.why, forKey: .why)
            try container.encode(row.before.map(AmountEntry.init), forKey: .before)
            try container.encode(row.after.map(AmountEntry.init), forKey: .after)
        }
    }
}
