/// An Ansible inventory as it is written: groups, hosts, and what each says of its variables.
struct AnsibleTree: Sendable {
    /// A value of a variable and the file that it stands in.
    struct Variable: Sendable {
        var value: Written
        var source: Source

        var position: Position { source.position(value.mark) }
    }

    typealias Variables = [String: Variable]

    struct Group: Sendable {
        var name: String
        var position: Position
        /// Nothing but `[NAME:vars]` or a parent spoke of it so far.
        var isDeclared = true
        var children: [String] = []
        var variables: Variables = [:]
        /// From `group_vars/`, which wins over every group's variables in the inventory itself.
        var fileVariables: Variables = [:]
        /// Among groups of one depth a higher one wins.
        var priority = 1
    }

    struct Member: Sendable {
        var name: String
        var position: Position
        var groups: [String] = []
        var variables: Variables = [:]
        /// From `host_vars/`.
        var fileVariables: Variables = [:]
    }

    static let groupsMax = 5_000
    static let hostsMax = 20_000

    /// In the order in which the file first names them; `all` and `ungrouped` are always there.
    private(set) var groupNames: [String] = []
    private(set) var hostNames: [String] = []
    var groups: [String: Group] = [:]
    var hosts: [String: Member] = [:]

    let file: String

    init(file: String) {
        self.file = file
        let top = Position(file: file, line: 1, column: 1)
        addGroup("all", at: top)
        addGroup("ungrouped", at: top)
    }

    mutating func addGroup(_ name: String, at position: Position, isDeclared: Bool = true) {
        if groups[name] == nil {
            groups[name] = Group(name: name, position: position, isDeclared: isDeclared)
            groupNames.append(name)
        } else if isDeclared, groups[name]?.isDeclared == false {
            groups[name]?.isDeclared = true
            groups[name]?.position = position
        }
    }

    mutating func addChild(_ child: String, to parent: String) {
        if groups[parent]?.children.contains(child) == false {
            groups[parent]?.children.append(child)
        }
    }

    /// As Ansible has it, a port beside the name counts only where the host is first named.
    mutating func addHost(
        _ name: String,
        to group: String,
        port: Variable? = nil,
        at position: Position
    ) {
        if hosts[name] == nil {
            hosts[name] = Member(name: name, position: position)
            hostNames.append(name)
            if let port { hosts[name]?.variables["ansible_port"] = port }
        }
        if hosts[name]?.groups.contains(group) == false { hosts[name]?.groups.append(group) }
    }

    /// - Returns: false where it is a priority and no whole number.
    mutating func set(_ name: String, _ variable: Variable, ofGroup group: String) -> Bool {
        guard name == "ansible_group_priority" else {
            groups[group]?.variables[name] = variable
            return true
        }
        guard let priority = variable.value.word.flatMap({ Int($0) }) else { return false }
        groups[group]?.priority = priority
        return true
    }
}

/// The groups of each host, parents too, and which of several values of a variable counts.
///
/// Ansible's order, the last wins: `all` in the inventory, groups in the inventory, `group_vars/all`,
/// other `group_vars/`, the host in the inventory, `host_vars/`. Among groups: parents before children,
/// then by `ansible_group_priority`, then by name
/// (docs.ansible.com, "Variable precedence" and "How variables are merged").
struct AnsibleAncestry: Sendable {
    let tree: AnsibleTree
    private let parents: [String: [String]]
    /// Where each group stands in the file.
    private let order: [String: Int]
    /// Where each group stands in Ansible's order, weakest first.
    private let place: [String: Int]
    /// A group, one that it is within, and so on to the first again; empty where no group is within itself.
    let loop: [String]

    init(_ tree: AnsibleTree) {
        self.tree = tree
        var parents: [String: [String]] = [:]
        for name in tree.groupNames {
            for child in tree.groups[name]?.children ?? [] {
                parents[child, default: []].append(name)
            }
        }
        var open = parents.mapValues(\.count)
        var ready = tree.groupNames.filter { open[$0] == nil }
        var depths: [String: Int] = [:]
        while let name = ready.popLast() {
            let own = parents[name] ?? []
            depths[name] = own.map { depths[$0, default: 0] + 1 }.max() ?? (name == "all" ? 0 : 1)
            for child in tree.groups[name]?.children ?? [] {
                open[child, default: 0] -= 1
                if open[child] == 0 { ready.append(child) }
            }
        }
        loop = Self.loop(in: parents.mapValues { $0.filter { depths[$0] == nil } })
        func rank(_ name: String) -> (Int, Int, String) {
            (depths[name] ?? 0, tree.groups[name]?.priority ?? 1, name)
        }
        self.parents = parents
        order = Dictionary(
            tree.groupNames.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        place = Dictionary(
            depths.keys.sorted { rank($0) < rank($1) }.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Whoever is left has a parent that is left: going up from one comes round.
    private static func loop(in left: [String: [String]]) -> [String] {
        guard var name = left.filter({ !$0.value.isEmpty }).keys.min() else { return [] }
        var way: [String] = []
        while !way.contains(name) {
            way.append(name)
            guard let parent = left[name]?.first else { return [] }
            name = parent
        }
        return way.drop { $0 != name } + [name]
    }

    /// All groups of a host, weakest first.
    func groups(of host: AnsibleTree.Member) -> [String] {
        // A host that some other group has isn't ungrouped, whatever the file says.
        let others = host.groups.filter { $0 != "ungrouped" && $0 != "all" }
        var names: Set<String> = ["all"]
        var ways = others.isEmpty ? ["ungrouped"] : others
        while let name = ways.popLast() {
            if names.insert(name).inserted { ways += parents[name] ?? [] }
        }
        return names.sorted { place[$0, default: 0] < place[$1, default: 0] }
    }

    func inOrderOfTheFile(_ groups: [String]) -> [String] {
        groups.sorted { order[$0, default: 0] < order[$1, default: 0] }
    }

    /// The value that counts; `groups` are all of the host's.
    func variable(
        _ name: String,
        of host: AnsibleTree.Member,
        groups: [String]
    ) -> AnsibleTree.Variable? {
        if let own = host.fileVariables[name] ?? host.variables[name] { return own }
        let strongest = groups.reversed().filter { $0 != "all" } + ["all"]
        for group in strongest {
            if let value = tree.groups[group]?.fileVariables[name] { return value }
        }
        for group in strongest {
            if let value = tree.groups[group]?.variables[name] { return value }
        }
        return nil
    }
}
