import Foundation
import Testing

@testable import DrillModel

/// Good files with random damage: reading always ends, soon, with a value or with problems that have
/// a place inside the file.
@Suite struct MutationTests {
    /// More seeds: DRILL_SEEDS=20000.
    static let seeds: Range<UInt64> =
        0..<(ProcessInfo.processInfo.environment["DRILL_SEEDS"].flatMap(UInt64.init) ?? 300)

    @Test(arguments: ["good.yaml", "shop.yaml", "recover.yaml"])
    func damageIsSurvived(file: String) throws {
        let whole = try String(contentsOf: Fixture.folder.appending(path: file), encoding: .utf8)
        for seed in Self.seeds {
            var random = SplitMix64(seed: seed)
            let text = Self.damaged(whole, &random)
            var outcome: Result<FileContents, Problems>?
            let time = processorTime {
                outcome = Self.read(file, text)
            }
            #expect(time < .seconds(2), "seed \(seed) of \(file): \(time)")
            guard case .failure(let problems)? = outcome else { continue }
            #expect(!problems.list.isEmpty, "seed \(seed) of \(file)")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            for problem in problems.list {
                let position = try #require(
                    problem.position,
                    "seed \(seed) of \(file): \(problem.line)"
                )
                guard position.file == file else { continue }
                #expect(
                    (1...lines + 1).contains(position.line) && position.column >= 1,
                    "seed \(seed) of \(file): \(problem.line)"
                )
            }
        }
    }

    private static func read(_ file: String, _ text: String) -> Result<FileContents, Problems> {
        do {
            return .success(try Fixture.reader(files: [file: text]).file(file))
        } catch {
            return .failure(error)
        }
    }

    /// One to four changes: characters and lines taken out, doubled, swapped, put in.
    private static func damaged(_ text: String, _ random: inout SplitMix64) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0..<scalars.count, using: &random)
            let end = min(scalars.count, at + Int.random(in: 1...12, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: scalars.removeSubrange(at..<end)
            case 1: scalars.insert(contentsOf: scalars[at..<end], at: at)
            case 2: scalars.swapAt(at, Int.random(in: 0..<scalars.count, using: &random))
            case 3:
                let pieces = [
                    "{", "[", "]", "}", ":", ": ", "- ", "#", "\"", "'", "*a ", "&a ", "!!x ",
                    "|\n", ">", "\t", "\n", "  ", "${", "$", "%", "?", "? ", ",", "\u{0}", "é", "🙂",
                    "\u{2028}", "-1", "1e999", "<<: ", "---\n", "...\n", "@", "`", "\\",
                ]
                scalars.insert(
                    contentsOf: pieces.randomElement(using: &random)?.unicodeScalars
                        ?? "".unicodeScalars,
                    at: at
                )
            case 4: scalars.removeSubrange(at...)
            case 5: scalars[at] = Unicode.Scalar(UInt8.random(in: 0...255, using: &random))
            default: scalars.insert(contentsOf: scalars[line(around: at, in: scalars)], at: at)
            }
            if scalars.isEmpty { scalars = ["\n"] }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func line(around at: Int, in scalars: [Unicode.Scalar]) -> Range<Int> {
        let start = scalars[..<at].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let end = scalars[at...].firstIndex(of: "\n").map { $0 + 1 } ?? scalars.count
        return start..<max(start, end)
    }
}

extension SplitMix64: RandomNumberGenerator {}
