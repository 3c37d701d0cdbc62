import DrillHistory
import DrillModel
import Foundation
import Testing

/// `timeline.jsonl`: each line carries the hash of the one before.
@Suite struct ChainTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        /// Changes the lines of five events.
        var change: @Sendable (inout [String]) -> Void
        /// The line that is told.
        var line: Int

        var testDescription: String { what }
    }

    static let cases = [
        // The line itself is as good as any; the next one says that it was another.
        Case(
            what: "a line is changed",
            change: { $0[2].replace("event 3", with: "event 7") },
            line: 4
        ),
        Case(what: "a line is dropped", change: { $0.remove(at: 2) }, line: 3),
        Case(what: "the first line is dropped", change: { $0.remove(at: 0) }, line: 1),
        Case(what: "two lines are swapped", change: { $0.swapAt(1, 2) }, line: 2),
        Case(what: "a line is there twice", change: { $0.insert($0[1], at: 2) }, line: 3),
        Case(what: "a blank is added to a line", change: { $0[0] += " " }, line: 2),
        Case(
            what: "a line is changed and given the hash that fits",
            change: { lines in
                lines[3] = lines[2].replacing("event 3", with: "event 4")
            },
            line: 4
        ),
        Case(what: "a line is no JSON", change: { $0[1] = "x" }, line: 2),
    ]

    @Test("what was changed is told with its line", arguments: cases)
    func changed(it: Case) async throws {
        let shelf = try Shelf()
        let events = Shelf.events(1...5)
        try await shelf.keep { folder in events.forEach(folder.record) }
        #expect(try shelf.store.events(of: "RUN") == events)
        try shelf.change("timeline.jsonl") { text in
            var lines = text.split(separator: "\n").map(String.init)
            it.change(&lines)
            text = lines.joined(separator: "\n") + "\n"
        }
        let error = #expect(throws: HistoryError.self) { try shelf.store.events(of: "RUN") }
        let told = try #require(error).message
        #expect(told.contains("timeline.jsonl:\(it.line): "), "\(told)")
    }

    /// The hash of the last line stands in no other: the record knows it.
    @Test(
        "what was changed at the end is told, too; what healing appends later isn't",
        arguments: ["changed", "cut", "appended"]
    )
    func end(how: String) async throws {
        let shelf = try Shelf()
        let events = Shelf.events(1...5)
        try await shelf.keep { folder in events.forEach(folder.record) }
        let seal = try #require(try shelf.store.seal(of: "RUN"))
        #expect(seal.lines == 5)
        let record = #"{"timeline":{"lines":5,"last_sha256":"\#(seal.lastHash)"}}"#
        try await shelf.keep { folder in try await folder.write("record.json", record) }
        switch how {
        case "appended":
            let more = Shelf.events(6...7)
            try await shelf.keep { folder in more.forEach(folder.record) }
            #expect(try shelf.store.events(of: "RUN") == events + more)
            return
        case "changed":
            try shelf.change("timeline.jsonl") { $0.replace("event 5", with: "event 6") }
        default:
            try shelf.change("timeline.jsonl") { text in
                text = text.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
            }
        }
        #expect(throws: HistoryError.self) { try shelf.store.events(of: "RUN") }
    }

    @Test(
        "a last line that a crash tore is left out, one that lacks but its newline isn't",
        arguments: [1, 2, 20, 60]
    )
    func torn(cut: Int) async throws {
        let shelf = try Shelf()
        let events = Shelf.events(1...5)
        try await shelf.keep { folder in events.forEach(folder.record) }
        try shelf.change("timeline.jsonl") { $0.removeLast(cut) }
        let left = cut == 1 ? events : Array(events.dropLast())
        #expect(try shelf.store.events(of: "RUN") == left)
    }

    @Test("a run that is healed later goes on with the chain", arguments: [0, 20])
    func healedLater(torn: Int) async throws {
        let shelf = try Shelf()
        let events = Shelf.events(1...8)
        try await shelf.keep { folder in events[..<5].forEach(folder.record) }
        try shelf.change("timeline.jsonl") { $0.removeLast(torn) }
        try await shelf.keep { folder in events[5...].forEach(folder.record) }
        let lost = torn > 0 ? 1 : 0
        #expect(try shelf.store.events(of: "RUN") == Array(events[..<(5 - lost)] + events[5...]))
        // Both parts are one chain: what the first ended with can't be dropped either.
        try shelf.change("timeline.jsonl") { text in
            var lines = text.split(separator: "\n").map(String.init)
            lines.remove(at: 4 - lost)
            text = lines.joined(separator: "\n") + "\n"
        }
        #expect(throws: HistoryError.self) { try shelf.store.events(of: "RUN") }
    }
}
