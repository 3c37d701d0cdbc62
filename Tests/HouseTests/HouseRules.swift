import Foundation
import Testing

/// The rules of the house, as tests whose message names the replacement.
@Suite struct HouseRules {
    /// Words that only some folders may use, and what the others use instead.
    static let rules: [(words: String, allowed: [String], instead: String)] = [
        (
            #"\b(Date\(\)|Date\.now|ContinuousClock|SuspendingClock|clock_gettime|gettimeofday)\b"#,
            ["Sources/DrillWire/Clock/"],
            "take the time from `World.now` and `World.wallNs`"
        ),
        (
            #"\b(Task\.sleep|usleep|nanosleep|Thread\.sleep)\b"#,
            ["Sources/drill/Wiring.swift"],
            "sleep by `World.sleep`, so that a test can move the clock"
        ),
        (
            #"(^|[^.\w])print\("#, [],
            "write by `Terminal.write`, in the command alone"
        ),
        (
            #"\bUnsafe\w*|@unchecked Sendable|\bUnmanaged\b|OpaquePointer"#,
            // The simulation's scheduler sets a hook of the runtime's, by its symbol.
            ["Sources/DrillWire/", "Sources/DrillTesting/Simulation/Scheduler.swift"],
            "keep pointers and unchecked claims in DrillWire, each with its reason"
        ),
        (
            #"\bfatalError\(|\btry!|\bas! "#, [],
            "throw an error that says what to do, or state a precondition"
        ),
    ]

    @Test("words that only some folders may use", arguments: 0..<rules.count)
    func words(rule index: Int) throws {
        let rule = Self.rules[index]
        let pattern = try Regex(rule.words).anchorsMatchLineEndings()
        for file in try Tree.files(under: "Sources", ending: ".swift") {
            if rule.allowed.contains(where: { file.hasPrefix($0) }) { continue }
            for (number, line) in try Tree.lines(of: file).enumerated() {
                let code = line.prefix { _ in true }
                let trimmed = code.drop { $0 == " " }
                if trimmed.hasPrefix("//") { continue }
                #expect(
                    line.firstMatch(of: pattern) == nil,
                    "\(file):\(number + 1): \(trimmed): \(rule.instead)"
                )
            }
        }
    }

    @Test("a file that holds two things is two files")
    func length() throws {
        for file in try Tree.files(under: "Sources", ending: ".swift") {
            let count = try Tree.lines(of: file).count
            #expect(count <= 400, "\(file) has \(count) lines: do two things live there?")
        }
    }

    @Test("imports go only where the design draws arrows")
    func arrows() throws {
        let allowed: [String: Set<String>] = [
            "DrillModel": [],
            "DrillEngine": ["DrillModel"],
            "DrillWire": [],
            "DrillField": ["DrillModel", "DrillEngine", "DrillWire"],
            "DrillHistory": ["DrillModel", "DrillEngine", "DrillWire"],
            "DrillReport": ["DrillModel"],
            "DrillTesting": ["DrillModel", "DrillEngine"],
        ]
        let pattern = /^(?:package |internal |public |@testable )*import (Drill\w+|C[A-Z]\w+)/
        for file in try Tree.files(under: "Sources", ending: ".swift") {
            let module = String(file.split(separator: "/")[1])
            guard let arrows = allowed[module] else { continue }
            for line in try Tree.lines(of: file) {
                guard let name = line.firstMatch(of: pattern)?.1 else { continue }
                let isC = name.hasPrefix("C")
                #expect(
                    isC ? module == "DrillWire" : arrows.contains(String(name)),
                    "\(file) imports \(name): \(module) may not know it"
                )
            }
        }
    }

    @Test("every link in the docs leads somewhere")
    func links() throws {
        let pattern = /\]\(([^)#\s]+)(#[^)]*)?\)/
        var pages = try Tree.files(under: "docs", ending: ".md")
        pages.append("README.md")
        for page in pages {
            let folder = page.split(separator: "/").dropLast().joined(separator: "/")
            for (number, line) in try Tree.lines(of: page).enumerated() {
                for match in line.matches(of: pattern) {
                    let target = String(match.1)
                    if target.contains("://") { continue }
                    let path = folder.isEmpty ? target : "\(folder)/\(target)"
                    #expect(Tree.exists(path), "\(page):\(number + 1): \(target) is not there")
                }
            }
        }
    }
}

/// The project's files, relative to its root.
enum Tree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func files(under folder: String, ending: String) throws -> [String] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }
            .map { "\(folder)/\($0)" }.sorted()
    }

    static func lines(of file: String) throws -> [Substring] {
        let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}
