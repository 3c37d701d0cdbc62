/// One key of a mapping in a file: its type, whether it must be there, and what it means.
///
/// The reader, `drill schema` and the reference pages are views of these declarations.
package struct Key: Hashable, Sendable {
    package var name: String
    package var type: KeyType
    package var isRequired: Bool
    /// One sentence, for the schema and the reference.
    package var about: String

    package init(_ name: String, _ type: KeyType, required: Bool = false, _ about: String) {
        self.name = name
        self.type = type
        self.isRequired = required
        self.about = about
    }
}

package indirect enum KeyType: Hashable, Sendable {
    /// A plain string without `${...}`.
    case word
    /// A string in which `${...}` is allowed.
    case text
    case integer(ClosedRange<Int>)
    /// `true` or `false`
    case boolean
    /// `250ms 10s 5m 2h`
    case span
    /// `60%`, or a number from 0 to 1.
    case share
    /// A regular expression, checked while reading.
    case pattern
    case oneOf([String])
    /// A list of words for the host's shell-less command line, or a string for its shell.
    case command
    case selector
    case list(KeyType)
    /// One, or a list of them.
    case oneOrMore(KeyType)
    case mapping([Key])
    /// A number in digits, with at most one point.
    case number
    /// The name of a host of the inventory.
    case host
    /// The name of a probe of the experiment.
    case probe
    /// The name of a fault of the catalogue.
    case faultName
    /// The name of a time zone.
    case zone
    /// A stretch of time: `Mon-Fri 09:00-16:00`.
    case window
    /// Names that the file chooses, each with a value of one type: `probes`, `headers`.
    case named(KeyType)
    /// A short form in one word, or the whole as a mapping: `wait: 5s` and `wait: {until: …}`.
    case either(KeyType, KeyType)
    /// As the type says, and `${it.address}` and `${it.name}` stand for a candidate.
    case perCandidate(KeyType)
    /// As the type says, and `${id}`, `${value}` and `${run}` stand for what a ledger's record brings.
    case perRecord(KeyType)
    /// One step of a method.
    case step
    /// The steps of a runbook; each may use what those before it saved, at once none does.
    case runbookSteps(isAtOnce: Bool)
    /// As the type says, and what the step itself saves may be used.
    case withOwnSaves(KeyType)
    /// A duration that may be in days: `90d`.
    case age
    /// One or more promises for every probe of the measure, or by the names of probes.
    case promises(KeyType)
    /// Named by the format, not done by this version: refused rather than ignored.
    case later
}

/// What a mapping's keys hold, already checked against their types.
package struct Values: Hashable, Codable, Sendable {
    package indirect enum Value: Hashable, Codable, Sendable {
        case word(String)
        case text(Text)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case span(Span)
        case share(Double)
        case command(Command)
        case selector(Selector)
        case window(Window)
        case list([Value])
        case mapping(Values)
    }

    package var entries: [String: Value]
    /// Where each key's value stands.
    package var positions: [String: Position]
    /// Where the mapping itself begins.
    package var position: Position?

    package init(
        _ entries: [String: Value] = [:],
        positions: [String: Position] = [:],
        position: Position? = nil
    ) {
        self.entries = entries
        self.positions = positions
        self.position = position
    }

    package func word(_ key: String) -> String? {
        guard case .word(let value) = entries[key] else { return nil }
        return value
    }

    package func text(_ key: String) -> Text? {
        guard case .text(let value) = entries[key] else { return nil }
        return value
    }

    package func integer(_ key: String) -> Int? {
        guard case .integer(let value) = entries[key] else { return nil }
        return value
    }

    package func number(_ key: String) -> Double? {
        guard case .number(let value) = entries[key] else { return nil }
        return value
    }

    package func boolean(_ key: String) -> Bool? {
        guard case .boolean(let value) = entries[key] else { return nil }
        return value
    }

    package func span(_ key: String) -> Span? {
        guard case .span(let value) = entries[key] else { return nil }
        return value
    }

    package func share(_ key: String) -> Double? {
        guard case .share(let value) = entries[key] else { return nil }
        return value
    }

    package func command(_ key: String) -> Command? {
        guard case .command(let value) = entries[key] else { return nil }
        return value
    }

    package func selector(_ key: String) -> Selector? {
        guard case .selector(let value) = entries[key] else { return nil }
        return value
    }

    package func list(_ key: String) -> [Value] {
        guard case .list(let values) = entries[key] else { return [] }
        return values
    }

    package func mapping(_ key: String) -> Values? {
        guard case .mapping(let value) = entries[key] else { return nil }
        return value
    }

    /// Whether the file has the key, be its value right or wrong.
    package func has(_ key: String) -> Bool { positions[key] != nil }

    /// The entries in the order of the file.
    package var inOrder: [(key: String, value: Value)] {
        func place(_ key: String) -> (Int, Int) {
            positions[key].map { ($0.line, $0.column) } ?? (Int.max, Int.max)
        }
        return entries.map { (key: $0.key, value: $0.value) }
            .sorted {
                place($0.key) == place($1.key) ? $0.key < $1.key : place($0.key) < place($1.key)
            }
    }
}
