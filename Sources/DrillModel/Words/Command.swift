/// A command to run on a host, as data.
///
/// The words of a list arrive as they are written: the shell that gets them, the login shell over SSH, gets each
/// quoted. What that shell has itself, as `echo`, comes before a program of the same name. In a string,
/// values arrive quoted.
package struct Command: Hashable, Codable, Sendable {
    package enum Body: Hashable, Codable, Sendable {
        case list([Text])
        case shell(Text)
    }

    package var body: Body
    /// Given on standard input; otherwise standard input is empty.
    package var input: Text?
    /// Run through `sudo -n` where the login user isn't root.
    package var sudo: Bool

    package init(_ body: Body, input: Text? = nil, sudo: Bool = false) {
        self.body = body
        self.input = input
        self.sudo = sudo
    }

    package static func list(_ words: [String], sudo: Bool = false) -> Command {
        Command(.list(words.map { Text($0) }), sudo: sudo)
    }

    package static func shell(_ script: String, sudo: Bool = false) -> Command {
        Command(.shell(Text(script)), sudo: sudo)
    }

    /// The command as a person would type it; secrets stay `${...}`.
    package var shown: String {
        let line =
            switch body {
            case .list(let words): words.map { Shell.quoted($0.shown) }.joined(separator: " ")
            case .shell(let text): text.shown(quoting: Shell.quoted)
            }
        return sudo ? "sudo -n \(line)" : line
    }
}

/// POSIX shell quoting.
package enum Shell {
    /// Words as a line that begins the program of that name, and never a construct of the shell's own.
    package static func line(_ words: [String]) -> String {
        guard let first = words.first else { return "" }
        return ([program(first)] + words.dropFirst().map(quoted)).joined(separator: " ")
    }

    /// The first word of a line: `A=b` would be an assignment there, and `if` would begin a list.
    package static func program(_ word: String) -> String {
        let quoted = quoted(word)
        guard quoted == word, word.contains("=") || grammar.contains(word) else { return quoted }
        return "'\(word)'"
    }

    private static let grammar: Set<String> = [
        "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
        "select", "then", "time", "until", "while",
    ]

    /// One shell word that stands for exactly `text`: bare when it is harmless, else in single quotes.
    package static func quoted(_ text: String) -> String {
        let harmless = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "_-./:=@%+,".unicodeScalars.contains(scalar))
        }
        if harmless && !text.isEmpty { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: #"'\''"#) + "'"
    }
}
