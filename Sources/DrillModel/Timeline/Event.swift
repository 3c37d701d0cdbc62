/// Something that happened in a run, which only ever appends events.
package struct Event: Hashable, Codable, Sendable {
    package var at: Instant
    package var kind: Kind

    package init(at: Instant, _ kind: Kind) {
        self.at = at
        self.kind = kind
    }

    /// The stations of a run, in order.
    package enum Phase: String, Codable, Sendable, CaseIterable {
        case survey, guards, steady, prepare, method, undo
        /// All is undone as far as it can be; until every probe is as in steady state again.
        case lookOn = "look-on"
        case readBack = "read-back"
        case ended
    }

    package enum Kind: Hashable, Codable, Sendable {
        case started(Start)
        case phase(Phase)
        case surveyed(Facts)
        /// A guard or the preflight refused: nothing was touched.
        case refused(String)
        case steadyHeld
        case steadyFailed(String)
        case stepStarted(step: String, title: String)
        case stepEnded(step: String, result: StepResult)
        /// T0 candidates: the disaster's first action is about to be sent.
        case injecting(fault: String)
        /// The last inject action of the fault was confirmed, or failed on these hosts.
        case injected(fault: String, failedHosts: [String])
        case armed(fault: String, host: String, lease: Span)
        /// The target healed itself before it was asked to.
        case leaseLapsed(fault: String, host: String)
        /// There is no such lease on the target any more: a restart took it, and maybe the fault, too.
        case leaseGone(fault: String, host: String)
        /// Renewing failed; the target may heal itself at its deadline.
        case renewalFailed(fault: String, host: String, why: String)
        /// Every command and container verb that was carried out.
        case action(ActionReport)
        /// Whether the effect was seen on the target.
        case proof(fault: String, host: String, Proof)
        case undoing(fault: String, why: String)
        /// Nothing undoes it any more for now; on these hosts the undo itself did not go through.
        case undone(fault: String, failedHosts: [String])
        /// Whether the target is as before.
        case settled(fault: String, host: String, Proof)
        /// Which hosts of a cut reach which, at one moment of it.
        case reachability(fault: String, moment: Reachability.Moment, cells: [Reachability.Cell])
        /// The disaster is held back by a random wait, of `most` at the most.
        case jitter(wait: Span, most: Span)
        case disasterDeclared
        case repairDeclared
        /// The targets that `who:` found.
        case chosen(who: String, hosts: [String])
        /// A step of a runbook is about to be taken back: whatever becomes of that, it counts as done no more.
        case takingBack(runbook: String, path: [Int])
        case runbookStep(RunbookStepReport)
        case lateness(probe: String, late: Span)
        /// What a probe's source told of itself when it fired.
        case sighted(probe: String, Sighting)
        /// The hosts' clocks against the controller's; a host that couldn't be read isn't there.
        case clocks(HostClock.Moment, [String: ClockLook])
        /// From here on the probes stop: until now every one of them looked.
        case lookingEnds
        case ledgerPrepared(probe: String)
        /// One of several places of a ledger was read back, or why it wasn't.
        case placeReadBack(probe: String, place: Int, failure: String?)
        case readBack(probe: String, failure: String?)
        /// The run ends early: a guard, a signal, `longest`.
        case stopping(Stop)
        /// A guardian watches over the run: it heals from the journal should this process die.
        case guardianBegan(process: Int)
        case guardianLost(why: String)
        /// The process that carried out the run is gone, and its guardian heals what it left.
        case controllerDied(guardian: Int)
        /// Somebody took what was open off the journal, without drill's undoing it: `cut on web`.
        case struck(what: [String], who: String)
        case note(String)
        /// drill itself failed at this; the run goes on where it can.
        case defect(String)
        case ended
    }

    package struct Start: Hashable, Codable, Sendable {
        package var run: String
        package var seed: UInt64
        /// Nanoseconds since 1970 at this event, UTC.
        package var wallNs: Int64
        package var who: String
        package var controller: String
        package var version: String

        package init(
            run: String,
            seed: UInt64,
            wallNs: Int64,
            who: String,
            controller: String,
            version: String
        ) {
            self.run = run
            self.seed = seed
            self.wallNs = wallNs
            self.who = who
            self.controller = controller
            self.version = version
        }
    }

    package enum StepResult: Hashable, Codable, Sendable {
        case done
        case failed(String)
        /// A wait ran out with `else: continue`, or an optional step failed.
        case passedOver(String)
        /// Its `when` didn't hold, or nobody was there to do it: nothing was done.
        case skipped(String)
        case cancelled
    }

    package enum Stop: Hashable, Codable, Sendable {
        /// `SIGINT` and the like.
        case signal(String)
        case guarded(String)
        /// By whom, when and why: `by ann on ops-1, 2026-11-26 08:47:12 UTC: the shop is busy`.
        case halted(String)
    }
}

/// One action as it was carried out.
package struct ActionReport: Hashable, Codable, Sendable {
    package enum Stage: String, Codable, Sendable, CaseIterable {
        case capture, arm, inject, effective, renew, undo, settled, runbook
    }

    /// The fault's id, or the runbook's name.
    package var of: String
    package var host: String
    package var stage: Stage
    package var what: String
    /// The exact command, secrets left out.
    package var command: String
    package var sent: Instant
    package var done: Instant
    /// `exit 0`, `signal KILL`, or an error for people.
    package var result: String
    /// The start of its output, where it says more than the result.
    package var output: String?
    package var isAsExpected: Bool

    package init(
        of: String,
        host: String,
        stage: Stage,
        what: String,
        command: String,
        sent: Instant,
        done: Instant,
        result: String,
        output: String? = nil,
        isAsExpected: Bool
    ) {
        self.of = of
        self.host = host
        self.stage = stage
        self.what = what
        self.command = command
        self.sent = sent
        self.done = done
        self.result = result
        self.output = output
        self.isAsExpected = isAsExpected
    }
}

/// What a look at a fault's effect, or at its end, showed.
package enum Proof: Hashable, Codable, Sendable {
    case holds
    /// It was looked at and it is not so.
    case fails(String)
    /// It could not be looked at.
    case unknown(String)
}

/// One runbook step as it was carried out.
package struct RunbookStepReport: Hashable, Codable, Sendable {
    package var runbook: String
    package var number: Int
    package var count: Int
    package var title: String
    package var host: String?
    package var started: Instant
    package var done: Instant
    package var budget: Span?
    package var result: Event.StepResult
    package var isOptional: Bool
    /// From the runbook that is carried out to the step; nil, as in records of before, is `[number]`.
    ///
    /// `[3, 1]` is the first of those inside of its third.
    package var path: [Int]?
    /// Whether a person did it; nil is no.
    package var isHuman: Bool?
    /// How often it was tried; nil is once.
    package var attempts: Int?
    /// Who did it, or said whether it may go on.
    package var answeredBy: String?
    /// What was kept of its answer, by name, secrets concealed.
    package var saved: [String: String]?
    /// Whether this is how the step was taken back; nil is no.
    package var isUndo: Bool?
    /// The earlier run in which it was done, for which it is passed by in this one; nil otherwise.
    package var doneIn: String?

    package init(
        runbook: String,
        number: Int,
        count: Int,
        title: String,
        host: String?,
        started: Instant,
        done: Instant,
        budget: Span?,
        result: Event.StepResult,
        isOptional: Bool
    ) {
        self.runbook = runbook
        self.number = number
        self.count = count
        self.title = title
        self.host = host
        self.started = started
        self.done = done
        self.budget = budget
        self.result = result
        self.isOptional = isOptional
    }
}
