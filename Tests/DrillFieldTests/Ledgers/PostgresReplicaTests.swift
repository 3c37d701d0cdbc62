import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

/// A real primary and a real streaming replica, which stands still, and which is promoted.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PostgresReplicaTests {
    @Test func replayThatStandsStill() async throws {
        let primary = try await TestPostgres()
        let replica = try await primary.replica()
        let probers = fieldProbers()
        let ledger = Ledger(
            .postgres(PostgresStore(url: Text(primary.url()))),
            readFrom: [LedgerPlace(.url(Text(replica.url())), name: "replica")],
            readEvery: .milliseconds(20),
            writers: 3
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(5)) {
            try await pause(.milliseconds(1500))
            try await replica.sql("select pg_wal_replay_pause()")
            try await pause(.milliseconds(1500))
            try await replica.sql("select pg_wal_replay_resume()")
        }
        let count = try drill.count()
        #expect(count.lost == 0, "\(drill.told)")
        let place = count.places[1]
        #expect(place.lost == 0 && place.unread == nil, "\(place)")
        let staleness = try #require(place.staleness)
        #expect(staleness.staleReads > 30, "\(staleness)")
        guard case .span(let low?, _, let high?) = staleness.worst else {
            Issue.record("\(staleness)")
            return
        }
        #expect(low > .milliseconds(1300) && low < high && high < .seconds(4), "\(low) to \(high)")
        // What was read while it ran disturbed no write.
        #expect(drill.numbers(.refused).isEmpty && drill.numbers(.indeterminate).isEmpty)
        #expect(try await primary.sql("select to_regclass('drill_ledger') is null") == "t")
        await probers.close()
        try await replica.remove()
        try await primary.remove()
    }

    /// The replica is promoted while the old primary goes on acknowledging; users then have the new one.
    @Test func aSplitBrainShowsAtBothSides() async throws {
        let old = try await TestPostgres()
        let new = try await old.replica()
        let probers = fieldProbers()
        // As a proxy would: whoever is a primary takes the writes, the first of them first.
        let both =
            "postgresql://owner:\(TestPostgres.password.replacing(" ", with: "%20"))@"
            + "127.0.0.1:\(old.port),127.0.0.1:\(new.port)/postgres?target_session_attrs=read-write"
        let ledger = Ledger(
            .postgres(PostgresStore(url: Text(both))),
            readFrom: [LedgerPlace(.url(Text(new.url())), name: "new")],
            appearWithin: .milliseconds(300)
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(4)) {
            try await pause(.milliseconds(1500))
            try await new.promote()
            try await pause(.milliseconds(1000))
            // Now the old one is gone, and the writes go to the new one.
            try old.signal(SIGKILL)
        }
        let count = try drill.count()
        #expect(count.unread == nil, "\(drill.told)")
        #expect(count.lost > 20, "\(count)")
        #expect(count.places.map(\.lost) == [count.lost, count.lost])
        // What is lost is one stretch: from the promotion to the end of the old primary.
        let lost = drill.writes.filter { $0.answer == .acknowledged && $0.copies == 0 }
        let kept = drill.writes.filter { $0.answer == .acknowledged && $0.copies ?? 0 > 0 }
        try #expect(#require(kept.first).number < #require(lost.first).number, "\(count)")
        try #expect(#require(kept.last).number > #require(lost.last).number, "\(count)")
        let span = try #require(lost.last?.sent) - #require(lost.first?.sent)
        #expect(span > .milliseconds(800) && span < .seconds(3), "\(span)")
        let rpo = try #require(drill.judgement.figure(.rpo))
        guard case .span(let low?, _, let high?) = rpo.amount else {
            Issue.record("\(rpo)")
            return
        }
        // To the newest acknowledgement, which comes a moment after that write was sent.
        let age = try #require(lost.last?.done) - #require(lost.first?.sent)
        #expect(low <= age && age <= high, "\(rpo) of \(age)")
        await probers.close()
        try await new.remove()
        try await old.remove()
    }

    /// The old primary is back, behind, and first in the address: what it lacks isn't lost.
    @Test func aStandbyThatIsBehindIsNotTheStore() async throws {
        let old = try await TestPostgres()
        let new = try await old.replica()
        let probers = fieldProbers()
        let both =
            "postgresql://owner:\(TestPostgres.password.replacing(" ", with: "%20"))@"
            + "127.0.0.1:\(old.port),127.0.0.1:\(new.port)/postgres"
        let ledger = Ledger(
            .postgres(PostgresStore(url: Text(both))),
            appearWithin: .milliseconds(300)
        )
        // Long enough for a promotion that takes seconds, as it does on a busy machine.
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(8)) {
            try await pause(.milliseconds(1000))
            try old.signal(SIGKILL)
            try await new.promote()
            try await pause(.milliseconds(1000))
            try await old.comeBackAsStandby()
        }
        let count = try drill.count()
        #expect(count.unread == nil, "\(drill.told)")
        // What the old one acknowledged and hadn't sent yet is lost, and nothing that came after it.
        let killed = try #require(drill.writes.first { $0.answer != .acknowledged }).number
        let later = drill.writes.filter { $0.answer == .acknowledged && $0.number > killed }
        #expect(!later.isEmpty && later.allSatisfy { $0.copies == 1 }, "\(count)")
        await probers.close()
        try await new.remove()
        try await old.remove()
    }

    @Test func anAddressThatLeadsToAStandbyIsntReadBack() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = Ledger(
            .postgres(PostgresStore(url: Text(postgres.url(more: "?target_session_attrs=any"))))
        )
        let keeper = try await probers.keeper(for: probe(.ledger(ledger)), owner: "run-1")
        try await keeper.prepare(deadline: now() + .seconds(5))
        #expect(await keeper.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        #expect(try await keeper.readBack(deadline: now() + .seconds(5)) == [1: 1])
        try await postgres.becomeStandby()
        let unread = try await ledgerError {
            _ = try await keeper.read([1], at: 0, deadline: now() + .seconds(10))
        }
        #expect(unread.message.hasSuffix("it leads to a standby"), "\(unread)")
        // Promoted, it is the store again, at the next look.
        try await postgres.promote()
        #expect(try await keeper.readBack(deadline: now() + .seconds(5)) == [1: 1])
        await keeper.close()
        await probers.close()
        try await postgres.remove()
    }
}
