import DrillModel
import Testing

@testable import DrillEngine

@Suite struct PatternTests {
    @Test(arguments: [
        ("a.c", "abc", true), ("a.c", "a\nc", false), ("^b$", "a\nb\nc", true),
        ("^b$", "a\r\nb\n", true),
        ("x", "", false), ("ü+", "müüde", true),
    ])
    func finds(source: String, text: String, isThere: Bool) throws {
        let pattern = try #require(Pattern(source))
        #expect(pattern.find(in: text) == (isThere ? .found : .missing))
    }

    @Test func whichOfMany() throws {
        let pattern = try #require(Pattern("error|fatal"))
        #expect(pattern.find(in: ["ok", "an error", "", "fatal: no"]) == [1, 3])
        #expect(pattern.find(in: [String]()) == [])
        #expect(Pattern("(") == nil)
    }

    /// Each `a` more doubles what the expression takes: these take a second or more.
    @Test func neverWaitsForOneThatTakesYears() async throws {
        let pattern = try #require(Pattern("^(a+)+$", patience: .milliseconds(50)))
        let clock = ContinuousClock()
        let text = String(repeating: "a", count: 16) + "b"
        let begun = clock.now
        #expect(pattern.find(in: text) == .undecided)
        #expect(clock.now - begun < .seconds(1))
        // It still goes on: nothing is queued up behind it.
        #expect(pattern.find(in: "aa") == .undecided)
        #expect(Pattern("b$")?.find(in: text) == .found, "others aren't held up")
        let end = clock.now + .seconds(60)
        while pattern.find(in: "aa") != .found {
            try #require(clock.now < end)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(pattern.find(in: "ab") == .missing)
    }
}
