extension Figure {
    /// The interval for people: `5.71–5.92 s`, `0–41 ms`, `≥ 12.0 s`, `99.93–99.95 %`, `18 writes`.
    ///
    /// Low ends are rounded down and high ends up, so that what is shown still contains the truth.
    package var shown: String { amount.shown }
}

extension Figure.Amount {
    package var shown: String {
        switch self {
        case .span(let low, _, let high): FigureText.interval(low, high)
        case .share(let low, _, let high): FigureText.shares(low, high)
        case .count(let low, _, let high): FigureText.counts(low, high)
        }
    }
}

extension Budget.Limit {
    /// The limit as the file writes it: `45s`, `99.9%`, `0 writes`.
    package var shown: String {
        switch self {
        case .atMost(let span): span.description
        case .atLeast(let share), .atMostShare(let share):
            "\(FigureText.trimmed(share * 100, atMost: 6))%"
        case .atMostCount(let count): count == 1 ? "1 write" : "\(count) writes"
        }
    }
}

extension Span {
    /// One length for people, three digits and a unit: `15.3 s`, `41 ms`.
    package var shown: String { FigureText.interval(self, self) }

    /// The same where it is an upper bound: rounded up, so that it still is one.
    package var shownAtMost: String { FigureText.bound(self, .up) }

    /// The same where it is a lower bound: rounded down.
    package var shownAtLeast: String { FigureText.bound(self, .down) }
}

/// Figures as words: sensible digits, always a unit, both ends in the same one.
package enum FigureText {
    /// A unit that lengths are shown in.
    package struct Unit: Hashable, Sendable {
        package var name: String
        package var size: Span

        package static let microseconds = Unit(name: "µs", size: Span(ns: 1000))
        package static let milliseconds = Unit(name: "ms", size: .milliseconds(1))
        package static let seconds = Unit(name: "s", size: .seconds(1))
        package static let minutes = Unit(name: "min", size: .minutes(1))
        package static let hours = Unit(name: "h", size: .minutes(60))

        /// The unit in which a length has one to three digits before the point.
        package static func fitting(_ span: Span) -> Unit {
            switch abs(span.ns) {
            case 0: .seconds
            case ..<1_000_000: .microseconds
            case ..<1_000_000_000: .milliseconds
            case ..<600_000_000_000: .seconds
            case ..<36_000_000_000_000: .minutes
            default: .hours
            }
        }
    }

    /// An interval of lengths, nil being unknown; `unit` gives a column one unit, else one fits.
    package static func interval(_ low: Span?, _ high: Span?, unit: Unit? = nil) -> String {
        switch (low, high) {
        case (nil, nil): return "unknown"
        case (let low?, nil):
            guard low > .zero else { return "unknown" }
            let unit = unit ?? .fitting(low)
            let digits = decimals(of: low, in: unit)
            return "≥ \(number(low.ns, unit, digits, .down)) \(unit.name)"
        case (nil, let high?):
            let unit = unit ?? .fitting(high)
            return "≤ \(number(high.ns, unit, decimals(of: high, in: unit), .up)) \(unit.name)"
        case (let low?, let high?):
            let unit = unit ?? .fitting(high)
            guard low != high else {
                if low == .zero { return "0 \(unit.name)" }
                return "\(number(low.ns, unit, decimals(of: low, in: unit), .nearest)) \(unit.name)"
            }
            let digits = decimals(of: high, width: high - low, in: unit)
            let from = low == .zero ? "0" : number(low.ns, unit, digits, .down)
            let to = number(high.ns, unit, digits, .up)
            return from == to ? "\(to) \(unit.name)" : "\(from)–\(to) \(unit.name)"
        }
    }

    /// An interval of shares in per cent, with as many nines as it takes to tell the ends apart.
    package static func shares(_ low: Double?, _ high: Double?) -> String {
        switch (low, high) {
        case (nil, nil): return "unknown"
        case (let low?, nil): return "≥ \(percent(low, 2, .down)) %"
        case (nil, let high?): return "≤ \(percent(high, 2, .up)) %"
        case (let low?, let high?):
            guard low != high else {
                let text = trimmed(low * 100, atMost: 3)
                // One bad look of a million isn't none.
                return low > 0 && text == "0" ? "< 0.001 %" : "\(text) %"
            }
            for digits in 2...4 {
                let from = percent(low, digits, .down)
                let to = percent(high, digits, .up)
                // Two steps of the last digit tell the ends apart without hiding how close they are.
                if from != to, (high - low) * 100 * power(digits) >= 1 || digits == 4 {
                    return "\(from)–\(to) %"
                }
            }
            return "\(percent(low, 4, .down))–\(percent(high, 4, .up)) %"
        }
    }

    package static func counts(_ low: Int?, _ high: Int?) -> String {
        switch (low, high) {
        case (nil, nil): "unknown"
        case (let low?, nil): low > 0 ? "≥ \(low) writes" : "unknown"
        case (nil, let high?): "≤ \(high) writes"
        case (let low?, let high?):
            low == high ? (low == 1 ? "1 write" : "\(low) writes") : "\(low)–\(high) writes"
        }
    }

    /// A number without needless zeros: `99.9`, `60`.
    package static func trimmed(_ value: Double, atMost limit: Int) -> String {
        var text = fixed(value, limit, .nearest)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    fileprivate enum Rounding {
        case down, nearest, up
    }

    /// One end of an interval by itself, rounded as it is there: words and figure say the same.
    fileprivate static func bound(_ span: Span, _ rounding: Rounding) -> String {
        guard span != .zero else { return span.shown }
        let unit = Unit.fitting(span)
        return "\(number(span.ns, unit, decimals(of: span, in: unit), rounding)) \(unit.name)"
    }

    /// Three digits in all.
    private static func decimals(of span: Span, in unit: Unit) -> Int {
        let whole = abs(span.ns) / unit.size.ns
        // Below a second a tenth of a millisecond says nothing that a reader acts on.
        if unit == .milliseconds || unit == .microseconds { return whole < 10 ? 1 : 0 }
        return whole < 10 ? 2 : whole < 100 ? 1 : 0
    }

    /// Three digits in all, or more where rounding outwards would hide how narrow the interval is.
    private static func decimals(of span: Span, width: Span, in unit: Unit) -> Int {
        var digits = decimals(of: span, in: unit)
        var step = unit.size.ns
        for _ in 0..<digits { step /= 10 }
        while step * 2 > width.ns && digits < 3 {
            step /= 10
            digits += 1
        }
        return digits
    }

    private static func number(
        _ ns: Int64,
        _ unit: Unit,
        _ decimals: Int,
        _ rounding: Rounding
    ) -> String {
        fixed(Double(ns) / Double(unit.size.ns), decimals, rounding)
    }

    private static func percent(_ share: Double, _ decimals: Int, _ rounding: Rounding) -> String {
        fixed(share * 100, decimals, rounding)
    }

    private static func power(_ decimals: Int) -> Double {
        (0..<decimals).reduce(1) { value, _ in value * 10 }
    }

    private static func fixed(_ value: Double, _ decimals: Int, _ rounding: Rounding) -> String {
        let scale = power(decimals)
        // A hair of a last digit: 0.29 * 100 is 28.999…, which must not become 28.
        let hair = 1e-6
        let scaled = abs(value) * scale
        let isNegative = value < 0
        let rounded =
            switch rounding {
            case .nearest: scaled.rounded()
            case .down where !isNegative, .up where isNegative: (scaled + hair).rounded(.down)
            case .down, .up: (scaled - hair).rounded(.up)
            }
        // Beyond what an integer holds, no digit after the point is known anyway.
        guard rounded < 9e18 else { return "\(value)" }
        let integer = Int64(max(0, rounded))
        let sign = isNegative && integer != 0 ? "−" : ""
        guard decimals > 0 else { return "\(sign)\(integer)" }
        let divisor = Int64(scale)
        let fraction = String(integer % divisor)
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(sign)\(integer / divisor).\(zeros)\(fraction)"
    }
}

extension Judgement {
    /// The phases as one line: `15.3 s = notice 5.8 │ decide 1.2 │ promote 7.6 │ reroute 0.7; human 0`.
    ///
    /// It says *at least* where services were still down when the samples ended.
    /// Nil where there is nothing to tell apart.
    package var phasesShown: String? {
        guard let first = phases.first, let last = phases.last else { return nil }
        let unit = FigureText.Unit.fitting(last.to - first.from)
        func bare(_ span: Span) -> String {
            let text = FigureText.interval(span, span, unit: unit)
            return String(text.dropLast(unit.name.count + 1))
        }
        let parts = phases.map { "\($0.name) \(bare($0.to - $0.from))" }
        let human = phases.reduce(Span.zero) { $0 + $1.human }
        let least = last.name == PhaseLength.stillDown ? "at least " : ""
        return "\(least)\(bare(last.to - first.from)) \(unit.name) = "
            + parts.joined(separator: " │ ") + "; human \(human == .zero ? "0" : bare(human))"
    }
}
