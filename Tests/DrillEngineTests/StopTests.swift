import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// A halt, and windows that close, at every station of a run.
@Suite struct StopTests {
    /// Steady state holds some 0.2 s after the world began; the method then takes 2 s.
    static func run(
        closesAfter: Span? = nil,
        haltedAfter: Span? = nil,
        sees: (@Sendable (Span) -> SimulatedWorld.Sight)? = nil
    ) async -> Rehearsal {
        await Rehearsal(
            [.fault("cut"), .pause(.seconds(2))],
            faults: [Rehearsal.fault("cut")],
            closesAfter: closesAfter,
            haltedAfter: haltedAfter,
            sees: sees
        )
    }

    @Test(
        "it stops, undoes and says why",
        arguments: [(50, false), (1000, true), (1900, true)],
        [true, false]
    )
    func stops(at: (ms: Int64, isBroken: Bool), isHalt: Bool) async throws {
        let after = Span.milliseconds(at.ms)
        let run = await isHalt ? Self.run(haltedAfter: after) : Self.run(closesAfter: after)
        let stopping = try #require(run.at { if case .stopping = $0 { true } else { false } })
        // The switch is looked at every 50 ms, the window every 200 ms at most.
        #expect(stopping >= after && stopping < after + .milliseconds(300), "at \(stopping)")
        let wasBroken = run.timeline.events.contains { $0.kind == .injecting(fault: "cut") }
        #expect(wasBroken == at.isBroken)
        #expect(run.undoings == (at.isBroken ? ["cut: the run ends"] : []))
        #expect(run.judgement.verdict == .stopped)
        let why = run.judgement.reasons.first ?? ""
        #expect(
            why
                == (at.isBroken ? "stopped: " : "stopped: before anything was touched, ")
                + (isHalt
                    ? "every run was halted by ann"
                    : "guard windows: the window closed at Thu 2026-11-26 16:00 UTC; "
                        + "start the run earlier, or widen `windows:`")
        )
        run.expectWhole()
    }

    @Test("what is told to stop while its undo is being armed never goes in")
    func arming() async {
        // The first command that is sent arms the undo, some 0.2 s after the world began; in this
        // weather it arrives seconds later.
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(2))],
            faults: [Rehearsal.fault("cut")],
            haltedAfter: .milliseconds(400),
            weather: .init(delayed: 1, delayMax: .seconds(8))
        )
        let armed = run.at { if case .armed = $0 { true } else { false } }
        #expect(armed.map { $0 > .milliseconds(400) } == true, "armed too early: \(armed as Any)")
        #expect(!run.world.commands.contains { $0.contains(": mark ") })
        #expect(!run.timeline.events.contains { $0.kind == .injecting(fault: "cut") })
        #expect(run.undoings == ["cut: the run was stopped before it went in"])
        #expect(run.judgement.verdict == .stopped)
        run.expectWhole()
    }

    @Test("it looks on no longer", arguments: [true, false])
    func lookingOn(isHalt: Bool) async throws {
        // Down from the fault on and for ever: looking on would take 5 s.
        let after = Span.seconds(4)
        let sees = bad(500..<1_000_000)
        let run =
            await isHalt
            ? Self.run(haltedAfter: after, sees: sees) : Self.run(closesAfter: after, sees: sees)
        let lookOn = try #require(run.at { $0 == .phase(.lookOn) })
        let stopping = try #require(run.at { if case .stopping = $0 { true } else { false } })
        #expect(lookOn < after && stopping >= after && stopping < after + .milliseconds(300))
        #expect(run.judgement.verdict == .stopped)
        run.expectWhole()
    }

    @Test("what closes or halts later changes nothing", arguments: [true, false])
    func later(isHalt: Bool) async {
        let after = Span.seconds(60)
        let run = await isHalt ? Self.run(haltedAfter: after) : Self.run(closesAfter: after)
        #expect(run.judgement.verdict != .stopped)
        #expect(run.at { if case .stopping = $0 { true } else { false } } == nil)
        run.expectWhole()
    }

    @Test("a run that was told to stop before its first look doesn't look")
    func before() async throws {
        let run = await Self.run(closesAfter: .zero - .seconds(1))
        #expect(run.undoings.isEmpty)
        #expect(run.judgement.verdict == .stopped)
        run.expectWhole()
    }
}
