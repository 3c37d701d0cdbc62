import DrillModel

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
        CivilDate(daysSince1970: (ns / 1_000_000_000 + zone.offset).dividedDown(by: 86_400))
            .description
    }

    package func time(in zone: Zone) -> String {
        let seconds = ns / 1_000_000_000 + zone.offset
        let ofDay = seconds - seconds.dividedDown(by: 86_400) * 86_400
        return [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { Shown.two($0) }
            .joined(separator: ":")
    }

    /// `2026-11-23T14:15:00Z`, ISO 8601.
    package var iso: String { "\(date(in: .utc))T\(time(in: .utc))Z" }
}
