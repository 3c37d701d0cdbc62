/// Reads an Ansible inventory in INI form, line by line as Ansible does.
struct AnsibleINI {
    private enum Section {
        case hosts, children, vars
        /// Its head is wrong: what its lines would be nobody knows.
        case unknown
    }

    let source: Source
    var tree: AnsibleTree
    var problems: [Problem] = []
    /// Groups that a section speaks of and nobody has declared yet, and how they are spoken of.
    private var mentions: [(group: String, mark: Written.Mark, section: String)] = []

    /// `source` is for messages, without secrets.
    init(_ lines: [String], source: Source) {
        self.source = source
        tree = AnsibleTree(file: source.file)
        read(lines)
    }

    private mutating func read(_ lines: [String]) {
        var group = "ungrouped"
        var section = Section.hosts
        for (index, line) in lines.enumerated() {
            let text = line.stripped
            guard let first = text.first, first != "#", first != ";" else { continue }
            let indent = line.unicodeScalars.prefix { $0.properties.isWhitespace }.count
            let mark = Written.Mark(line: index + 1, column: indent + 1)
            if let head = Self.head(of: text) {
                (group, section) = open(head, at: mark)
            } else if first == "[", text.hasSuffix("]") || !text.contains("]") {
                section = .unknown
                report(
                    "\(quoted(text)) is no section",
                    at: mark,
                    fix: "write [GROUP], [GROUP:children] or [GROUP:vars], without spaces"
                )
            } else {
                switch section {
                case .hosts: hosts(line, of: group, at: mark)
                case .children: child(text, of: group, at: mark)
                case .vars: variable(line, of: group, at: mark)
                case .unknown: break
                }
            }
            guard tree.hostNames.count <= AnsibleTree.hostsMax,
                tree.groupNames.count <= AnsibleTree.groupsMax
            else { return }
        }
        var told: Set<String> = []
        for mention in mentions
        where tree.groups[mention.group]?.isDeclared == false && told.insert(mention.group).inserted
        {
            let known = tree.groupNames.filter { tree.groups[$0]?.isDeclared == true }
            report(
                "\(quoted(mention.section)) speaks of the group \(quoted(mention.group)), which isn't there",
                at: mention.mark,
                fix: nearest(to: mention.group, among: known).map { "did you mean \(quoted($0))?" }
                    ?? "add [\(printable(mention.group))], be it empty"
            )
        }
    }

    private mutating func report(_ message: String, at mark: Written.Mark, fix: String? = nil) {
        problems.append(source.problem(message, at: mark, fix: fix))
    }

    /// The name and the kind of `[NAME]` and `[NAME:KIND]`; a comment may follow.
    private static func head(of text: String) -> (name: String, kind: String?)? {
        guard text.hasPrefix("["), let close = text.firstIndex(of: "]") else { return nil }
        let rest = String(text[text.index(after: close)...]).stripped
        guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
        let parts = text[text.index(after: text.startIndex)..<close]
            .split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty,
            !name.contains(where: \.isWhitespace)
        else { return nil }
        let kind = parts.count == 2 ? String(parts[1]) : nil
        guard
            kind.map({ !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
                ?? true
        else { return nil }
        return (String(name), kind)
    }

    private mutating func open(
        _ head: (name: String, kind: String?),
        at mark: Written.Mark
    ) -> (String, Section) {
        let inside = Written.Mark(line: mark.line, column: mark.column + 1)
        switch head.kind {
        case nil, "hosts":
            tree.addGroup(head.name, at: source.position(inside))
            return (head.name, .hosts)
        case "children":
            tree.addGroup(head.name, at: source.position(inside))
            return (head.name, .children)
        case "vars":
            tree.addGroup(head.name, at: source.position(inside), isDeclared: false)
            mentions.append((head.name, inside, "[\(head.name):vars]"))
            return (head.name, .vars)
        case let kind?:
            report(
                "a section is of hosts, children or vars, not \(quoted(kind))",
                at: inside,
                fix: nearest(to: kind, among: ["hosts", "children", "vars"])
                    .map { "did you mean [\(printable(head.name)):\($0)]?" }
                    ?? "write [GROUP], [GROUP:children] or [GROUP:vars]"
            )
            tree.addGroup(head.name, at: source.position(inside))
            return (head.name, .unknown)
        }
    }

    private mutating func hosts(_ line: String, of group: String, at mark: Written.Mark) {
        do {
            let words = try AnsibleWords.split(line)
            guard let first = words.first else { return }
            let (pattern, port) = AnsibleWords.place(first.text)
            if pattern == "---" {
                report(
                    "this looks like YAML in an INI file",
                    at: mark,
                    fix: "name the file .yaml"
                )
                return
            }
            if pattern.hasSuffix(":") {
                report(
                    "a port belongs after the colon of \(quoted(pattern))",
                    at: mark,
                    fix: "write NAME or NAME:PORT; groups of YAML go into a .yaml file"
                )
                return
            }
            let names = try AnsibleWords.expanded(pattern)
            let portValue = port.map { variable(.word("\($0)"), at: mark) }
            for name in names {
                tree.addHost(name, to: group, port: portValue, at: source.position(mark))
            }
            for word in words.dropFirst() {
                guard let equals = word.text.firstIndex(of: "=") else {
                    report(
                        "after a host come its variables, and \(quoted(word.text)) is none",
                        at: Written.Mark(line: mark.line, column: word.column),
                        fix: word.text.hasPrefix(";")
                            ? "a comment behind something begins with `#`"
                            : "write NAME=VALUE, with quotes around a value that has spaces"
                    )
                    // The words after it are most likely of the same mistake.
                    break
                }
                let name = String(word.text[..<equals])
                let place = Written.Mark(
                    line: mark.line,
                    column: word.column + name.unicodeScalars.count + 1
                )
                let text = String(word.text[word.text.index(after: equals)...])
                let value = variable(AnsibleWords.literal(text), at: place)
                for host in names { tree.hosts[host]?.variables[name] = value }
            }
        } catch {
            report(error.message, at: mark, fix: error.fix)
        }
    }

    private mutating func child(_ text: String, of group: String, at mark: Written.Mark) {
        let name = text.prefix { $0 != "#" && !$0.isWhitespace }
        let rest = String(text.dropFirst(name.count)).stripped
        guard !name.isEmpty, rest.isEmpty || rest.hasPrefix("#"), !name.contains(":"),
            !name.contains("]")
        else {
            report(
                "\(quoted(text)) is no name of a group",
                at: mark,
                fix: "[\(printable(group)):children] has one group a line, without variables"
            )
            return
        }
        tree.addGroup(String(name), at: source.position(mark), isDeclared: false)
        mentions.append((String(name), mark, "[\(group):children]"))
        tree.addChild(String(name), to: group)
    }

    private mutating func variable(_ line: String, of group: String, at mark: Written.Mark) {
        guard let equals = line.firstIndex(of: "=") else {
            report(
                "\(quoted(line.stripped)) is no variable",
                at: mark,
                fix: "[\(printable(group)):vars] has one NAME=VALUE a line"
            )
            return
        }
        let name = String(line[..<equals]).stripped
        let after = line[line.index(after: equals)...]
        let column =
            line[..<equals].unicodeScalars.count + 2
            + after.unicodeScalars.prefix { $0.properties.isWhitespace }.count
        let value = variable(
            AnsibleWords.literal(String(after)),
            at: Written.Mark(line: mark.line, column: column)
        )
        if !tree.set(name, value, ofGroup: group) {
            report("\"ansible_group_priority\" must be a whole number", at: value.value.mark)
        }
    }

    private func variable(_ shape: Written.Shape, at mark: Written.Mark) -> AnsibleTree.Variable {
        AnsibleTree.Variable(value: Written(shape: shape, mark: mark), source: source)
    }
}
