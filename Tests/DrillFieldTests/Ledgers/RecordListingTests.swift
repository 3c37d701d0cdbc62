import Testing

@testable import DrillField

struct LedgerRecordTests {
    @Test func namesAndValues() {
        let record = LedgerRecord(owner: "20261126T160000Z-shop-7f3a", number: 42)
        #expect(record.name == "20261126T160000Z-shop-7f3a-42")
        #expect(record.value == "drill:42@20261126T160000Z-shop-7f3a")
        #expect(HTTPLedger.encoded(record.name) == record.name)
        #expect(HTTPLedger.encoded("a b:c@ä") == "a%20b%3Ac%40%C3%A4")
    }

    private func found(_ text: String, first: String? = nil) -> [Int: Int] {
        func listing(_ text: String) -> RecordListing {
            RecordListing(of: "RUN", in: Array(text.utf8))
        }
        return listing(text).numbers(shownAs: listing(first ?? text).ways(of: 99))
    }

    /// However a tool lists them.
    @Test(arguments: [
        ("RUN-1\nRUN-2\n", [1: 1, 2: 1]), ("RUN-1 RUN-1", [1: 2]),
        ("2026-11-26 16:00:00   12 RUN-7\n", [7: 1]), ("s3://bucket/drill/RUN-12.json", [12: 1]),
        (#"{"Key":"RUN-3","Size":1}"#, [3: 1]), ("total 0\n-rw-r--r-- 1 root RUN-0", [0: 1]),
        // Of another run, or of no record at all.
        ("OTHERRUN-1 X-RUN-2 RUN-3a RUN-4-5 RUN- RUN-x run-6", [:]), ("", [:]), ("RUN-", [:]),
        ("RUN-99999999999999999999", [:]),
    ])
    func listed(_ text: String, _ numbers: [Int: Int]) {
        #expect(found(text) == numbers)
    }

    /// As the first one is named, so are all: what a copy that is under way is called is none of them.
    @Test(arguments: [
        ("RUN-99 RUN-1 .RUN-2.x8Sd RUN-3.tmp", [99: 1, 1: 1]),
        ("RUN-99.json RUN-1.json RUN-2 RUN-3.json.tmp ./RUN-4.json", [99: 1, 1: 1, 4: 1]),
        ("a.RUN-99 a.RUN-1 b.RUN-2", [99: 1, 1: 1]),
        // With its own name it has others beside it.
        ("RUN-99 RUN-99.meta RUN-1 RUN-1.meta", [99: 1, 1: 1]),
        ("RUN-99.a RUN-99.b RUN-1.a", [99: 2, 1: 1]), ("RUN-99 RUN-99", [99: 2]),
    ])
    func namedAsTheFirst(_ text: String, _ numbers: [Int: Int]) {
        #expect(found(text) == numbers)
    }

    /// What each of these leaves in a folder instead of record 7, which it has lost.
    static let leftovers = [
        "RUN-7~", "RUN-7+", "RUN-7@", "RUN-7=", "RUN-7%", "RUN-7!", "RUN-7#", "RUN-7$", "RUN-7^",
        "RUN-7&", "RUN-7*", #"RUN-7\"#, "RUN-7:tmp", "RUN-7~1", "RUN-7 .part", "~RUN-7", ",RUN-7",
        "RUN-7,", "_RUN-7", "RUN-7-x", ".RUN-7.x8Sd", "RUN-7.tmp", "RUN-7 (deleted)", "RUN-7é",
        "#RUN-7#",
    ]

    @Test(arguments: leftovers)
    func whatIsLeftOfARecordIsNone(_ leftover: String) {
        let first = "RUN-99\n"
        #expect(found("RUN-1\n\(leftover)\nRUN-99\n", first: first) == [1: 1, 99: 1])
        #expect(found("RUN-7\n\(leftover)\nRUN-99\n", first: first) == [7: 1, 99: 1])
        // Nor where nothing else is left, of the first one either.
        let renamed = leftover.replacing("RUN-7", with: "RUN-99")
        #expect(found("\(leftover)\n\(renamed)\n", first: first) == [:])
    }

    /// As other tools list them: what the first listing showed, what a later one does, and what is there.
    @Test(
        arguments: [
            // ls -l
            (
                "-rw-r--r-- 1 a a 9 Nov 27 02:49 RUN-99\n",
                "-rw-r--r-- 1 a a 12 Nov 27 02:49 RUN-1\n-rw-r--r-- 1 a a 1 Nov 27 02:49 RUN-2~\n"
                    + "-rw-r--r-- 1 a a 1 Nov 27 02:49 RUN-3 (deleted)\n"
                    + "-rw-r--r-- 1 a a 9 Nov 27 02:49 RUN-99\n",
                [1, 99]
            ),
            // echo *, aws --output text by the page: several in a line, and the last may stand alone.
            ("RUN-99\n", "RUN-1 RUN-2~ RUN-3 RUN-99\n", [1, 3, 99]),
            ("RUN-99\n", "RUN-1\tRUN-2\nRUN-99\n", [1, 2, 99]),
            ("RUN-99", "RUN-1,RUN-2,RUN-99", [1, 2, 99]),
            // JSON, in one line and in many
            (#"["RUN-99"]"#, #"["RUN-1","RUN-2~","RUN-99"]"#, [1, 99]),
            (
                "[\n  \"RUN-99\"\n]\n", "[\n  \"RUN-1\",\n  \"RUN-2.tmp\",\n  \"RUN-99\"\n]\n",
                [1, 99]
            ),
            // select id; select id, size
            (" id \n----\n RUN-99\n", " id \n----\n RUN-1\n RUN-2 old\n RUN-99\n", [1, 99]),
            (" RUN-99 | 9\n", " RUN-1  | 12\n RUN-2~ | 1\n RUN-99 | 9\n", [1, 99]),
            // redis-cli keys
            ("drill:RUN-99\n", "drill:RUN-1\ndrill:RUN-2:old\ndrill:RUN-99\n", [1, 99]),
            ("1) \"drill:RUN-99\"\n", "1) \"drill:RUN-1\"\n2) \"drill:RUN-99\"\n", [1, 99]),
            // aws s3 ls; the XML of a bucket; an address
            (
                "2026-11-26 16:00:00  9 RUN-99\r\n",
                "2026-11-26 16:00:00 12 RUN-1\r\n2026-11-26 16:00:00 1 RUN-2+\r\n"
                    + "2026-11-26 16:00:00  9 RUN-99\r\n",
                [1, 99]
            ),
            (
                "<Key>d/RUN-99</Key>",
                "<Key>d/RUN-1</Key><Key>d/RUN-2.part</Key><Key>d/RUN-99</Key>", [1, 99]
            ),
            (
                "s3://b/pre-RUN-99.json\n",
                "s3://b/pre-RUN-1.json\ns3://b/RUN-2.json\ns3://b/pre-RUN-99.json\n", [1, 99]
            ),
            // ls -F
            ("RUN-99*\n", "RUN-1*\nRUN-2~*\nRUN-99*\n", [1, 99]),
        ] as [(String, String, [Int])]
    )
    func asTheFirstWasListed(_ first: String, _ later: String, _ there: [Int]) {
        let expected = Dictionary(uniqueKeysWithValues: there.map { ($0, 1) })
        #expect(found(later, first: first) == expected)
    }
}
