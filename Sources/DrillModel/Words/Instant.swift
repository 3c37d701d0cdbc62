/// A point on the controller's CLOCK_BOOTTIME, in nanoseconds.
///
/// The clock is monotonic and counts suspend (clock_gettime(2)), so no figure moves when somebody
/// sets the wall clock. Encoded as a bare integer.
package struct Instant: Hashable, Comparable, Codable, Sendable {
    package var ns: Int64

    package init(ns: Int64) { self.ns = ns }

    /// What a clock can show: no machine runs for 18 years.
    ///
    /// Lengths between two of them can be added and multiplied by small numbers.
    package static let possible = -(Int64(1) << 59)...(Int64(1) << 59)

    /// - Throws: where it is none that a clock can show.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        ns = try container.decode(Int64.self)
        guard Self.possible.contains(ns) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "no clock shows \(ns) ns"
            )
        }
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
