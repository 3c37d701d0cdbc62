import Foundation
import Testing

@testable import DrillModel

/// Files that no person writes: each is refused with a reason, and quickly.
@Suite struct HostileFileTests {
    static let experiment = "experiment: x\nprobes:\n  a: { http: \"http://a/\" }\nmethod: []\n"

    /// In processor time, so that a busy machine doesn't fail it: 4 MiB of keys take a debug build
    /// a second on a slow processor, and hours where each is compared with all before it.
    static let quickly = Span.seconds(10)

    struct Hostile: CustomTestStringConvertible, Sendable {
        var name: String
        var bytes: [UInt8]
        var first: String

        init(_ name: String, _ text: String, _ first: String) {
            self.init(name, bytes: Array(text.utf8), first)
        }

        init(_ name: String, bytes: [UInt8], _ first: String) {
            self.name = name
            self.bytes = bytes
            self.first = first
        }

        var testDescription: String { name }
    }

    static let hostile: [Hostile] = [
        Hostile("nothing", "", "1:1 the file is empty; see `drill schema` and the examples"),
        Hostile("spaces", "  \n \n", "1:1 the file is empty; see `drill schema` and the examples"),
        Hostile(
            "10 MB",
            String(repeating: "a: b\n", count: 2_000_000),
            "1:1 larger than 4 MiB; split it up: no file of drill's needs to be that large"
        ),
        Hostile(
            "a null byte",
            experiment + "about: \u{0}",
            "5:8 this is no text file: a byte with the value 0"
        ),
        Hostile(
            "an executable",
            bytes: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0],
            "1:5 this is no text file: a byte with the value 2"
        ),
        Hostile(
            "latin 1",
            bytes: Array("experiment: caf".utf8) + [0xE9, 0x0A],
            "1:1 this is no UTF-8 text; save it as UTF-8"
        ),
        Hostile(
            "UTF-16",
            bytes: [0xFF, 0xFE, 0x65, 0, 0x78, 0],
            "1:1 this is UTF-16; save it as UTF-8"
        ),
        Hostile(
            "deep brackets",
            "experiment: " + String(repeating: "[", count: 1_000_000),
            "1:76 nested deeper than 64 levels"
        ),
        Hostile(
            "deep braces",
            "experiment: " + String(repeating: "{a: ", count: 500_000),
            "1:265 nested deeper than 64 levels"
        ),
        Hostile(
            "deep dashes",
            "experiment:\n" + String(repeating: "- ", count: 500_000),
            "2:129 nested deeper than 64 levels"
        ),
        Hostile(
            "deep lines",
            (0..<1000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "65:66 nested deeper than 64 levels"
        ),
        Hostile(
            "an alias bomb",
            bomb() + "experiment: *l20\n",
            "1:13 more than 200000 values, counting what aliases repeat; write fewer aliases of aliases"
        ),
        Hostile(
            "a key that is an alias bomb",
            bomb() + "experiment: x\n*l20 : y\n",
            "23:5 a key must be a plain word; write `key: value`"
        ),
        Hostile(
            "a key in brackets that is an alias bomb",
            bomb() + "experiment: { *l20 }\n",
            "22:15 a key must be a plain word; write `key: value`"
        ),
        Hostile(
            "a list as a key that is an alias bomb",
            bomb() + "experiment: { [*l20]: y }\n",
            "22:15 a key must be a plain word; write `key: value`"
        ),
        Hostile(
            "a long line that is no YAML",
            "experiment: \"" + String(repeating: "x", count: 1_000_000),
            "1:13 this quote is never closed"
        ),
        Hostile(
            "4 MB of keys",
            (0..<300_000).map { "key\($0): b\n" }.joined(),
            "200001:10 more than 200000 values"
        ),
        Hostile(
            "4 MB of one key",
            String(repeating: "a: b\n", count: 800_000),
            "200001:2 more than 200000 values"
        ),
        Hostile(
            "49,999 times one key",
            String(repeating: "a: b\n", count: 49_999),
            "1:1 the key \"a\" is there twice; keep one"
        ),
        Hostile(
            "4 MB of list",
            "experiment: [" + String(repeating: "a,", count: 2_000_000),
            "1:400011 more than 200000 values"
        ),
        Hostile(
            "2 MB of text",
            "experiment: |\n" + String(repeating: "  some words of prose: yes\n", count: 75_000),
            "1:1 the experiment lacks \"probes\"; probes: What is looked at, at a fixed rate."
        ),
        Hostile(
            "4 MB of comment",
            String(repeating: "# some words of prose: yes\n", count: 150_000),
            "1:1 the file is empty; see `drill schema` and the examples"
        ),
        Hostile(
            "a long unknown word",
            "experiment: x\n" + String(repeating: "x", count: 900) + ": 1",
            "1:1 the experiment lacks \"probes\"; probes: What is looked at, at a fixed rate."
        ),
        Hostile(
            "a pattern of brackets",
            "experiment: x\nprobes:\n  a: { http: \"http://a/\", match: \""
                + String(repeating: "(", count: 900) + "\" }\nmethod: []\n",
            "3:34 \"match\" is no regular expression: group is too deeply nested"
        ),
        Hostile(
            "minus signs",
            "experiment: x\nlease: \"" + String(repeating: "-", count: 100_000) + "1s\"",
            "1:1 the experiment lacks \"probes\"; probes: What is looked at, at a fixed rate."
        ),
    ]

    /// Twenty lists, each of ten aliases of the one before: 10^20 values.
    static func bomb() -> String {
        var text = "l0: &l0 [a, a]\n"
        for level in 1...20 {
            let aliases = Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ")
            text += "l\(level): &l\(level) [\(aliases)]\n"
        }
        return text
    }

    @Test(arguments: hostile)
    func isRefusedQuickly(file: Hostile) {
        var problems: [String] = []
        let time = processorTime { problems = Fixture.problems(ofBytes: file.bytes) }
        #expect(problems.first == file.first)
        #expect(time < Self.quickly, "\(time)")
        #expect(problems.allSatisfy { $0.utf8.count < 1000 })
    }

    /// As deep as allowed is allowed, in every way to nest.
    @Test(arguments: [("[", "]"), ("{a: ", "}")])
    func sixtyFourLevelsAreRead(open: String, close: String) {
        let nest = String(repeating: open, count: 62) + "b" + String(repeating: close, count: 62)
        let problems = Fixture.problems(of: Self.experiment + "about: \(nest)\n")
        #expect(
            problems.count == 1 && problems.first?.contains("must be a word") == true,
            "\(problems)"
        )
    }

    /// Text blocks, quotes and comments may hold what would be refused outside of them.
    @Test(arguments: [
        "about: |\n  a\ttab and [[[[ { \" '\n  more\n", "about: >-\n  *star &and ? x\n\n  \tdeep\n",
        "about: \"a\\ttab\tand [[[\"\n", "about: 'it''s [[[ \t'\n", "about: a # \t [[[ comment\n",
        "# \t [[[\nabout: a\n", "about: it's \"fine\" [ to { write * this\n",
        "about: a text that\n  \"goes on\" [in\n  the next 'line\n", "about: a\r\n\r\n",
        "about: \"two\n  lines: [\"\n", "about: a\t\n", "about: {\"a\":[1],\"b\":{}}\nabout2: x\n",
    ])
    func harmlessTextIsNotRefused(text: String) {
        #expect(ByteScan.finding(in: Array(text.utf8)) == nil)
    }

    @Test func byteOrderMarkAndWindowsLinesAreRead() {
        let text = "\u{FEFF}" + Self.experiment.replacing("\n", with: "\r\n")
        #expect(Fixture.problems(of: text) == [])
        #expect(
            Fixture.problems(of: text + "lease: 10\r\n") == [
                #"5:8 the duration "10" has no unit; write 10s or 10ms"#
            ]
        )
    }

    @Test func manyProblemsAreAllTold() {
        let keys = (0..<300).map { "unknown-\($0): 1\n" }.joined()
        #expect(Fixture.problems(of: Self.experiment + keys).count == 300)
    }

    @Test func aFileThatCannotBeReadIsAProblem() {
        let error = #expect(throws: Problems.self) { try Fixture.reader().file("nowhere.yaml") }
        #expect(error?.list.map(\.line) == ["can't read nowhere.yaml: no such file"])
    }
}
