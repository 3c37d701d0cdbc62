import Foundation
import Testing

/// The docs name only commands and options that the built `drill` has.
@Suite struct DocumentedCommandTests {
    /// What `--experimental-dump-help` prints, as far as it is needed.
    private struct Dump: Decodable {
        struct Name: Decodable { var name: String }
        struct Argument: Decodable { var names: [Name]? }
        struct Command: Decodable {
            var commandName: String
            var arguments: [Argument]?
            var subcommands: [Command]?

            var options: Set<String> {
                Set((arguments ?? []).flatMap { $0.names ?? [] }.map(\.name))
            }
        }
        var command: Command
    }

    private static func drill() throws -> Dump.Command {
        let dump = try Command().run(["--experimental-dump-help"])
        return try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command
    }

    /// What no command has of the words after `drill`; nil where all is there.
    private static func problem(in words: [String], _ drill: Dump.Command) -> String? {
        var command = drill
        for word in words {
            if word.hasPrefix("-") {
                let name = String(word.drop { $0 == "-" }.prefix { $0 != "=" })
                // The parser's own, which its dump leaves out.
                if name == "generate-completion-script" { return nil }
                if !command.options.contains(name) {
                    return "\(command.commandName) has no option \(word)"
                }
            } else if let next = command.subcommands?.first(where: { $0.commandName == word }) {
                command = next
            } else if !(command.subcommands ?? []).isEmpty {
                return "there is no command \(word)"
            }
        }
        return nil
    }

    @Test func theyExist() throws {
        let drill = try Self.drill()
        // In a code span; or a line of a block, up to its comment.
        let pattern = #/`drill ([^`]+)`|^(?: {4}|\$ )drill ([^#`]+)/#
        let docs = "\(Command.root)/docs"
        let pages = try FileManager.default.contentsOfDirectory(atPath: docs)
            .filter { $0.hasSuffix(".md") }.map { "\(docs)/\($0)" }
        var count = 0
        for page in pages + ["\(Command.root)/README.md"] {
            let text = try String(contentsOfFile: page, encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                for match in line.matches(of: pattern) {
                    let words = (match.1 ?? match.2 ?? "")
                        .split { " []|\\".contains($0) }.map(String.init)
                    count += 1
                    let problem = Self.problem(in: words, drill)
                    #expect(
                        problem == nil,
                        "\(page):\(number + 1): drill \(words): \(problem ?? "")"
                    )
                }
            }
        }
        #expect(count > 40)
    }

    @Test(
        "one that doesn't exist is seen",
        arguments: [("plan --ofline x", false), ("lab sideways", false), ("lab up", true)]
    )
    func seen(line: String, exists: Bool) throws {
        let drill = try Self.drill()
        let words = line.split(separator: " ").map(String.init)
        #expect((Self.problem(in: words, drill) == nil) == exists)
    }
}
