/// A length of time in nanoseconds, encoded as a bare integer.
package struct Span: Hashable, Comparable, Codable, Sendable {
    package var ns: Int64

    package init(ns: Int64) { self.ns = ns }

    package init(from decoder: any Decoder) throws {
        ns = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ns)
    }

    package static let zero = Span(ns: 0)
    package static func milliseconds(_ count: Int64) -> Span { Span(ns: count * 1_000_000) }
    package static func seconds(_ count: Int64) -> Span { Span(ns: count * 1_000_000_000) }
    package static func minutes(_ count: Int64) -> Span { .seconds(count * 60) }

    /// Seconds as a floating-point number, for showing and for charts only; figures stay integers.
    package var inSeconds: Double { Double(ns) / 1e9 }

    package static func < (left: Span, right: Span) -> Bool { left.ns < right.ns }
    package static func + (left: Span, right: Span) -> Span { Span(ns: left.ns + right.ns) }
    package static func - (left: Span, right: Span) -> Span { Span(ns: left.ns - right.ns) }
    package static func * (left: Span, right: Int64) -> Span { Span(ns: left.ns * right) }
    package static func / (left: Span, right: Int64) -> Span { Span(ns: left.ns / right) }
    package static func += (left: inout Span, right: Span) { left.ns += right.ns }
}

extension Span: CustomStringConvertible {
    /// The length as the file format writes it: the largest unit that divides it (`90s`, `2m`, `250ms`).
    package var description: String {
        let units: [(String, Int64)] = [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000), ("us", 1000),
        ]
        guard ns != 0 else { return "0s" }
        for (unit, size) in units where ns % size == 0 { return "\(ns / size)\(unit)" }
        return "\(ns)ns"
    }
}
