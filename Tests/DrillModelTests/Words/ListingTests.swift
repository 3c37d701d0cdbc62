import Testing

@testable import DrillModel

@Suite struct ListingTests {
    @Test(arguments: [
        (0, ""), (1, "h1"), (2, "h1 and h2"), (3, "h1, h2 and h3"),
        (12, "h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11 and h12"),
        (13, "h1, h2, h3, h4, h5, h6, h7, h8, h9, h10 and 3 more"),
        (100, "h1, h2, h3, h4, h5, h6, h7, h8, h9, h10 and 90 more"),
    ])
    func listed(count: Int, words: String) {
        #expect((0..<count).map { "h\($0 + 1)" }.listed == words)
    }

    @Test(
        "a line that comes again is counted",
        arguments: [
            ("", ""), ("a\nb\n", "a\nb\n"), ("a\na\na", "a (×3)"),
            ("a\nb\na\nb\nc", "a (×2)\nb (×2)\nc"),
        ]
    )
    func linesCounted(text: String, told: String) {
        #expect(text.linesCounted == told)
    }
}
