import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// What is seen of a fault while it lasts.
@Suite struct SentinelTests {
    private func proofs(_ run: Rehearsal) -> [Proof] {
        run.timeline.events.compactMap { event in
            if case .proof("cut", "alpha", let proof) = event.kind { proof } else { nil }
        }
    }

    @Test("an effect that somebody takes away in the middle is an event, and makes no pass")
    func takenAway() async throws {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(30))],
            faults: [Rehearsal.fault("cut")],
            wipedAfter: .seconds(12)
        )
        let seen = proofs(run)
        try #require(seen.count == 2, "\(seen)")
        #expect(seen[0] == .holds)
        guard case .fails = seen[1] else {
            Issue.record("it was not seen to be gone: \(seen)")
            return
        }
        let lost = run.at { kind in
            if case .proof(_, _, .fails) = kind { true } else { false }
        }
        // One pause between two looks, and what they take.
        #expect(try #require(lost) < .seconds(12) + Sentinel.pause + .milliseconds(100))
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.faults.first?.effective == false)
        run.expectWhole()
    }

    @Test(
        "a host that another run holds is left alone: its fault isn't undone, others are disarmed"
    )
    func held() async {
        var fault = Rehearsal.fault("cut")
        fault.procedures.append(Scenario.mark("beta", as: "cut"))
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(3))],
            faults: [fault],
            held: "alpha",
            sees: { _ in .good }
        )
        #expect(run.world.wounds == ["alpha bears cut"], "the other run's")
        #expect(!run.world.commands.contains("alpha: unmark cut"))
        #expect(run.world.open.isEmpty)
        #expect(run.judgement.verdict == .inconclusive)
        #expect(!run.timeline.events.contains { $0.kind == .injecting(fault: "cut") })
    }

    @Test("a fault that was undone before its time is over isn't undone once more")
    func timerEnds() async {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(1)), Step(.undo("cut")), .pause(.seconds(9))],
            faults: [Rehearsal.fault("cut", lasts: .seconds(5))]
        )
        #expect(run.undoings == ["cut: the method says so"])
        run.expectWhole()
    }

    @Test("what is seen of a fault that was undone meanwhile is no proof")
    func undoneMeanwhile() async throws {
        // Looked for all of 2 s, and undone after 0.5 s.
        var fault = Rehearsal.fault("cut", lasts: .milliseconds(500))
        fault.procedures[0].effective = Scenario.mark("beta", as: "other").effective
        let run = await Rehearsal([.fault("cut"), .pause(.seconds(5))], faults: [fault])
        #expect(run.undoings == ["cut: it was to last 500ms"])
        #expect(proofs(run) == [])
        run.expectWhole()
    }

    @Test("nothing is told after the end")
    func end() {
        let log = Log(SimulatedWorld(seed: 1).world)
        log.append(.ended)
        log.append(.note("abandoned"))
        #expect(log.all.map(\.kind) == [.ended])
    }

    @Test("an effect that lasts is told once, and the undo is no loss of it")
    func lasts() async {
        for seconds in [1, 5, 12, 30] as [Int64] {
            let run = await Rehearsal(
                [
                    .fault("cut"), .pause(.seconds(seconds)), Step(.undo("cut")),
                    .pause(.seconds(11)),
                ],
                faults: [Rehearsal.fault("cut")]
            )
            #expect(proofs(run) == [.holds])
            #expect(run.judgement.faults.first?.effective == true)
            run.expectWhole()
        }
    }

    @Test("a host that restarts takes fault and lease along, however short the fault is")
    func restarted() async {
        // Before the first look and the first renewal.
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(4)), Step(.undo("cut"))],
            faults: [Rehearsal.fault("cut")],
            restartedAfter: .seconds(2)
        )
        #expect(run.at { $0 == .leaseLapsed(fault: "cut", host: "alpha") } != nil)
        #expect(run.judgement.verdict == .inconclusive)
        run.expectWhole()
    }

    @Test("where the file gives no way to look at the end, the undo's having worked is enough")
    func noSettled() async {
        var fault = Rehearsal.fault("cut")
        fault.procedures[0].settled = []
        let run = await Rehearsal([.fault("cut"), .pause(.seconds(1))], faults: [fault])
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
        run.expectWhole()
    }

    @Test("a fault that is looked at again once another is undone has not lost its lease")
    func lookedAtAgain() async {
        // While `dark` lasts, nobody can see that `link` is gone.
        var link = Rehearsal.fault("link")
        link.procedures[0].settled = Scenario.mark("beta", as: "dark").settled
        let run = await Rehearsal(
            [
                .fault("link"), .fault("dark"), Step(.undo("link")), Step(.undo("dark")),
                .pause(.seconds(1)),
            ],
            faults: [link, Rehearsal.fault("dark", on: "beta")]
        )
        #expect(run.undoings.count { $0.hasPrefix("link: ") } == 2)
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
        run.expectWhole()
    }
}
