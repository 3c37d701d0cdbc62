import DrillModel
import DrillReport
import Foundation

/// What the reader's clock showed at an instant: reports name it beside UTC.
enum LocalZone {
    /// Every zone that the system's libraries know.
    static var known: TimeZones {
        TimeZones(names: TimeZone.knownTimeZoneIdentifiers) { name, second in
            TimeZone(identifier: name).map {
                Int64($0.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
            }
        }
    }

    /// The zone that this machine's clock shows.
    static var name: String { TimeZone.current.identifier }

    static func at(_ wallNs: Int64) -> WallTime.Zone {
        let date = Date(timeIntervalSince1970: Double(wallNs) / 1e9)
        let zone = TimeZone.current
        let offset = zone.secondsFromGMT(for: date)
        guard offset != 0 else { return .utc }
        return WallTime.Zone(
            name: zone.abbreviation(for: date) ?? zone.identifier,
            offset: Int64(offset)
        )
    }
}
