import DrillModel

/// One figure over the runs of a series: a row a run, in their order, as interval and best value.
///
/// ```
///   1  ────●──            budget
///   2     ──●──              ┊
///   3        ──────────────✕─┊───
///      0        10        20 s
/// ```
/// A run's verdict is the shape of its mark; the median's confidence interval is a band, the budget a
/// line. In the order of the runs, so that a drift is seen as well as a spread.
struct StripChart {
    let series: RunSeries
    let figure: SeriesFigure

    private static let width = 1040.0
    private static let left = 40.0
    private static let right = 14.0
    private static let top = 16.0

    /// Thin enough that a long series still fits a page.
    private var rowHeight: Double {
        series.runs.count <= 30 ? 14 : max(3, 420 / Double(series.runs.count))
    }

    private var bottom: Double { Self.top + rowHeight * Double(series.runs.count) }

    /// Nil where no run has the figure.
    var markup: Markup? {
        guard let spread = figure.spread else { return nil }
        let unit = Unit(figure, spread)
        let most = greatest(unit)
        let least = unit.isShare ? smallest(unit, most) : 0
        func x(_ value: Double) -> Double {
            let share = (value - least) / max(most - least, 1e-12)
            return Self.left + min(max(share, 0), 1) * (Self.width - Self.left - Self.right)
        }
        let title = "\(figure.key.label) of \(figure.key.subject): \(saying(spread))"
        let height = bottom + 34
        return """
            <figure><figcaption><h3>\(title)</h3></figcaption>
            <svg viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="\(title)">
            \(band(spread, unit, x))\(axis(least, most, unit, x))\(limit(unit, x))\(rows(unit, x))
            </svg></figure>
            """
    }

    private func saying(_ spread: Spread) -> String {
        let ends = spread.min.with(low: spread.min.ends.low, best: nil, high: spread.max.ends.high)
        let limit = figure.budget.map { ", budget \($0.shown)" } ?? ""
        let runs =
            spread.unknown == 0
            ? Shown.plural(spread.count, "run")
            : "\(spread.count) runs, \(spread.unknown) of them unknown"
        return "\(ends.shown) over \(runs)\(limit)"
    }

    private func band(_ spread: Spread, _ unit: Unit, _ x: (Double) -> Double) -> Markup {
        guard let ends = spread.medianRange?.ends else { return .empty }
        let from = x(unit.value(ends.low))
        let to = ends.high.isFinite ? x(unit.value(ends.high)) : Self.width - Self.right
        return """
            <rect class="band" x="\(from)" y="\(Self.top - 6)" width="\(max(1, to - from))" \
            height="\(bottom - Self.top + 8)"/>
            """
    }

    private func axis(
        _ least: Double,
        _ most: Double,
        _ unit: Unit,
        _ x: (Double) -> Double
    ) -> Markup {
        let y = bottom + 6
        var marks: Markup = """
            <path class="axis-line" d="M\(Self.left) \(y)H\(Self.width - Self.right)"/>
            """
        let step = max(Self.step(most - least), unit.isCount ? 1 : 0)
        var tick = (least / step).rounded(.up) * step
        while tick <= most + step * 1e-6 {
            let words = FigureText.trimmed(tick, atMost: 6)
            // The last one may be wider than the room to its right.
            let isCut = x(tick) + ChartFrame.textWidth(words) / 2 > Self.width
            marks += """
                <path class="grid" d="M\(x(tick)) \(Self.top - 6)V\(y)"/>\
                <text class="axis" x="\(isCut ? Self.width : x(tick))" y="\(y + 14)" \
                text-anchor="\(isCut ? "end" : "middle")">\(words)</text>
                """
            tick += step
        }
        marks += """
            <text class="axis" x="\(Self.width - Self.right)" y="\(y + 26)" text-anchor="end">\
            \(unit.name)</text>
            """
        return marks
    }

    /// One, two or five of a power of ten, so that there are three to eight ticks.
    private static func step(_ range: Double) -> Double {
        guard range > 0, range.isFinite else { return 1 }
        var step = 1.0
        while step * 8 < range { step *= 10 }
        while step > range { step /= 10 }
        for part in [0.1, 0.2, 0.5] where range / (step * part) <= 8 { return step * part }
        return step
    }

    private func limit(_ unit: Unit, _ x: (Double) -> Double) -> Markup {
        guard let limit = figure.budget.map(unit.limit) else { return .empty }
        let isRight = x(limit) > Self.width * 0.8
        return """
            <path class="budget" d="M\(x(limit)) \(Self.top - 10)V\(bottom + 6)"/>\
            <text class="budget-name" x="\(x(limit) + (isRight ? -4 : 4))" y="\(Self.top - 4)" \
            text-anchor="\(isRight ? "end" : "start")">budget</text>
            """
    }

    private func rows(_ unit: Unit, _ x: (Double) -> Double) -> Markup {
        let isRoomy = rowHeight >= 10
        return series.runs.enumerated().map { index, run -> Markup in
            let y = Self.top + rowHeight * (Double(index) + 0.5)
            let label: Markup =
                isRoomy || (index + 1) % 10 == 0
                ? """
                <text class="axis" x="\(Self.left - 8)" y="\(y + 4)" text-anchor="end">\
                \(run.number)</text>
                """ : .empty
            guard run.standing != .void else {
                return label + (isRoomy ? Self.words("proves nothing", y) : .empty)
            }
            guard let found = run.figure(figure.key), let amount = known(run) else {
                return label + (isRoomy ? Self.words("unknown", y) : .empty)
            }
            // What held in a run that wasn't put to the whole test counts as not sure.
            let isUntried = run.standing == .partial && found.verdict == .passed
            return label + mark(amount, isUntried ? .inconclusive : found.verdict, y, unit, x)
        }.joined()
    }

    private static func words(_ words: Markup, _ y: Double) -> Markup {
        "<text class=\"axis\" x=\"\(left + 2)\" y=\"\(y + 4)\">\(words)</text>"
    }

    /// What is drawn of a run; nil where it says nothing.
    private func known(_ run: SeriesRun) -> Figure.Amount? {
        guard run.standing != .void, let found = run.figure(figure.key) else { return nil }
        let amount = run.standing == .partial ? found.asBadOrWorse : found.amount
        return amount.saysNothing ? nil : amount
    }

    private func mark(
        _ amount: Figure.Amount,
        _ verdict: Verdict?,
        _ y: Double,
        _ unit: Unit,
        _ x: (Double) -> Double
    ) -> Markup {
        let ends = amount.ends
        let isOpen = !ends.high.isFinite
        let (from, to) = (
            x(unit.value(ends.low)), isOpen ? Self.width - 8 : x(unit.value(ends.high))
        )
        let line: Markup = """
            <path class="axis-line" d="M\(from) \(y)H\(max(to, from + 1))"/>
            """
        let arrow: Markup =
            isOpen ? "<path class=\"arrow\" d=\"M\(to - 4) \(y - 4)l7 4l-7 4z\"/>" : .empty
        let middle = ends.best.map { x(unit.value($0)) } ?? from
        let size = min(4, rowHeight / 2)
        return line + arrow + Self.shape(verdict, middle, y, size)
    }

    /// The verdict as a shape: a full disc, a cross, a ring with nothing inside; a dot without a budget.
    private static func shape(
        _ verdict: Verdict?,
        _ x: Double,
        _ y: Double,
        _ size: Double
    ) -> Markup {
        switch verdict {
        case .passed: "<circle class=\"up\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(size)\"/>"
        case .failed:
            """
            <path class="lane" d="M\(x - size) \(y - size)L\(x + size) \(y + size)M\(x - size) \
            \(y + size)L\(x + size) \(y - size)"/>
            """
        case .inconclusive: "<circle class=\"mark\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(size)\"/>"
        case nil: "<circle class=\"quiet\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(size * 0.8)\"/>"
        }
    }

    private func amounts(_ unit: Unit) -> [(low: Double, high: Double)] {
        series.runs.compactMap(known).map { amount in
            let ends = amount.ends
            // What has no upper end runs to an arrow at the edge.
            let high = ends.high.isFinite ? ends.high : ends.low * 1.2
            return (unit.value(ends.low), unit.value(high))
        }
    }

    private func greatest(_ unit: Unit) -> Double {
        let most = (amounts(unit).map(\.high) + (figure.budget.map { [unit.limit($0)] } ?? []))
            .max()
        // Where all of them are zero the axis goes to one: it needs some length.
        return unit.isShare ? min(100, (most ?? 100) * 1.001) : max((most ?? 1) * 1.06, 1)
    }

    /// Shares lie close to one another near 100 %: from zero on nothing could be told apart.
    private func smallest(_ unit: Unit, _ most: Double) -> Double {
        let least = (amounts(unit).map(\.low) + (figure.budget.map { [unit.limit($0)] } ?? []))
            .min()
        return max(0, (least ?? 0) - (most - (least ?? 0)) * 0.08)
    }

    /// What the axis counts in.
    private struct Unit {
        var name: String
        var size: Double
        var isShare = false
        var isCount = false

        init(_ figure: SeriesFigure, _ spread: Spread) {
            switch spread.max {
            case .span:
                let ends = spread.max.ends
                var most = ends.high.isFinite ? ends.high : ends.low
                // The axis goes as far as the budget, and is counted in what fits there.
                if case .atMost(let limit) = figure.budget { most = max(most, Double(limit.ns)) }
                let unit = FigureText.Unit.fitting(Span(ns: Int64(most)))
                (name, size) = (unit.name, Double(unit.size.ns))
            case .share: (name, size, isShare) = ("%", 0.01, true)
            case .count: (name, size, isCount) = ("writes", 1, true)
            }
        }

        func value(_ plain: Double) -> Double { plain / size }

        func limit(_ limit: Budget.Limit) -> Double {
            switch limit {
            case .atMost(let span): Double(span.ns) / size
            case .atLeast(let share), .atMostShare(let share): share / size
            case .atMostCount(let count): Double(count) / size
            }
        }
    }
}
