import Testing

@testable import DrillEngine
@testable import DrillModel

/// What a runbook makes of an answer: what it expects of it, and what it keeps.
@Suite struct DeedAnswerTests {
    static let patroni = #"""
        {"members":[{"name":"db-a","lag":0,"up":true,"tags":{}},{"name":"db-b","lag":120,"note":null}],
         "big":9007199254740993,"share":0.25,"word":"007"}
        """#

    private static func answer(_ text: String?) -> DeedAnswer {
        DeedAnswer(
            noun: "output",
            text: text,
            resolve: { text throws(SecretError) in
                try text.resolved { part throws(SecretError) in
                    guard part == .environment("A") else { throw SecretError("no such secret") }
                    return "opensesame"
                }
            },
            shown: { $0 }
        )
    }

    private static func path(_ parts: JSONPath.Part...) -> JSONPath { JSONPath(parts) }

    private static func lag(_ index: Int) -> JSONPath {
        path(.member("members"), .element(index), .member("lag"))
    }

    private static func json(_ path: JSONPath, _ value: Condition) -> Expect {
        Expect(json: [Expect.Member(path: path, value: value)])
    }

    static let expected: [(what: String, text: String?, expect: Expect, fails: String?)] = [
        ("nothing", "whatever", Expect(), nil),
        ("a match", "all\nready", Expect(match: "^ready$"), nil),
        ("no match", "almost", Expect(match: "^ready$"), "does not match ^ready$: almost"),
        ("no answer", nil, Expect(match: "x"), "does not match x: there was none"),
        ("an empty one", "", Expect(match: "x"), "does not match x: it was empty"),
        ("the same", " t \n", Expect(value: .equals("t")), nil),
        ("another", "f", Expect(value: .equals("t")), "its output is f, not t"),
        ("not that", "f", Expect(value: .isNot("f")), "its output is f, and must not be"),
        ("none to be the same", nil, Expect(value: .equals("t")), "its output is missing"),
        ("enough", "3", Expect(value: .number(least: 3, most: nil)), nil),
        ("too few", "2", Expect(value: .number(least: 3, most: nil)), "is 2, less than 3"),
        ("too many", "2.5", Expect(value: .number(least: nil, most: 2)), "is 2.5, more than 2"),
        ("no number", "two", Expect(value: .number(least: 1, most: 3)), "two, which is no number"),
        ("hexadecimal", "0x2", Expect(value: .number(least: 1, most: 3)), "which is no number"),
        ("not a number", "nan", Expect(value: .number(least: 1, most: 3)), "which is no number"),
        ("a secret", "opensesame", Expect(value: .equals(Text(parts: [.environment("A")]))), nil),
        (
            "not the secret", "x", Expect(value: .equals(Text(parts: [.environment("A")]))),
            "is x, not ${env:A}"
        ),
        (
            "an unknown secret", "x", Expect(value: .equals(Text(parts: [.environment("B")]))),
            "no such secret"
        ),
        ("a member", patroni, json(lag(1), .number(least: 100, most: 120)), nil),
        (
            "a member out of range", patroni, json(lag(1), .number(least: nil, most: 100)),
            "members[1].lag in its output is 120, more than 100"
        ),
        (
            "a missing element", patroni, json(lag(2), .present),
            "members[2].lag in its output is missing"
        ),
        (
            "a missing member", patroni, json(path(.member("nope")), .present),
            "nope in its output is missing"
        ),
        (
            "a member of a number", patroni, json(path(.member("share"), .member("x")), .present),
            "is missing"
        ),
        (
            "null is there", patroni,
            json(path(.member("members"), .element(1), .member("note")), .present), nil
        ),
        (
            "a flag", patroni,
            json(path(.member("members"), .element(0), .member("up")), .equals("true")),
            nil
        ),
        (
            "an integer that no Double holds", patroni,
            json(path(.member("big")), .equals("9007199254740993")), nil
        ),
        ("a word of digits", patroni, json(path(.member("word")), .equals("007")), nil),
        ("no JSON", "<html>", json(lag(0), .present), "its output is no JSON: <html>"),
    ]

    @Test("what is expected", arguments: expected)
    func expects(it: (what: String, text: String?, expect: Expect, fails: String?)) throws {
        let failure = Self.answer(it.text).failure(it.expect)
        guard let wanted = it.fails else {
            #expect(failure == nil, "\(it.what)")
            return
        }
        #expect(
            try #require(failure, "\(it.what)").contains(wanted),
            "\(it.what): \(failure ?? "")"
        )
    }

    static let saved: [(part: Save.Part, text: String?, kept: String?, why: String)] = [
        (.whole, " 0/3000060\n", "0/3000060", ""),
        (.whole, "", "", ""),
        (.whole, nil, nil, "there is nothing to save as it: it had no output"),
        (.json(lag(1)), patroni, "120", ""),
        (
            .json(path(.member("members"), .element(0))), patroni,
            #"{"lag":0,"name":"db-a","tags":{},"up":true}"#, ""
        ),
        (.json(lag(7)), patroni, nil, "has no members[7].lag"),
        (.json(lag(1)), "no", nil, "its output is no JSON: no"),
        (.match("timeline: ([0-9]+)"), "a\ntimeline: 12\n", "12", ""),
        (.match("[0-9]+"), "timeline: 12", "12", ""),
        (.match("(a)|b"), "b", "", ""),
        (.match("x"), "timeline", nil, "does not match x: timeline"),
    ]

    @Test("what is kept", arguments: saved)
    func keeps(it: (part: Save.Part, text: String?, kept: String?, why: String)) {
        switch Self.answer(it.text).part(Save("it", it.part)) {
        case .found(let value): #expect(value == it.kept)
        case .missing(let why):
            #expect(it.kept == nil)
            #expect(why.contains(it.why), "\(why)")
        }
    }
}
