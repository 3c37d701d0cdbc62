/// A point on the controller's CLOCK_BOOTTIME, in nanoseconds.
///
/// The clock is monotonic and counts suspend (clock_gettime(2)), so no figure moves when somebody
/// sets the wall clock. Encoded as a bare integer.
package struct Instant: Hashable, Comparable, Codable, Sendable {
    package var ns: Int64

    package init(ns: Int64) { self.ns = ns }

    package init(from decoder: any Decoder) throws {
        ns = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ns)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.ns < right.ns }
    package static func - (left: Self, right: Self) -> Span { Span(ns: left.ns - right.ns) }
    package static func + (left: Self, right: Span) -> Self { Self(ns: left.ns + right.ns) }
    package static func - (left: Self, right: Span) -> Self { Self(ns: left.ns - right.ns) }
}
