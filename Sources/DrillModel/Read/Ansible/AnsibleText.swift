/// A file that is an Ansible inventory by its looks, before its groups are read.
struct AnsibleText: Sendable {
    enum Form: Sendable {
        case ini(lines: [String])
        case yaml(Written)
    }

    var form: Form
    /// For messages: secrets are stars in it.
    var source: Source
    var duplicates: [Problem] = []
    var realPath: String?

    /// `ansible-inventory --list` already puts `group_vars/` and `host_vars/` in.
    var hasFolders: Bool {
        if case .yaml(let root) = form { root["_meta"] == nil } else { true }
    }
}

/// What a file turned out to be.
enum OpenedFile: Sendable {
    case drill(WrittenFile)
    case ansible(AnsibleText)

    /// Tells by name and text, as Ansible does: `.ini` is INI; `.yaml`, `.yml` and `.json` are YAML;
    /// others are YAML where they can be read so, else INI.
    static func of(_ loaded: LoadedFile, file: String) throws(Problems) -> OpenedFile {
        let suffix = suffix(of: file)
        let head = head(of: loaded.bytes)
        if suffix == "ini" || suffix == "toml" {
            if let refusal = refusal(head, file: file) { throw refusal }
            return .ansible(try ini(loaded, file: file))
        }
        var written: WrittenFile
        do {
            written = try Written.read(loaded.bytes, file: file)
        } catch {
            if let refusal = refusal(head, file: file) { throw refusal }
            guard !isYAML(suffix), looksINI(head) else { throw error }
            return .ansible(try ini(loaded, file: file))
        }
        written.realPath = loaded.realPath
        guard !isDrill(written.root) else { return .drill(written) }
        if let refusal = refusal(head, file: file) { throw refusal }
        if written.root.word != nil, !isYAML(suffix) {
            return .ansible(try ini(loaded, file: file))
        }
        if let plugin = written.root.pairs.first(where: { $0.key == "plugin" }) {
            throw Problems([
                written.source.problem(
                    "this asks Ansible's plugin \(quoted(plugin.value.word ?? "")) for hosts, which drill can't",
                    at: plugin.keyMark,
                    fix: listing(file)
                )
            ])
        }
        guard isAnsible(written.root) else { return .drill(written) }
        return .ansible(
            AnsibleText(
                form: .yaml(written.root),
                source: masked(written.source),
                duplicates: written.duplicates.map(masked),
                realPath: loaded.realPath
            )
        )
    }

    private static func isYAML(_ suffix: String) -> Bool {
        ["yaml", "yml", "json"].contains(suffix)
    }

    private static func suffix(of file: String) -> String {
        let name = file.split(separator: "/").last ?? ""
        return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// The file's first line, and the first that says anything.
    private static func head(of bytes: [UInt8]) -> (first: String, telling: String) {
        let lines = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
            .map { String($0).stripped }
        let telling = lines.first { line in
            line.first.map { $0 != "#" && $0 != ";" } ?? false
        }
        return (lines.first ?? "", telling ?? "")
    }

    private static func looksINI(_ head: (first: String, telling: String)) -> Bool {
        let line = head.telling
        guard !line.isEmpty, !line.hasPrefix("{"), !line.hasPrefix("-") else { return false }
        return line.hasPrefix("[") || !line.contains(": ") && !line.hasSuffix(":")
    }

    /// Whether a key of drill's says what it is; a group of that name has hosts.
    private static func isDrill(_ root: Written) -> Bool {
        FileKind.allCases.contains { kind in
            guard let value = root[kind.rawValue] else { return false }
            return !isGroup(value)
        }
    }

    private static func isGroup(_ value: Written) -> Bool {
        guard case .mapping(let pairs) = value.shape, !pairs.isEmpty else { return false }
        return pairs.allSatisfy { ["hosts", "children", "vars"].contains($0.key) }
    }

    private static func isAnsible(_ root: Written) -> Bool {
        root.pairs.contains { pair in
            switch pair.key {
            case "all", "_meta", "ungrouped": true
            default: isLikeGroup(pair.value)
            }
        }
    }

    /// With a key that no group has, too, which reading then tells of.
    private static func isLikeGroup(_ value: Written) -> Bool {
        guard case .mapping(let pairs) = value.shape else { return false }
        return pairs.contains { ["hosts", "children"].contains($0.key) }
    }

    private static func listing(_ file: String) -> String {
        "write what `ansible-inventory -i \(printable(file)) --list` prints into a .json file and name that"
    }

    private static func refusal(
        _ head: (first: String, telling: String),
        file: String
    ) -> Problems? {
        let why: String
        if head.first.hasPrefix("#!") {
            why = "this is a program; drill runs none to learn of hosts"
        } else if head.first.hasPrefix("$ANSIBLE_VAULT") {
            why = "this is encrypted by ansible-vault, and drill has no key"
        } else if suffix(of: file) == "toml" {
            why = "drill reads no TOML"
        } else {
            return nil
        }
        return Problems([
            Source(file: file, text: head.first).problem(
                why,
                at: Written.Mark(line: 1, column: 1),
                fix: listing(file)
            )
        ])
    }

    private static func ini(_ loaded: LoadedFile, file: String) throws(Problems) -> AnsibleText {
        guard loaded.bytes.count <= Written.bytesMax else {
            throw Problems([Source.problem("larger than 4 MiB", file: file, fix: "split it up")])
        }
        let hasMark = loaded.bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let bytes = hasMark ? loaded.bytes.dropFirst(3) : loaded.bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problems([
                Source.problem("this is no UTF-8 text", file: file, fix: "save it as UTF-8")
            ])
        }
        let source = Source(file: file, text: text)
        return AnsibleText(
            form: .ini(lines: source.lines),
            source: masked(source),
            realPath: loaded.realPath
        )
    }

    // MARK: Secrets

    /// The same with stars for what follows a word such as `password`: messages show lines.
    static func masked(_ source: Source) -> Source {
        Source(file: source.file, text: source.lines.map(masked(line:)).joined(separator: "\n"))
    }

    static func masked(_ problem: Problem) -> Problem {
        var problem = problem
        problem.sourceLine = problem.sourceLine.map(masked(line:))
        return problem
    }

    static func masked(line: String) -> String {
        guard line.utf8.count <= 2000 else { return line }
        let lower = Array(line.lowercased().unicodeScalars)
        var scalars = Array(line.unicodeScalars)
        // Where lower case is of another length nobody can say what is where.
        guard lower.count == scalars.count else { return line }
        for word in ["pass", "secret", "token", "vault"].map({ Array($0.unicodeScalars) }) {
            guard lower.count > word.count,
                let start = (0...(lower.count - word.count)).first(where: {
                    lower[$0..<($0 + word.count)].elementsEqual(word)
                }),
                let sign = lower[start...].firstIndex(where: { $0 == "=" || $0 == ":" })
            else { continue }
            for index in scalars.indices[(sign + 1)...]
            where !scalars[index].properties.isWhitespace {
                scalars[index] = "*"
            }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
