package import DrillModel

/// Writes numbered records and looks which of them are there.
package protocol LedgerKeeper: Sendable {
    /// The most records that are asked for in one look while the run goes on.
    var askedMax: Int { get }

    /// Makes ready what records are written to, where that is allowed, and sees that every place can be
    /// read.
    ///
    /// - Throws: `LedgerError` with what somebody must do: the statement, say, that a database
    ///   administrator must run.
    func prepare(deadline: Instant) async throws(LedgerError)
    /// Writes record `number` once; never retries.
    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer
    /// Looks once which of these records, in rising order, a place shows; `place` counts as
    /// `Ledger.places` does.
    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind
    /// Removes these records, and whatever else was made for them.
    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError)
    func close() async
}

/// What came of one write.
package struct LedgerAnswer: Hashable, Sendable {
    package var sent: Instant?
    package var done: Instant
    package var answer: LedgerWrite.Answer
    package var detail: String?

    package init(
        sent: Instant?,
        done: Instant,
        answer: LedgerWrite.Answer,
        detail: String? = nil
    ) {
        self.sent = sent
        self.done = done
        self.answer = answer
        self.detail = detail
    }
}

/// What one look at a place found: it shows how things stood at some instant between `sent` and `done`.
package struct LedgerFind: Hashable, Sendable {
    package var sent: Instant
    package var done: Instant
    /// Of the records that were asked for, how many copies; what isn't there is left out.
    package var copies: [Int: Int]

    package init(sent: Instant, done: Instant, copies: [Int: Int]) {
        self.sent = sent
        self.done = done
        self.copies = copies
    }
}

package struct LedgerError: Error, Hashable, Sendable {
    /// What went wrong and what to do, with the statement where one must be run by hand.
    package var message: String
    package var cause: String?
    /// The store would have no first record: nothing of ours can be there.
    package var isUntouched: Bool

    package init(_ message: String, cause: String? = nil, isUntouched: Bool = false) {
        self.message = message
        self.cause = cause
        self.isUntouched = isUntouched
    }
}
