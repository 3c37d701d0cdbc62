/// Words for what wasn't looked at: for want of looks, or since they were sent late.
enum Unseen {
    static func note(_ stretches: [Outages.Stretch]) -> String {
        let total = stretches.map(\.length).reduce(.zero, +).shownAtMost
        let late = stretches.compactMap(\.late).max().map { longest in
            "looks were sent up to \(longest.shownAtMost) late, since drill's own machine was busy"
        }
        guard let late else {
            return "nothing was seen for \(total) (samples unsent, blind or missing)"
        }
        return isLackingSome(stretches)
            ? "nothing was seen for \(total) (samples unsent, blind or missing; \(late))"
            : "nothing was seen for \(total): \(late)"
    }

    /// What would decide a figure that hangs on it.
    static func remedy(_ stretches: [Outages.Stretch]) -> String {
        let idle = "a machine that has less else to do would decide"
        guard isLackingSome(stretches) else { return "running drill on \(idle)" }
        let steady = "a probe that can look all the time"
        return stretches.contains { $0.late != nil }
            ? "\(steady), from \(idle)" : "\(steady) would decide"
    }

    private static func isLackingSome(_ stretches: [Outages.Stretch]) -> Bool {
        stretches.contains { $0.late == nil }
    }
}
