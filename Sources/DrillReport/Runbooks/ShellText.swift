import DrillModel

/// Text for a shell in which values stand that only the shell will know.
struct ShellText: Hashable {
    enum Part: Hashable {
        case plain(String)
        /// A value as one quoted word of the shell, `"${lsn?}"`, and the name that it needs.
        case open(String, needs: String?)
    }

    var parts: [Part]
    /// Whether it is words that any shell takes as they are: no shell of its own is needed for it.
    var isWords: Bool

    init(plain: String) {
        parts = plain.isEmpty ? [] : [.plain(plain)]
        isWords = true
    }

    /// The text as one word.
    init(word: Text) {
        let parts = ShellText(parts: word.parts.map(Self.part), isWords: true).merged
        self.init(parts: Self.quoted(parts), isWords: true)
    }

    /// The command as a script: what a shell on its host is given.
    init(_ command: Command) {
        switch command.body {
        case .list(let words):
            var all = words.map { ShellText(word: $0) }
            if let first = all.first, case .plain(let word)? = first.parts.first,
                first.parts.count == 1
            {
                all[0] = ShellText(plain: Shell.program(word))
            }
            self = all.dropFirst().reduce(all.first ?? ShellText(plain: "")) {
                $0 + ShellText(plain: " ") + $1
            }
        case .shell(let text):
            parts = text.parts.map { part in
                if case .value(let value) = part { return .plain(Shell.quoted(value)) }
                return Self.part(part)
            }
            isWords = text.parts.allSatisfy { part in
                if case .literal(let text) = part { Self.isHarmless(text) } else { false }
            }
        }
    }

    private init(parts: [Part], isWords: Bool) {
        self.parts = parts
        self.isWords = isWords
    }

    static func + (left: ShellText, right: ShellText) -> ShellText {
        ShellText(parts: left.parts + right.parts, isWords: left.isWords && right.isWords)
    }

    /// A script that gives another one its standard input.
    static func feeding(_ input: ShellText, to script: ShellText) -> ShellText {
        ShellText(plain: "printf %s ") + input + ShellText(plain: " | {\n") + script
            + ShellText(plain: "\n}")
    }

    /// As it stands in what is typed.
    var typed: String {
        parts.map { part in
            switch part {
            case .plain(let text): text
            case .open(let expansion, _): expansion
            }
        }.joined()
    }

    /// As one word for a shell that gets it from another one.
    var nested: ShellText {
        let parts = Self.quoted(merged)
        return ShellText(
            parts: parts.map { part in
                guard case .open(let expansion, let name) = part else { return part }
                return .open("\"$(quoted \(expansion))\"", needs: name)
            },
            isWords: true
        )
    }

    /// Refuses the line while something in it is unset: within `$(...)` that alone wouldn't.
    var guarded: String {
        let names = parts.compactMap { part in
            if case .open(_, let name?) = part { name } else { nil }
        }.unique
        guard !names.isEmpty else { return "" }
        return ": " + names.map { "\"${\($0)?}\"" }.joined(separator: " ") + " && "
    }

    /// Neighbours that are plain as one.
    private var merged: [Part] {
        parts.reduce(into: []) { merged, part in
            if case .plain(let text) = part, case .plain(let before)? = merged.last {
                merged[merged.count - 1] = .plain(before + text)
            } else {
                merged.append(part)
            }
        }
    }

    private static func quoted(_ parts: [Part]) -> [Part] {
        if parts.isEmpty { return [.plain("''")] }
        let isPlain = parts.allSatisfy { if case .plain = $0 { true } else { false } }
        guard isPlain else {
            return parts.compactMap { part in
                guard case .plain(let text) = part else { return part }
                return text.isEmpty ? nil : .plain(Shell.quoted(text))
            }
        }
        return [.plain(Shell.quoted(ShellText(parts: parts, isWords: true).typed))]
    }

    private static func part(_ part: Text.Part) -> Part {
        switch part {
        case .literal(let text), .value(let text): .plain(text)
        case .saved(let name): .open("\"${\(name)?}\"", needs: name)
        case .environment(let name) where ShellName.isOne(name):
            .open("\"${\(name)?}\"", needs: name)
        case .environment(let name): .open("\"$(printenv \(Shell.quoted(name)))\"", needs: nil)
        case .file(let path): .open("\"$(cat \(Shell.quoted(path)))\"", needs: nil)
        case .it(let field): .plain("${it.\(field)}")
        }
    }

    /// Words without anything that a shell obeys, the first of which isn't about the shell itself.
    private static func isHarmless(_ text: String) -> Bool {
        let words = text.split(separator: " ")
        guard let first = words.first, !first.contains("=") else { return false }
        return !text.contains { $0.isNewline }
            && words.allSatisfy { Shell.quoted(String($0)) == $0 }
            && !aboutTheShell.contains(String(first))
    }

    private static let aboutTheShell: Set<String> = [
        ".", "cd", "command", "eval", "exec", "exit", "export", "kill", "read", "readonly",
        "return",
        "set", "shift", "source", "trap", "ulimit", "umask", "unset", "wait", "if", "while",
        "until",
        "for", "case", "time",
    ]
}

/// Names of shell variables.
enum ShellName {
    static func isOne(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else {
            return false
        }
        return name.unicodeScalars.allSatisfy(isLetter)
    }

    /// One for a name of a runbook that nobody else has.
    static func unique(for name: String, among used: inout Set<String>) -> String {
        let plain = String(
            name.unicodeScalars.map { isLetter($0) ? Character($0) : "_" }
        )
        let word = isOne(plain) ? plain : "v\(plain)"
        var candidate = word
        var number = 2
        while used.contains(candidate) || taken.contains(candidate.lowercased()) {
            candidate = "\(word)_\(number)"
            number += 1
        }
        used.insert(candidate)
        return candidate
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// Those that mean something to sh, bash or zsh, or to what is started from there; in lower case.
    private static let taken: Set<String> = [
        "_", "aliases", "argv", "cdpath", "columns", "commands", "editor", "egid", "env", "euid",
        "fpath", "functions", "gid", "histfile", "history", "home", "host", "hostname", "ifs",
        "jobs",
        "lang", "lines", "logname", "mail", "manpath", "options", "optarg", "optind", "parameters",
        "path", "pipestatus", "ppid", "prompt", "ps1", "ps2", "ps4", "pwd", "oldpwd", "random",
        "seconds", "shell", "shlvl", "signals", "status", "term", "tmpdir", "tz", "uid", "user",
        "username",
    ]
}
