import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// What is seen of a fault while it lasts.
@Suite struct SentinelTests {
    private func proofs(_ run: Rehearsal, of fault: String = "cut") -> [Proof] {
        run.timeline.events.compactMap { event in
            if case .proof(fault, "alpha", let proof) = event.kind { proof } else { nil }
        }
    }

    private func isLoss(_ proof: Proof?) -> Bool {
        if case .fails = proof { true } else { false }
    }

    enum Undo: CaseIterable { case step, time, end }

    @Test(
        "an effect that is lost before the first look after its proof makes no pass",
        arguments: Undo.allCases
    )
    func takenAwaySoon(undo: Undo) async {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(4))]
                + (undo == .end ? [] : [undo == .step ? Step(.undo("cut")) : .pause(.seconds(4))]),
            faults: [Rehearsal.fault("cut", lasts: undo == .time ? .seconds(4) : nil)],
            wipedAfter: .milliseconds(1200)
        )
        let seen = proofs(run)
        #expect(seen.count == 2 && seen.first == .holds && isLoss(seen.last), "\(seen)")
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.faults.first?.effective == false)
        run.expectWhole()
    }

    @Test("whoever stops a run waits for no look")
    func stopped() async {
        let run = await Rehearsal(
            [.fault("cut"), .pause(.seconds(4))],
            faults: [Rehearsal.fault("cut")],
            wipedAfter: .milliseconds(1200),
            haltedAfter: .seconds(2)
        )
        #expect(proofs(run) == [.holds])
        #expect(run.judgement.verdict == .stopped)
        run.expectWhole()
    }

    @Test("the look before an undo takes a second of it at most, and none once the run is stopped")
    func lookIsBounded() async throws {
        var fault = Rehearsal.fault("cut")
        fault.procedures[0].effective.append(
            Action("take a while", .command(host: "alpha", .list(["take", "3000"])))
        )
        // Its proof takes 3 s.
        let method = [Step.fault("cut"), .pause(.milliseconds(500)), Step(.undo("cut"))]
        let run = await Rehearsal(method, faults: [fault])
        let undoing = try #require(run.at { if case .undoing = $0 { true } else { false } })
        let step = try #require(
            run.at { $0 == .stepStarted(step: "method.3", title: Step(.undo("cut")).title) }
        )
        let waited = undoing - step
        #expect(waited >= .seconds(1) && waited < .milliseconds(1100), "\(waited)")
        run.expectWhole()

        let halted = step + .milliseconds(300)
        let other = await Rehearsal(method, faults: [fault], haltedAfter: halted)
        let hurried = try #require(other.at { if case .undoing = $0 { true } else { false } })
        // Both who look whether it is stopped do so every 50 ms.
        #expect(hurried >= halted && hurried < halted + .milliseconds(120), "\(hurried - halted)")
        other.expectWhole()
    }

    @Test("a loss that one look shows counts, whatever another one can't see")
    func oneIsBlind() async {
        var fault = Rehearsal.fault("cut")
        fault.procedures[0].effective.insert(
            contentsOf: Scenario.mark("beta", as: "nothing").settled,
            at: 0
        )
        let dead = PlannedFault(
            id: "dead",
            fault: "container",
            procedures: [Scenario.container("beta", .kill)],
            lease: .seconds(30)
        )
        let run = await Rehearsal(
            [.fault("cut"), .fault("dead"), .pause(.seconds(30))],
            faults: [fault, dead],
            wipedAfter: .seconds(12)
        )
        let seen = proofs(run)
        #expect(seen.count == 2 && seen.first == .holds && isLoss(seen.last), "\(seen)")
        run.expectWhole()
    }

    @Test("others go on looking at a host that is cut off from drill")
    func others() async {
        // Beta's mark stands for what it sees of alpha.
        var fault = Rehearsal.fault("unplugged", lasts: .seconds(25))
        fault.includesControl = true
        fault.lease = .seconds(25)
        fault.procedures[0].effective += Scenario.mark("beta", as: "cut").effective
        let run = await Rehearsal(
            [.fault("cut"), .fault("unplugged"), .pause(.seconds(20))],
            faults: [Rehearsal.fault("cut", on: "beta"), fault],
            wipedAfter: .seconds(10)
        )
        let seen = proofs(run, of: "unplugged")
        #expect(seen.count == 2 && seen.first == .holds && isLoss(seen.last), "\(seen)")
        #expect(run.judgement.verdict == .inconclusive)
        run.expectWhole()
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
        let looks = run.timeline.events.compactMap { event in
            if case .action(let look) = event.kind, look.stage == .effective { look } else { nil }
        }
        try #require(!looks.isEmpty)
        for look in looks {
            #expect(look.isAsExpected, "told as if it were no cut")
            #expect(look.result.hasSuffix("overtaken by its undo"), "\(look)")
        }
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
        #expect(run.at { $0 == .leaseGone(fault: "cut", host: "alpha") } != nil)
        #expect(run.at { $0 == .leaseLapsed(fault: "cut", host: "alpha") } == nil)
        let words = "the lease of cut on alpha was gone before its undo (was the host restarted?)"
        #expect(run.judgement.reasons.contains { $0.contains(words) }, "\(run.judgement.reasons)")
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
