import DrillEngine
import DrillField
import DrillModel
import Foundation
import Testing

/// Commands of the user's own, on a real host over SSH and on this machine.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct CommandLedgerTests {
    private static func store(_ folder: String, on host: String?) -> CommandStore {
        func file(_ word: String) -> Text { Text(parts: [.literal("\(folder)/"), .saved(word)]) }
        return CommandStore(
            host: host,
            // The value by standard input, the name into a shell's string.
            write: Command(
                .shell(Text(parts: [.literal("cat > \(folder)/"), .saved("id")])),
                input: .saved("value")
            ),
            read: .list(["ls", "-l", folder]),
            delete: Command(
                .shell(Text(parts: [.literal("rm -f \(folder)/"), .saved("run"), .literal("-*")]))
            )
        )
    }

    private func newFolder() async throws -> String {
        try await Background.run("d=$(mktemp -d); chmod 777 $d; echo $d")
            .trimmingCharacters(in: .newlines)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test(arguments: ViaHostTests.transports)
    func onAHost(_ transport: Host.Transport) async throws {
        let folder = try await newFolder()
        try await ViaHostTests().withWay(transport) { way in
            let ledger = Ledger(.command(Self.store(folder, on: "edge")))
            let keeper = try await way.probers.keeper(
                for: probe(.ledger(ledger), timeout: .seconds(5)),
                owner: "run-1"
            )
            try await keeper.prepare(deadline: now() + .seconds(10))
            for number in 0..<10 {
                let answer = await keeper.write(number, deadline: now() + .seconds(5))
                #expect(answer.answer == .acknowledged, "\(answer)")
            }
            let content = try String(contentsOfFile: folder + "/run-1-7", encoding: .utf8)
            #expect(content == "drill:7@run-1")
            // Another run's, which stays.
            try "x".write(toFile: folder + "/run-2-1", atomically: true, encoding: .utf8)
            try FileManager.default.removeItem(atPath: folder + "/run-1-3")
            let find = try await keeper.read(
                Array(0..<10),
                at: 0,
                deadline: now() + .seconds(5)
            )
            #expect(find.copies.count == 9)
            #expect(find.copies[3] == nil)

            await way.server.goDown()
            await way.server.killSessions()
            let gone = await keeper.write(20, deadline: now() + .seconds(2))
            #expect([.refused, .indeterminate].contains(gone.answer), "\(gone)")
            let isThere = try names(folder).contains("run-1-20")
            #expect(gone.answer == .indeterminate || !isThere)
            try await way.server.comeBack()
            try await keeper.cleanUp([], deadline: now() + .seconds(10))
            #expect(try names(folder) == ["run-2-1"])
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func namesAndValuesReachAShellAsTheyAre() async throws {
        let folder = try await newFolder()
        let probers = fieldProbers(secrets: ["KEY": "s3 'cret'; touch pwned"])
        let store = CommandStore(
            write: Command(
                .shell(
                    Text(parts: [
                        .literal("cd \(folder) && printf %s "), .saved("value"), .literal("'|'"),
                        .environment("KEY"), .literal(" > "), .saved("id"),
                    ])
                )
            ),
            read: .shell("ls \(folder)")
        )
        let keeper = try await probers.keeper(
            for: probe(.ledger(Ledger(.command(store), isKept: true))),
            owner: "run-1"
        )
        let answer = await keeper.write(5, deadline: now() + .seconds(5))
        #expect(answer.answer == .acknowledged, "\(answer)")
        #expect(try names(folder) == ["run-1-5"])
        let content = try String(contentsOfFile: folder + "/run-1-5", encoding: .utf8)
        #expect(content == "drill:5@run-1|s3 'cret'; touch pwned")
        await probers.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func failures() async throws {
        let probers = fieldProbers()
        func keeper(_ write: String, _ read: String = "true") async throws -> any LedgerKeeper {
            let store = CommandStore(
                write: .shell(write),
                read: .shell(read),
                delete: .shell("echo no way >&2; exit 9")
            )
            return try await probers.keeper(
                for: probe(.ledger(Ledger(.command(store)))),
                owner: "run-1"
            )
        }
        let failing = try await keeper("echo disk full >&2; exit 3")
        let answer = await failing.write(1, deadline: now() + .seconds(5))
        #expect(answer.answer == .indeterminate)
        #expect(answer.detail == "exit code 3: disk full")
        let sleeping = try await keeper("sleep 5")
        let late = await sleeping.write(1, deadline: now() + .milliseconds(300))
        #expect(late.answer == .indeterminate)
        let unseen = try await ledgerError {
            try await keeper("true", "echo nothing here").prepare(deadline: now() + .seconds(1))
        }
        #expect(
            unseen.message.contains("can't be seen at controller: echo nothing here"),
            "\(unseen)"
        )
        let unread = try await ledgerError {
            try await keeper("true", "echo broken >&2; exit 2").prepare(
                deadline: now() + .seconds(1)
            )
        }
        #expect(unread.message.hasSuffix("exit code 2: broken"), "\(unread)")
        let left = try await ledgerError {
            try await failing.cleanUp([1], deadline: now() + .seconds(2))
        }
        #expect(left.message.contains("run-1-…"), "\(left)")
        #expect(left.message.hasSuffix("exit code 9: no way"), "\(left)")
        await probers.close()
    }

    /// What is listed isn't always what is there.
    @Test func listingsThatCantBeCounted() async throws {
        let folder = try await newFolder()
        let probers = fieldProbers()
        func keeper(_ read: String) async throws -> any LedgerKeeper {
            let store = CommandStore(
                write: Command(
                    .shell(
                        Text(parts: [
                            .literal("echo > \(folder)/"), .saved("id"), .literal(".json"),
                        ])
                    )
                ),
                read: .shell(read),
                delete: .shell("rm -f \(folder)/*")
            )
            return try await probers.keeper(
                for: probe(.ledger(Ledger(.command(store)))),
                owner: "run-1"
            )
        }
        let twice = try await keeper("ls \(folder); ls \(folder)")
        let counted = try await ledgerError {
            try await twice.prepare(deadline: now() + .seconds(2))
        }
        #expect(counted.message.contains("shows it 2 times"), "\(counted)")

        // By the page, in the order of names.
        let paged = try await keeper("ls -A \(folder) | head -n 20")
        try await paged.prepare(deadline: now() + .seconds(2))
        for number in 0..<15 {
            let answer = await paged.write(number, deadline: now() + .seconds(2))
            #expect(answer.answer == .acknowledged)
        }
        // A copy that is under way is no record.
        try FileManager.default.moveItem(
            atPath: folder + "/run-1-7.json",
            toPath: folder + "/.run-1-7.json.x8Sd"
        )
        let find = try await paged.read(Array(0..<15), at: 0, deadline: now() + .seconds(2))
        #expect(find.copies.count == 14 && find.copies[7] == nil, "\(find)")
        for number in 15..<30 { _ = await paged.write(number, deadline: now() + .seconds(2)) }
        let cut = try await ledgerError {
            _ = try await paged.read(Array(0..<30), at: 0, deadline: now() + .seconds(2))
        }
        #expect(cut.message.contains("it ends too early"), "\(cut)")
        // All that there was is gone.
        _ = await shell("rm -f \(folder)/* \(folder)/.run*")
        let none = try await paged.read(Array(0..<30), at: 0, deadline: now() + .seconds(2))
        #expect(none.copies.isEmpty)
        await probers.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// A whole run, with a folder beside it that has all a second later.
    @Test func aRunWithACopyThatComesLate() async throws {
        let folder = try await newFolder()
        let copy = try await newFolder()
        let probers = fieldProbers()
        let copying = Background(
            """
            while :; do [ -e \(copy)/hold ] || cp -n \(folder)/* \(copy)/ 2>/dev/null; sleep 0.2; done
            """
        )
        let ledger = Ledger(
            .command(Self.store(folder, on: nil)),
            readFrom: [LedgerPlace(.command(.list(["ls", copy]), host: nil), name: "copy")],
            readEvery: .milliseconds(100),
            appearWithin: .seconds(6)
        )
        let drill = try await LedgerDrill(
            ledger,
            probers,
            every: .milliseconds(100),
            timeout: .seconds(2),
            lasting: .seconds(3)
        ) {
            try await pause(.milliseconds(2500))
            // Over the end of the run: what was written last comes while it is waited for.
            try "".write(toFile: copy + "/hold", atomically: true, encoding: .utf8)
            try await pause(.milliseconds(2500))
            try FileManager.default.removeItem(atPath: copy + "/hold")
        }
        await copying.stop()
        let count = try drill.count()
        #expect(count.lost == 0)
        let place = count.places[1]
        #expect(place.lost == 0, "\(place)")
        #expect(place.staleThenAppeared > 0, "\(place)")
        let staleness = try #require(place.staleness)
        guard case .span(let low?, _, _) = staleness.worst else {
            Issue.record("\(staleness)")
            return
        }
        #expect(low > Span.milliseconds(300), "\(staleness)")
        #expect(try names(folder) == [])
        await probers.close()
        for folder in [folder, copy] { try FileManager.default.removeItem(atPath: folder) }
    }
}
