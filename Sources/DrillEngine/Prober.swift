package import DrillModel

/// Looks at the system once a call; the sampler calls it at a fixed rate, many calls at once.
///
/// A look never throws: whatever happens is an outcome. `sent` is the instant at which the first
/// byte for this look left (the connect call for a new connection); `done` when the answer, or the
/// knowledge that there is none, was there. Every look ends by `deadline`.
package protocol Prober: Sendable {
    func look(deadline: Instant) async -> Look
    func close() async
    /// Who keeps time for its looks; nil where any thread will do.
    var pacer: (any Pacer)? { get }
}

extension Prober {
    package var pacer: (any Pacer)? { nil }
}

/// One thread that waits for the instant at which a look is due and makes it: between *due* and *sent*
/// nothing is handed from one thread to another, which on a busy machine would take its turn first.
///
/// Only what never blocks may run there.
package protocol Pacer: TaskExecutor {
    /// Returns at `until`, or when the task is cancelled.
    func pause(until: Instant) async
}

/// Writes numbered records and reads them back.
package protocol LedgerKeeper: Sendable {
    /// Makes the table where that is allowed.
    ///
    /// - Throws: `LedgerError` with the statement that a database administrator must run.
    func prepare(deadline: Instant) async throws(LedgerError)
    /// Writes record `number` once; never retries.
    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer
    /// Every number that is there and how many copies of it, over all places that are read.
    func readBack(deadline: Instant) async throws(LedgerError) -> [Int: Int]
    /// Removes what this run wrote, and the table where it made it.
    func cleanUp(deadline: Instant) async throws(LedgerError)
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

package struct LedgerError: Error, Hashable, Sendable {
    /// What went wrong and what to do, with the SQL statement where one must be run by hand.
    package var message: String
    package var cause: String?

    package init(_ message: String, cause: String? = nil) {
        self.message = message
        self.cause = cause
    }
}

/// Makes probers of what a file declares.
package protocol Probers: Sendable {
    /// A prober for a probe of any kind but a ledger.
    func prober(for probe: Probe) async throws(ProberError) -> any Prober
    /// One look for `who:` and `verify`; `it` fills `${it.…}`.
    func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look
    func keeper(for probe: Probe, run: String) async throws(ProberError) -> any LedgerKeeper
    func close() async
}

/// A probe that can't be made ready: an undefined secret, a certificate file that isn't there.
package struct ProberError: Error, Hashable, Sendable {
    package var probe: String
    package var message: String

    package init(probe: String, _ message: String) {
        self.probe = probe
        self.message = message
    }
}
