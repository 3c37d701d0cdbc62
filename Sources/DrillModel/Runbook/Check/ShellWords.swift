/// What can be told with certainty of a shell script without running it: the commands that it begins
/// with their plain words, and the files that it reads.
///
/// Deliberately blind: words with `$`, `~`, patterns and what stands in `$(…)` are passed over, and so is
/// what only a condition may begin: after `then`, after a test and `&&` or `||`, and before an `||` that is another
/// way. A script with a here-document, a function, `case` or backticks tells nothing. A finding that isn't one costs
/// more trust than one that is missed.
///
/// Source: POSIX.1-2024, Shell Command Language, 2.3 Token Recognition and 2.9 Shell Commands.
struct ShellWords: Hashable, Sendable {
    /// Each a simple command that is begun whatever the others say; nil stands for a word that only the run
    /// knows.
    private(set) var commands: [[String?]] = []
    /// After `<`.
    private(set) var reads: [String] = []
    /// Names that the script itself looks for, as by `command -v`.
    private(set) var lookedFor: Set<String> = []
    /// Whether a name may be something else than a program of the host's PATH.
    private(set) var definesNames = false

    private var characters: [Character]
    private var index = 0
    private var word = ""
    private var isWord = false
    private var isPlain = true
    private var isQuoted = false
    private var command: [String?] = []
    private var redirection: Character?
    private var isGuarded = false
    private var groups: [Group] = []
    /// Whether the last command of `commands` stands before an `||`.
    private var isBeforeOr = false
    /// How many reads there were before the last command of `commands`, and before the one that is read.
    private var readsBeforeOr = 0
    private var readsBefore = 0

    /// What stands between `{`, `(`, `if` or `do` and its end.
    private struct Group: Hashable, Sendable {
        var wasGuarded: Bool
        /// Of each list in it.
        var isGuarded: Bool
    }

    private enum End { case list, and, or, pipe }

    private struct Unclear: Error {}

    /// Nil where it can't be told.
    init?(_ script: String) {
        characters = Array(script)
        do { try read() } catch { return nil }
        characters = []
    }

    private static let tests: Set<String> = ["test", "[", "[[", "command", "type", "which", "hash"]

    private mutating func read() throws(Unclear) {
        while index < characters.count {
            let character = characters[index]
            switch character {
            case "'": try quote(until: "'")
            case "\"": try quote(until: "\"")
            case "\\":
                index += 1
                if index < characters.count, characters[index] != "\n" { add(characters[index]) }
                index += 1
            case "`": throw Unclear()
            case "$": try expansion()
            case " ", "\t":
                try endWord()
                index += 1
            case "\n", "\r\n", ";":
                try endWord()
                try endCommand(.list)
                index += 1
            case "&", "|":
                let next = index + 1 < characters.count ? characters[index + 1] : " "
                guard (character, next) != ("&", ">") else { throw Unclear() }
                try endWord()
                switch (character, next) {
                case ("&", "&"): try endCommand(.and)
                case ("|", "|"): try endCommand(.or)
                case ("&", _): try endCommand(.list)
                default: try endCommand(.pipe)
                }
                index += next == character || (character, next) == ("|", "&") ? 2 : 1
            case "(":
                guard !isWord, command.isEmpty else { throw Unclear() }
                open()
                index += 1
            case ")":
                try endWord()
                try endCommand(.list)
                try close()
                index += 1
            case "#" where !isWord:
                while index < characters.count, characters[index] != "\n" { index += 1 }
            case "<", ">": try redirect(character)
            case "*", "?", "~":
                isPlain = false
                add(character)
                index += 1
            case "[" where isWord, "{" where isWord:
                isPlain = false
                add(character)
                index += 1
            default:
                add(character)
                index += 1
            }
        }
        try endWord()
        try endCommand(.list)
        guard groups.isEmpty else { throw Unclear() }
    }

    private mutating func add(_ character: Character) {
        word.append(character)
        isWord = true
    }

    private mutating func quote(until end: Character) throws(Unclear) {
        isWord = true
        isQuoted = true
        index += 1
        while index < characters.count, characters[index] != end {
            let character = characters[index]
            if end == "\"", character == "`" { throw Unclear() }
            if end == "\"", character == "$" {
                try expansion()
                continue
            }
            if end == "\"", character == "\\", index + 1 < characters.count { index += 1 }
            word.append(characters[index])
            index += 1
        }
        guard index < characters.count else { throw Unclear() }
        index += 1
    }

    /// `$x`, `${x…}` and `$(…)`; what is inside isn't looked at.
    private mutating func expansion() throws(Unclear) {
        isWord = true
        isPlain = false
        index += 1
        guard index < characters.count else { return }
        let ends: [Character: Character] = ["(": ")", "{": "}"]
        guard let end = ends[characters[index]] else { return }
        let begin = characters[index]
        var depth = 0
        while index < characters.count {
            let character = characters[index]
            if character == "\\" {
                index += 1
            } else if character == "'" {
                index += 1
                while index < characters.count, characters[index] != "'" { index += 1 }
            } else if character == begin {
                depth += 1
            } else if character == end {
                depth -= 1
                if depth == 0 {
                    index += 1
                    return
                }
            }
            index += 1
        }
        throw Unclear()
    }

    private mutating func redirect(_ sign: Character) throws(Unclear) {
        // `2>`: the number is no word of the command.
        if isWord, !isQuoted, isPlain, word.allSatisfy(\.isNumber) {
            word = ""
            isWord = false
        }
        try endWord()
        index += 1
        guard index < characters.count else { throw Unclear() }
        switch (sign, characters[index]) {
        case ("<", "<"), ("<", "("), (">", "("): throw Unclear()
        case ("<", ">"), (">", ">"), (">", "|"):
            index += 1
            redirection = ">"
        case (_, "&"):
            index += 1
            redirection = ">"
        default: redirection = sign
        }
    }

    private mutating func endWord() throws(Unclear) {
        guard isWord else { return }
        defer {
            word = ""
            isWord = false
            isPlain = true
            isQuoted = false
        }
        if let sign = redirection {
            redirection = nil
            if sign == "<", isPlain, !isGuarded { reads.append(word) }
            return
        }
        if command.isEmpty, isPlain, !isQuoted, try isReserved() { return }
        // An assignment before the command is none.
        if command.isEmpty, !isQuoted || word.contains("="), isAssignment {
            if word.hasPrefix("PATH=") { definesNames = true }
            return
        }
        command.append(isPlain ? word : nil)
    }

    /// Whether it is a word of the shell's grammar, which is then taken note of.
    private mutating func isReserved() throws(Unclear) -> Bool {
        switch word {
        case "while", "until", "elif", "else", "!", "time": break
        case "{", "if", "do": open()
        case "then":
            guard !groups.isEmpty else { throw Unclear() }
            groups[groups.count - 1].isGuarded = true
            isGuarded = true
        case "}", "fi", "done": try close()
        default: return false
        }
        return true
    }

    private mutating func open() {
        groups.append(Group(wasGuarded: isGuarded, isGuarded: isGuarded))
    }

    private mutating func close() throws(Unclear) {
        guard let group = groups.popLast() else { throw Unclear() }
        isGuarded = group.wasGuarded
    }

    private var isAssignment: Bool {
        guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
        return word[..<sign].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    private mutating func endCommand(_ end: End) throws(Unclear) {
        defer {
            command = []
            if end == .list { isGuarded = groups.last?.isGuarded ?? false }
        }
        // Nothing but blanks and grammar: a line's end after `||` has its other way below.
        guard let first = command.first else { return }
        let isOtherWay = isBeforeOr
        isBeforeOr = false
        let name = first ?? ""
        guard !["case", "function", "alias"].contains(name) else { throw Unclear() }
        if [".", "source", "eval"].contains(name) || command.contains(where: Self.setsPath) {
            definesNames = true
        }
        if ["command", "type", "which", "hash"].contains(name) {
            lookedFor.formUnion(
                command.dropFirst().compactMap(\.self).filter { !$0.hasPrefix("-") }
            )
        }
        // `|| true`, too: it may fail. What ends the script after it, as `|| exit 1`, is no other way.
        let mayFail = ["true", ":"].contains(name)
        if isOtherWay, mayFail || !Self.builtins.contains(name), !commands.isEmpty {
            commands.removeLast()
            reads.removeSubrange(readsBeforeOr...)
            readsBefore = readsBeforeOr
        }
        guard !isGuarded, name != "for", name != "select" else { return }
        commands.append(command)
        isBeforeOr = end == .or
        readsBeforeOr = readsBefore
        readsBefore = reads.count
        if end == .and || end == .or, Self.tests.contains(name) { isGuarded = true }
    }

    /// As `export PATH=…` does.
    private static func setsPath(_ word: String?) -> Bool { word?.hasPrefix("PATH=") ?? false }
}

extension ShellWords {
    /// Commands of the shell itself, which no host lacks.
    static let builtins: Set<String> = [
        ".", ":", "[", "[[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command",
        "compgen", "complete", "compopt", "continue", "declare", "dirs", "disown", "echo", "enable",
        "eval", "exec", "exit", "export", "false", "fc", "fg", "getopts", "hash", "help", "history",
        "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd",
        "read",
        "readarray", "readonly", "return", "set", "shift", "shopt", "source", "suspend", "test",
        "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    ]
}
