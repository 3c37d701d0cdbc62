import DrillModel

/// A figure's interval on a line against its budget.
///
/// The line ends a little beyond what is greater, budget or interval; an interval without an upper end
/// runs to an arrow.
enum BudgetBar {
    private static let width = 150.0

    static func markup(_ figure: Figure) -> Markup {
        guard let (low, best, high, limit) = numbers(figure) else { return .empty }
        let scale = Swift.max(limit * 1.25, (high ?? low * 1.3) * 1.05, 1e-9)
        func x(_ value: Double) -> Double { 1 + min(1, value / scale) * (width - 10) }
        let from = x(low)
        let to = high.map(x) ?? width - 8
        let arrow: Markup =
            high == nil ? "<path class=\"arrow\" d=\"M\(width - 9) 3l7 6l-7 6z\"/>" : .empty
        let tick: Markup =
            best.map { "<path class=\"best\" d=\"M\(x($0)) 4v10\"/>" } ?? .empty
        let verdict = figure.verdict?.rawValue ?? "none"
        let words = "\(Words.measured(figure)) against \(Words.limit(figure.budget))"
        return """
            <svg viewBox="0 0 \(width) 18" role="img" aria-label="\(words)">\
            <path class="track" d="M1 9H\(width - 9)"/>\
            <rect class="spent" x="1" y="7.5" width="\(Swift.max(0, from - 1))" height="3"/>\
            <rect class="interval is-\(verdict)" x="\(from)" y="4" \
            width="\(Swift.max(2.5, to - from))" height="10"/>\(arrow)\(tick)\
            <path class="limit" d="M\(x(limit)) 0v18"/></svg>
            """
    }

    /// The interval and its budget as plain numbers; for availability as the share that was missed.
    private static func numbers(
        _ figure: Figure
    ) -> (low: Double, best: Double?, high: Double?, limit: Double)? {
        switch (figure.amount, figure.budget) {
        case (.span(let low, let best, let high), .atMost(let limit)):
            (low?.inSeconds ?? 0, best?.inSeconds, high?.inSeconds, limit.inSeconds)
        case (.share(let low, let best, let high), .atLeast(let limit)):
            (high.map { 1 - $0 } ?? 0, best.map { 1 - $0 }, low.map { 1 - $0 }, 1 - limit)
        case (.share(let low, let best, let high), .atMostShare(let limit)):
            (low ?? 0, best, high, limit)
        case (.count(let low, let best, let high), .atMostCount(let limit)):
            (Double(low ?? 0), best.map(Double.init), high.map(Double.init), Double(limit))
        default: nil
        }
    }
}
