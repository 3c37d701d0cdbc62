/// One look of a probe at the system.
///
/// Sample *k* is due at *start + k·every* whether or not earlier ones have come back. Samples are
/// ordered by `sent`.
package struct Sample: Hashable, Codable, Sendable {
    package var number: Int
    package var due: Instant
    /// Nil when it was never sent.
    package var sent: Instant?
    /// When the answer, or the knowledge that none will come, was there.
    package var done: Instant?
    package var outcome: Outcome

    package init(number: Int, due: Instant, sent: Instant?, done: Instant?, outcome: Outcome) {
        self.number = number
        self.due = due
        self.sent = sent
        self.done = done
        self.outcome = outcome
    }
}

/// What came of a sample; good or bad follows only from the file.
package enum Outcome: Hashable, Codable, Sendable {
    case good
    case bad(Failure, String)
    /// The cap on samples in flight was reached, or the run ended first: neither good nor bad.
    case unsent

    package enum Failure: String, Codable, Sendable, CaseIterable {
        /// The connection was refused.
        case refused
        /// It was reset, or closed before the answer was complete.
        case reset
        /// No answer within `timeout`.
        case timeout
        /// The name has no address.
        case unresolvable
        /// No agreement on TLS, or a certificate that isn't trusted.
        case tls
        /// An answer with another status, exit code or SQL error.
        case status
        /// An answer whose body, output or value isn't what it must be.
        case body
        /// A right answer later than `slower-than`.
        case slow
        /// The probe itself couldn't look (its `via` host is gone, say): unknown, not down.
        case blind
    }

    package var isGood: Bool { self == .good }

    /// Bad, and not merely blind: the system was looked at and didn't show what it should.
    package var isBad: Bool {
        guard case .bad(let failure, _) = self else { return false }
        return failure != .blind
    }
}

/// What a prober saw in one look.
package struct Look: Hashable, Sendable {
    package var sent: Instant
    package var done: Instant
    package var outcome: Outcome
    /// The trimmed start of what was answered, for lists and for `who:`; never a secret.
    package var answer: String?
    /// What the source told of itself, where it fired.
    package var sightings: [Sighting]
    /// What the source warned of, for people.
    package var warnings: [String]

    package init(
        sent: Instant,
        done: Instant,
        outcome: Outcome,
        answer: String? = nil,
        sightings: [Sighting] = [],
        warnings: [String] = []
    ) {
        self.sent = sent
        self.done = done
        self.outcome = outcome
        self.answer = answer
        self.sightings = sightings
        self.warnings = warnings
    }
}

/// One numbered record of a ledger and what became of it.
package struct LedgerWrite: Hashable, Codable, Sendable {
    package enum Answer: String, Codable, Sendable {
        /// The database said that it is committed.
        case acknowledged
        /// It was certainly not written.
        case refused
        /// Sent, and no answer.
        case indeterminate
        /// Never sent.
        case unsent
    }

    package var number: Int
    package var due: Instant
    package var sent: Instant?
    package var done: Instant?
    package var answer: Answer
    /// Of the database or the system, where it wasn't acknowledged.
    package var detail: String?
    /// How many copies the read-back found at the store's own address; nil before it, or where it
    /// couldn't look.
    package var copies: Int?
    /// The same of every further place, in the order of the file; nil in records of before.
    package var copiesElsewhere: [Int?]?
    /// Where it wasn't when a place was first read back, and was later: places as `Ledger.places` counts.
    package var appearedAt: [Int]?
    /// Where one look of the read-back found it and a later one didn't: places as `Ledger.places` counts.
    package var goneAt: [Int]?

    package init(
        number: Int,
        due: Instant,
        sent: Instant?,
        done: Instant?,
        answer: Answer,
        detail: String? = nil,
        copies: Int? = nil,
        copiesElsewhere: [Int?]? = nil,
        appearedAt: [Int]? = nil,
        goneAt: [Int]? = nil
    ) {
        self.number = number
        self.due = due
        self.sent = sent
        self.done = done
        self.answer = answer
        self.detail = detail
        self.copies = copies
        self.copiesElsewhere = copiesElsewhere
        self.appearedAt = appearedAt
        self.goneAt = goneAt
    }

    /// How many copies a place held, as `Ledger.places` counts; nil where it wasn't read back.
    package func copies(at place: Int) -> Int? {
        if place == 0 { return copies }
        guard let copiesElsewhere, copiesElsewhere.indices.contains(place - 1) else { return nil }
        return copiesElsewhere[place - 1]
    }

    /// Whether a place held it; nil where it wasn't read back.
    package func isThere(at place: Int = 0) -> Bool? { copies(at: place).map { $0 > 0 } }

    /// Acknowledged, and not to be found.
    package func isLost(at place: Int = 0) -> Bool {
        answer == .acknowledged && isThere(at: place) == false
    }
}
