/// What of an Ansible inventory becomes regions, zones, roles and hosts: drill's `ansible:`.
struct AnsibleChoice: Hashable, Sendable {
    /// Groups whose names are those of regions or zones, or a variable that holds the name.
    enum Divider: Hashable, Sendable {
        case groups([String])
        case variable(String)
    }

    var regions = Divider.variable("drill_region")
    var zones = Divider.variable("drill_zone")
    /// All groups but those that divide or protect, unless the file says which.
    var roles: [String]?
    var protect: [String] = []
    /// Groups or hosts; all of them where the file doesn't say.
    var only: [String]?
    var except: [String] = []

    init() {}

    init(_ values: Values) {
        if let divider = Self.divider(values, "regions") { regions = divider }
        if let divider = Self.divider(values, "zones") { zones = divider }
        roles = values.has("roles") ? Self.words(values.list("roles")) : nil
        protect = Self.words(values.list("protect"))
        only = values.has("only") ? Self.words(values.list("only")) : nil
        except = Self.words(values.list("except"))
    }

    private static func divider(_ values: Values, _ key: String) -> Divider? {
        if let variable = values.mapping(key)?.word("variable") { return .variable(variable) }
        let groups = words(values.list(key))
        return groups.isEmpty ? nil : .groups(groups)
    }

    private static func words(_ list: [Values.Value]) -> [String] {
        list.compactMap { value in
            guard case .word(let word) = value else { return nil }
            return word
        }
    }

    /// The groups that are no role unless the file says so.
    var others: Set<String> {
        var others: Set<String> = ["all", "ungrouped"]
        if case .groups(let groups) = regions { others.formUnion(groups) }
        if case .groups(let groups) = zones { others.formUnion(groups) }
        return others.union(protect)
    }
}

extension Grammar {
    static let ansible: [Key] = [
        Key(
            "file",
            .word,
            required: true,
            "The Ansible inventory (INI, YAML, or what `ansible-inventory --list` prints), beside this file unless absolute."
        ),
        Key(
            "regions",
            .either(.oneOrMore(.word), .mapping(divider)),
            "The groups that are regions, or { variable: NAME } whose value is the region; the variable drill_region unless said otherwise."
        ),
        Key(
            "zones",
            .either(.oneOrMore(.word), .mapping(divider)),
            "The groups that are zones within their regions, or { variable: NAME }; the variable drill_zone unless said otherwise."
        ),
        Key(
            "roles",
            .oneOrMore(.word),
            "The groups that are roles; all but regions, zones and protected ones unless said otherwise."
        ),
        Key("protect", .oneOrMore(.word), "Groups or hosts that no fault may touch."),
        Key("only", .oneOrMore(.word), "Groups or hosts to take; all unless said otherwise."),
        Key("except", .oneOrMore(.word), "Groups or hosts to leave out."),
    ]

    private static let divider: [Key] = [
        Key("variable", .word, required: true, "A variable of the Ansible inventory.")
    ]
}
