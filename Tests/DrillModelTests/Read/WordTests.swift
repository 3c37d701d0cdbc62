import Testing

@testable import DrillModel

/// Tables of single words: durations, shares, names, `${...}`.
@Suite struct WordTests {
    @Test(arguments: [
        ("250ms", Span.milliseconds(250)), ("10s", .seconds(10)), ("5m", .minutes(5)),
        ("2h", .minutes(120)), ("0s", .zero), ("007s", .seconds(7)),
    ])
    func durationsAreANumberAndAUnit(word: String, span: Span) throws {
        #expect(try Span(written: word) == span)
    }

    @Test(arguments: [
        "", " ", "s", "10", "-1s", "--1s", "1.5s", "1 s", "1S", "1us", "1ns", "1d", "1h30m", "1e3s",
        "0x10s", "٣s", "1s1", "99999999999999999999s", "9999999999h", "1s\n", "+1s", "1..5s", ".s",
    ])
    func otherDurationsAreRefused(word: String) {
        #expect(throws: Misfit.self) { try Span(written: word) }
    }

    @Test(arguments: [
        ("10", "write 10s or 10ms"), ("5 min", "write 5m"), ("1h30m", "write 90m"),
        ("1.5s", "write 1500ms"), ("-3s", "write 3s"), ("2 days", "write 48h"), ("3S", "write 3s"),
    ])
    func whatToWriteIsGuessed(word: String, fix: String) {
        let misfit = #expect(throws: Misfit.self) { try Span(written: word) }
        #expect(misfit?.fix == fix)
    }

    @Test(arguments: [
        ("60%", 0.6), ("99.9%", 0.999), ("0.25", 0.25), ("1", 1), ("0%", 0), ("100%", 1),
    ])
    func shares(word: String, value: Double) throws {
        #expect(try share(written: word) == value)
    }

    @Test(arguments: ["", "%", "101%", "60", "-1%", "nan", "inf", "0x1p3", "1e-1", "1..2", "half"])
    func otherSharesAreRefused(word: String) {
        #expect(throws: Misfit.self) { try share(written: word) }
    }

    @Test(arguments: [
        ("storefornt", "storefront"), ("evry", "every"), ("us-est-1", "us-east-1"),
        ("EVERY", "every"),
        ("timout", "timeout"), ("ab", nil), ("", nil), ("zzzzzz", nil),
    ])
    func nearestWord(word: String, expected: String?) {
        let known = ["storefront", "every", "us-east-1", "us-west-2", "timeout"]
        #expect(nearest(to: word, among: known) == expected)
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("abc", "acb", 1), ("kitten", "sitting", 3),
        ("same", "same", 0), ("ca", "abc", 3),
    ])
    func distance(left: String, right: String, expected: Int) {
        #expect(editDistance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == expected)
        #expect(editDistance(Array(right.unicodeScalars), Array(left.unicodeScalars)) == expected)
    }

    @Test(
        arguments: [
            ("plain", [Text.Part.literal("plain")]),
            ("", [.literal("")]),
            ("a$b", [.literal("a$b")]),
            ("$${x}", [.literal("${x}")]),
            ("$$", [.literal("$$")]),
            ("${v}", [.value("one")]),
            ("a${v}${v}b", [.literal("a"), .value("one"), .value("one"), .literal("b")]),
            ("${env:A_1}", [.environment("A_1")]),
            ("${file:a/../b}", [.file("in/b")]),
            ("${file:/a}", [.file("/a")]),
        ] as [(String, [Text.Part])]
    )
    func interpolation(word: String, parts: [Text.Part]) throws {
        var scope = Scope()
        scope.variables = ["v": "one"]
        scope.folder = Folder(of: "in/x.yaml", home: nil)
        #expect(try Text(written: word, in: scope).parts == parts)
    }

    /// A value that looks like an expression is a value: nothing is put in twice.
    @Test func valuesAreNotReadAgain() throws {
        var scope = Scope()
        scope.variables = ["v": "${env:SECRET}"]
        #expect(try Text(written: "${v}", in: scope).parts == [.value("${env:SECRET}")])
    }

    @Test(arguments: [
        ("a/b.yaml", "c", "a/c"), ("a/b.yaml", "../c", "c"), ("b.yaml", "c", "c"),
        ("b.yaml", "../../c", "../../c"), ("/a/b.yaml", "../c", "/c"), ("a/b.yaml", "/c", "/c"),
        ("a/b.yaml", "~/c", "/home/c"), ("./a/b.yaml", "./c", "a/c"),
        ("../a/b.yaml", "c", "../a/c"),
    ])
    func pathsStartBesideTheFile(file: String, path: String, expected: String) {
        #expect(Folder(of: file, home: "/home").resolve(path) == expected)
    }

    @Test func problemsPointAtTheirPlace() {
        let problem = Problem(
            "unknown probe \"storefornt\"",
            at: Position(file: "region-loss.yaml", line: 23, column: 18),
            fix: "did you mean \"storefront\"?",
            sourceLine: "  - wait: { until: storefornt }"
        )
        #expect(
            problem.rendered == """
                region-loss.yaml:23:18: unknown probe "storefornt"
                      - wait: { until: storefornt }
                                     ^
                  did you mean "storefront"?
                """
        )
        #expect(
            problem.line
                == "region-loss.yaml:23:18: unknown probe \"storefornt\"; did you mean \"storefront\"?"
        )
    }

    @Test func longLinesAreShownAroundThePlace() throws {
        let line = String(repeating: "a", count: 300) + "X" + String(repeating: "b", count: 300)
        let problem = Problem(
            "x",
            at: Position(file: "f", line: 1, column: 301),
            sourceLine: line
        )
        let lines = problem.rendered.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[1].count < 130)
        let caret = try #require(lines[2].firstIndex(of: "^"))
        let column = lines[2].distance(from: lines[2].startIndex, to: caret)
        #expect(lines[1].dropFirst(column).first == "X")
    }

    @Test func nothingInAFileReachesTheTerminalAsACommand() {
        let problem = Problem(
            "unknown key \(quoted("\u{1B}[2Jx\u{202E}"))",
            at: Position(file: "f", line: 1, column: 1),
            sourceLine: "\u{1B}[2Jx\u{9B}2J\u{202E}"
        )
        #expect(
            !problem.rendered.unicodeScalars.contains {
                $0 == "\u{1B}" || $0 == "\u{9B}" || $0 == "\u{202E}"
            }
        )
    }
}
