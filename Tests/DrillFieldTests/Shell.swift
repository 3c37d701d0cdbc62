import DrillModel
import Foundation
import Subprocess

/// Runs commands on this machine for tests, as a login shell on a host would.
struct Sh: Sendable {
    struct Answer: Sendable, CustomStringConvertible {
        var exit: Int
        var output: String
        var errors: String

        var description: String { "exit \(exit)\n\(output)\n\(errors)" }
    }

    /// Words before every command: `ip netns exec NAME`, say.
    var before: [String] = []
    /// What stands for `sh` in a `Command`.
    var shell = ["sh"]

    func callAsFunction(_ command: Command) async throws -> Answer {
        var words = try command.words { part throws(Missing) in throw Missing(part: part) }
        if words.first == "sh" { words = shell + words.dropFirst() }
        return try await run(words, input: command.input?.shown ?? "")
    }

    func callAsFunction(_ script: String) async throws -> Answer {
        try await run(shell + ["-c", script], input: "")
    }

    struct Missing: Error { var part: Text.Part }

    private func run(_ words: [String], input: String) async throws -> Answer {
        let all = before + words
        let result = try await Subprocess.run(
            .name(all[0]),
            arguments: Arguments(Array(all.dropFirst())),
            input: .string(input),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let exit =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        return Answer(
            exit: exit,
            output: result.standardOutput,
            errors: result.standardError
        )
    }
}

/// A folder of its own for one test; call `remove` at its end.
struct Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/drill-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func lines(_ name: String) -> [String] {
        let text = (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
