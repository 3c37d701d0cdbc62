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

/// Makes probers of what a file declares.
package protocol Probers: Sendable {
    /// A prober for a probe of any kind but a ledger.
    func prober(for probe: Probe) async throws(ProberError) -> any Prober
    /// One look for `who:` and `verify`; `it` fills `${it.…}`.
    func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look
    /// One request or statement of a runbook's, with all that was answered.
    func ask(_ question: Question, deadline: Instant) async -> Reply
    /// `owner` begins the name of every record: the run's name, unless it has several ledgers.
    func keeper(for probe: Probe, owner: String) async throws(ProberError) -> any LedgerKeeper
    func close() async
}

/// What a step of a runbook asks for, which may change something.
package enum Question: Hashable, Sendable {
    case http(HTTPLook)
    case sql(SQLDeed)
}

/// What came of a question.
package struct Reply: Hashable, Sendable {
    package var sent: Instant
    package var done: Instant
    /// Good where it was answered as it must be.
    package var outcome: Outcome
    /// The end for people: `status 200`, `1 row`; never a secret.
    package var said: String
    /// The body, or the first column of the first row, as it came: nil where there is none.
    package var text: String?

    package init(
        sent: Instant,
        done: Instant,
        outcome: Outcome,
        said: String? = nil,
        text: String? = nil
    ) {
        self.sent = sent
        self.done = done
        self.outcome = outcome
        self.said = said ?? outcome.shown
        self.text = text
    }
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
