extension Plan {
    /// What windows have against its beginning now: they are closed, or close before it surely ends.
    package func refusalsByWindows(_ site: Site) -> [Refusal] {
        let windows = WindowGuard(experiment.guards.windows, site: site)
        return [windows?.refusal(takes: PlanLength(self).atMost)].compactMap(\.self)
    }
}

/// The guard of `windows`: a run begins and ends within them.
struct WindowGuard: Sendable {
    let windows: [Windows]
    let now: Site.Moment
    let zones: TimeZones
    /// The policy's file, whose windows only its keeper can change.
    let policyFile: String?
    private let keeper: String?
    private let opening: Opening

    /// Nil where there are no windows, or nobody knows what time it is.
    init?(_ windows: [Windows], site: Site) {
        guard !windows.isEmpty, let now = site.now else { return nil }
        self.windows = windows
        self.now = now
        zones = site.timeZones
        policyFile = site.policy?.file
        keeper = site.policy?.keeper
        opening = Opening(windows, at: now.wallNs.dividedDown(by: 1_000_000_000), zones: zones)
    }

    private var second: Int64 { now.wallNs.dividedDown(by: 1_000_000_000) }

    /// That it is outside of them now, or will be before the time is over that the run may take.
    func refusal(takes: Span) -> Refusal? {
        switch opening {
        case .closed(let windows, let blocking, let opens): closed(windows, blocking, opens)
        case .open(let until?): overrun(until, takes: takes)
        case .open(nil): nil
        }
    }

    private func closed(_ windows: Windows, _ blocking: Window?, _ opens: Int64?) -> Refusal {
        let time = zones.shown(second, in: windows.zone)
        let allowed = windows.allowed.map { "\"\($0.written)\"" }
        let place = (blocking?.position ?? windows.position).map { " (\($0))" } ?? ""
        let why =
            blocking.map { "in the freeze \"\($0.written)\"\(place)" }
            ?? "in no allowed window: \(allowed.listed)\(place)"
        let next = opens.map { zones.shown($0, in: windows.zone) }
        let wait = next == nil ? "" : "wait until then, or "
        return Refusal(
            .windows,
            "windows: it is \(time), \(why); \(next.map { "they open next \($0)" } ?? "they open at no time within a year")",
            value: time,
            limit: blocking.map { "not \($0.written)" } ?? allowed.listed,
            change: wait + changing(windows)
        )
    }

    private func overrun(_ until: Opening.Closing, takes: Span) -> Refusal? {
        let end = now.wallNs + takes.ns
        guard end > until.second * 1_000_000_000 else { return nil }
        let windows = until.windows
        // In whole minutes, as times are shown, and never one that is too early.
        let minute = -(-end).dividedDown(by: 60_000_000_000)
        let place = windows.position.map { " (\($0))" } ?? ""
        let closes = zones.shown(until.second, in: windows.zone)
        return Refusal(
            .windows,
            "windows: it may take \(takes.inWords), until \(zones.shown(minute * 60, in: windows.zone)),"
                + " and they close \(closes)\(place)",
            value: takes.inWords,
            limit: Span(ns: until.second * 1_000_000_000 - now.wallNs).inWords,
            change: "begin it that much earlier, let it take less (`within`, `budget` and"
                + " `guards: {longest: …}` limit it), or \(changing(windows))"
        )
    }

    private func changing(_ windows: Windows) -> String {
        let isPolicy = windows.position?.file == policyFile && policyFile != nil
        return isPolicy
            ? "ask \(keeper ?? "whoever keeps the policy")"
            : "change `guards: {windows: …}` of the experiment"
    }

    /// By the monotonic clock, so that nobody moves it by setting the wall clock.
    var closing: Closing? {
        guard case .open(let until?) = opening else { return nil }
        let left = Span(ns: until.second * 1_000_000_000 - now.wallNs)
        return Closing(
            at: now.at + left,
            shown: zones.shown(until.second, in: until.windows.zone),
            position: until.windows.position
        )
    }
}
