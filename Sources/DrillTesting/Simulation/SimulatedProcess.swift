import DrillEngine
import DrillModel
import Synchronization

/// A process of drill's in a simulated world: once it is dead, it never goes on from where it waits.
struct SimulatedProcess: Sendable {
    let number: Int
    let world: SimulatedWorld

    init(number: Int, of world: SimulatedWorld) {
        self.number = number
        self.world = world
    }

    var clock: SimulatedClock { world.clock }

    private func lives(_ state: SimulatedWorld.State) -> Bool {
        !state.isDead && state.process == number
    }

    var isAlive: Bool { world.state.withLock { lives($0) } }

    func sleep(until: Instant) async {
        if !isAlive { await clock.stand() }
        await clock.sleep(until: until)
        if !isAlive { await clock.stand() }
    }

    /// A step of work outside of itself, at which it may die.
    func cross() async {
        let goesOn = world.state.withLock { state in
            guard lives(state) else { return false }
            if state.death == .crossing(state.crossings) { state.die() }
            state.crossings += 1
            return !state.isDead
        }
        if !goesOn { await clock.stand() }
    }
}

extension SimulatedProcess: Recorder {
    func record(_ event: Event) {
        world.state.withLock { state in
            guard lives(state) else { return }
            state.events.append(event)
            state.tell("drill \(number)", event.told, at: event.at)
            if state.death == .event(state.events.count - 1) { state.die() }
        }
    }

    func record(_ sample: Sample, of probe: String) {}
    func record(_ write: LedgerWrite, of probe: String) {}
    func record(_ read: LedgerRead, of probe: String) {}
    func record(readBack write: LedgerWrite, of probe: String) {}
}

extension SimulatedProcess: Journal {
    func append(_ entries: [JournalEntry]) async throws(JournalError) {
        await cross()
        let isRefused = world.state.withLock { state in
            if state.generator.chance(state.weather.diskFull) { return true }
            if world.mutant != .journalLost { state.journal += entries }
            return false
        }
        if isRefused { throw JournalError("no space left on device") }
        if world.mutant == .journalUnsynced {
            Task {
                await clock.sleep(.milliseconds(100))
                synchronise()
            }
            return
        }
        await clock.sleep(.milliseconds(1))
        await cross()
        synchronise()
        await cross()
    }

    private func synchronise() {
        world.state.withLock { state in
            if lives(state) { state.synced = state.journal.count }
        }
    }
}

extension SimulatedWorld.State {
    /// Keeps what happened, for whoever looks at one seed.
    mutating func tell(_ who: String, _ what: String, at now: Instant) {
        let ms = (now.ns - SimulatedClock.beginning.ns) / 1_000_000
        let digits = "00\(ms % 1000)".suffix(3)
        story.append("\(ms / 1000).\(digits)  \(who): \(what)")
    }
}

extension Event {
    /// For whoever looks at one seed.
    fileprivate var told: String {
        if case .action(let report) = kind {
            return "\(report.stage.rawValue) \(report.host): \(report.what): \(report.result)"
        }
        return "\(kind)".replacing("DrillModel.", with: "")
    }
}

extension SplitMix64 {
    mutating func chance(_ share: Double) -> Bool { Double(below(1_000_000)) < share * 1_000_000 }

    mutating func span(below limit: Span) -> Span {
        .milliseconds(Int64(below(max(1, Int(limit.ns / 1_000_000)))))
    }
}
