/// Everything that a run saw: events in the order in which they happened, samples and ledgers.
///
/// The verdict is a pure function of this and the plan.
package struct Timeline: Hashable, Codable, Sendable {
    package var events: [Event]
    /// By probe, ordered by number.
    package var samples: [String: [Sample]]
    /// By probe of measure `data`, ordered by number.
    package var ledgers: [String: [LedgerWrite]]

    package init(
        events: [Event] = [],
        samples: [String: [Sample]] = [:],
        ledgers: [String: [LedgerWrite]] = [:]
    ) {
        self.events = events
        self.samples = samples
        self.ledgers = ledgers
    }
}
