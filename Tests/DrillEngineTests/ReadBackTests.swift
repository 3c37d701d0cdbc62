import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// What is read back where the store's address leads to several servers, or to one that doesn't tell.
@Suite struct ReadBackTests {
    private static let ledger = Ledger(
        .postgres(PostgresStore(url: "postgresql://balancer")),
        appearWithin: .seconds(2)
    )
    private static let budgets = [
        Budget(figure: .lost, limit: .atMostCount(0)),
        Budget(figure: .rpo, limit: .atMost(.zero)),
    ]

    /// Whichever of the servers users will have, what that one lost is inside the interval.
    @Test("a standing split brain never passes", arguments: UInt64(0)..<120)
    func splitBrain(seed: UInt64) async throws {
        let world = SimulatedWorld(seed: seed)
        let store = SplitStore(seed: seed, world.clock)
        let run = await LedgerRun(
            Self.ledger,
            kept: store,
            in: world,
            seed: seed,
            lasting: .seconds(4),
            budgets: Self.budgets
        )
        let count = try #require(run.judgement.ledgers.first)
        let lost = try #require(run.judgement.figures.first { $0.name == .lost })
        let rpo = try #require(run.judgement.figures.first { $0.name == .rpo })
        guard case .count(let least?, _, let most) = lost.amount,
            case .span(let oldest?, _, let youngest) = rpo.amount
        else {
            Issue.record("seed \(seed): \(lost), \(rpo)")
            return
        }
        let acknowledged = (run.timeline.ledgers["orders"] ?? [])
            .filter { $0.answer == .acknowledged }
        #expect(acknowledged.count == count.acknowledged && count.acknowledged > 150)
        var lostAt: [[Int]] = []
        for side in store.visited {
            let gone = acknowledged.filter { !store.has($0.number, side) }
            lostAt.append(gone.map(\.number))
            #expect(least <= gone.count && gone.count <= most ?? .max, "seed \(seed): \(lost)")
            let commits = gone.compactMap { store.commit($0.number) }
            let age = gone.compactMap(\.done).max().flatMap { newest in
                commits.min().map { newest - $0 }
            }
            let truth = age ?? .zero
            #expect(oldest <= truth, "seed \(seed): \(rpo), in truth \(truth)")
            #expect(truth <= youngest ?? Span(ns: .max), "seed \(seed): \(rpo), in truth \(truth)")
        }
        #expect(store.visited.count == 2, "seed \(seed)")
        if Set(lostAt).count == 1 {
            #expect(count.gone == 0 && most == least && least == lostAt[0].count, "seed \(seed)")
            #expect((lost.verdict == .passed) == lostAt[0].isEmpty, "seed \(seed): \(lost)")
        } else {
            #expect(count.gone > 0, "seed \(seed): \(count)")
            #expect(lost.verdict == (least > 0 ? .failed : .inconclusive), "seed \(seed): \(lost)")
            #expect(rpo.verdict != .passed, "seed \(seed): \(rpo)")
            #expect(run.judgement.verdict != .passed)
        }
    }

    @Test func aLookThatTheLimitCutsShortHidesNoReason() async throws {
        let world = SimulatedWorld(seed: 1)
        let run = await LedgerRun(
            Self.ledger,
            kept: Unreadable(world.clock),
            in: world,
            seed: 1,
            lasting: .seconds(1)
        )
        #expect(run.judgement.ledgers.first?.unread == "it leads to a replica")
    }
}

/// Answers at once that it can't be read, and not at all where there is little time left.
private struct Unreadable: LedgerKeeper {
    let askedMax = 1000
    private let clock: SimulatedClock

    init(_ clock: SimulatedClock) { self.clock = clock }

    func prepare(deadline: Instant) async throws(LedgerError) {}
    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {}
    func close() async {}

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        LedgerAnswer(sent: clock.now, done: clock.now, answer: .acknowledged)
    }

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        guard deadline - clock.now < .seconds(1) else {
            throw LedgerError("it leads to a replica")
        }
        await clock.sleep(until: deadline)
        throw LedgerError("connected, but no answer in time")
    }
}
