/// Sudo rules as files for /etc/sudoers.d, one a host.
///
/// Source: sudoers(5) of sudo 1.9.13. Arguments are compared as by fnmatch(3) in the C locale; regular
/// expressions would be narrower, but sudo takes none above 1024 characters, and drill's scripts are
/// longer. In arguments `,:=#\` and all but single spaces stand behind a backslash; a line that ends in
/// one goes on after a single space. A line end can't be written at all: `[[:cntrl:]]` is the narrowest
/// that fits it.
package enum SudoersText {
    /// Whom drill logs in as on a host; nil where that is root.
    package typealias Login = (_ host: String) -> String?

    package static let file = "/etc/sudoers.d/drill"

    /// All blocks, one below the other.
    package static func render(
        _ blocks: [Sudoers.Block],
        experiment: String,
        notes: [String],
        login: Login
    ) -> String {
        guard !blocks.isEmpty else {
            return "# \(Plain.oneLine(experiment)) works on no host: it needs no rule\n"
        }
        return blocks.map { block in
            let host = block.host == Action.controller ? "the controller" : block.host
            let user = login(block.host)
            let lines =
                head(block, host: host, user: user, experiment: experiment, notes: notes)
                + (user.map { rules(block, user: $0) } ?? [])
            return Plain.block(lines.joined(separator: "\n"))
        }.joined(separator: "\n\n") + "\n"
    }

    private static func head(
        _ block: Sudoers.Block,
        host: String,
        user: String?,
        experiment: String,
        notes: [String]
    ) -> [String] {
        let title = "# ---- \(host): "
        guard !block.rules.isEmpty else {
            return [title + "needs no rule: nothing of \(experiment) runs there by sudo"]
        }
        guard let user else {
            return [title + "needs no rule: drill logs in as root"]
        }
        var text = [
            "what \(experiment) runs there by sudo, as \(user). Goes to \(file) on that host,"
                + " owned by root, mode 0440; look at it first with `visudo -cf FILE`."
        ]
        let wide = block.rules.filter { $0.breadth == .root }
        if !wide.isEmpty {
            text.append(
                "BE AWARE: whoever may log in as \(user) can become root by \(wide.count) of these"
                    + " \(block.rules.count) rules, those marked ROOT: what they carry out comes with"
                    + " the run, and no rule can know it. Guard \(user)'s key as root's own."
            )
        }
        if block.rules.contains(where: { $0.breadth == .anyArgument }) {
            text.append(
                "Where a rule is marked ARGUMENT, `*` stands for what is found only in the run:"
                    + " processes, say. The script is fixed, what it is given isn't."
            )
        }
        text += notes
        text.append(
            "Left out: `kill -KILL -- -GROUP`, by which drill ends a command of root's that hangs."
                + " A rule for it would let \(user) kill anything; without it such a command goes on"
                + " until it ends by itself."
        )
        return [title.trimmedEnd] + text.flatMap { $0.wrapped(98) }.map { "# \($0)" }
    }

    /// What is for the same is one entry with several commands.
    private static func rules(_ block: Sudoers.Block, user: String) -> [String] {
        var entries: [(rule: Sudoers.Rule, commands: [[String]])] = []
        for rule in block.rules {
            let words = words(rule.arguments)
            let commands = paths(of: rule.program).map { [$0] + words }
            let index = entries.firstIndex {
                $0.rule.reasons == rule.reasons && $0.rule.breadth == rule.breadth
            }
            if let index {
                entries[index].commands += commands
            } else {
                entries.append((rule, commands))
            }
        }
        return entries.flatMap { rule, commands -> [String] in
            let mark =
                switch rule.breadth {
                case .exact: ""
                case .anyArgument: "ARGUMENT: "
                case .root: "ROOT: "
                }
            let reasons = (mark + rule.reasons.joined(separator: "; ")).wrapped(98)
            let last = commands.indices.last
            return [""] + reasons.map { "# \(Plain.oneLine($0))" }
                + ["\(user) ALL=(root) NOPASSWD: \\"]
                + commands.indices.flatMap { folded(commands[$0], isLast: $0 == last) }
        }
    }

    /// A rule's commands, each on one line: as one of several places that sudo may find it in.
    package static func commands(_ rule: Sudoers.Rule) -> [String] {
        let arguments = words(rule.arguments).joined(separator: " ")
        return paths(of: rule.program).map { "\($0) \(arguments)" }
    }

    /// Whether a rule can be written for the name: useradd(8) takes no other.
    package static func isUser(_ name: String) -> Bool {
        name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]*\$?/) != nil
    }

    /// Where sudo may find it: a name without a folder is looked for in `secure_path`, as Debian sets it.
    static func paths(of program: String) -> [String] {
        if program.contains("/") { return [escaped(program)] }
        // Present everywhere; where /bin is a link sudo sees that it is the same file.
        if program == "sh" || program == "true" { return ["/bin/\(program)"] }
        return ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            .map { "\($0)/\(escaped(program))" }
    }

    private static func escaped(_ program: String) -> String {
        words(SudoPattern([program])).joined(separator: "\\ ")
    }

    /// The arguments as sudoers(5) wants them, apart where a single space stands between two.
    static func words(_ pattern: SudoPattern) -> [String] {
        // Without any, the rule would allow every one.
        guard !pattern.pieces.isEmpty else { return ["\"\""] }
        var words: [[UInt8]] = [[]]
        for (index, piece) in pattern.pieces.enumerated() {
            guard piece == space else {
                words[words.count - 1] += bytes(of: piece)
                continue
            }
            if index == 0 || index == pattern.pieces.count - 1 {
                // At the end of a line a backslash and a space would join it with the next.
                words[words.count - 1] += Array("[\\ ]".utf8)
            } else if pattern.pieces[index - 1] == space {
                words[words.count - 1] += Array("\\ ".utf8)
            } else {
                words.append([])
            }
        }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }

    private static let space = SudoPattern.Piece.byte(UInt8(ascii: " "))
    private static let lineEnd = #"[[\:cntrl\:]]"#

    private static func bytes(of piece: SudoPattern.Piece) -> [UInt8] {
        switch piece {
        case .hex: Array("[0-9a-f]".utf8)
        case .any: Array("?".utf8)
        case .open: Array("*".utf8)
        case .byte(UInt8(ascii: "\\")): Array(#"\\\\"#.utf8)
        case .byte(let byte) where byte < 0x20 || byte == 0x7F: Array(lineEnd.utf8)
        case .byte(let byte) where Array("*?[]^!,:=#".utf8).contains(byte):
            [UInt8(ascii: "\\"), byte]
        case .byte(let byte): [byte]
        }
    }

    /// Lines of readable length, each but the last ending in a backslash, which stands for one space.
    ///
    /// Where a script's own line ends and the next is indented, so does ours.
    private static func folded(_ words: [String], isLast: Bool) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in words {
            if line.isEmpty {
                line = word
            } else if line.hasSuffix(lineEnd) || line.count + word.count > 92 {
                lines.append("    \(line) \\")
                line = word
            } else {
                line += " \(word)"
            }
        }
        return lines + ["    \(line)" + (isLast ? "" : ", \\")]
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
