/// Reads an Ansible inventory in YAML form, and what `ansible-inventory --list` prints.
struct AnsibleYAML {
    let source: Source
    var tree: AnsibleTree
    var problems: [Problem] = []

    init(_ root: Written, source: Source) {
        self.source = source
        tree = AnsibleTree(file: source.file)
        if root["_meta"] != nil {
            list(root)
        } else {
            for pair in root.pairs { _ = group(pair) }
        }
    }

    private mutating func report(_ message: String, at mark: Written.Mark, fix: String? = nil) {
        problems.append(source.problem(message, at: mark, fix: fix))
    }

    // MARK: YAML

    /// - Returns: whether it is a group.
    private mutating func group(_ pair: Written.Pair) -> Bool {
        guard !pair.value.isMissing else {
            tree.addGroup(pair.key, at: source.position(pair.keyMark))
            return true
        }
        guard case .mapping = pair.value.shape else {
            report(
                "the group \(quoted(pair.key)) must be a mapping, not \(pair.value.kind)",
                at: pair.value.mark,
                fix: "its keys: hosts, children, vars"
            )
            return false
        }
        tree.addGroup(pair.key, at: source.position(pair.keyMark))
        for part in pair.value.merged {
            switch part.key {
            case "hosts":
                for host in entries(part, of: pair.key) { hosts(host, of: pair.key) }
            case "children":
                for child in entries(part, of: pair.key) where group(child) {
                    tree.addChild(child.key, to: pair.key)
                }
            case "vars":
                for variable in entries(part, of: pair.key) { set(variable, ofGroup: pair.key) }
            default:
                report(
                    "unknown key \(quoted(part.key)) in the group \(quoted(pair.key))",
                    at: part.keyMark,
                    fix: nearest(to: part.key, among: ["hosts", "children", "vars"])
                        .map { "did you mean \(quoted($0))?" }
                        ?? "a group has hosts, children and vars; a group within stands under `children:`"
                )
            }
        }
        return true
    }

    /// A mapping; one word alone is a mapping of it to nothing.
    private mutating func entries(_ part: Written.Pair, of group: String) -> [Written.Pair] {
        if part.value.isMissing { return [] }
        switch part.value.shape {
        case .mapping: return part.value.merged
        case .word(let word):
            return [
                Written.Pair(
                    key: word,
                    keyMark: part.value.mark,
                    value: Written(shape: .nothing, mark: part.value.mark)
                )
            ]
        default:
            report(
                "\(quoted(part.key)) of the group \(quoted(group)) must be a mapping, not \(part.value.kind)",
                at: part.value.mark,
                fix: "write each as a key, `NAME:`, instead of `- NAME`"
            )
            return []
        }
    }

    private mutating func hosts(_ pair: Written.Pair, of group: String) {
        let (pattern, port) = AnsibleWords.place(pair.key)
        do {
            let names = try AnsibleWords.expanded(pattern)
            let position = source.position(pair.keyMark)
            let portValue = port.map {
                variable(Written(shape: .word("\($0)"), mark: pair.keyMark))
            }
            for name in names { tree.addHost(name, to: group, port: portValue, at: position) }
            guard !pair.value.isMissing else { return }
            guard case .mapping = pair.value.shape else {
                report(
                    "the variables of \(quoted(pair.key)) must be a mapping, not \(pair.value.kind)",
                    at: pair.value.mark,
                    fix: "write NAME: VALUE, one a line"
                )
                return
            }
            for name in names {
                for entry in pair.value.merged {
                    let value = variable(entry.value)
                    tree.hosts[name]?.variables[entry.key] = value
                }
            }
        } catch {
            report(error.message, at: pair.keyMark, fix: error.fix)
        }
    }

    private mutating func set(_ pair: Written.Pair, ofGroup group: String) {
        if !tree.set(pair.key, variable(pair.value), ofGroup: group) {
            report("\"ansible_group_priority\" must be a whole number", at: pair.value.mark)
        }
    }

    private func variable(_ value: Written) -> AnsibleTree.Variable {
        AnsibleTree.Variable(value: value, source: source)
    }

    // MARK: --list

    /// Groups with lists of names, and each host's variables under `_meta: {hostvars: ...}`.
    private mutating func list(_ root: Written) {
        for pair in root.pairs where pair.key != "_meta" {
            let position = source.position(pair.keyMark)
            tree.addGroup(pair.key, at: position)
            let isList = if case .list = pair.value.shape { true } else { false }
            let hosts = isList ? pair.value : pair.value["hosts"]
            for host in names(hosts, "hosts", of: pair.key) {
                tree.addHost(host.name, to: pair.key, at: source.position(host.mark))
            }
            for child in names(pair.value["children"], "children", of: pair.key) {
                tree.addGroup(child.name, at: source.position(child.mark))
                tree.addChild(child.name, to: pair.key)
            }
            for variable in pair.value["vars"]?.pairs ?? [] { set(variable, ofGroup: pair.key) }
        }
        for host in root["_meta"]?["hostvars"]?.pairs ?? [] {
            if tree.hosts[host.key] == nil {
                tree.addHost(host.key, to: "ungrouped", at: source.position(host.keyMark))
            }
            for entry in host.value.pairs {
                let value = variable(entry.value)
                tree.hosts[host.key]?.variables[entry.key] = value
            }
        }
    }

    private mutating func names(
        _ written: Written?,
        _ part: String,
        of group: String
    ) -> [(name: String, mark: Written.Mark)] {
        guard let written, !written.isMissing else { return [] }
        guard case .list(let list) = written.shape else {
            report(
                "\(quoted(part)) of the group \(quoted(group)) must be a list, not \(written.kind)",
                at: written.mark,
                fix: "beside `_meta` groups are as `ansible-inventory --list` prints them"
            )
            return []
        }
        return list.compactMap { element in element.word.map { ($0, element.mark) } }
    }
}

extension Written {
    /// Nothing, or YAML's words for it.
    var isMissing: Bool {
        switch shape {
        case .nothing: true
        case .word(let word): ["null", "~", "Null", "NULL"].contains(word)
        default: false
        }
    }

    /// The pairs of a mapping with those that `<<` brings, which never win.
    var merged: [Pair] {
        var own = pairs.filter { $0.key != "<<" }
        var names = Set(own.map(\.key))
        for merge in pairs where merge.key == "<<" {
            let others: [Written] =
                if case .list(let list) = merge.value.shape { list } else { [merge.value] }
            for other in others {
                own += other.merged.filter { names.insert($0.key).inserted }
            }
        }
        return own
    }
}
