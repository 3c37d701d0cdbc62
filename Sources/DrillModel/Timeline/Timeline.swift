/// Everything that a run saw: events in the order in which they happened, samples and ledgers.
///
/// The verdict is a pure function of this and the plan.
package struct Timeline: Hashable, Codable, Sendable {
    package var events: [Event]
    /// By probe, ordered by number.
    package var samples: [String: [Sample]]
    /// By probe of measure `data`, ordered by number.
    package var ledgers: [String: [LedgerWrite]]
    /// By probe of measure `data`: looks at its further places, in the order in which they were due.
    package var reads: [String: [LedgerRead]]

    package init(
        events: [Event] = [],
        samples: [String: [Sample]] = [:],
        ledgers: [String: [LedgerWrite]] = [:],
        reads: [String: [LedgerRead]] = [:]
    ) {
        self.events = events
        self.samples = samples
        self.ledgers = ledgers
        self.reads = reads
    }
}
