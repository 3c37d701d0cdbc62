import Testing

@testable import DrillModel

/// A literal ledger, and what of it is lost.
///
/// The disaster is at [1000, 1050].
@Suite struct LossTests {
    static func write(
        _ at: Int64,
        _ answer: LedgerWrite.Answer = .acknowledged,
        copies: Int? = 1,
        took: Int64 = 5
    ) -> LedgerWrite {
        LedgerWrite(
            number: Int(at),
            due: ms(at),
            sent: answer == .unsent ? nil : ms(at),
            done: answer == .unsent ? nil : ms(at + took),
            answer: answer,
            copies: copies
        )
    }

    private func judged(
        _ writes: [LedgerWrite],
        readBack: String?? = .some(nil),
        budgets: [Budget] = []
    ) -> Judgement {
        var events = breaking("blackout", on: "a", from: 1000, to: 1050)
        events += mending("blackout", on: "a", from: 6000, to: 6001)
        if case .some(let failure) = readBack {
            events.append(at(7000, .readBack(probe: "orders", failure: failure)))
        }
        return Judge.judge(
            plan([probe("orders", .data)], [fault("blackout", on: "a")], budgets: budgets),
            Timeline(events: whole(events), ledgers: ["orders": writes])
        )
    }

    @Test func counts() {
        let judgement = judged([
            Self.write(100), Self.write(200, copies: 2), Self.write(300, copies: 0),
            Self.write(400, .indeterminate, copies: 1), Self.write(500, .indeterminate, copies: 0),
            Self.write(600, .indeterminate, copies: 0), Self.write(700, .refused, copies: 0),
            Self.write(800, .unsent, copies: 0), Self.write(900, .refused, copies: 1),
        ])
        var counts = judgement.ledgers
        #expect(counts.first?.places.map(\.place) == ["db/shop"])
        #expect(counts.first?.places.first?.lost == 1)
        for index in counts.indices { counts[index].places = [] }
        #expect(
            counts == [
                LedgerCount(
                    probe: "orders",
                    acknowledged: 3,
                    kept: 2,
                    lost: 1,
                    duplicated: 1,
                    indeterminatePresent: 1,
                    indeterminateAbsent: 2,
                    refused: 2,
                    refusedPresent: 1,
                    unsent: 1
                )
            ]
        )
        #expect(judgement.figure(.lost, "orders")?.amount == .count(low: 1, best: 1, high: 1))
        #expect(judgement.deviations.contains("orders: 1 writes are there that were refused"))
    }

    /// A Redis key that counts may have been counted down.
    @Test(arguments: [(-1, 1), (0, 1), (1, 0), (2, 0)])
    func oneRuleSaysWhatIsLost(_ copies: Int, _ lost: Int) {
        let judgement = judged([Self.write(800), Self.write(900, copies: copies)])
        #expect(judgement.ledgers.first?.lost == lost)
        #expect(judgement.ledgers.first?.places.first?.lost == lost)
        let figure = judgement.figure(.lost, "orders")
        #expect(figure?.amount == .count(low: lost, best: lost, high: lost))
        let note = judgement.figure(.rpo, "orders")?.note
        #expect((note == "1 write lost") == (lost == 1), "\(note ?? "")")
    }

    @Test func nothingLost() {
        let judgement = judged([Self.write(900), Self.write(980)], budgets: [budget(.rpo, 5000)])
        #expect(judgement.figure(.rpo, "orders")?.amount.inMilliseconds == "[0, 0]")
        #expect(
            judgement.figure(.rpo, "orders")?.note
                == "none lost; nothing younger than 100 ms can be seen"
        )
        #expect(judgement.verdict == .passed)
    }

    /// Committed in [700, 705]; the disaster was at [1000, 1050].
    @Test func lostBeforeTheDisaster() {
        let judgement = judged([
            Self.write(600), Self.write(700, copies: 0), Self.write(900, copies: 0),
            Self.write(1100),
        ])
        #expect(judgement.figure(.rpo, "orders")?.amount.inMilliseconds == "[295, 350]")
        #expect(judgement.figure(.rpo, "orders")?.note == "2 writes lost")
    }

    /// A split brain: the losing side acknowledged until 1805.
    @Test func lostAfterTheDisaster() {
        let judgement = judged([
            Self.write(900), Self.write(1100, copies: 0), Self.write(1800, copies: 0),
        ])
        #expect(judgement.figure(.rpo, "orders")?.amount.inMilliseconds == "[700, 705]")
    }

    @Test func unreadIsInconclusive() {
        let writes = [Self.write(900, copies: nil)]
        let budgets = [
            budget(.rpo, 5000), Budget(figure: .lost, limit: .atMostCount(0)),
        ]
        for readBack: String?? in [.some("no leader"), .none] {
            let judgement = judged(writes, readBack: readBack, budgets: budgets)
            #expect(judgement.figure(.rpo, "orders")?.verdict == .inconclusive)
            #expect(judgement.figure(.lost, "orders")?.verdict == .inconclusive)
            #expect(judgement.verdict == .inconclusive)
            #expect(judgement.ledgers.first?.unread != nil)
        }
    }

    @Test func lostIsFailed() {
        let judgement = judged(
            [Self.write(900, copies: 0)],
            budgets: [Budget(figure: .lost, limit: .atMostCount(0)), budget(.rpo, 5000)]
        )
        #expect(judgement.reasons == ["failed: orders lost 1 write, budget 0 writes"])
    }

    @Test func neverAcknowledgedSaysNothing() {
        let judgement = judged(
            [Self.write(900, .refused, copies: 0)],
            budgets: [budget(.rpo, 5000)]
        )
        #expect(judgement.verdict == .inconclusive)
    }
}
