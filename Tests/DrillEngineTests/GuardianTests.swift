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
        var alive = 0
        var isDismissed = false
    }

    private let state: Mutex<State>
    private let clock: SimulatedClock
    private let startsIn: Span

    init(
        _ clock: SimulatedClock,
        lives: [Span] = [],
        startsIn: Span = .zero,
        isStartable: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
        self.clock = clock
        self.startsIn = startsIn
        state = Mutex(State(lives: lives, isStartable: isStartable))
    }

    var begun: Int { state.withLock { $0.begun } }
    var alive: Int { state.withLock { $0.alive } }
    var isDismissed: Bool { state.withLock { $0.isDismissed } }

    func begin() async throws(GuardianError) -> Int {
        let process: Int? = state.withLock { state in
            state.begun += 1
            return state.isStartable(state.begun) ? state.begun : nil
        }
        guard let process else { throw GuardianError("no more processes") }
        await clock.sleep(until: clock.now + startsIn)
        // As the real one: dismissed while it was being started, it is ended at once.
        guard !isDismissed else { throw GuardianError("the run is over") }
        state.withLock { $0.alive += 1 }
        return process
    }

    func gone() async -> String? {
        let life: Span? = state.withLock { $0.lives.isEmpty ? nil : $0.lives.removeFirst() }
        if let life {
            await clock.sleep(until: clock.now + life)
            guard !isDismissed else { return nil }
            state.withLock { $0.alive -= 1 }
            return isDismissed ? nil : "it ended with SIGKILL"
        }
        while !isDismissed { await clock.sleep(until: clock.now + .milliseconds(50)) }
        return nil
    }

    func dismiss() async {
        state.withLock { state in
            state.isDismissed = true
            state.alive = 0
        }
    }
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

    @Test(
        "a run that has lost each, or gets no other, is stopped and everything undone",
        arguments: [true, false]
    )
    func lost(isStartable: Bool) async throws {
        let whole = simulated()
        let usual = await run(ScriptedGuardian(whole.clock), in: whole).events
        let broken = try #require(
            usual.first { if case .injected = $0.kind { true } else { false } }
        )
        let begun = try #require(usual.first { $0.kind == .guardianBegan(process: 1) })
        let world = simulated()
        let guardian = ScriptedGuardian(
            world.clock,
            lives: [broken.at - begun.at] + Array(repeating: .milliseconds(1), count: 9),
            isStartable: { isStartable || $0 == 1 }
        )
        let events = await run(guardian, in: world).events.map(\.kind)
        let why = isStartable ? "each of 4 was ended" : "no more processes"
        let stopped = try #require(
            events.firstIndex(
                of: .stopping(.guarded(Self.unwatched(why)))
            )
        )
        let undo = try #require(events.firstIndex(of: .phase(.undo)))
        #expect(stopped < undo)
        #expect(
            events[..<stopped].contains { if case .injecting = $0 { true } else { false } },
            "nothing was broken yet"
        )
        #expect(world.wounds.isEmpty)
        #expect(guardian.begun == (isStartable ? 4 : 2))
        #expect(events.last == .ended)
    }

    private static func unwatched(_ why: String) -> String {
        """
        guard guardian: none watches over this run any more (\(why)); see what ends or refuses drill's \
        processes on this machine, then run it again
        """
    }

    @Test("one that is lost while all is undone anyway stops nothing")
    func lostLate() async throws {
        let world = simulated()
        let whole = await run(ScriptedGuardian(world.clock), in: world).events
        let undo = try #require(whole.first { $0.kind == .phase(.undo) })
        let begun = try #require(whole.first { $0.kind == .guardianBegan(process: 1) })
        let other = simulated()
        let guardian = ScriptedGuardian(
            other.clock,
            lives: [undo.at - begun.at + .milliseconds(1)],
            isStartable: { $0 == 1 }
        )
        let events = await run(guardian, in: other).events.map(\.kind)
        #expect(
            events.contains(.note(Self.unwatched("no more processes")))
        )
        #expect(!events.contains { if case .stopping = $0 { true } else { false } })
    }

    /// The run's end comes while another is being started: nobody may be left behind, or waited for.
    @Test("one that is replaced just as the run ends is dismissed, too")
    func replacedAtTheEnd() async throws {
        let world = simulated()
        let whole = await run(ScriptedGuardian(world.clock), in: world).events
        let end = try #require(whole.last)
        let begun = try #require(whole.first { $0.kind == .guardianBegan(process: 1) })
        for early in [Span.milliseconds(20), .milliseconds(1), .zero] {
            let other = simulated()
            let guardian = ScriptedGuardian(
                other.clock,
                lives: [end.at - begun.at - early],
                startsIn: .milliseconds(15)
            )
            let events = await run(guardian, in: other).events
            #expect(guardian.alive == 0, "\(early): one stays")
            #expect(events.last?.kind == .ended)
            #expect(events.last.map { $0.at - end.at <= .milliseconds(100) } == true, "\(early)")
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
