internal import DrillModel
internal import FoundationEssentials

/// An alert as Alertmanager has it (its API v2, `/api/v2/alerts`).
struct AlertmanagerAlert: Decodable, Sendable {
    struct Status: Decodable, Sendable {
        /// One of `active`, `suppressed`, `unprocessed`.
        var state: String
        var silencedBy: [String]?
        var inhibitedBy: [String]?
    }

    var labels: [String: String]
    var startsAt: String
    var fingerprint: String
    var status: Status

    /// The body's alerts; nil where it is none of that API.
    static func read(_ body: [UInt8]) -> [AlertmanagerAlert]? {
        // What else it may be is told with its beginning.
        try? JSONDecoder().decode([AlertmanagerAlert].self, from: Data(body))
    }

    /// Whether it is the alert that is looked for, firing or not.
    func isMeant(by look: AlertmanagerLook) -> Bool {
        labels["alertname"] == look.alert && look.match.allSatisfy { labels[$0.key] == $0.value }
    }

    func isFiring(_ look: AlertmanagerLook) -> Bool {
        status.state == "active" || look.countsSuppressed && status.state == "suppressed"
    }

    /// Its name, labels and beginning.
    var shown: String {
        let rest = labels.filter { $0.key != "alertname" }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\($0.value)\"" }
        return (labels["alertname"] ?? "") + "{\(rest.joined(separator: ","))} since \(startsAt)"
    }

    /// Why it doesn't count.
    var excuse: String {
        guard status.state == "suppressed" else { return status.state }
        return (status.silencedBy ?? []).isEmpty ? "inhibited" : "silenced"
    }
}
