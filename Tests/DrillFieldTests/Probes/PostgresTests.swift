import DrillEngine
import DrillField
import DrillModel
import Foundation
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct SQLProberTests {
    @Test func conditionsAndErrors() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        func look(
            _ query: Text,
            _ condition: SQLLook.Condition,
            url: String? = nil
        ) async throws
            -> Look
        {
            try await probers.once(
                probe(
                    .sql(
                        SQLLook(
                            url: Text(url ?? postgres.url()),
                            query: query,
                            condition: condition
                        )
                    ),
                    timeout: .milliseconds(800)
                )
            )
        }
        let good = try await look("select 'f'", .equals("f"))
        #expect(good.outcome == .good)
        #expect(good.answer == "f")
        #expect(good.sent < good.done)
        #expect(try await look("select 't'", .equals("f")).outcome == .bad(.body, "t, not f"))
        #expect(try await look("select 2", .atLeast(2)).outcome == .good)
        #expect(try await look("select 1", .atLeast(2)).outcome == .bad(.body, "1, less than 2"))
        #expect(try await look("select 0.5", .atMost(1)).outcome == .good)
        #expect(try await look("select 'x'", .atMost(1)).outcome == .bad(.body, "x is no number"))
        #expect(
            try await look("select '0x0'", .atMost(1)).outcome == .bad(.body, "0x0 is no number")
        )
        #expect(try await look("select null", .atMost(1)).outcome == .bad(.body, "NULL"))
        #expect(try await look("select 1 where false", .anyRow).outcome == .bad(.body, "no row"))
        #expect(try await look("select 1", .anyRow).outcome == .good)

        let broken = try await look("select * from nowhere", .anyRow)
        #expect(broken.outcome.failure == .status)
        #expect(broken.outcome.words == "ERROR 42P01: relation \"nowhere\" does not exist")
        let stranger = try await look(
            "select 1",
            .anyRow,
            url: postgres.url(password: "another word")
        )
        #expect(stranger.outcome.failure == .status)
        #expect(stranger.outcome.words.hasPrefix("FATAL 28P01: password authentication failed"))
        let nobody = try await look(
            "select 1",
            .anyRow,
            url: "postgresql://owner@127.0.0.1:\(try freePort())/postgres"
        )
        #expect(nobody.outcome.failure == .refused, "\(nobody)")
        let strict = try await look(
            "select 1",
            .anyRow,
            url: postgres.url(more: "?sslmode=require")
        )
        #expect(strict.outcome.failure == .tls, "\(strict)")
        let started = now()
        let slow = try await look("select pg_sleep(5)", .anyRow)
        #expect(slow.outcome.failure == .timeout)
        // 200 ms: a busy two-core machine.
        #expect(now() - started < .milliseconds(1000))
        await probers.close()
        try await postgres.remove()
    }

    /// A server that answers nothing at all, before and after log-in, and one that is gone.
    @Test func silenceBeforeAndAfterLogIn() async throws {
        let truth = try TruthServer()
        defer { truth.stop() }
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let silent = probe(
            .sql(
                SQLLook(
                    url: Text("postgresql://a:b@127.0.0.1:\(truth.port)/a"),
                    query: "select 1",
                    condition: .anyRow
                )
            ),
            timeout: .milliseconds(300)
        )
        let before = now()
        #expect(try await probers.once(silent).outcome.failure == .timeout)
        #expect(now() - before < .milliseconds(500))

        let prober = try await probers.prober(
            for: probe(
                .sql(SQLLook(url: Text(postgres.url()), query: "select 1", condition: .anyRow))
            )
        )
        func next(_ span: Span = .milliseconds(300)) async -> Outcome {
            await prober.look(deadline: now() + span).outcome
        }
        #expect(await next(.seconds(2)) == .good)
        try postgres.signal(SIGSTOP)
        let frozen = await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { await next() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // No more than 32 connections: what is beyond isn't sent.
        #expect(frozen.count { $0.failure == .timeout } == 32)
        #expect(frozen.count { $0 == .unsent } == 168)
        try postgres.signal(SIGCONT)
        #expect(await next(.seconds(2)) == .good)
        try postgres.signal(SIGKILL)
        let gone = await next()
        #expect(gone.failure == .refused || gone.failure == .reset, "\(gone)")
        // The kernel closes what a killed process had open a moment later.
        var last = gone
        for _ in 0..<50 where last.failure != .refused { last = await next() }
        #expect(last.failure == .refused, "\(last)")
        await prober.close()
        await probers.close()
        try await postgres.remove()
    }

    @Test func theUrlsSecretStaysHidden() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers(secrets: [
            "PGPASS": "wrong%20word", "ALL": "postgresql://a:b%zz@c",
        ])
        let url = Text(parts: [
            .literal("postgresql://owner:"), .environment("PGPASS"),
            .literal("@127.0.0.1:\(postgres.port)/postgres"),
        ])
        let look = try await probers.once(
            probe(.sql(SQLLook(url: url, query: "select 1", condition: .anyRow)))
        )
        #expect(look.outcome.failure == .status)
        #expect(!look.outcome.words.contains("wrong"))
        let malformed = Text(parts: [.environment("ALL")])
        do {
            _ = try await probers.prober(
                for: probe(.sql(SQLLook(url: malformed, query: "select 1", condition: .anyRow)))
            )
            Issue.record("an address that can't be decoded was taken")
        } catch {
            // libpq quotes the part that it can't read.
            #expect(!error.message.contains("zz"), "\(error)")
            #expect(error.message.contains("${env:ALL}"))
        }
        await probers.close()
        try await postgres.remove()
    }
}

@Suite(.serialized, .timeLimit(.minutes(3)))
struct PostgresLedgerTests {
    private func keeper(
        _ probers: FieldProbers,
        _ urls: String...,
        run: String = "run-1"
    ) async throws -> any LedgerKeeper {
        let ledger = Ledger(
            postgres: Text(urls[0]),
            readFrom: urls.dropFirst().map { Text($0) }
        )
        return try await probers.keeper(for: probe(.ledger(ledger)), owner: run)
    }

    @Test func writesReadsBackAndCleansUp() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url())
        try await ledger.prepare(deadline: now() + .seconds(5))
        for number in 0..<20 {
            let answer = await ledger.write(number, deadline: now() + .seconds(1))
            #expect(answer.answer == .acknowledged)
            let sent = try #require(answer.sent)
            #expect(sent < answer.done)
        }
        // What nobody but the system under test could do, and a run of somebody else's.
        try await postgres.sql("insert into drill_ledger (run, number) values ('run-1', 7)")
        try await postgres.sql("insert into drill_ledger (run, number) values ('run-2', 99)")
        try await postgres.sql("delete from drill_ledger where run = 'run-1' and number = 3")
        let copies = try await ledger.readBack(deadline: now() + .seconds(5))
        #expect(copies.count == 19)
        #expect(copies[7] == 2)
        #expect(copies[3] == nil)
        #expect(copies[99] == nil)
        // Each place by itself, though they are one.
        let twice = try await keeper(
            probers,
            postgres.url(),
            postgres.url(),
            postgres.url(more: "?sslmode=disable")
        )
        for place in 0...2 {
            #expect(try await twice.readBack(place, deadline: now() + .seconds(5)) == copies)
        }
        // Only what is asked for.
        let asked = try await twice.read([2, 3, 7], at: 1, deadline: now() + .seconds(5))
        #expect(asked.copies == [2: 1, 7: 2])
        #expect(asked.sent < asked.done)
        await twice.close()

        try await ledger.cleanUp([], deadline: now() + .seconds(5))
        #expect(try await postgres.sql("select run, number from drill_ledger") == "run-2|99")
        try await postgres.sql("delete from drill_ledger")
        try await ledger.cleanUp([], deadline: now() + .seconds(5))
        #expect(try await postgres.sql("select to_regclass('drill_ledger') is null") == "t")
        await ledger.close()
        await probers.close()
        try await postgres.remove()
    }

    @Test func whoMayNotMakeATableIsToldWhatToAskFor() async throws {
        let postgres = try await TestPostgres()
        try await postgres.sql("create role shop login password 'pw'")
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url("shop", password: "pw"))
        let refused = try await ledgerError {
            try await ledger.prepare(deadline: now() + .seconds(5))
        }
        let lines = refused.message.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(lines.count == 3, "\(refused)")
        // Exactly what it says, by hand.
        try await postgres.sql(String(lines[1]))
        let half = try await ledgerError { try await ledger.prepare(deadline: now() + .seconds(5)) }
        #expect(half.message.contains("grant select, insert, delete"))
        try await postgres.sql(String(lines[2]))
        try await ledger.prepare(deadline: now() + .seconds(5))
        #expect(await ledger.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        #expect(try await ledger.readBack(deadline: now() + .seconds(5)) == [1: 1])
        try await ledger.cleanUp([], deadline: now() + .seconds(5))
        // The administrator's table is the administrator's to drop.
        #expect(try await postgres.sql("select count(*) from drill_ledger") == "0")
        await ledger.close()

        try await postgres.sql("drop table drill_ledger; create table drill_ledger (a int)")
        let other = try await keeper(probers, postgres.url())
        let taken = try await ledgerError { try await other.prepare(deadline: now() + .seconds(5)) }
        #expect(taken.message.contains("is no ledger"), "\(taken)")
        await other.close()
        let nowhere = try await keeper(
            probers,
            "postgresql://shop@127.0.0.1:\(try freePort())/postgres"
        )
        let unreached = try await ledgerError {
            try await nowhere.prepare(deadline: now() + .seconds(5))
        }
        #expect(unreached.message.contains("Connection refused"), "\(unreached)")
        #expect(
            await nowhere.write(1, deadline: now() + .seconds(1)).answer == .refused
        )
        await nowhere.close()
        await probers.close()
        try await postgres.remove()
    }

    /// A server that is no standby never gets the table by itself: it is told in the server's own words.
    @Test func aPlaceWithoutTheTableIsToldInTheServersWords() async throws {
        let postgres = try await TestPostgres()
        let other = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url(), other.url())
        // Its last answer is cut short by the deadline: those before have told.
        async let hangs: Void = {
            try await pause(.milliseconds(700))
            try other.signal(SIGSTOP)
        }()
        let refused = try await ledgerError {
            try await ledger.prepare(deadline: now() + .milliseconds(1500))
        }
        try await hangs
        try other.signal(SIGCONT)
        #expect(
            refused.message.contains(#"relation "drill_ledger" does not exist"#),
            "\(refused)"
        )
        #expect(refused.message.contains("by hand: create table"), "\(refused)")
        await ledger.close()
        await probers.close()
        try await other.remove()
        try await postgres.remove()
    }

    @Test func aServerThatOnlyReadsRefuses() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url())
        try await ledger.prepare(deadline: now() + .seconds(5))
        #expect(await ledger.write(1, deadline: now() + .seconds(1)).answer == .acknowledged)
        try await postgres.sql("alter system set default_transaction_read_only = on")
        try await postgres.sql("select pg_reload_conf()")
        var answer = await ledger.write(2, deadline: now() + .seconds(1))
        for number in 3..<60 where answer.answer == .acknowledged {
            try await Task.sleep(for: .milliseconds(20))
            answer = await ledger.write(number, deadline: now() + .seconds(1))
        }
        #expect(answer.answer == .refused)
        #expect(answer.detail?.hasPrefix("ERROR 25006") ?? false, "\(answer)")
        let second = try await keeper(probers, postgres.url(), run: "run-2")
        let refused = try await ledgerError {
            try await second.prepare(deadline: now() + .seconds(5))
        }
        #expect(refused.message.contains("only reads"))
        await second.close()
        await ledger.close()
        await probers.close()
        try await postgres.remove()
    }

    /// Kills the server in the middle of writes, by SIGKILL to every process of it, and by a fast stop.
    @Test(arguments: [true, false])
    func whatWasAcknowledgedIsThereAfterwards(isKilled: Bool) async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url())
        try await ledger.prepare(deadline: now() + .seconds(5))
        final class Back: Sendable { let at = Mutex<Instant?>(nil) }
        let back = Back()
        let answers = try await withThrowingTaskGroup(of: (Int, LedgerAnswer)?.self) { group in
            group.addTask {
                try await Task.sleep(for: .milliseconds(700))
                if isKilled {
                    try postgres.signal(SIGKILL)
                    try await Task.sleep(for: .milliseconds(600))
                } else {
                    try await postgres.stopFast()
                }
                try await postgres.start()
                back.at.withLock { $0 = now() }
                return nil
            }
            let begun = now()
            var number = 0
            // A second beyond its coming back, which takes a busy machine its time.
            while now() - begun < .seconds(30),
                back.at.withLock({ $0 }).map({ now() - $0 < .seconds(1) }) ?? true
            {
                let next = number
                group.addTask { (next, await ledger.write(next, deadline: now() + .seconds(1))) }
                number += 1
                try await Task.sleep(for: .milliseconds(3))
            }
            var found: [Int: LedgerAnswer] = [:]
            for try await answer in group {
                if let (number, answer) = answer { found[number] = answer }
            }
            return found
        }
        let copies = try await ledger.readBack(deadline: now() + .seconds(20))
        func numbers(_ kind: LedgerWrite.Answer) -> [Int] {
            answers.filter { $0.value.answer == kind }.map(\.key)
        }
        let acknowledged = numbers(.acknowledged)
        #expect(acknowledged.filter { copies[$0] != 1 } == [])
        #expect(numbers(.refused).filter { copies[$0] != nil } == [])
        #expect(numbers(.unsent).filter { copies[$0] != nil } == [])
        let present = numbers(.indeterminate).filter { copies[$0] != nil }
        #expect(copies.count == acknowledged.count + present.count)
        // By plain SQL: not by the ledger's own counting.
        let plain = try await postgres.sql(
            "select count(distinct number) from drill_ledger where run = 'run-1'"
        )
        #expect(Int(plain) == copies.count)
        // It did go down in the middle, and came back.
        #expect(acknowledged.count > 50)
        #expect(numbers(.refused).count > 10)
        #expect((acknowledged.max() ?? 0) > (numbers(.refused).max() ?? .max))
        print(
            "\(isKilled ? "killed" : "stopped"): \(acknowledged.count) acknowledged, "
                + "\(numbers(.refused).count) refused, \(numbers(.indeterminate).count) indeterminate "
                + "(\(present.count) present), \(numbers(.unsent).count) unsent"
        )
        try await ledger.cleanUp([], deadline: now() + .seconds(5))
        await ledger.close()
        await probers.close()
        try await postgres.remove()
    }

    /// A server that stands still: sent, no answer; and it isn't given ever more connections.
    @Test func aFrozenServerLeavesWritesIndeterminate() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers()
        let ledger = try await keeper(probers, postgres.url())
        try await ledger.prepare(deadline: now() + .seconds(5))
        #expect(await ledger.write(0, deadline: now() + .seconds(1)).answer == .acknowledged)
        try postgres.signal(SIGSTOP)
        let late = await ledger.write(1, deadline: now() + .milliseconds(300))
        #expect(late.answer == .indeterminate)
        // A new connection, which the kernel makes and nobody serves.
        let unmade = await ledger.write(2, deadline: now() + .milliseconds(300))
        #expect(unmade.answer == .refused, "\(unmade)")
        try postgres.signal(SIGCONT)
        var copies = try await ledger.readBack(deadline: now() + .seconds(5))
        for _ in 0..<100 where copies[1] == nil {
            try await Task.sleep(for: .milliseconds(20))
            copies = try await ledger.readBack(deadline: now() + .seconds(5))
        }
        #expect(copies == [0: 1, 1: 1])
        await ledger.close()
        await probers.close()
        try await postgres.remove()
    }
}
