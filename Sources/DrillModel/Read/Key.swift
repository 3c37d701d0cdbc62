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
}

/// What a mapping's keys hold, already checked against their types.
package struct Values: Hashable, Codable, Sendable {
    package indirect enum Value: Hashable, Codable, Sendable {
        case word(String)
        case text(Text)
        case integer(Int)
        case boolean(Bool)
        case span(Span)
        case share(Double)
        case command(Command)
        case selector(Selector)
        case list([Value])
        case mapping(Values)
    }

    package var entries: [String: Value]
    package var positions: [String: Position]

    package init(_ entries: [String: Value] = [:], positions: [String: Position] = [:]) {
        self.entries = entries
        self.positions = positions
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
}
