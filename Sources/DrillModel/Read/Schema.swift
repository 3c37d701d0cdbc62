/// The format of the files as JSON Schema, for editors: the same `Key`s that reading checks against.
///
/// Draft 7, which the YAML language servers of editors know best. What isn't a matter of one key and its
/// type (a budget without a probe, an unknown host) only reading finds.
package enum Schema {
    /// The schema of one kind of file; nil is all kinds in one, told apart by their first key.
    package static func json(_ kind: FileKind? = nil) -> String {
        var entries: [(String, JSONTree)] = [
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", .string("drill \(kind?.rawValue ?? "file")")),
        ]
        if let kind {
            entries += object(Grammar.keys(of: kind))
        } else {
            entries += [
                ("if", .object([("required", .array([.string("experiment")]))])),
                ("then", .object(object(Grammar.experiment))),
                (
                    "else",
                    .object([
                        ("if", .object([("required", .array([.string("runbook")]))])),
                        ("then", .object(object(Grammar.runbook))),
                        (
                            "else",
                            .object([
                                ("if", .object([("required", .array([.string("policy")]))])),
                                ("then", .object(object(Grammar.policy))),
                                ("else", .object(object(Grammar.inventory))),
                            ])
                        ),
                    ])
                ),
            ]
        }
        entries.append(("definitions", .object(definitions(usedBy: .object(entries)))))
        return JSONTree.object(entries).rendered() + "\n"
    }

    /// The definitions that a schema refers to, and those that they refer to.
    private static func definitions(usedBy schema: JSONTree) -> [(String, JSONTree)] {
        var used = schema.references
        while true {
            let found = definitions.filter { used.contains($0.0) }
            let all = found.reduce(into: used) { $0.formUnion($1.1.references) }
            if all == used { return found }
            used = all
        }
    }

    // MARK: Types

    private static var definitions: [(String, JSONTree)] {
        [
            ("word", .object([("type", .types("string", "number"))])),
            ("text", .object([("type", .types("string", "number", "boolean"))])),
            (
                "variable",
                .object([("type", .string("string")), ("pattern", .string(#"\$\{[^}]+\}"#))])
            ),
            (
                "span",
                .object([
                    ("type", .string("string")),
                    ("pattern", .string(#"^[0-9]+(ms|s|m|h)$|\$\{[^}]+\}"#)),
                    ("examples", .array(["250ms", "10s", "5m", "2h"].map { .string($0) })),
                ])
            ),
            (
                "share",
                .anyOf([
                    .object([
                        ("type", .string("number")), ("minimum", .number(0)),
                        ("maximum", .number(1)),
                    ]),
                    .object([
                        ("type", .string("string")),
                        ("pattern", .string(#"^[0-9.]+ *%?$|\$\{[^}]+\}"#)),
                    ]),
                ])
            ),
            (
                "window",
                .object([
                    ("type", .string("string")),
                    (
                        "examples",
                        .array(
                            [
                                "Mon-Fri 09:00-16:00", "Mon-Thu 10:00-16:00 Europe/Berlin",
                                "Sat,Sun", "2026-12-20/2027-01-04",
                            ].map {
                                .string($0)
                            }
                        )
                    ),
                ])
            ),
            (
                "command",
                .anyOf([
                    .object([("type", .string("string")), ("minLength", .number(1))]),
                    .object([
                        ("type", .string("array")), ("minItems", .number(1)),
                        ("items", .ref("text")),
                    ]),
                    .object(object(Grammar.command)),
                ])
            ),
            ("selector", .object(object(Grammar.selector))),
            ("step", .anyOf(steps)),
            ("runbook-step", .object(object(Grammar.runbookStep))),
        ] + promises.map { ($0.name, schema(.oneOrMore($0.type))) }
    }

    /// What budgets promise, each kind by the name of the first budget that has it.
    private static let promises: [(name: String, type: KeyType)] = {
        var found: [(name: String, type: KeyType)] = []
        for key in Grammar.budgets {
            guard case .promises(let type) = key.type, !found.contains(where: { $0.type == type })
            else { continue }
            found.append(("\(key.name)-promise", type))
        }
        return found
    }()

    private static func promise(_ type: KeyType) -> JSONTree {
        promises.first { $0.type == type }.map { .ref($0.name) } ?? schema(.oneOrMore(type))
    }

    private static var steps: [JSONTree] {
        Grammar.steps.flatMap { form -> [JSONTree] in
            guard form.key.name == "fault" else {
                return [.object(object([form.key] + form.beside))]
            }
            return Catalogue.faults.map { fault in
                let key = Key("fault", .oneOf([fault.name]), required: true, fault.about)
                return .object(object([key] + form.beside + fault.keys))
            }
        }
    }

    private static func object(_ keys: [Key]) -> [(String, JSONTree)] {
        let known = keys.filter { $0.type != .later }
        let required = known.filter(\.isRequired).map { JSONTree.string($0.name) }
        var entries: [(String, JSONTree)] = [
            ("type", .string("object")),
            ("additionalProperties", .boolean(false)),
            ("properties", .object(known.map { ($0.name, property($0)) })),
        ]
        if !required.isEmpty { entries.append(("required", .array(required))) }
        return entries
    }

    private static func property(_ key: Key) -> JSONTree {
        // Beside a `$ref` draft 7 ignores every other key, the description too.
        let type = schema(key.type)
        let about = ("description", JSONTree.string(key.about))
        guard case .object(let entries) = type, !entries.contains(where: { $0.0 == "$ref" }) else {
            return .object([about, ("allOf", .array([type]))])
        }
        return .object([about] + entries)
    }

    private static func schema(_ type: KeyType) -> JSONTree {
        switch type {
        case .word, .host, .probe, .zone: .ref("word")
        case .window: .ref("window")
        case .faultName: .object([("enum", .array(Catalogue.faults.map { .string($0.name) }))])
        case .text: .ref("text")
        case .pattern: .object([("type", .string("string")), ("format", .string("regex"))])
        case .integer(let range): .anyOf([integer(range), .ref("variable")])
        case .number: .anyOf([.object([("type", .string("number"))]), .ref("variable")])
        case .boolean: .anyOf([.object([("type", .string("boolean"))]), .ref("variable")])
        case .span: .ref("span")
        case .share: .ref("share")
        case .oneOf(let words): .object([("enum", .array(words.map { .string($0) }))])
        case .command: .ref("command")
        case .selector: .ref("selector")
        case .list(let type): list(type)
        case .oneOrMore(let type): .anyOf([schema(type), list(type)])
        case .mapping(let keys): .object(object(keys))
        case .named(let type):
            .object([("type", .string("object")), ("additionalProperties", schema(type))])
        case .either(let short, let whole): .anyOf([schema(short), schema(whole)])
        case .perCandidate(let type), .perRecord(let type), .withOwnSaves(let type): schema(type)
        case .runbookSteps:
            .object([("type", .string("array")), ("items", .ref("runbook-step"))])
        case .age:
            .object([
                ("type", .string("string")),
                ("pattern", .string(#"^[0-9]+(ms|s|m|h|d)$|\$\{[^}]+\}"#)),
                ("examples", .array(["90d", "12h"].map { .string($0) })),
            ])
        case .promises(let type):
            .anyOf([
                promise(type),
                .object([
                    ("type", .string("object")), ("additionalProperties", promise(type)),
                ]),
            ])
        case .step: .ref("step")
        case .later: .boolean(false)
        }
    }

    private static func integer(_ range: ClosedRange<Int>) -> JSONTree {
        var entries: [(String, JSONTree)] = [
            ("type", .string("integer")), ("minimum", .number(range.lowerBound)),
        ]
        if range.upperBound != Int.max { entries.append(("maximum", .number(range.upperBound))) }
        return .object(entries)
    }

    private static func list(_ type: KeyType) -> JSONTree {
        .object([("type", .string("array")), ("items", schema(type))])
    }
}

/// JSON whose keys stay in the order in which they were written.
private indirect enum JSONTree {
    case object([(String, JSONTree)])
    case array([JSONTree])
    case string(String)
    case number(Int)
    case boolean(Bool)

    static func ref(_ name: String) -> JSONTree {
        .object([("$ref", .string("#/definitions/\(name)"))])
    }

    static func anyOf(_ schemas: [JSONTree]) -> JSONTree { .object([("anyOf", .array(schemas))]) }

    static func types(_ names: String...) -> JSONTree { .array(names.map { .string($0) }) }

    /// The names of definitions that it refers to.
    var references: Set<String> {
        switch self {
        case .object(let entries):
            entries.reduce(into: []) { names, entry in
                if entry.0 == "$ref", case .string(let path) = entry.1,
                    let name = path.split(separator: "/").last
                {
                    names.insert(String(name))
                }
                names.formUnion(entry.1.references)
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.references) }
        default: []
        }
    }

    /// Indented by two spaces; what holds only scalars stands on one line where that is short.
    func rendered(_ indent: String = "") -> String {
        let short = line
        if short.utf8.count + indent.utf8.count <= 100 { return short }
        let inner = indent + "  "
        switch self {
        case .object(let entries):
            let lines = entries.map {
                "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let elements):
            let lines = elements.map { inner + $0.rendered(inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        default: return short
        }
    }

    private var line: String {
        switch self {
        case .object(let entries):
            "{ \(entries.map { "\(Self.quoted($0.0)): \($0.1.line)" }.joined(separator: ", ")) }"
        case .array(let elements): "[\(elements.map(\.line).joined(separator: ", "))]"
        case .string(let text): Self.quoted(text)
        case .number(let number): "\(number)"
        case .boolean(let boolean): boolean ? "true" : "false"
        }
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
