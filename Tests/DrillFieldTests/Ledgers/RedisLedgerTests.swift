import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct RedisLedgerTests {
    private func keeper(
        _ probers: FieldProbers,
        _ url: String,
        readFrom: [String] = [],
        writers: Int = 1,
        owner: String = "run-1"
    ) async throws -> any LedgerKeeper {
        let ledger = Ledger(
            .redis(RedisStore(url: Text(url))),
            readFrom: readFrom.map { LedgerPlace(.url(Text($0))) },
            writers: writers
        )
        return try await probers.keeper(for: probe(.ledger(ledger)), owner: owner)
    }

    @Test func writesReadsBackAndCleansUp() async throws {
        let redis = try await TestRedis()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, redis.url(database: 3), writers: 3)
        try await ledger.prepare(deadline: now() + .seconds(5))
        for number in 0..<450 {
            let answer = await ledger.write(number, deadline: now() + .seconds(1))
            #expect(answer.answer == .acknowledged, "\(answer)")
            let sent = try #require(answer.sent)
            #expect(sent < answer.done)
        }
        // What nobody but the system under test could do, and a run of somebody else's.
        try await redis.cli("-n 3 incr drill:run-1:7")
        try await redis.cli("-n 3 del drill:run-1:3")
        try await redis.cli("-n 3 decrby drill:run-1:4 2")
        try await redis.cli("-n 3 set drill:run-2:99 1")
        let copies = try await ledger.readBack(deadline: now() + .seconds(5))
        #expect(copies.count == 448)
        #expect(copies[7] == 2)
        #expect(copies[3] == nil && copies[4] == nil)
        // Three writers, three connections; and one that reads.
        let clients = try await redis.cli("client list type normal")
        #expect(clients.split(separator: "\n").count { $0.contains("db=3") } == 4, "\(clients)")

        try await ledger.cleanUp(Array(0..<450), deadline: now() + .seconds(5))
        #expect(try await redis.cli("-n 3 keys '*'") == "drill:run-2:99")
        await ledger.close()
        await probers.close()
    }

    @Test func whatCantBeUsedIsToldBeforeAnythingIsBroken() async throws {
        let redis = try await TestRedis()
        let replica = try await TestRedis(of: redis)
        let probers = fieldProbers()
        func refusal(_ url: String, readFrom: [String] = []) async throws -> String {
            let ledger = try await keeper(probers, url, readFrom: readFrom)
            let error = try await ledgerError {
                try await ledger.prepare(deadline: now() + .seconds(2))
            }
            await ledger.close()
            return error.message
        }
        #expect(try await refusal(replica.url).contains("READONLY"))
        let stranger = try await refusal(redis.url(database: 0, password: "another"))
        #expect(stranger.contains("WRONGPASS"), "\(stranger)")
        let nowhere = "redis://127.0.0.1:\(try freePort())"
        #expect(try await refusal(nowhere).contains("connection refused"))
        let further = try await refusal(redis.url, readFrom: [nowhere])
        #expect(further.contains("can't be read from 127.0.0.1:"), "\(further)")
        await probers.close()
    }

    /// SIGKILL in the middle of writes: with its log on the disk nothing acknowledged is gone, without
    /// one all that came before is.
    @Test(arguments: [true, false])
    func killed(isDurable: Bool) async throws {
        let redis = try await TestRedis(isDurable: isDurable)
        let probers = fieldProbers()
        let ledger = Ledger(
            .redis(RedisStore(url: Text(redis.url))),
            appearWithin: .milliseconds(500),
            writers: 2
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(3)) {
            try await pause(.milliseconds(1500))
            try redis.signal(SIGKILL)
            try await pause(.milliseconds(500))
            try await redis.start()
        }
        let count = try drill.count()
        #expect(count.unread == nil, "\(drill.told)")
        // A second of writes before it was killed, whatever the start took.
        #expect(count.acknowledged > 60, "\(count)")
        #expect(count.refused > 10)
        #expect(count.acknowledged == count.kept + count.lost)
        if isDurable { #expect(count.lost == 0) } else { #expect(count.lost > 40, "\(count)") }
        let refused = drill.writes.filter { $0.answer == .refused }
        #expect(refused.allSatisfy { $0.copies == 0 })
        #expect(refused.contains { $0.detail == "connection refused" })
        // It was cleaned up: the keys of the trial and of the run are gone.
        #expect(try await redis.cli("keys '*'") == "")
        let rpo = try #require(drill.judgement.figure(.rpo))
        guard case .span(let low?, _, _) = rpo.amount else {
            Issue.record("\(rpo)")
            return
        }
        #expect(isDurable ? low == .zero : low > .milliseconds(200), "\(rpo)")
        await probers.close()
    }

    /// A replica that stands still is behind by as long, and what it never got is lost there alone.
    @Test func replica() async throws {
        let redis = try await TestRedis()
        let replica = try await TestRedis(of: redis)
        let probers = fieldProbers()
        let ledger = Ledger(
            .redis(RedisStore(url: Text(redis.url))),
            readFrom: [LedgerPlace(.url(Text(replica.url)), name: "replica")],
            readEvery: .milliseconds(20),
            appearWithin: .milliseconds(500)
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(5)) {
            try await pause(.milliseconds(1500))
            // It answers, and applies nothing: its link to the primary hangs.
            try await redis.cli("client pause 1 write")
            try await replica.cli("replicaof 127.0.0.1 1")
            try await pause(.milliseconds(1500))
            try await replica.cli("replicaof 127.0.0.1 \(redis.port)")
        }
        let count = try drill.count()
        #expect(count.lost == 0)
        let place = count.places[1]
        #expect(place.place == "replica")
        #expect(place.lost == 0, "\(place)")
        let staleness = try #require(place.staleness)
        #expect(staleness.staleReads > 30, "\(staleness)")
        guard case .span(let low?, _, let high?) = staleness.worst else {
            Issue.record("\(staleness)")
            return
        }
        // It stood still for 1.5 s at least; the link is tried again once a second.
        #expect(low > .milliseconds(1300) && low < high && high < .seconds(4), "\(low) to \(high)")
        await probers.close()
    }

    /// A side that is cut off and goes on acknowledging: what it took is gone once it follows the other.
    @Test func theLosingSideOfASplitBrain() async throws {
        let winner = try await TestRedis()
        let loser = try await TestRedis()
        let probers = fieldProbers()
        // The ledger's own writes go to the loser; the winner gets none of them.
        let ledger = Ledger(
            .redis(RedisStore(url: Text(loser.url))),
            readFrom: [LedgerPlace(.url(Text(winner.url)), name: "winner")],
            appearWithin: .milliseconds(300)
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(1)) {}
        let count = try drill.count()
        #expect(count.places.map(\.lost) == [0, count.acknowledged])
        // Never there: that is lost, and not late.
        #expect(count.places[1].staleness?.worst == .span(low: nil, best: nil, high: nil))
        await probers.close()
    }

    /// A balancer leads each connection to the next of two masters, each of which has some of the records.
    @Test func anAddressThatLeadsToTwoMastersNeverPasses() async throws {
        let servers = [try await TestRedis(), try await TestRedis()]
        let port = try freePort()
        let folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        try """
        global
          nbthread 1
        defaults
          mode tcp
          timeout connect 1s
          timeout client 60s
          timeout server 60s
        listen redis
          bind 127.0.0.1:\(port)
          balance roundrobin
          server a 127.0.0.1:\(servers[0].port)
          server b 127.0.0.1:\(servers[1].port)

        """.write(toFile: "\(folder)/haproxy.cfg", atomically: true, encoding: .utf8)
        let haproxy = Background("exec haproxy -db -f \(folder)/haproxy.cfg")
        let probers = fieldProbers()
        let password = TestRedis.password.replacing("@", with: "%40")
        let ledger = Ledger(
            .redis(RedisStore(url: Text("redis://:\(password)@127.0.0.1:\(port)/0"))),
            readFrom: servers.map { LedgerPlace(.url(Text($0.url))) },
            appearWithin: .seconds(1),
            writers: 2
        )
        _ = try await Background.run(
            "until redis-cli -p \(port) ping >/dev/null 2>&1; do sleep 0.05; done"
        )
        let drill = try await LedgerDrill(ledger, probers, lasting: .seconds(2)) {}
        let count = try drill.count()
        #expect(count.unread == nil && count.gone > 0, "\(count)")
        // Each record is at one of the two; at which, the balancer chose when a writer's connection was made.
        let places = count.places.dropFirst()
        #expect(places.allSatisfy { $0.isKnown }, "\(count)")
        let kept = places.map(\.kept).reduce(0, +)
        #expect(kept == count.acknowledged, "\(count)")
        let lost = try #require(drill.judgement.figure(.lost))
        #expect(lost.amount == .count(low: 0, best: nil, high: nil))
        await haproxy.stop()
        await probers.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Word by word what it says when it can't clean up; the server is on a port of its own.
    @Test func whatIsLeftCanBeRemovedAsItSays() async throws {
        let redis = try await TestRedis()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, redis.url(database: 2))
        try await ledger.prepare(deadline: now() + .seconds(5))
        #expect(await ledger.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        try redis.signal(SIGSTOP)
        let left = try await ledgerError {
            try await ledger.cleanUp([1], deadline: now() + .milliseconds(200))
        }
        try redis.signal(SIGCONT)
        let words = try #require(left.message.firstRange(of: "it can be removed by "))
        let command = left.message[words.upperBound...].prefix { $0 != "(" }
        #expect(left.message.contains("may still be there"))
        #expect(!left.message.contains("s3cret"))
        // Written again: what was hanging may have been carried out.
        #expect(await ledger.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        #expect(try await redis.cli("-n 2 keys '*'") != "")
        _ = try await Background.run("export REDISCLI_AUTH='\(TestRedis.password)'; \(command)")
        #expect(try await redis.cli("-n 2 keys '*'") == "", "\(left)")
        await ledger.close()
        await probers.close()
    }

    @Test func anAddressThatLeadsToAReplicaIsntReadBack() async throws {
        let redis = try await TestRedis()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, redis.url)
        try await ledger.prepare(deadline: now() + .seconds(5))
        #expect(await ledger.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        #expect(try await ledger.readBack(deadline: now() + .seconds(5)) == [1: 1])
        try await redis.cli("replicaof 127.0.0.1 1")
        let unread = try await ledgerError {
            _ = try await ledger.read([1], at: 0, deadline: now() + .seconds(10))
        }
        #expect(unread.message.hasSuffix("it leads to a replica"), "\(unread)")
        try await redis.cli("replicaof no one")
        #expect(try await ledger.readBack(deadline: now() + .seconds(5)) == [1: 1])
        await ledger.close()
        await probers.close()
    }

    @Test func aServerThatHangsLeavesItOpen() async throws {
        let redis = try await TestRedis()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, redis.url)
        try await ledger.prepare(deadline: now() + .seconds(5))
        try redis.signal(SIGSTOP)
        let answers = await withTaskGroup(of: LedgerAnswer.self) { group in
            for number in 0..<60 {
                group.addTask { await ledger.write(number, deadline: now() + .milliseconds(400)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // One was idle, and sent; a new connection's first word is the password, which isn't answered.
        #expect(answers.count { $0.answer == .indeterminate } == 1)
        #expect(answers.count { $0.answer == .refused } == 31)
        #expect(answers.count { $0.answer == .unsent } == 28)
        try redis.signal(SIGCONT)
        let after = await ledger.write(100, deadline: now() + .seconds(2))
        #expect(after.answer == .acknowledged)
        await ledger.close()
        await probers.close()
    }
}

extension Judgement {
    func figure(_ name: FigureName) -> Figure? { figures.first { $0.name == name } }
}
