package import DrillModel

/// Everything outside of a run: time, hosts, containers, probes, and where its traces are kept.
///
/// It comes in as one value so that a test can move the clock and a simulator can stand in for hosts.
package struct World: Sendable {
    /// The controller's CLOCK_BOOTTIME.
    package var now: @Sendable () -> Instant
    /// Nanoseconds since 1970, for stamps only, never for lengths.
    package var wallNs: @Sendable () -> Int64
    /// Returns at `until` or when the task is cancelled, whichever is first.
    package var sleep: @Sendable (_ until: Instant) async -> Void
    package var hosts: any Hosts
    package var containers: any ContainerEngine
    package var probers: any Probers
    package var journal: any Journal
    package var recorder: any Recorder
    /// Nil where nothing is to be broken, and where somebody heals already.
    package var guardian: (any Guardian)?
    /// Whoever does manual steps and approves; nil where nobody is there.
    package var people: (any People)?
    /// Who acts, for the syslog of the hosts; nil leaves no line there.
    package var who: String?
    /// The working directory, in which the controller's commands are carried out.
    package var directory: String?
    /// What a secret part stands for; throws a message for people when it isn't there.
    package let secret: @Sendable (Text.Part) throws(SecretError) -> String
    /// The same, and nothing is kept out of events for it.
    let plainSecret: @Sendable (Text.Part) throws(SecretError) -> String
    /// Keeps out of every event what `secret` has told so far.
    let concealed: Concealed

    package init(
        now: @escaping @Sendable () -> Instant,
        wallNs: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (_ until: Instant) async -> Void,
        hosts: any Hosts,
        containers: any ContainerEngine,
        probers: any Probers,
        journal: any Journal,
        recorder: any Recorder,
        guardian: (any Guardian)? = nil,
        people: (any People)? = nil,
        who: String? = nil,
        directory: String? = nil,
        secret: @escaping @Sendable (Text.Part) throws(SecretError) -> String
    ) {
        self.now = now
        self.wallNs = wallNs
        self.sleep = sleep
        self.hosts = hosts
        self.containers = containers
        self.probers = probers
        self.journal = journal
        self.recorder = recorder
        self.guardian = guardian
        self.people = people
        self.who = who
        self.directory = directory
        let concealed = Concealed()
        self.concealed = concealed
        plainSecret = secret
        self.secret = { part throws(SecretError) in
            let value = try secret(part)
            concealed.note(value, of: part)
            return value
        }
    }
}

/// A `${env:…}` or `${file:…}` that has no value, in words.
package struct SecretError: Error, Hashable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// The append-only list of what must be undone; an append returns when it is on the disk.
package protocol Journal: Sendable {
    /// All entries in one write and one fsync.
    func append(_ entries: [JournalEntry]) async throws(JournalError)
}

/// A line of the journal: data that a person could carry out by hand.
package enum JournalEntry: Hashable, Codable, Sendable {
    /// The first line, from before the plan was kept: a journal without it was lost.
    case begun
    /// Written before the fault's first action is sent. The inventory's hosts that the undo needs are
    /// in it, so that `drill heal` needs nothing else.
    case broken(Wound)
    /// Undone and, where it could be looked at, settled.
    case healed(fault: String, host: String)
    /// Somebody struck all that was open until here, without its being undone: a host that is gone for
    /// good, something that was undone by hand.
    case forgotten(who: String, wallNs: Int64)
}

/// A fault on one target: all that is needed to undo it, from anywhere.
package struct Wound: Hashable, Codable, Sendable {
    package var run: String
    package var fault: String
    /// With `saved` values filled in.
    package var procedure: Procedure
    package var lease: Span?
    /// The fault cuts drill's own path: that the target undoes it by itself is what was asked for.
    package var isSelfTimed: Bool
    /// The hosts that the procedure's actions run on, and those on the way, with how to reach them.
    package var hosts: [Host]
    package var knownHosts: String?
    /// Whether what is done leaves a line in the hosts' syslog; nil, as in journals of before, is yes.
    package var syslog: Bool?
    /// Where commands on the controller are carried out; nil where that isn't known.
    package var directory: String?

    package init(
        run: String,
        fault: String,
        procedure: Procedure,
        lease: Span?,
        isSelfTimed: Bool = false,
        hosts: [Host],
        knownHosts: String?,
        syslog: Bool? = nil,
        directory: String? = nil
    ) {
        self.run = run
        self.fault = fault
        self.procedure = procedure
        self.lease = lease
        self.isSelfTimed = isSelfTimed
        self.hosts = hosts
        self.knownHosts = knownHosts
        self.syslog = syslog
        self.directory = directory
    }
}

package struct JournalError: Error, Hashable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Keeps what happens: the timeline's file, the samples' files, and whoever watches live.
package protocol Recorder: Sendable {
    /// In order; never throws: where it can't be kept it is remembered and told at the end.
    func record(_ event: Event)
    func record(_ sample: Sample, of probe: String)
    func record(_ write: LedgerWrite, of probe: String)
    func record(_ read: LedgerRead, of probe: String)
    /// The same write again, with the copies that the read-back found.
    func record(readBack write: LedgerWrite, of probe: String)
}
