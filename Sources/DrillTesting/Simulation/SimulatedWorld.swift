package import DrillEngine
package import DrillModel
import Synchronization

/// Hosts, containers and probes that exist only in memory, with remotes that drop, delay and half-run
/// what they are told, and a process that can die at any event.
///
/// A host carries marks; a fault sets one (`mark NAME`), its undo removes it (`unmark NAME`), and
/// proofs look at it (`marked NAME`, `unmarked NAME`). The service is up where no host bears a mark,
/// unless the test says what a probe sees (`shows`). For runbooks a host knows `say WORD`, `exit CODE`
/// and `take MILLISECONDS`.
package final class SimulatedWorld: Sendable {
    /// How unreliable the ways to the hosts are; each share from 0 to 1.
    package struct Weather: Sendable {
        /// Commands whose answer is lost; they may have run.
        package var dropped = 0.0
        /// Commands that take long.
        package var delayed = 0.0
        /// Appends to the journal that a full disk refuses.
        package var diskFull = 0.0

        package init(dropped: Double = 0, delayed: Double = 0, diskFull: Double = 0) {
            self.dropped = dropped
            self.delayed = delayed
            self.diskFull = diskFull
        }
    }

    /// Plants a mistake that the properties must catch.
    package enum Mutant: Sendable {
        case none
        /// The journal forgets what it was told.
        case journalLost
        /// The undo of a container does nothing.
        case undoIdle
        /// The engine refuses to undo.
        case undoRefused
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
        var marks: [String: Set<String>] = [:]
        /// When every mark goes behind drill's back, and whether the leases go, too.
        var wipes: (at: Instant, leases: Bool)?
        var leases: [String: SimulatedLease] = [:]
        var containers: [String: String] = [:]
        var journal: [JournalEntry] = []
        var events: [Event] = []
        var generator: SplitMix64
        /// The process that asks is dead: nothing that it asks for happens any more.
        var diesAtEvent: Int?
        var isDead = false
        var weather: Weather
        var commands: [String] = []
    }

    package let clock = SimulatedClock()
    let state: Mutex<State>
    let mutant: Mutant

    package init(
        seed: UInt64,
        weather: Weather = Weather(),
        containers: [String] = [],
        mutant: Mutant = .none
    ) {
        self.mutant = mutant
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

    /// Stands for a probe's name where a look belongs to none: `verify` and `who:`.
    package static let aside = "(aside)"

    /// Says what a probe sees, by the time since the world began.
    package func shows(_ probe: String, _ sight: @escaping @Sendable (Span) -> Sight) {
        state.withLock { $0.sights[probe] = sight }
    }

    /// Takes every mark away, once, this long after the world began.
    ///
    /// With the leases, as a restart of the hosts does; without, as somebody who meddles.
    package func wipe(after span: Span, leases: Bool = false) {
        let due = clock.now + span
        state.withLock { $0.wipes = (due, leases) }
    }

    /// The process dies when it records its event of this number (from 0).
    package func die(atEvent number: Int) { state.withLock { $0.diesAtEvent = number } }

    /// A new process starts: the dead one's journal is still there, and the weather is fine.
    package func restart() {
        state.withLock { state in
            state.isDead = false
            state.diesAtEvent = nil
            state.weather = Weather()
        }
    }

    package var isDead: Bool { state.withLock { $0.isDead } }
    package var events: [Event] { state.withLock { $0.events } }
    package var commands: [String] { state.withLock { $0.commands } }

    /// Everything that is not as it was at the beginning.
    package var wounds: [String] {
        state.withLock { state in
            state.marks.flatMap { host, marks in marks.map { "\(host) bears \($0)" } }.sorted()
                + state.containers.filter { $0.value != "running" }
                .map { "\($0.key) is \($0.value)" }.sorted()
        }
    }

    /// What the journal says is broken and not healed.
    package var open: [Wound] {
        var open: [Wound] = []
        for entry in state.withLock({ $0.journal }) {
            switch entry {
            case .broken(let wound): open.append(wound)
            case .forgotten: open.removeAll()
            case .healed(let fault, let host):
                open.removeAll { $0.fault == fault && $0.procedure.target == host }
            }
        }
        return open
    }

    package var world: World {
        World(
            now: { self.clock.now },
            wallNs: { 1_700_000_000_000_000_000 + self.clock.now.ns },
            sleep: { await self.clock.sleep(until: $0) },
            hosts: self,
            containers: self,
            probers: self,
            journal: self,
            recorder: self,
            secret: { _ in "secret" }
        )
    }
}

/// A dead-man on a simulated host: undoes when its deadline passes, whatever became of the controller.
struct SimulatedLease {
    var host: String
    var deadline: Instant
    var undo: [String]
    var isHealed = false
}

extension SimulatedWorld: Recorder {
    package func record(_ event: Event) {
        state.withLock { state in
            guard !state.isDead else { return }
            state.events.append(event)
            if state.events.count - 1 == state.diesAtEvent { state.isDead = true }
        }
    }

    package func record(_ sample: Sample, of probe: String) {}
    package func record(_ write: LedgerWrite, of probe: String) {}
    package func record(readBack write: LedgerWrite, of probe: String) {}
}

extension SimulatedWorld: Journal {
    package func append(_ entries: [JournalEntry]) async throws(JournalError) {
        let isRefused = state.withLock { state in
            if state.isDead { return false }
            if state.generator.chance(state.weather.diskFull) { return true }
            if mutant != .journalLost { state.journal += entries }
            return false
        }
        if isRefused { throw JournalError("no space left on device") }
    }
}
