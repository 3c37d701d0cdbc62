import DrillModel
import DrillTesting
import Foundation
import Testing

@testable import DrillHistory

/// A sample's line is what the encoder of all other files would write.
@Suite struct SampleLineTests {
    static let words = [
        "", "connection refused", "a \"quoted\" word", "back\\slash/slash", "tab\there",
        "line\nand\rline",
        "\u{1}\u{1f}\u{8}\u{c}\u{7f}", "Straße, 東京, 👩‍👩‍👧", "e\u{301}",
    ]

    @Test func asTheEncoderWrites() throws {
        var samples = [
            Sample(number: 0, due: Instant(ns: 0), sent: nil, done: nil, outcome: .unsent),
            Sample(
                number: .max,
                due: Instant(ns: Instant.possible.lowerBound),
                sent: Instant(ns: -1),
                done: Instant(ns: Instant.possible.upperBound),
                outcome: .good
            ),
        ]
        for (number, words) in Self.words.enumerated() {
            for failure in Outcome.Failure.allCases {
                samples.append(
                    Sample(
                        number: number,
                        due: Instant(ns: 1_234_567_890_123),
                        sent: Instant(ns: 1_234_567_890_456),
                        done: nil,
                        outcome: .bad(failure, words)
                    )
                )
            }
        }
        for sample in samples {
            var line: [UInt8] = []
            SampleLine.append(sample, to: &line)
            let wanted = String(decoding: try Lines.encode(sample), as: UTF8.self) + "\n"
            #expect(String(decoding: line, as: UTF8.self) == wanted)
            #expect(try JSONDecoder().decode(Sample.self, from: Data(line)) == sample)
        }
    }
}
