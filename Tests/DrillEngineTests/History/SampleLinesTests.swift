import DrillModel
import Foundation
import Testing

@testable import DrillHistory

/// Samples come back from their file as they were, whoever wrote the lines.
@Suite struct SampleLinesTests {
    static func read(_ text: String) throws -> [Sample] {
        let path = "\(NSTemporaryDirectory())/drill-samples-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        return try SampleLines.read(path)
    }

    static func lines(_ samples: [Sample]) throws -> String {
        try samples.map { String(decoding: try Lines.encode($0), as: UTF8.self) + "\n" }.joined()
    }

    static func sample(
        _ number: Int,
        _ outcome: Outcome = .good,
        sent: Int64? = 1_000_000_000_000
    ) -> Sample {
        Sample(
            number: number,
            due: Instant(ns: 999_999_999_999),
            sent: sent.map { Instant(ns: $0) },
            done: sent.map { Instant(ns: $0 + 123) },
            outcome: outcome
        )
    }

    static let outcomes: [Outcome] =
        [.good, .unsent] + kinds + words

    private static let kinds: [Outcome] = Outcome.Failure.allCases.map { kind in
        Outcome.bad(kind, "why: \(kind.rawValue), 100 %")
    }

    private static let words: [Outcome] = [
        "", "a \"quote\"", "a\\b", "new\nline", "ä ✓ \u{1F600}", "\u{7}", "}}\n",
    ].map { (text: String) in Outcome.bad(.status, text) }

    @Test(arguments: outcomes)
    func whatIsWrittenIsRead(_ outcome: Outcome) throws {
        let samples = [
            Self.sample(0, outcome, sent: outcome == .unsent ? nil : -5), Self.sample(1),
            Self.sample(2, outcome, sent: Instant.possible.upperBound - 123),
        ]
        #expect(try Self.read(Self.lines(samples)) == samples)
    }

    /// Other blanks, another order of keys, one more key: it says the same.
    @Test func aLineOfAnotherWriterIsRead() throws {
        let line = """
            { "sent": 12, "number": 0, "due": 10, "more": [], "outcome": {"good": {}}, "done": 15 }

            """
        let expected = Sample(
            number: 0,
            due: Instant(ns: 10),
            sent: Instant(ns: 12),
            done: Instant(ns: 15),
            outcome: .good
        )
        #expect(try Self.read(line) == [expected])
    }

    /// Whoever hung comes back late; some of a run that was ended from outside never do.
    @Test(arguments: [[2, 0, 1, 3], [3, 2, 1, 0], [0, 1, 4, 2], [7], [5, 1, 3], []])
    func theyAreOrderedByNumber(_ numbers: [Int]) throws {
        let text = try Self.lines(numbers.map { Self.sample($0) })
        #expect(try Self.read(text).map(\.number) == numbers.sorted())
    }

    @Test func aTornLastLineIsLeftOut() throws {
        let whole = try Self.lines([Self.sample(0), Self.sample(1)])
        #expect(try Self.read(String(whole.dropLast(9))).map(\.number) == [0])
        #expect(try Self.read("").isEmpty)
        #expect(try Self.read("{\"done\":1").isEmpty)
    }

    @Test func aLineThatIsNotDrillsIsNamed() throws {
        for (line, why) in [
            ("{\"number\":1}", "it lacks due"), ("[]", "it is no object"), ("{", "it is no JSON"),
            (
                #"{"done":9223372036854775807,"due":1,"number":1,"outcome":{"good":{}},"sent":1}"#,
                "its done can't be read: no clock shows 9223372036854775807 ns"
            ),
        ] {
            let text = try Self.lines([Self.sample(0)]) + line + "\n"
            let error = #expect(throws: HistoryError.self) { try Self.read(text) }
            let end = ".jsonl:2: not a line of drill's: \(why)"
            #expect(error?.message.hasSuffix(end) == true, "\(error?.message ?? "")")
        }
    }

    /// Pieces of the file end anywhere in a line.
    @Test func aFileOfSeveralPieces() throws {
        let samples = (0..<20_000).map { number in
            Self.sample(number, number % 7 == 0 ? .bad(.timeout, "none \(number)") : .good)
        }
        let text = try Self.lines(samples)
        #expect(text.utf8.count > 1 << 20)
        #expect(try Self.read(text) == samples)
    }
}
