import DrillModel
import DrillWire
import Foundation

/// Runs commands on this machine for tests, as a login shell on a host would.
struct Sh: Sendable {
    struct Answer: Sendable, CustomStringConvertible {
        var exit: Int
        var output: String
        var errors: String

        var description: String { "exit \(exit)\n\(output)\n\(errors)" }
    }

    /// As root, whoever runs the tests: for network namespaces and what lives in them.
    ///
    /// A user needs sudo without a password, as `make test` asks for.
    static let root = Sh(before: getuid() == 0 ? [] : ["sudo", "-n"])

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
        let result = try await Children.shared.run(
            ChildOrder(all, input: Array(input.utf8), outputLimitBytes: 1 << 20),
            deadlineNs: BootClock.nowNs() + 120_000_000_000
        )
        let exit =
            switch result.exit {
            case .code(let code): code
            case .signal: 128
            }
        return Answer(
            exit: exit,
            output: String(decoding: result.output, as: UTF8.self),
            errors: String(decoding: result.errors, as: UTF8.self)
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
