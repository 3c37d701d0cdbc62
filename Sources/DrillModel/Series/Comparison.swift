/// Which figures differ between two runs, or two series, by more than chance and error explain.
///
/// | of | a figure has changed when |
/// |---|---|
/// | two runs | their intervals part: each contains its run's truth; not where the truth is exact and another in each run (`latency`, `errors`, how many writes are `lost`) |
/// | two series | their medians' 90 % confidence intervals part |
/// | a run and a series | its interval is beyond all the series' values, which are so many that it would be by chance at most once in ten times |
///
/// An availability is a share of its run: of runs of other lengths it has changed only where the time that
/// the service was down has, too.
///
/// Two single runs that differ have differed; whether the system has changed, or where in a check's period
/// the fault fell, only series can tell. A run that proves nothing is compared with nothing; of one that
/// wasn't put to the whole test only what was worse counts.
package struct Comparison: Hashable, Sendable {
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
        /// It could be told before, and after it can't be held against that: no pass.
        package var isGone = false
    }

    package var before: Side
    package var after: Side
    package var rows: [Row]

    package init(_ before: Side, _ after: Side) {
        self.before = before
        self.after = after
        var keys = before.figures.map(\.key)
        for figure in after.figures where !keys.contains(figure.key) { keys.append(figure.key) }
        rows = keys.compactMap { key in
            let one = before.figures.first { $0.key == key }
            let other = after.figures.first { $0.key == key }
            guard (one?.value.isKnown ?? false) || (other?.value.isKnown ?? false) else {
                return nil
            }
            return Self.row(key, one, other, isVoid: before.isVoid || after.isVoid)
        }
    }

    /// 1 with a regression; 2 where nothing at all can be told, or not that what there was before is as good
    /// after; else 0.
    package var exit: Int32 {
        if rows.contains(where: { $0.finding == .regression }) { return 1 }
        let isTold = rows.contains { $0.finding != .unknown }
        return isTold && !rows.contains(where: \.isGone) ? 0 : 2
    }

    /// Faults that hit other targets in two runs, as `pick:` and `who:` choose them: `cut: db-1, then db-2`.
    package var otherTargets: [String] {
        before.targets.keys.sorted().compactMap { fault in
            guard let one = before.targets[fault], let other = after.targets[fault], one != other
            else { return nil }
            return "\(fault): \(one.listed), then \(other.listed)"
        }
    }

    /// How many runs two series have, where a median's interval is all that one of them has shown: only what
    /// lies beyond that is told from noise then, however much of it has moved.
    package var fewRuns: (before: Int, after: Int)? {
        guard let one = before.runs, let other = after.runs,
            [one, other].contains(where: { MedianRanks.isWhole($0, confidence: Spread.confidence) })
        else { return nil }
        return (one, other)
    }

    private static func row(
        _ key: FigureKey,
        _ before: Side.Measured?,
        _ after: Side.Measured?,
        isVoid: Bool
    ) -> Row {
        var row = Row(
            key: key,
            before: before?.value.told,
            after: after?.value.told,
            finding: .unknown
        )
        let wasKnown = before?.value.isKnown ?? false
        func unknown(_ why: String, isGone: Bool) -> Row {
            row.why = why
            row.isGone = isGone && wasKnown
            return row
        }
        guard let before else { return unknown("only after", isGone: false) }
        guard let after else {
            guard !isVoid else { return unknown("only before", isGone: true) }
            return key.isToldWherePromised
                ? unknown("only before: no budget asks for it after", isGone: false)
                : unknown("only before", isGone: true)
        }
        guard !isVoid else { return unknown("a run that proves nothing", isGone: true) }
        let spreads = (before.value.spread, after.value.spread)
        switch spreads {
        case (nil, let spread?), (let spread?, nil):
            guard spread.count >= Self.fewestAgainstRun else {
                return unknown(
                    "a run against a series takes \(Self.fewestAgainstRun) runs there, and it has"
                        + " \(spread.count)",
                    isGone: true
                )
            }
        case (let one?, let other?):
            guard one.medianRange != nil, other.medianRange != nil else {
                return unknown(
                    "too few runs (\(one.count) and \(other.count)): a median's interval takes"
                        + " \(MedianRanks.fewest(confidence: Spread.confidence))",
                    isGone: one.medianRange != nil
                )
            }
        case (nil, nil): break
        }
        let ranges = ranges(before.value, after.value)
        row.finding = finding(ranges.0, ranges.1, isBetterHigh: key.name == .availability)
        let isOfRuns = spreads.0 == nil && spreads.1 == nil
        if row.finding == .unknown {
            let isOpen = ranges.1.isOpen && !ranges.0.isOpen
            return unknown(
                ranges.1.saysNothing || ranges.0.saysNothing ? "unknown" : "an end is unknown",
                isGone: isOpen
            )
        }
        if isOfRuns, row.finding != .noise, key.name.varies(from: ranges.0, to: ranges.1) {
            row.finding = .unknown
            return unknown(
                "it differs from run to run anyhow: two series would tell",
                isGone: false
            )
        }
        if row.finding != .noise, let was = before.down, let now = after.down {
            let downs = Self.ranges(was.value, now.value)
            guard finding(downs.0, downs.1, isBetterHigh: false) != row.finding else { return row }
            row.finding = .unknown
            return unknown(
                "the runs lasted \(was.over) and \(now.over): shares of these can't be compared",
                isGone: false
            )
        }
        return row
    }

    /// What is held against each other: of two series their medians' intervals, else all that there was.
    private static func ranges(
        _ before: Side.Value,
        _ after: Side.Value
    ) -> (Figure.Amount, Figure.Amount) {
        guard let one = before.spread?.medianRange, let other = after.spread?.medianRange else {
            return (before.amount, after.amount)
        }
        return (one, other)
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
        return before.isOpen || after.isOpen ? .unknown : .noise
    }
}

extension FigureKey {
    /// Whether no run has it unless a budget names it.
    fileprivate var isToldWherePromised: Bool {
        during != nil || name == .latency || name == .errors
    }
}

extension FigureName {
    /// Whether its error is so small beside what it varies by anyhow that no two runs have the same.
    ///
    /// How many writes were lost is such a figure, but that any were lost, and none before, is not.
    fileprivate func varies(from before: Figure.Amount, to after: Figure.Amount) -> Bool {
        switch self {
        case .latency, .errors: true
        case .lost: before.ends.low > 0 && after.ends.low > 0
        default: false
        }
    }
}

extension Figure.Amount {
    /// Whether an end is unknown, so that it can't be said to be no other.
    fileprivate var isOpen: Bool {
        switch self {
        // A length and a number begin at nothing.
        case .span(_, _, let high): high == nil
        case .count(_, _, let high): high == nil
        case .share(let low, _, let high): low == nil || high == nil
        }
    }
}
