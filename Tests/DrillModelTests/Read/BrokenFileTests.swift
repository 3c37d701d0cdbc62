import Foundation
import Testing

@testable import DrillModel

/// Broken files, each with what must be said about it in its first lines.
///
/// ```
/// # expect: [FILE:]LINE:COLUMN message
/// # fix: what to do, where it is told
/// ```
/// All problems are named, in their order, and nothing else may be found.
@Suite struct BrokenFileTests {
    static let folder = Fixture.folder.appending(path: "Broken")

    static let names =
        Fixture.names(in: folder) + Fixture.names(in: folder, suffix: ".ini")

    @Test(arguments: names)
    func problemsAreTheExpectedOnes(file: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        let expected = Self.expected(in: text, file: file)
        try #require(!expected.isEmpty, "\(file) has no line `# expect:`")
        let error = #expect(throws: Problems.self) {
            try Fixture.reader(in: Self.folder).file(file)
        }
        #expect((error?.list ?? []).map(\.line) == expected)
    }

    @Test func everyProblemHasItsSourceLine() throws {
        for file in Self.names {
            let error = #expect(throws: Problems.self) {
                try Fixture.reader(in: Self.folder).file(file)
            }
            for problem in error?.list ?? [] where problem.message != "the file is empty" {
                #expect(problem.sourceLine != nil, "\(problem.line)")
            }
        }
    }

    private static func expected(in text: String, file: String) -> [String] {
        var expected: [String] = []
        for line in text.split(separator: "\n") {
            if let rest = line.afterPrefix("# expect: ") {
                expected.append(
                    rest.first?.isNumber == true ? "\(file):\(place(rest))" : place(rest)
                )
            } else if let fix = line.afterPrefix("# fix: "), let last = expected.popLast() {
                expected.append("\(last); \(fix)")
            } else {
                break
            }
        }
        return expected
    }

    /// `3:5 message` as a problem writes it: `3:5: message`.
    private static func place(_ line: String) -> String {
        guard let space = line.firstIndex(of: " ") else { return line }
        return line[..<space] + ":" + line[space...]
    }
}

extension Substring {
    fileprivate func afterPrefix(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
