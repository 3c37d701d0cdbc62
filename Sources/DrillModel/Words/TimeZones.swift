/// The time zones that somebody outside of the model knows; without them there is UTC alone.
package struct TimeZones: Sendable {
    /// For suggestions; asked for when one is needed, since a library of time zones takes its time to begin.
    package let names: @Sendable () -> [String]
    /// Seconds east of Greenwich at so many seconds since 1970; nil where there is no such zone.
    package var offset: @Sendable (_ zone: String, _ second: Int64) -> Int64?

    package init(
        names: @autoclosure @escaping @Sendable () -> [String],
        offset: @escaping @Sendable (_ zone: String, _ second: Int64) -> Int64?
    ) {
        self.names = names
        self.offset = offset
    }

    package static let utc = TimeZones(names: ["UTC"]) { zone, _ in zone == "UTC" ? 0 : nil }

    package func knows(_ zone: String) -> Bool { offset(zone, 0) != nil }

    /// What the zone's clock shows, as seconds since 1970 on that clock.
    func local(_ second: Int64, in zone: String) -> Int64 { second + (offset(zone, second) ?? 0) }

    /// The instants at which the zone's clock shows `local`: two where it is set back, and where it is set
    /// forward over it, the instant of that.
    func instants(_ local: Int64, in zone: String) -> (first: Int64, last: Int64) {
        // No zone changes its clock twice within two days.
        let before = offset(zone, local - 86_400) ?? 0
        let after = offset(zone, local + 86_400) ?? 0
        let hits = [local - before, local - after].filter { self.local($0, in: zone) == local }
        if let first = hits.min(), let last = hits.max() { return (first, last) }
        var (low, high) = (local - after, local - before)
        while low < high {
            let middle = low + (high - low) / 2
            if offset(zone, middle) == before { low = middle + 1 } else { high = middle }
        }
        return (low, low)
    }

    /// As the zone's clock shows it: `Thu 2026-11-26 08:47 Europe/Berlin`.
    package func shown(_ second: Int64, in zone: String) -> String {
        let local = local(second, in: zone)
        let days = local.dividedDown(by: 86_400)
        let minute = (local - days * 86_400) / 60
        let time = "\(CivilDate.two(minute / 60)):\(CivilDate.two(minute % 60))"
        return "\(Weekday(daysSince1970: days)) \(CivilDate(daysSince1970: days)) \(time) \(zone)"
    }
}

package enum Weekday: Int, Codable, Sendable, CaseIterable, CustomStringConvertible {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// 1970 began on a Thursday.
    package init(daysSince1970 days: Int64) {
        let index = days + 3 - (days + 3).dividedDown(by: 7) * 7
        self = Self.allCases[Int(index)]
    }

    /// `Mon`, as windows write it.
    package var description: String {
        switch self {
        case .monday: "Mon"
        case .tuesday: "Tue"
        case .wednesday: "Wed"
        case .thursday: "Thu"
        case .friday: "Fri"
        case .saturday: "Sat"
        case .sunday: "Sun"
        }
    }
}
