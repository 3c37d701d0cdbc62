import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// What drill makes of a lease's answers, and of an undo that its fault came behind.
@Suite struct LeaseAnswerTests {
    private func run(
        _ mishap: SimulatedWorld.Mishap,
        after: Span,
        lasts: Span
    ) async -> Rehearsal {
        await Rehearsal(
            [.fault("cut"), .pause(lasts)],
            faults: [Rehearsal.fault("cut")],
            mishap: (mishap, after)
        )
    }

    private let isLapse: (Event.Kind) -> Bool = {
        $0 == .leaseLapsed(fault: "cut", host: "alpha")
    }

    /// A third of a lease of 30 s is when the first renewal goes out.
    @Test("a network that stalls for a third of the lease doesn't end it")
    func stall() async {
        let run = await run(.stall(.milliseconds(10_500)), after: .seconds(9), lasts: .seconds(40))
        let failed = run.at { if case .renewalFailed = $0 { true } else { false } }
        #expect(failed != nil, "it came at no renewal")
        #expect(run.at(isLapse) == nil)
        run.expectWhole()
    }

    @Test("a renewal that is under way when the fault is undone, and given up, is no finding")
    func givenUp() async {
        let run = await run(.stall(.milliseconds(10_500)), after: .seconds(9), lasts: .seconds(12))
        let odd = run.at { kind in
            if case .action(let report) = kind {
                report.stage == .renew && !report.isAsExpected
            } else {
                false
            }
        }
        #expect(odd == nil)
        run.expectWhole()
    }

    @Test("a lapse is told, and once, though the first tries to undo had no answer")
    func lapse() async {
        // The lease ends at 30 s, the undo begins at 35 s, the network is back at 60 s.
        let run = await run(.stall(.seconds(55)), after: .seconds(5), lasts: .seconds(35))
        #expect(run.timeline.events.count { isLapse($0.kind) } == 1)
        #expect(run.judgement.verdict == .inconclusive)
        run.expectWhole()
    }

    @Test("a dead-man that was killed is started again by the next renewal, and that is told")
    func revived() async {
        let run = await run(.deadManKilled, after: .seconds(2), lasts: .seconds(40))
        let told = run.at { kind in
            if case .note(let text) = kind { text.contains("started again") } else { false }
        }
        #expect(told != nil)
        #expect(run.at { if case .renewalFailed = $0 { true } else { false } } == nil)
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
        run.expectWhole()
    }

    /// Heals a wound of the journal, as `drill heal` and the guardian do.
    private func heal(
        _ procedure: Procedure,
        lease: Span?,
        in simulated: SimulatedWorld,
        isArmed: Bool = false
    ) async throws -> [String] {
        let host = Host(name: "alpha", address: "192.0.2.1")
        let wound = Wound(
            run: "RUN",
            fault: "cut",
            procedure: procedure,
            lease: lease,
            hosts: [host],
            knownHosts: nil
        )
        let arm = try CommandLine(
            Lease(run: "RUN", fault: "cut", host: "alpha").arm(
                undo: "unmark cut\n",
                lasts: .seconds(1),
                who: "me"
            )
        ) { part throws(SecretError) in throw SecretError("no secrets here") }
        return try await simulated.clock.drive { () async -> Result<[String], any Error> in
            let world = simulated.world
            do {
                try await world.journal.append([.broken(wound)])
                if isArmed {
                    let remote = try await world.hosts.remote(to: host)
                    _ = try await remote.run(
                        arm.line,
                        input: arm.input,
                        deadline: world.now() + .seconds(5),
                        outputLimitBytes: 1 << 20
                    )
                    // Its deadline passes: it is healed when somebody asks.
                    await world.sleep(world.now() + .seconds(2))
                }
            } catch {
                return .failure(error)
            }
            return .success(await Scenario.heal([wound], in: world))
        }.get()
    }

    @Test("a fault that comes in behind its undo, before the first look, is undone once more")
    func behindUndo() async throws {
        let killed = SimulatedWorld(seed: 1, containers: Scenario.containers)
        killed.landsLate("box-alpha")
        #expect(
            try await heal(Scenario.container("alpha", .kill), lease: nil, in: killed) == []
        )
        #expect(killed.wounds == [])
        #expect(killed.undone == ["start box-alpha": 2])
        for isArmed in [false, true] {
            let marked = SimulatedWorld(seed: 1)
            marked.landsLate("cut")
            let left = try await heal(
                Scenario.mark("alpha", as: "cut"),
                lease: .seconds(1),
                in: marked,
                isArmed: isArmed
            )
            #expect(left == [])
            #expect(marked.wounds == [])
            #expect(marked.undone["cut on alpha"] == 2)
        }
    }

    /// As a server that stays in the foreground of its `restart`: seen, and ended with its undo.
    @Test("all looks as before, and the undo still runs on the host: not healed")
    func undoGoesOn() async throws {
        let world = SimulatedWorld(seed: 1, weather: .init(halved: 1))
        let left = try await heal(
            Scenario.mark("alpha", as: "cut"),
            lease: .seconds(1),
            in: world,
            isArmed: true
        )
        #expect(world.wounds == [])
        #expect(left == ["cut on alpha: the target is still undoing it (firing)"])
    }

    @Test("an undo that worked hasn't failed where somebody in a hurry cuts the looking short")
    func cutShort() async throws {
        // The fault comes in behind the undo, so that it isn't as before.
        let simulated = SimulatedWorld(seed: 1)
        let cut = Scenario.mark("alpha", as: "cut")
        let wound = Wound(
            run: "RUN",
            fault: "cut",
            procedure: cut,
            lease: nil,
            hosts: [Host(name: "alpha", address: "192.0.2.1")],
            knownHosts: nil
        )
        simulated.landsLate("cut")
        let (left, events) = await simulated.clock.drive {
            let world = simulated.world
            let log = Log(world)
            let left = await Healer(world, log: log, isHurried: { true }).heal([wound], why: "^C")
            return (left, log.all.map(\.kind))
        }
        #expect(left.map(\.isUndone) == [true])
        #expect(events.contains(.undone(fault: "cut", failedHosts: [])))
        #expect(left.first?.why.contains("^C cut that short") ?? false, "\(left.map(\.why))")
    }

    @Test("where another run has the host, and ours no lease, nothing is undone")
    func otherRun() async throws {
        let world = SimulatedWorld(seed: 1)
        world.hold("alpha", by: "cut")
        let left = try await heal(
            Scenario.mark("alpha", as: "cut"),
            lease: .seconds(30),
            in: world
        )
        #expect(
            left == [
                "cut on alpha: another run has this host: OTHER, of them; wait for its end, then run"
                    + " `drill heal RUN`"
            ]
        )
        #expect(world.wounds == ["alpha bears cut"], "the other run's")
        #expect(world.undone == [:])
    }
}
