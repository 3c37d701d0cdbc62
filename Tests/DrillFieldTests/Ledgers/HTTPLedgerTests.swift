import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct HTTPLedgerTests {
    private static func probers() -> FieldProbers { fieldProbers(secrets: ["KEY": "open sesame"]) }

    private func store(_ store: TestStore, get: String = "") -> HTTPStore {
        func url(_ path: String) -> Text {
            Text(parts: [.literal("http://127.0.0.1:\(store.port)/\(path)"), .saved("id")])
        }
        return HTTPStore(
            put: url("orders/"),
            get: url(get.isEmpty ? "orders/" : get),
            headers: ["X-Key": Text(parts: [.environment("KEY")])]
        )
    }

    private func keeper(
        _ probers: FieldProbers,
        _ store: HTTPStore
    ) async throws -> any LedgerKeeper {
        try await probers.keeper(for: probe(.ledger(Ledger(.http(store)))), owner: "run-1")
    }

    @Test func writesReadsBackAndCleansUp() async throws {
        let server = try await TestStore()
        let probers = Self.probers()
        let ledger = try await keeper(probers, store(server))
        try await ledger.prepare(deadline: now() + .seconds(5))
        for number in 0..<60 {
            let answer = await ledger.write(number, deadline: now() + .seconds(2))
            #expect(answer.answer == .acknowledged, "\(answer)")
        }
        try server.remove("orders_run-1-3")
        // Its content is gone, though something is there.
        try "".write(
            toFile: server.folder + "/data/orders_run-1-4",
            atomically: true,
            encoding: .utf8
        )
        let find = try await ledger.read(Array(0..<60), at: 0, deadline: now() + .seconds(10))
        #expect(find.copies.count == 58)
        #expect(find.copies[3] == nil && find.copies[4] == nil)
        #expect(find.sent < find.done)

        try server.become("no-delete")
        let left = try await ledgerError {
            try await ledger.cleanUp(Array(0..<60), deadline: now() + .seconds(10))
        }
        #expect(left.message.contains("61 of the records"), "\(left)")
        #expect(left.message.contains("run-1-0 and so on: status 405"), "\(left)")
        try server.become("well")
        try await ledger.cleanUp(Array(0..<60), deadline: now() + .seconds(10))
        #expect(try server.names() == [])
        await ledger.close()
        await probers.close()
        try await server.end()
    }

    @Test func eachAnswerIsToldAsWhatItIs() async throws {
        let server = try await TestStore()
        let probers = Self.probers()
        let ledger = try await keeper(probers, store(server))
        try await ledger.prepare(deadline: now() + .seconds(5))
        try server.become("error")
        let failed = await ledger.write(1, deadline: now() + .seconds(2))
        // It was carried out all the same: nobody could have known.
        #expect(failed.answer == .indeterminate)
        #expect(failed.detail == "status 500")
        // So was what a proxy repeated, and what somebody on the way gave up.
        for (number, status) in [(11, 408), (12, 409), (13, 412), (14, 425), (15, 499)] {
            try server.become("\(status)")
            let answer = await ledger.write(number, deadline: now() + .seconds(2))
            #expect(answer.answer == .indeterminate && answer.detail == "status \(status)")
        }
        try server.become("refuse")
        #expect(await ledger.write(2, deadline: now() + .seconds(2)).answer == .refused)
        try server.become("hang")
        let hung = await ledger.write(3, deadline: now() + .milliseconds(500))
        #expect(hung.answer == .indeterminate)
        try server.become("well")
        let find = try await ledger.read([1, 2, 3, 12], at: 0, deadline: now() + .seconds(5))
        #expect(find.copies == [1: 1, 3: 1, 12: 1])
        try await server.end()
        let gone = await ledger.write(4, deadline: now() + .seconds(2))
        #expect(gone.answer == .refused)
        #expect(gone.detail == "connection refused")
        await #expect(throws: LedgerError.self) {
            try await ledger.read([1], at: 0, deadline: now() + .seconds(2))
        }
        await ledger.close()
        await probers.close()
    }

    /// Else all would be counted as lost, or all as kept.
    @Test func whatCantBeReadIsToldBeforeAnythingIsBroken() async throws {
        let server = try await TestStore()
        let probers = Self.probers()
        let elsewhere = try await keeper(probers, store(server, get: "somewhere-else/"))
        let unseen = try await ledgerError {
            try await elsewhere.prepare(deadline: now() + .seconds(1))
        }
        #expect(unseen.message.contains("can't be seen at 127.0.0.1:"), "\(unseen)")
        let yes = try await keeper(probers, store(server))
        try server.become("yes")
        let page = try await ledgerError { try await yes.prepare(deadline: now() + .seconds(1)) }
        #expect(page.message.contains("what is read must be what is written"), "\(page)")
        try server.become("refuse")
        let refused = try await ledgerError { try await yes.prepare(deadline: now() + .seconds(1)) }
        #expect(refused.message.hasSuffix("status 403"), "\(refused)")
        await probers.close()
        try await server.end()
    }

    /// Half of what the store has is taken away while it is down.
    @Test func aStoreThatLosesHalf() async throws {
        let server = try await TestStore()
        let probers = Self.probers()
        let ledger = Ledger(.http(store(server)), appearWithin: .milliseconds(300))
        let drill = try await LedgerDrill(
            ledger,
            probers,
            every: .milliseconds(20),
            lasting: .seconds(3)
        ) {
            try await pause(.milliseconds(1500))
            try server.become("refuse")
            for name in try server.names().filter({ $0.contains(LedgerDrill.run) }).prefix(20) {
                try server.remove(name)
            }
            try await pause(.milliseconds(500))
            try server.become("well")
        }
        let count = try drill.count()
        #expect(count.lost >= 19 && count.lost <= 20, "\(count)")
        #expect(count.refused > 5)
        #expect(count.acknowledged == count.kept + count.lost)
        #expect(try server.names() == [])
        await probers.close()
        try await server.end()
    }
}
