package import DrillEngine
package import DrillModel
import Synchronization

/// Hosts, containers and probes that exist only in memory, with a network that drops, delays and repeats
/// what it carries, undos that stop halfway, and processes of drill's that can die at any moment.
///
/// A host carries marks; a fault sets one (`mark NAME`), its undo removes it (`unmark NAME`), and
/// proofs look at it (`marked NAME`, `unmarked NAME`). A mark that begins with `unplugged` cuts the host from
/// the network. The service is up where nothing is broken, unless the test says what a probe sees
/// (`shows`). For runbooks a host knows `say WORD`, `exit CODE` and `take MILLISECONDS`. A host named
/// `NAME` is the container `box-NAME`, where there is one.
package final class SimulatedWorld: Sendable {
    /// How unreliable the ways to the hosts are; each share from 0 to 1.
    package struct Weather: Sendable {
        /// Commands that are lost, or whose answer is.
        package var dropped = 0.0
        /// Commands that take long to arrive, whether or not somebody still waits for them.
        package var delayed = 0.0
        package var delayMax = Span.seconds(4)
        /// Commands that arrive once more, up to a minute later.
        package var repeated = 0.0
        /// Undos by a lease that stop after their first command; the host tries again a second later.
        package var halved = 0.0
        /// Appends to the journal that a full disk refuses.
        package var diskFull = 0.0

        package init(
            dropped: Double = 0,
            delayed: Double = 0,
            delayMax: Span = .seconds(4),
            repeated: Double = 0,
            halved: Double = 0,
            diskFull: Double = 0
        ) {
            self.dropped = dropped
            self.delayed = delayed
            self.delayMax = delayMax
            self.repeated = repeated
            self.halved = halved
            self.diskFull = diskFull
        }
    }

    /// Plants a mistake, at the world's edges, that the properties must catch.
    package enum Mutant: Sendable, CaseIterable {
        case none
        /// The journal forgets what it was told.
        case journalLost
        /// An append to the journal returns before it is on the disk.
        case journalUnsynced
        /// A renewal is answered and not carried out.
        case renewalSwallowed
        /// Arming is answered at once and carried out later.
        case armLate
        /// A lease undoes again, some seconds after it did.
        case undoneTwice
        /// An undo does nothing.
        case undoIdle
        /// A dead-man sleeps through its deadline.
        case leaseAsleep
        /// The engine refuses to undo: a bad day rather than a mistake.
        case undoRefused
    }

    /// When the process dies, counted from 0 since it began.
    package enum Death: Hashable, Sendable {
        /// As it records an event.
        case event(Int)
        /// At a step of work outside of itself: a command before it is sent or as its answer comes, the
        /// journal before or after it is on the disk.
        case crossing(Int)
    }

    /// What a look comes to, and after how long.
    package struct Sight: Sendable {
        var outcome: Outcome
        var after: Span

        package static let good = Sight(outcome: .good, after: .milliseconds(1))
        package static let bad = Sight(outcome: .bad(.refused, "refused"), after: .milliseconds(1))
        /// The probe itself can't look.
        package static let blind = Sight(outcome: .bad(.blind, "no way"), after: .milliseconds(1))
        /// No answer ever: the look ends by its deadline.
        package static let hangs = Sight(outcome: .good, after: .minutes(24 * 60))
    }

    struct State {
        /// By probe; `aside` for looks that belong to none.
        var sights: [String: @Sendable (Span) -> Sight] = [:]
        /// What requests and statements of runbooks are answered; nil answers good to all.
        var replies: (@Sendable (Question, Span) -> (outcome: Outcome, text: String?))?
        /// Whoever keeps the records of a ledger, by probe.
        var keepers: [String: any LedgerKeeper] = [:]
        var marks: [String: Set<String>] = [:]
        /// When every mark goes behind drill's back, and whether the leases go, too.
        var wipes: (at: Instant, leases: Bool)?
        var leases: [String: SimulatedLease] = [:]
        /// Shells that hold a command ready, of all processes.
        var holds: [SimulatedHold] = []
        /// Hosts that another drill's run holds.
        var held: Set<String> = []
        /// Marks and containers whose fault goes in right behind the next undo.
        var late: Set<String> = []
        /// Hosts to which nothing comes through.
        var stalled: Set<String> = []
        var containers: [String: String] = [:]
        /// Since the process began, and whether it is on the disk.
        var journal: [JournalEntry] = []
        var synced = 0
        var events: [Event] = []
        var generator: SplitMix64
        /// The number of the process that lives, or died last.
        var process = 0
        var isDead = false
        var death: Death?
        var crossings = 0
        var weather: Weather
        /// What a host obeyed, in order.
        var commands: [String] = []
        /// Messages and mishaps on their way, and what waits for a paused host to go on.
        var underWay = 0
        var frozen: [String: [@Sendable () -> Void]] = [:]
        /// How often each fault's undo was carried out, by `fault on host`.
        var undone: [String: Int] = [:]
        var violations: [String] = []
        var story: [String] = []
    }

    package let clock: SimulatedClock
    let state: Mutex<State>
    let mutant: Mutant

    package init(
        seed: UInt64,
        weather: Weather = Weather(),
        containers: [String] = [],
        mutant: Mutant = .none
    ) {
        self.mutant = mutant
        clock = SimulatedClock(seed: seed)
        state = Mutex(
            State(
                containers: Dictionary(
                    containers.map { ($0, "running") },
                    uniquingKeysWith: { first, _ in first }
                ),
                generator: SplitMix64(seed: seed, purpose: "weather"),
                weather: weather
            )
        )
    }

    /// What the name of a fault's second mark ends in: a fault may be half in, and half undone.
    package static let second = ".too"

    /// Stands for a probe's name where a look belongs to none: `verify` and `who:`.
    package static let aside = "(aside)"

    /// Says what a probe sees, by the time since the world began.
    package func shows(_ probe: String, _ sight: @escaping @Sendable (Span) -> Sight) {
        state.withLock { $0.sights[probe] = sight }
    }

    /// Says what requests and statements of runbooks are answered, by the time since the world began.
    package func answers(
        _ reply: @escaping @Sendable (Question, Span) -> (outcome: Outcome, text: String?)
    ) {
        state.withLock { $0.replies = reply }
    }

    /// Says who keeps the records of a ledger.
    package func keeps(_ probe: String, _ keeper: any LedgerKeeper) {
        state.withLock { $0.keepers[probe] = keeper }
    }

    /// Another drill has a fault in place on a host, a mark of this name, and holds the host.
    package func hold(_ host: String, by mark: String) {
        state.withLock { state in
            state.held.insert(host)
            state.marks[host, default: []].insert(mark)
        }
    }

    /// The fault of this mark or container was still under way: it goes in right behind the next undo.
    package func landsLate(_ name: String) { state.withLock { _ = $0.late.insert(name) } }

    /// Takes every mark away, once, this long after the world began.
    ///
    /// With the leases, as a restart of the hosts does; without, as somebody who meddles.
    package func wipe(after span: Span, leases: Bool = false) {
        let due = clock.now + span
        state.withLock { $0.wipes = (due, leases) }
    }

    /// The process dies then.
    package func die(at death: Death) { state.withLock { $0.death = death } }

    /// A new process starts: the dead one's journal is still there, as far as it came to the disk.
    ///
    /// `weather` is what it meets; `death` when it dies itself.
    package func restart(weather: Weather = Weather(), death: Death? = nil) {
        state.withLock { state in
            state.process += 1
            state.isDead = false
            state.death = death
            state.crossings = 0
            state.events = []
            state.weather = weather
        }
    }

    /// Lets the process work until it is done; called in the simulation.
    ///
    /// - Returns: nil where it died, or where it goes on and on.
    package func live<Result: Sendable>(
        for longest: Span = .minutes(6 * 60),
        _ work: @escaping @Sendable (World) async -> Result
    ) async -> Result? {
        let result = Box<Result>()
        let world = world
        Task { result.put(await work(world)) }
        let latest = clock.now + longest
        while result.value == nil, !isDead, clock.now < latest {
            await clock.sleep(.milliseconds(10))
        }
        return result.value
    }

    /// Somebody else now uses what drill has healed: sets these marks and pauses these containers.
    package func takeOver(marks: [(host: String, name: String)], containers: [String]) {
        state.withLock { state in
            for mark in marks { state.marks[mark.host, default: []].insert(mark.name) }
            for container in containers { state.containers[container] = "paused" }
            state.tell("somebody else", "uses what is healed", at: clock.now)
        }
    }

    package var isDead: Bool { state.withLock { $0.isDead } }
    /// Of the process that lives, or died last.
    package var events: [Event] { state.withLock { $0.events } }
    package var commands: [String] { state.withLock { $0.commands } }
    package var violations: [String] { state.withLock { $0.violations } }
    /// What happened outside of the process, in order.
    package var story: [String] { state.withLock { $0.story } }
    package var undone: [String: Int] { state.withLock { $0.undone } }

    /// Whether no message and no mishap is on its way and no lease waits for its deadline.
    package var isQuiet: Bool {
        state.withLock { state in
            state.underWay == 0
                && !state.leases.values.contains { !$0.isHealed && $0.isAlive }
        }
    }

    /// Everything that is not as it was at the beginning.
    package var wounds: [String] {
        state.withLock { state in
            state.marks.flatMap { host, marks in marks.map { "\(host) bears \($0)" } }.sorted()
                + state.containers.filter { $0.value != "running" }
                .map { "\($0.key) is \($0.value)" }.sorted()
        }
    }

    /// What the journal says is broken and not healed.
    package var open: [Wound] { state.withLock { $0.open } }

    /// The world as the living process sees it.
    package var world: World {
        let process = SimulatedProcess(number: state.withLock { $0.process }, of: self)
        return World(
            now: { self.clock.now },
            wallNs: { 1_700_000_000_000_000_000 + self.clock.now.ns },
            sleep: { await process.sleep(until: $0) },
            hosts: process,
            containers: process,
            probers: process,
            journal: process,
            recorder: process,
            secret: { _ in "secret" }
        )
    }
}

extension SimulatedWorld.State {
    /// What is on the disk counts; the rest goes when the machine does.
    var open: [Wound] {
        var open: [Wound] = []
        for entry in journal[..<synced] {
            switch entry {
            case .begun: break
            case .broken(let wound): open.append(wound)
            case .forgotten: open.removeAll()
            case .healed(let fault, let host):
                open.removeAll { $0.fault == fault && $0.procedure.target == host }
            }
        }
        return open
    }

    /// The process and its machine are gone, and what wasn't on the disk, or only a part of it.
    mutating func die() {
        isDead = true
        synced += generator.below(journal.count - synced + 1)
        journal.removeSubrange(synced...)
    }
}
