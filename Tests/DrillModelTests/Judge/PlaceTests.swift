import Foundation
import Testing

@testable import DrillModel

/// What each place of a ledger shows after the recovery.
@Suite struct PlaceTests {
    /// The winner of a split brain, through which users go, and its loser.
    private static func judged(
        _ writes: [LedgerWrite],
        loser: String? = nil,
        budgets: [Budget] = []
    ) -> Judgement {
        var probe = probe("orders", .data)
        probe.kind = .ledger(
            Ledger(
                .postgres(PostgresStore(url: "postgresql://shop@edge:5432/shop")),
                readFrom: [LedgerPlace(.url("postgresql://shop@db-east/shop"), name: "east")]
            )
        )
        let events = whole([
            at(7000, .placeReadBack(probe: "orders", place: 1, failure: loser)),
            at(7000, .readBack(probe: "orders", failure: nil)),
        ])
        return Judge.judge(
            plan([probe], budgets: budgets),
            Timeline(events: events, ledgers: ["orders": writes])
        )
    }

    private static func write(
        _ at: Int64,
        _ answer: LedgerWrite.Answer = .acknowledged,
        winner: Int?,
        loser: Int?,
        appearedAt: [Int]? = nil,
        goneAt: [Int]? = nil
    ) -> LedgerWrite {
        var write = LossTests.write(at, answer, copies: winner)
        write.copiesElsewhere = [loser]
        write.appearedAt = appearedAt
        write.goneAt = goneAt
        return write
    }

    @Test func theLosingSideOfASplitBrainShows() throws {
        let judgement = Self.judged([
            Self.write(100, winner: 1, loser: 1),
            // Acknowledged by the side that lost: gone for whoever uses the system.
            Self.write(200, winner: 0, loser: 1), Self.write(300, winner: 0, loser: 2),
            Self.write(400, winner: 1, loser: 0),
            Self.write(500, .indeterminate, winner: 0, loser: 1),
            Self.write(600, .indeterminate, winner: 1, loser: 0),
        ])
        let count = try #require(judgement.ledgers.first)
        #expect(count.kept == 2)
        #expect(count.lost == 2)
        #expect(count.duplicated == 0)
        let (winner, loser) = (count.places[0], count.places[1])
        #expect(winner.place == "edge:5432/shop")
        #expect((winner.kept, winner.lost) == (2, 2))
        #expect((winner.indeterminatePresent, winner.indeterminateAbsent) == (1, 1))
        #expect(loser.place == "east")
        #expect((loser.kept, loser.lost, loser.duplicated) == (3, 1, 1))
        #expect((loser.indeterminatePresent, loser.indeterminateAbsent) == (1, 1))
        #expect(judgement.figure(.lost, "orders")?.amount == .count(low: 2, best: 2, high: 2))
    }

    @Test func aFurtherPlaceThatIsGoneLeavesTheRestKnown() throws {
        let judgement = Self.judged(
            [Self.write(100, winner: 1, loser: nil)],
            loser: "connection refused",
            budgets: [Budget(figure: .lost, limit: .atMostCount(0))]
        )
        #expect(judgement.verdict == .passed)
        let count = try #require(judgement.ledgers.first)
        #expect(count.unread == nil)
        #expect(count.places.map(\.unread) == [nil, "connection refused"])
        let entry = LedgerEntry(count)
        #expect(entry.places?.last?.lost == nil)
        #expect(entry.lost == 0)
    }

    @Test func staleThenAppeared() throws {
        let judgement = Self.judged([
            Self.write(100, winner: 1, loser: 1, appearedAt: [1]),
            Self.write(200, winner: 1, loser: 1, appearedAt: [0, 1]),
            // Nobody was promised this one.
            Self.write(300, .indeterminate, winner: 1, loser: 1, appearedAt: [0]),
        ])
        let count = try #require(judgement.ledgers.first)
        #expect(count.staleThenAppeared == 1)
        #expect(count.places.map(\.staleThenAppeared) == [1, 2])
        #expect(count.lost == 0)
    }

    /// One look found it and the next didn't: whoever answers next may lack as much, or more.
    @Test(
        "what was seen and then gone leaves what is lost open",
        arguments: [
            ([Int64](), Verdict.inconclusive, "unknown"), ([300], .failed, "≥ 1 writes"),
        ]
    )
    func seenThenGone(_ neverSeen: [Int64], _ verdict: Verdict, _ shown: String) throws {
        let judgement = Self.judged(
            [
                Self.write(100, winner: 1, loser: 1),
                Self.write(200, winner: 1, loser: 1, appearedAt: [0], goneAt: [0]),
            ] + neverSeen.map { Self.write($0, winner: 0, loser: 1) },
            budgets: [
                Budget(figure: .lost, limit: .atMostCount(0)), budget(.rpo, 0),
                Budget(figure: .lost, limit: .atMostCount(0), during: .before),
            ]
        )
        let why =
            "1 record that one look at edge:5432/shop found was gone in a later one: it leads to "
            + "servers with different data (name each of them under `read-from:`), or something "
            + "removes records"
        let lost = try #require(judgement.figure(.lost, "orders"))
        #expect(lost.verdict == verdict && lost.shown == shown && lost.note == why)
        #expect(judgement.figure(.rpo, "orders")?.verdict != .passed)
        let before = judgement.figures.first { $0.during == .before }
        #expect(before?.verdict != .passed)
        #expect(judgement.deviations.contains("orders: \(why)"))
        let entry = LedgerEntry(try #require(judgement.ledgers.first))
        #expect(entry.kept == nil && entry.lost == nil && entry.staleThenAppeared == nil)
        #expect(entry.unread == nil)
        #expect(entry.seenThenGone == 1)
        // The other place contradicts itself in nothing.
        #expect(entry.places?.map(\.lost) == [nil, 0])
        #expect(entry.places?.map(\.seenThenGone) == [1, 0])
    }

    /// A split brain at a further place is told there, and leaves the store's own address alone.
    @Test func aFurtherPlaceThatIsTorn() throws {
        let judgement = Self.judged(
            [Self.write(100, winner: 1, loser: 1, goneAt: [1])],
            budgets: [Budget(figure: .lost, limit: .atMostCount(0))]
        )
        #expect(judgement.verdict == .passed)
        #expect(judgement.ledgers.first?.places.map(\.isKnown) == [true, false])
        #expect(judgement.deviations.count == 1)
    }

    @Test(
        "a place is called by its address, without who logs in",
        arguments: [
            (Text("postgresql://shop:pw@db:5432/shop?sslmode=require"), "db:5432/shop"),
            (
                Text(parts: [
                    .literal("redis://:"), .file("/run/secret"), .literal("@cache:6379/0"),
                ]), "cache:6379/0"
            ),
            (Text(parts: [.environment("DATABASE_URL")]), "${env:DATABASE_URL}"),
            (
                Text(parts: [
                    .literal("http://"), .value("10.0.0.1"), .literal("/o/"), .saved("id"),
                ]),
                "10.0.0.1/o/${id}"
            ),
            (Text("postgresql:///shop"), "/shop"),
        ]
    )
    func names(_ url: Text, _ name: String) {
        #expect(LedgerPlace(.url(url)).shown == name)
    }

    @Test(
        "keys are removed from the server that holds them",
        arguments: [
            ("redis://:pw@cache", "redis-cli -h cache -p 6379 -n 0"),
            ("redis://[::1]:7000/3", "redis-cli -h ::1 -p 7000 -n 3"),
            ("redis://a b:pw@cache/", "redis-cli -h cache -p 6379 -n 0 --user 'a b'"),
            ("cache:6379", nil), ("redis://cache:x", nil), ("redis://cache/x", nil),
        ] as [(String, String?)]
    )
    func removal(_ url: String, _ client: String?) {
        let words = RedisRemoval(Text(url))?.words(of: "drill:r1:*")
        let password = url.contains("pw") ? " (with its password in REDISCLI_AUTH)" : ""
        #expect(
            words
                == client.map {
                    "\($0) --scan --pattern 'drill:r1:*' | xargs -r \($0) unlink\(password)"
                }
        )
        // A secret hides where it leads to.
        #expect(RedisRemoval(Text(parts: [.environment("CACHE_URL")])) == nil)
    }

    @Test func aPlanOfBeforeIsRead() throws {
        let old = """
            {"postgres": {"parts": [{"literal": {"_0": "postgresql://a"}}]}, "readFrom": [
            {"parts": [{"literal": {"_0": "postgresql://b"}}]}], "table": "t", "isKept": true}
            """
        let ledger = try JSONDecoder().decode(Ledger.self, from: Data(old.utf8))
        #expect(ledger.places == ["a", "b"])
        #expect(ledger.store == .postgres(PostgresStore(url: "postgresql://a", table: "t")))
        #expect(ledger.isKept)
        let again = try JSONDecoder().decode(Ledger.self, from: JSONEncoder().encode(ledger))
        #expect(again == ledger)
    }

    @Test func whatAKilledRunLeftIsTold() {
        let plan = DrillModelTests.plan([probe("orders", .data)])
        let killed = [at(0, .ledgerPrepared(probe: "orders")), at(900, .steadyHeld)]
        let judgement = Judge.judge(plan, Timeline(events: killed))
        #expect(
            judgement.deviations == [
                "nothing tells that the ledger orders was cleaned up, since the record ends before the run did: at db/shop, "
                    + "delete from drill_ledger where run = 'r1' removes its rows"
            ]
        )
        #expect(LeftRecords.all(plan, killed + [at(1000, .ended)]).isEmpty)
        // On the server that it was written to.
        var cache = probe("sessions", .data)
        cache.kind = .ledger(
            Ledger(
                .redis(
                    RedisStore(
                        url: Text(parts: [
                            .literal("rediss://drill:"), .environment("PW"),
                            .literal("@10.0.0.13:6380/2"),
                        ])
                    )
                )
            )
        )
        #expect(
            LeftRecords.all(
                DrillModelTests.plan([cache]),
                [at(0, .ledgerPrepared(probe: "sessions"))]
            ) == [
                "nothing tells that the ledger sessions was cleaned up, since the record ends before the run did: for "
                    + "10.0.0.13:6380/2, redis-cli -h 10.0.0.13 -p 6380 -n 2 --user drill --tls "
                    + "--scan --pattern 'drill:r1:*' | xargs -r redis-cli -h 10.0.0.13 -p 6380 -n 2 "
                    + "--user drill --tls unlink (with its password in REDISCLI_AUTH) removes its keys"
            ]
        )
        // Two ledgers of a run don't name their records alike.
        let two = DrillModelTests.plan([probe("orders", .data), probe("carts", .data)])
        let left = LeftRecords.all(two, killed)
        #expect(left.count == 1)
        #expect(left.first?.contains("run = 'r1.orders'") ?? false)
    }
}
