extension Command {
    /// Whether its words hold secrets, which must not stand in a command line: process lists, and the
    /// log of `sudo`, show that to others.
    package var holdsSecrets: Bool { words.contains { !$0.secrets.isEmpty } }

    var words: [Text] {
        switch body {
        case .list(let words): words
        case .shell(let text): [text]
        }
    }

    /// Its words and what it reads.
    package var texts: [Text] { words + (input.map { [$0] } ?? []) }

    /// Every secret that it is given.
    package var secrets: [Text.Part] { texts.flatMap(\.secrets) }
}

extension Action {
    /// Every secret that its command is given.
    package var secrets: [Text.Part] {
        if case .command(_, let command) = verb { command.secrets } else { [] }
    }
}

extension Command {
    fileprivate var unsaved: [String] {
        texts.flatMap(\.parts).compactMap { part in
            if case .saved(let name) = part { name } else { nil }
        }.unique
    }
}

extension Action {
    /// The names of what its command still lacks: nothing was captured, or it was lost.
    package var unsaved: [String] {
        if case .command(_, let command) = verb { command.unsaved } else { [] }
    }
}

extension Text {
    fileprivate var secrets: [Part] {
        parts.filter { part in
            switch part {
            case .environment, .file: true
            case .literal, .value, .it, .saved: false
            }
        }
    }
}

/// A shell script that comes by standard input instead of in a command line.
///
/// ```
///  command line:    sh -c 'read lines up to the end mark; eval them'
///  standard input:  the script, the end mark, the script's own standard input
/// ```
/// What the script says is what a shell would have been told otherwise. Only the words that it gives
/// to a program are seen again, in that program's own command line. Source: `read` takes no byte
/// beyond its line (POSIX.1-2024, XCU read), so that the rest of the input is the script's.
package struct AsideScript: Hashable, Sendable {
    /// For `sh -c`, or for a login shell as it is.
    package var reader: String
    package var input: String

    package init(_ script: String, input: String) {
        let lines = Set(script.split(separator: "\n", omittingEmptySubsequences: false))
        var end = "."
        while lines.contains(Substring(end)) { end += "." }
        reader = """
            drill_s=; while IFS= read -r drill_l && [ "$drill_l" != \(end) ]; do drill_s="$drill_s$drill_l
            "; done; eval "$drill_s"
            """
        self.input = "\(script)\n\(end)\n\(input)"
    }
}
