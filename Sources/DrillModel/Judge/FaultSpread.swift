/// How far apart the first and the last of a fault's hosts were hit, by the controller's clock.
///
/// ```
///  told:       │first host ─── last host│                      `sent`
///  confirmed:           │first host ─────────── last host│     `confirmed`
/// ```
/// Each host was hit somewhere between its being told and its confirming.
package struct FaultSpread: Hashable, Codable, Sendable {
    package var hosts: Int
    /// From the first to the last that was told its first action.
    package var sent: Span
    /// From the first to the last that confirmed its last action; nil where one didn't.
    package var confirmed: Span?

    /// Nil where fewer than two hosts were told anything.
    init?(_ fault: String, _ events: [Event]) {
        var told: [String: Instant] = [:]
        var confirmed: [String: Instant] = [:]
        var areAllConfirmed = true
        for case .action(let report) in events.map(\.kind)
        where report.of == fault && report.stage == .inject {
            told[report.host] = min(report.sent, told[report.host] ?? report.sent)
            confirmed[report.host] = max(report.done, confirmed[report.host] ?? report.done)
            areAllConfirmed = areAllConfirmed && report.isAsExpected
        }
        guard told.count > 1, let first = told.values.min(), let last = told.values.max(),
            let firstDone = confirmed.values.min(), let lastDone = confirmed.values.max()
        else { return nil }
        hosts = told.count
        sent = last - first
        self.confirmed = areAllConfirmed ? lastDone - firstDone : nil
    }
}
