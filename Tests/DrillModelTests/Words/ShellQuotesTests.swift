import Testing

@testable import DrillModel

/// Which values of a shell's text stand inside of quotes; `@` is a value.
@Suite struct ShellQuotesTests {
    @Test(arguments: [
        ("echo @", 0), ("echo '@'", 1), (#"echo "@" @"#, 1), (#"echo "a $(cat @) @""#, 1),
        (#"echo \"@\" '\' @"#, 0), ("# it's here\necho @", 0), ("echo it\\'s @", 0),
        ("( echo '(' @ ) '@'", 1), ("curl http://@:80/#it's@", 1), (#"echo "it's" @"#, 0),
        ("cat <<END\nit's @\nEND", 0), (#"sh -c "echo '@'""#, 1),
        ("a=$(b '@' \"$(c '@')\") d @", 2),
    ])
    func inside(_ text: String, _ count: Int) {
        let literals = text.split(separator: "@", omittingEmptySubsequences: false).map {
            Text.Part.literal(String($0))
        }
        let parts = literals.dropLast().flatMap { [$0, .saved("captured")] } + literals.suffix(1)
        #expect(Text(parts: Array(parts)).partsInQuotes.count == count)
    }
}
