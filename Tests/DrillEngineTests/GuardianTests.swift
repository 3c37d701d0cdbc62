import DrillEngine
import DrillModel
import DrillTesting
import Synchronization
import Testing

/// A guardian that is there, dies, or can't be started, as a test says.
private final class ScriptedGuardian: Guardian {
    private struct State {
        /// How long each one lives; the last for ever.
        var lives: [Span]
        var isStartable: (Int) -> Bool
        var begun = 0
        var isDismissed = false
    }

    private let state: Mutex<State>
    private let clock: SimulatedClock

    init(
        _ clock: SimulatedClock,
        lives: [Span] = [],
        isStartable: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
        self.clock = clock
        state = Mutex(State(lives: lives, isStartable: isStartable))
    }

    var begun: Int { state.withLock { $0.begun } }
    var isDismissed: Bool { state.withLock { $0.isDismissed } }

    func begin() async throws(GuardianError) -> Int {
        let process: Int? = state.withLock { state in
            state.begun += 1
            return state.isStartable(state.begun) ? state.begun : nil
        }
        guard let process else { throw GuardianError("no more processes") }
        return process
    }

    func gone() async -> String? {
        let life: Span? = state.withLock { $0.lives.isEmpty ? nil : $0.lives.removeFirst() }
        if let life {
            await clock.sleep(until: clock.now + life)
            return isDismissed ? nil : "it ended with SIGKILL"
        }
        while !isDismissed { await clock.sleep(until: clock.now + .milliseconds(50)) }
        return nil
    }

    func dismiss() async { state.withLock { $0.isDismissed = true } }
}

@Suite struct GuardianTests {
    private func run(_ guardian: ScriptedGuardian, in simulated: SimulatedWorld) async -> Timeline {
        var world = simulated.world
        world.guardian = guardian
        let scenario = Scenario(seed: 3)
        let start = Event.Start(
            run: "RUN",
            seed: 3,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        let guarded = world
        return await simulated.clock.drive {
            await Run.run(scenario.plan, start: start, in: guarded, stop: StopSwitch())
        }
    }

    private func simulated() -> SimulatedWorld {
        SimulatedWorld(seed: 3, containers: Scenario.containers)
    }

    @Test("it watches from before the first fault to the end, and is dismissed")
    func watches() async throws {
        let world = simulated()
        let guardian = ScriptedGuardian(world.clock)
        let events = await run(guardian, in: world).events.map(\.kind)
        let begun = try #require(events.firstIndex(of: .guardianBegan(process: 1)))
        let broken = try #require(
            events.firstIndex { if case .injecting = $0 { true } else { false } }
        )
        #expect(begun < broken)
        #expect(guardian.isDismissed)
        #expect(guardian.begun == 1)
    }

    @Test("where none can be started nothing is touched")
    func none() async {
        let world = simulated()
        let guardian = ScriptedGuardian(world.clock) { _ in false }
        let timeline = await run(guardian, in: world)
        #expect(
            timeline.events.map(\.kind)
                .contains(.refused("no guardian could be started: no more processes"))
        )
        #expect(!timeline.events.contains { if case .injecting = $0.kind { true } else { false } })
        #expect(world.commands.isEmpty)
    }

    @Test("one that is lost is replaced, and the timeline says so")
    func replaced() async {
        let world = simulated()
        let guardian = ScriptedGuardian(world.clock, lives: [.milliseconds(500)])
        let events = await run(guardian, in: world).events.map(\.kind)
        #expect(events.contains(.guardianLost(why: "it ended with SIGKILL")))
        #expect(events.contains(.guardianBegan(process: 2)))
        #expect(world.wounds.isEmpty)
    }

    @Test("where each is ended, and where no other can be started, it says so once")
    func lost() async {
        for isStartable in [true, false] {
            let world = simulated()
            let guardian = ScriptedGuardian(
                world.clock,
                lives: Array(repeating: .milliseconds(100), count: 9),
                isStartable: { isStartable || $0 == 1 }
            )
            let events = await run(guardian, in: world).events
            let notes = events.filter { event in
                if case .note(let text) = event.kind { text.contains("no guardian") } else { false }
            }
            #expect(notes.count == 1)
            #expect(guardian.begun == (isStartable ? 4 : 2))
            #expect(events.last?.kind == .ended)
        }
    }

    @Test("at the end every fault is undone before any is looked at", arguments: UInt64(0)..<12)
    func undoneFirst(seed: UInt64) async throws {
        let world = SimulatedWorld(seed: seed, containers: Scenario.containers)
        let events = await Scenario(seed: seed).run(in: world).events.map(\.kind)
        let undo = try #require(events.firstIndex(of: .phase(.undo)))
        let rest = events[undo...]
        let undone = rest.indices.filter { if case .undoing = rest[$0] { true } else { false } }
        let looked = rest.firstIndex { if case .settled = $0 { true } else { false } }
        guard undone.count > 1, let last = undone.last, let looked else { return }
        #expect(last < looked, "seed \(seed)")
    }
}
