package import DrillModel

/// Numbers and times as people read them, with sensible digits.
///
/// An interval is always rounded outwards, so that what is shown still contains the truth.
package enum Shown {
    /// `12.03s`, `0.83s`, `14m31s`: for the terminal, where room is scarce.
    package static func compact(_ span: Span) -> String {
        if span.ns < 0 { return "-" + compact(Span(ns: -span.ns)) }
        if span.ns >= 10 * 60_000_000_000 {
            let seconds = span.ns / 1_000_000_000
            return seconds >= 3600
                ? "\(seconds / 3600)h\(two(seconds % 3600 / 60))m"
                : "\(seconds / 60)m\(two(seconds % 60))s"
        }
        return decimal(span.inSeconds, places: span.ns >= 100_000_000_000 ? 1 : 2) + "s"
    }

    /// Seconds with a unit: `14.89 s`.
    package static func seconds(_ span: Span, places: Int = 2) -> String {
        decimal(span.inSeconds, places: places) + " s"
    }

    /// A length in the unit that suits it: `180 µs`, `41 ms`, `14.89 s`, `12 min 40 s`.
    package static func length(_ span: Span) -> String {
        switch abs(span.ns) {
        case 0: "0 s"
        case ..<1_000_000: decimal(Double(span.ns) / 1e3, places: 0) + " µs"
        case ..<10_000_000: decimal(Double(span.ns) / 1e6, places: 1) + " ms"
        case ..<1_000_000_000: decimal(Double(span.ns) / 1e6, places: 0) + " ms"
        case ..<120_000_000_000: seconds(span)
        case ..<7_200_000_000_000:
            "\(span.ns / 60_000_000_000) min \(two(span.ns / 1_000_000_000 % 60)) s"
        default: "\(span.ns / 3_600_000_000_000) h \(two(span.ns / 60_000_000_000 % 60)) min"
        }
    }

    /// `5.71–5.92`: in seconds, without the unit, so that a column can share it.
    ///
    /// Digits follow the width of the interval: more would only pretend.
    package static func interval(_ low: Span?, _ high: Span?) -> String {
        switch (low, high) {
        case (let low?, let high?):
            let places = self.places(width: high.inSeconds - low.inSeconds)
            let a = decimal(low.inSeconds, places: places, .down)
            let b = decimal(high.inSeconds, places: places, .up)
            return a == b ? a : "\(a)–\(b)"
        case (let low?, nil): return "≥ " + decimal(low.inSeconds, places: 2, .down)
        case (nil, let high?): return "≤ " + decimal(high.inSeconds, places: 2, .up)
        case (nil, nil): return "unknown"
        }
    }

    static func places(width: Double) -> Int {
        guard width > 0 else { return 3 }
        return width >= 1 ? 1 : width >= 0.05 ? 2 : 3
    }

    /// A point in time relative to the disaster: `T0+12.40s`, `T0-3.00s`.
    package static func since(_ origin: Instant, _ instant: Instant, name: String = "T0") -> String
    {
        let span = instant - origin
        return name + (span.ns < 0 ? "-" : "+") + compact(Span(ns: abs(span.ns)))
    }

    /// `99.95 %`, with the digits that nines need.
    package static func share(_ share: Double, _ rounding: FloatingPointRoundingRule) -> String {
        decimal(share * 100, places: share > 0.999 ? 3 : 2, rounding) + " %"
    }

    /// `12,345`, so that a long count can be read.
    package static func count(_ count: Int) -> String {
        let digits = String(abs(count))
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return (count < 0 ? "-" : "") + result
    }

    /// `1 host`, `4 hosts`.
    package static func plural(_ count: Int, _ noun: String, _ many: String? = nil) -> String {
        "\(self.count(count)) \(count == 1 ? noun : many ?? noun + "s")"
    }

    /// A number with this many decimals; no locale has a say in it.
    package static func decimal(
        _ value: Double,
        places: Int,
        _ rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero
    ) -> String {
        guard value.isFinite else { return value.isNaN ? "unknown" : value < 0 ? "-∞" : "∞" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        // 0.1 + 0.2 must not become 0.4 by rounding up: a part in 10^12 is no amount.
        let exact = value * scale
        let near = exact.rounded()
        let scaled = abs(exact - near) < 1e-6 ? near : exact.rounded(rounding)
        guard abs(scaled) < 9e18 else { return "\(value)" }
        let whole = Int64(scaled)
        let digits = String(abs(whole))
        let sign = whole < 0 ? "-" : ""
        guard places > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    static func two<Number: BinaryInteger>(_ number: Number) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
