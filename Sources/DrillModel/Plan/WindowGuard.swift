/// The guard of `windows`: no run begins outside of them, and it ends when they close.
struct WindowGuard: Sendable {
    let windows: [Windows]
    let now: Site.Moment
    let zones: TimeZones
    /// The policy's file, whose windows only its keeper can change.
    let policyFile: String?
    private let opening: Opening

    /// Nil where there are no windows, or nobody knows what time it is.
    init?(_ windows: [Windows], site: Site) {
        guard !windows.isEmpty, let now = site.now else { return nil }
        self.windows = windows
        self.now = now
        zones = site.timeZones
        policyFile = site.policy?.file
        opening = Opening(windows, at: now.wallNs.dividedDown(by: 1_000_000_000), zones: zones)
    }

    private var second: Int64 { now.wallNs.dividedDown(by: 1_000_000_000) }

    var refusal: Refusal? {
        guard case .closed(let windows, let blocking, let opens) = opening else { return nil }
        let time = zones.shown(second, in: windows.zone)
        let allowed = windows.allowed.map { "\"\($0.written)\"" }
        let place = (blocking?.position ?? windows.position).map { " (\($0))" } ?? ""
        let why =
            blocking.map { "in the blocked window \"\($0.written)\"\(place)" }
            ?? "in no allowed window: \(allowed.listed)\(place)"
        let next = opens.map { zones.shown($0, in: windows.zone) }
        let wait = next == nil ? "" : "wait until then, or "
        let isPolicy = windows.position?.file == policyFile && policyFile != nil
        return Refusal(
            .windows,
            "windows: it is \(time), \(why); \(next.map { "they open next \($0)" } ?? "they open at no time within a year")",
            value: time,
            limit: blocking.map { "not \($0.written)" } ?? allowed.listed,
            change: isPolicy
                ? "\(wait)ask whoever keeps \(policyFile ?? "the policy")"
                : "\(wait)change `guards: {windows: …}` of the experiment"
        )
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

    /// That the run may not have all the time that `longest` gives it.
    func note(longest: Span) -> String? {
        guard let closing, closing.at - now.at < longest else { return nil }
        return
            "the window closes at \(closing.shown), in \((closing.at - now.at).inWords), and `longest`"
            + " is \(longest.inWords): what then still goes on is stopped, and all undone"
    }
}
