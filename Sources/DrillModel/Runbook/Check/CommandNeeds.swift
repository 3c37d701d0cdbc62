/// What a command needs of its host, as far as its words say so with certainty.
enum CommandNeeds {
    typealias Kind = RunbookInquiry.Question.Kind

    private static let shells: Set<String> = ["sh", "bash", "dash"]
    private static let interpreters = shells.union(["python3"])
    private static let options: Set<String> = ["-c", "--config", "--config-file"]
    /// Programs whose `-c` is no configuration file.
    private static let otherwise: Set<String> = [
        "grep", "egrep", "fgrep", "zgrep", "curl", "rsync",
    ]

    /// Its program, a script that it is given, a configuration file; a word that only the run knows is nil.
    ///
    /// `isFirst` is where relative paths begin where the command does: nothing before it can have gone elsewhere.
    static func ofWords(_ words: [String?], isFirst: Bool = true) -> [Kind] {
        guard let first = words.first ?? nil, !first.isEmpty else { return [] }
        guard !ShellWords.builtins.contains(first) || first == "test" else { return [] }
        var kinds: [Kind] = [.tool(first)]
        let name = first.split(separator: "/").last.map(String.init) ?? first
        let rest = Array(words.dropFirst())
        if shells.contains(name), rest.count >= 2, rest[0] == "-c" {
            return kinds + (rest[1].map(ofScript) ?? [])
        }
        if interpreters.contains(name), let path = rest.first ?? nil,
            path.hasPrefix("/") || isFirst && !path.hasPrefix("-")
        {
            kinds.append(.script(interpreter: name, path: path))
        }
        guard !otherwise.contains(name) else { return kinds }
        for (option, value) in zip(rest, rest.dropFirst()) {
            guard let option, options.contains(option), let value, value.hasPrefix("/") else {
                continue
            }
            kinds.append(.file(value))
        }
        for case let word? in rest where word.hasPrefix("--config=/") {
            kinds.append(.file(String(word.dropFirst("--config=".count))))
        }
        return kinds
    }

    /// What its commands need, what it reads by `<` and by `.`; nothing where it can't be read.
    static func ofScript(_ script: String) -> [Kind] {
        guard let words = ShellWords(script) else { return [] }
        var kinds = words.reads.filter { $0.hasPrefix("/") && !$0.hasPrefix("/dev/") }.map(
            Kind.file
        )
        for (index, command) in words.commands.enumerated() {
            if [".", "source"].contains(command[0]), command.count > 1, let path = command[1],
                path.hasPrefix("/")
            {
                kinds.append(.file(path))
            }
            guard command[0] != "test" else { continue }
            kinds += ofWords(command, isFirst: index == 0).filter { kind in
                guard case .tool(let name) = kind else { return true }
                // A relative path depends on where the script is by then.
                if name.contains("/") { return name.hasPrefix("/") || index == 0 }
                return !words.definesNames && !words.lookedFor.contains(name)
            }
        }
        return kinds
    }
}

extension RunbookInquiry.Question.Kind {
    /// The whole path that must be there, where it is about one.
    var path: String? {
        switch self {
        case .tool(let name): name.hasPrefix("/") ? name : nil
        case .file(let path), .script(_, let path): path
        case .parses, .mayRun: nil
        }
    }
}
