/// When a run may go on: within one of `allowed`, where there are any, and outside of all `blocked`.
package struct Windows: Hashable, Codable, Sendable {
    /// A name of the time zone database, for windows that name none: `Europe/Berlin`.
    package var zone: String
    package var allowed: [Window]
    package var blocked: [Window]
    package var position: Position?

    package init(
        zone: String = "UTC",
        allowed: [Window] = [],
        blocked: [Window] = [],
        position: Position? = nil
    ) {
        self.zone = zone
        self.allowed = allowed
        self.blocked = blocked
        self.position = position
    }
}

/// A stretch of time, once or every week, by the clock of its zone.
package struct Window: Hashable, Codable, Sendable {
    package enum Times: Hashable, Codable, Sendable {
        /// Minutes of the day; with `to` not after `from` it ends on the next day.
        case weekly(days: [Weekday], from: Int64, to: Int64)
        /// Minutes since 1970 on the zone's clock, without the last.
        case once(from: Int64, to: Int64)
    }

    package var times: Times
    /// Where it names one of its own; nil is the windows' zone.
    package var zone: String?
    /// As in the file.
    package var written: String
    package var position: Position?

    package init(
        _ times: Times,
        zone: String? = nil,
        written: String,
        position: Position? = nil
    ) {
        self.times = times
        self.zone = zone
        self.written = written
        self.position = position
    }
}
