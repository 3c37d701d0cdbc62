import DrillEngine
import DrillModel
import DrillTesting
import Synchronization
import Testing

/// A store that is in trouble: what it is asked, and what is said of it.
@Suite struct SickStoreTests {
    private final class Sick: LedgerKeeper {
        let askedMax = 1000
        let looks = Mutex(0)
        let preparing: LedgerError?

        init(preparing: LedgerError? = nil) { self.preparing = preparing }

        func prepare(deadline: Instant) async throws(LedgerError) {
            if let preparing { throw preparing }
        }

        func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
            LedgerAnswer(sent: deadline - .seconds(1), done: deadline, answer: .acknowledged)
        }

        func read(
            _ numbers: [Int],
            at place: Int,
            deadline: Instant
        ) async throws(LedgerError) -> LedgerFind {
            looks.withLock { $0 += 1 }
            throw LedgerError("the ledger can't be read from home: status 500")
        }

        func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {
            throw LedgerError("1 of the records may still be there")
        }

        func close() async {}
    }

    private static func run(_ store: Sick) async -> LedgerRun {
        await LedgerRun(
            Ledger(.postgres(PostgresStore(url: "postgresql://home"))),
            kept: store,
            in: SimulatedWorld(seed: 1),
            seed: 1,
            lasting: .seconds(1)
        )
    }

    @Test("one that can't be read is asked ever more seldom, and to the end")
    func patience() async {
        let store = Sick()
        let run = await Self.run(store)
        // 0.2 s, 0.4 s, … 5 s apart: within a minute that is 17 looks, where 200 ms apart were 300.
        let looks = store.looks.withLock { $0 }
        #expect((12...20).contains(looks), "\(looks) looks")
        let told = run.timeline.events.contains { event in
            if case .readBack("orders", let why?) = event.kind {
                why.contains("500")
            } else {
                false
            }
        }
        #expect(told)
    }

    @Test(
        "what would have no first record has nothing of ours to be removed",
        arguments: [true, false]
    )
    func untouched(isUntouched: Bool) async {
        let run = await Self.run(
            Sick(preparing: LedgerError("no first record", isUntouched: isUntouched))
        )
        let notes = run.timeline.events.filter { if case .note = $0.kind { true } else { false } }
        #expect(notes.isEmpty == isUntouched, "\(notes)")
        #expect(run.judgement.verdict == .notStarted)
    }
}
