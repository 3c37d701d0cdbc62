/// A wall-clock time for people, from nanoseconds since 1970; made without asking the system.
package struct WallTime: Hashable, Sendable {
    /// The offset from UTC that the reader's clock shows, and what it is called.
    package struct Zone: Hashable, Sendable {
        package var name: String
        /// In seconds, east of Greenwich positive.
        package var offset: Int64

        package init(name: String, offset: Int64) {
            self.name = name
            self.offset = offset
        }

        package static let utc = Zone(name: "UTC", offset: 0)
    }

    /// Nanoseconds since 1970, UTC.
    package var ns: Int64

    package init(ns: Int64) { self.ns = ns }

    /// `2026-11-23 14:15:00`, by the proleptic Gregorian calendar.
    package func shown(in zone: Zone) -> String {
        "\(date(in: zone)) \(time(in: zone))"
    }

    package func date(in zone: Zone) -> String {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let days = floorDiv(ns / 1_000_000_000 + zone.offset, 86_400) + 719_468
        let era = floorDiv(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(Shown.two(month))-\(Shown.two(day))"
    }

    package func time(in zone: Zone) -> String {
        let seconds = ns / 1_000_000_000 + zone.offset
        let ofDay = seconds - floorDiv(seconds, 86_400) * 86_400
        return [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { Shown.two($0) }
            .joined(separator: ":")
    }

    /// `2026-11-23T14:15:00Z`, ISO 8601.
    package var iso: String { "\(date(in: .utc))T\(time(in: .utc))Z" }

    private func floorDiv(_ a: Int64, _ b: Int64) -> Int64 {
        a >= 0 ? a / b : -((b - 1 - a) / b)
    }
}
