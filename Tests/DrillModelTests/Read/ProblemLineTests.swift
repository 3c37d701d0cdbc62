import Testing

@testable import DrillModel

/// The line of a file that a problem shows.
@Suite struct ProblemLineTests {
    @Test(
        "a password in an address isn't shown with the line that it stands in",
        arguments: [
            ("a: http://me:s3cret@h/x", "a: http://me:******@h/x"),
            (
                "[\"postgresql://a:b@h\", \"redis://:c1@h\"]",
                "[\"postgresql://a:*@h\", \"redis://:**@h\"]"
            ),
            ("http://me:${env:PW}@h", "http://me:${env:PW}@h"),
            ("http://h:80/x # me@h", "http://h:80/x # me@h"), ("me:x@h", "me:x@h"),
        ]
    )
    func passwords(line: String, shown: String) {
        let source = Source(file: "x", text: line)
        #expect(source.problem("no", at: Written.Mark(line: 1, column: 1)).sourceLine == shown)
    }
}
