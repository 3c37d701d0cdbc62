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
}
