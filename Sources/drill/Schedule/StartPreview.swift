import DrillModel
import DrillReport

/// When a schedule begins next, and what windows and freeze dates will say to that.
enum StartPreview {
    /// As many are shown.
    static let shown = 3
    /// As many are looked at for one that isn't skipped.
    static let looked = 12

    /// Lines for people: each start with why it would be skipped, if it would be.
    static func lines(of times: CalendarTimes, for plan: Plan) -> [String] {
        let zone = times.zone ?? LocalZone.name
        let now = Wiring.wallNs()
        let starts = times.next(
            looked,
            after: now.dividedDown(by: 1_000_000_000),
            local: LocalZone.name,
            zones: LocalZone.known
        )
        var lines: [String] = []
        var isSkipped = true
        for (index, second) in starts.enumerated() where index < shown || isSkipped {
            let wallNs = second * 1_000_000_000
            var site = SitePolicy.site
            site.now = Site.Moment(at: Wiring.now() + Span(ns: wallNs - now), wallNs: wallNs)
            let why = plan.refusalsByWindows(site).first?.message
            isSkipped = isSkipped && why != nil
            guard index < shown || !isSkipped else { continue }
            let time = LocalZone.known.shown(second, in: zone)
            lines.append(why.map { "\(time): would be skipped: \($0)" } ?? time)
        }
        if isSkipped {
            lines.append(
                "the next \(Shown.plural(starts.count, "start")) would all be skipped: change --on-calendar"
                    + " or the windows"
            )
        }
        return lines
    }

    /// Whether it ever begins.
    static func comes(_ times: CalendarTimes) -> Bool { next(of: times) != nil }

    private static func next(of times: CalendarTimes) -> Int64? {
        times.next(
            1,
            after: Wiring.wallNs().dividedDown(by: 1_000_000_000),
            local: LocalZone.name,
            zones: LocalZone.known
        ).first
    }

    /// The next start; nil where only systemd can tell it.
    static func next(_ calendar: String) -> String? {
        guard
            let times = try? CalendarTimes(written: calendar, zones: LocalZone.known),
            let second = next(of: times)
        else { return nil }
        return LocalZone.known.shown(second, in: times.zone ?? LocalZone.name)
    }
}
