import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// Whole runs over stores that lose, double, split and lag, against the truth that these know.
@Suite struct LedgerTruthTests {
    static let seeds = [UInt64](0..<80)

    private struct Drill {
        var store: SimulatedStore
        var run: LedgerRun
        var timeline: Timeline { run.timeline }
        var judgement: Judgement { run.judgement }
        var probe: Probe { run.probe }
    }

    private func drill(_ seed: UInt64) async -> Drill {
        let world = SimulatedWorld(seed: seed)
        let store = SimulatedStore(seed: seed, world.clock)
        let ledger = Ledger(
            .postgres(PostgresStore(url: "postgresql://home")),
            readFrom: ["replica", "loser"].map { LedgerPlace(.url(Text("postgresql://\($0)"))) },
            readEvery: .milliseconds(Int64([50, 100, 400][Int(seed % 3)]))
        )
        return Drill(
            store: store,
            run: await LedgerRun(ledger, kept: store, in: world, seed: seed)
        )
    }

    /// What a place shows in the end is told write by write, with what came only while it was waited for.
    @Test("each place has what it has in truth", arguments: seeds)
    func places(seed: UInt64) async throws {
        let drill = await drill(seed)
        let truth = drill.store.truth
        let began = try #require(
            drill.timeline.events.first { $0.kind == .phase(.readBack) }
        ).at
        let ended = try #require(
            drill.timeline.events.first { event in
                if case .readBack = event.kind { true } else { false }
            }
        ).at
        let writes = try #require(drill.timeline.ledgers["orders"])
        #expect(writes.count > 900)
        for write in writes where write.answer != .unsent {
            for place in SimulatedStore.places.indices {
                let seen = truth[write.number]?.seen[place]
                let isThere = try #require(write.copies(at: place)) > 0
                let wasAtFirst = seen.map { $0.from <= began } ?? false
                let isInTheEnd = seen.map { $0.from <= ended && ended < $0.until } ?? false
                if wasAtFirst == isInTheEnd {
                    #expect(isThere == isInTheEnd, "seed \(seed): \(write) at \(place)")
                }
                if isThere {
                    #expect(
                        write.copies(at: place) == truth[write.number]?.copies,
                        "seed \(seed): \(write)"
                    )
                }
                if write.appearedAt?.contains(place) ?? false {
                    #expect(!wasAtFirst, "seed \(seed): \(write) at \(place)")
                    #expect(isThere, "seed \(seed): \(write) at \(place)")
                }
            }
            // Each place is one server: what it has it keeps.
            #expect(write.goneAt == nil, "seed \(seed): \(write)")
            // Only what was never promised may come after anybody has looked.
            if write.answer == .acknowledged, let from = truth[write.number]?.seen[0]?.from,
                write.copies(at: 0) == 0
            {
                #expect(from <= began, "seed \(seed): \(write) appears and is told to be lost")
            }
        }
        let count = try #require(drill.judgement.ledgers.first)
        #expect(count.acknowledged == count.kept + count.lost)
        for place in count.places { #expect(place.kept + place.lost == count.acknowledged) }
    }

    @Test("how far behind a place was lies in its interval", arguments: seeds)
    func staleness(seed: UInt64) async throws {
        let drill = await drill(seed)
        let truth = drill.store.truth
        let writes = try #require(drill.timeline.ledgers["orders"])
        for place in 1...2 {
            let behind = writes.compactMap { write -> Span? in
                guard write.answer == .acknowledged, (write.copies(at: place) ?? 0) > 0,
                    let known = truth[write.number], let seen = known.seen[place]
                else { return nil }
                return max(.zero, seen.from - known.commit)
            }.sorted()
            let staleness = Staleness(of: drill.probe, place: place, drill.timeline)
            for share in [0.5, 0.99, 1] {
                guard case .span(let low?, let best?, let high?) = staleness.amount(at: share)
                else {
                    Issue.record("seed \(seed): \(staleness.amount(at: share)) at \(place)")
                    continue
                }
                let rank = max(1, Int((share * Double(behind.count)).rounded(.up)))
                let real = behind[rank - 1]
                #expect(low <= real, "seed \(seed): \(low) at \(place), in truth \(real)")
                #expect(real <= high, "seed \(seed): \(high) at \(place), in truth \(real)")
                #expect(low <= best && best <= high)
            }
            // No wider than what it can't know: a look, its answer, and the write's own; where each look
            // asks for all.
            if case .span(let low?, _, let high?) = staleness.amount(), place == 2,
                drill.store.askedMax == 1000
            {
                #expect(high - low <= .seconds(2), "seed \(seed): \(low) to \(high)")
            }
        }
    }
}
