package import DrillModel

/// Times and counts as people read them; figures are told by `FigureText`.
package enum Shown {
    /// `12.03s`, `0.83s`, `14m31s`: for the terminal, where room is scarce.
    package static func compact(
        _ span: Span,
        _ rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero
    ) -> String {
        if span.ns < 0 { return "-" + compact(Span(ns: -span.ns)) }
        let seconds = span.ns / 1_000_000_000
        if seconds < 100 { return decimal(span.inSeconds, places: 2, rounding) + "s" }
        return seconds < 3600
            ? "\(seconds / 60)m\(two(seconds % 60))s"
            : "\(seconds / 3600)h\(two(seconds % 3600 / 60))m"
    }

    /// A point in time relative to the disaster: `T0+12.40s`, `T0-3.00s`.
    package static func since(_ origin: Instant, _ instant: Instant, name: String = "T0") -> String
    {
        let span = instant - origin
        return name + (span.ns < 0 ? "-" : "+") + decimal(abs(span.inSeconds), places: 2) + "s"
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
