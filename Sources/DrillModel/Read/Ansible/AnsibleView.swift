/// The variables of one host as Ansible would see them, as far as drill needs them.
struct AnsibleView {
    let ancestry: AnsibleAncestry
    let member: AnsibleTree.Member
    /// All of the host's groups, weakest first.
    let groups: [String]
    var problems: [Problem] = []

    mutating func report(_ message: String, at position: Position, fix: String? = nil) {
        let source = sources.first { $0.file == position.file }
        let mark = Written.Mark(line: position.line, column: position.column)
        problems.append(
            source?.problem(message, at: mark, fix: fix) ?? Problem(message, at: position, fix: fix)
        )
    }

    /// Of the variables that were asked for.
    private var sources: [Source] = []
    private var fillings = 0
    private static let fillingsMax = 50

    init(ancestry: AnsibleAncestry, member: AnsibleTree.Member, groups: [String]) {
        self.ancestry = ancestry
        self.member = member
        self.groups = groups
    }

    // MARK: The way

    /// How it is reached, in the keys of drill's own inventory.
    mutating func way() -> Values {
        var values = Values(position: member.position)
        func put(_ key: String, _ value: Values.Value, at position: Position) {
            values.entries[key] = value
            values.positions[key] = position
        }
        let connection = word("ansible_connection")
        let address = word("ansible_ssh_host") ?? word("ansible_host")
        let place = address ?? (member.name, member.position)
        switch connection?.word ?? "ssh" {
        case "local": put("local", .boolean(true), at: connection?.position ?? member.position)
        case "docker", "community.docker.docker", "community.docker.docker_api", "podman",
            "containers.podman.podman":
            put("container", .word(place.word), at: place.position)
        case "ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh",
            "ansible.builtin.paramiko_ssh", "ansible.netcommon.libssh", "libssh":
            put("address", .word(place.word), at: place.position)
            reach(&values)
        case let other:
            report(
                "\"ansible_connection\" is \(quoted(other)), and drill reaches hosts by SSH, as containers or as itself",
                at: connection?.position ?? member.position,
                fix: "leave them out by `except:` under drill's `ansible:`"
            )
        }
        if let container = word("drill_container") {
            put("container", .word(container.word), at: container.position)
        }
        if let protect = word("drill_protect") {
            switch protect.word.lowercased() {
            case "true", "yes", "on", "1": put("protect", .boolean(true), at: protect.position)
            case "false", "no", "off", "0": break
            default:
                report(
                    "\"drill_protect\" must be true or false, not \(quoted(protect.word))",
                    at: protect.position,
                    fix: "write true or false"
                )
            }
        }
        return values
    }

    /// User, port, key and jump: variables before words of SSH's own, as Ansible passes them on.
    private mutating func reach(_ values: inout Values) {
        var way: [(key: String, word: String, position: Position)] = []
        let pairs: [(String, [String])] = [
            ("user", ["ansible_ssh_user", "ansible_user"]),
            ("port", ["ansible_ssh_port", "ansible_port"]),
            ("key", ["ansible_ssh_private_key_file", "ansible_private_key_file"]),
        ]
        for (key, names) in pairs {
            for name in names where !way.contains(where: { $0.key == key }) {
                if let found = word(name) { way.append((key, found.word, found.position)) }
            }
        }
        for name in ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"] {
            guard let arguments = word(name) else { continue }
            do {
                let said = try AnsibleWay(arguments.word)
                let words = [
                    ("jump", said.jump), ("user", said.user), ("port", said.port),
                    ("key", said.key),
                ]
                for case (let key, let word?) in words
                where !way.contains(where: { $0.key == key }) {
                    way.append((key, word, arguments.position))
                }
            } catch {
                report("\(quoted(name)): \(error.message)", at: arguments.position, fix: error.fix)
            }
        }
        for (key, word, position) in way {
            values.positions[key] = position
            if key == "port" {
                guard let port = Int(word), (1...65_535).contains(port) else {
                    report("\(quoted(word)) is no port", at: position, fix: "write 1 to 65535")
                    continue
                }
                values.entries[key] = .integer(port)
            } else if !(key == "jump" && word == "none") {
                values.entries[key] = .word(word)
            }
        }
    }

    // MARK: Variables

    /// A variable in one word; nil where it isn't set, or where drill can't know it: reported.
    mutating func word(_ name: String) -> (word: String, position: Position)? {
        guard let variable = ancestry.variable(name, of: member, groups: groups),
            !variable.value.isMissing
        else { return nil }
        if !sources.contains(where: { $0.file == variable.source.file }) {
            sources.append(variable.source)
        }
        guard let word = variable.value.word else {
            let isVault = variable.value["__ansible_vault"] != nil
            report(
                isVault
                    ? "\(quoted(name)) is encrypted by ansible-vault, and drill has no key"
                    : "\(quoted(name)) must be a word, not \(variable.value.kind)",
                at: variable.position,
                fix: isVault ? Self.plain : nil
            )
            return nil
        }
        if word.hasPrefix("$ANSIBLE_VAULT") {
            report(
                "\(quoted(name)) is encrypted by ansible-vault, and drill has no key",
                at: variable.position,
                fix: Self.plain
            )
            return nil
        }
        fillings = 0
        guard let filled = filled(word, depth: 0) else {
            report(
                "\(quoted(name)) is a template that drill can't work out: \(quoted(word))",
                at: variable.position,
                fix:
                    "write the value out; drill puts in variables of the inventory by their names alone, as {{ inventory_hostname }}"
            )
            return nil
        }
        return filled.isEmpty ? nil : (filled, variable.position)
    }

    private static let plain =
        "write it in plain text where it is no secret, or leave the host out by `except:` under drill's `ansible:`"

    /// The text with every `{{ name }}` put in; nil where anything else stands in braces.
    private mutating func filled(_ text: String, depth: Int) -> String? {
        guard !text.contains("{%"), !text.contains("{#"), depth < 8 else { return nil }
        var done = ""
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let after = rest[open.upperBound...]
            guard let close = after.firstRange(of: "}}") else { return nil }
            let name = String(after[..<close.lowerBound]).stripped
            // Each may bring others: their product would grow without end.
            fillings += 1
            guard fillings <= Self.fillingsMax, let value = plain(name, depth: depth) else {
                return nil
            }
            done += rest[..<open.lowerBound] + value
            guard done.utf8.count <= 4096 else { return nil }
            rest = after[close.upperBound...]
        }
        return done + rest
    }

    private mutating func plain(_ name: String, depth: Int) -> String? {
        switch name {
        case "inventory_hostname": return member.name
        case "inventory_hostname_short": return String(member.name.prefix { $0 != "." })
        default:
            let variable = ancestry.variable(name, of: member, groups: groups)
            guard let word = variable?.value.word, !word.hasPrefix("$ANSIBLE_VAULT") else {
                return nil
            }
            return filled(word, depth: depth + 1)
        }
    }
}
