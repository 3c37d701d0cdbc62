import DrillModel
import Foundation

/// A JSON text (RFC 8259) taken apart, to be looked into by paths.
indirect enum JSONAnswer: Hashable, Codable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Beyond the signed ones.
    case natural(UInt64)
    case number(Double)
    case string(String)
    case array([JSONAnswer])
    case object([String: JSONAnswer])

    /// Nil where the text is no JSON.
    init?(_ text: String) {
        guard let tree = try? JSONDecoder().decode(JSONAnswer.self, from: Data(text.utf8)) else {
            return nil
        }
        self = tree
    }

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Name.self) {
            var object: [String: JSONAnswer] = [:]
            for name in members.allKeys {
                object[name.stringValue] = try members.decode(JSONAnswer.self, forKey: name)
            }
            self = .object(object)
            return
        }
        if var elements = try? decoder.unkeyedContainer() {
            var array: [JSONAnswer] = []
            while !elements.isAtEnd { array.append(try elements.decode(JSONAnswer.self)) }
            self = .array(array)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let natural = try? value.decode(UInt64.self) {
            self = .natural(natural)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let flag): try value.encode(flag)
        case .integer(let integer): try value.encode(integer)
        case .natural(let natural): try value.encode(natural)
        case .number(let number): try value.encode(number)
        case .string(let text): try value.encode(text)
        case .array(let elements): try value.encode(elements)
        case .object(let members): try value.encode(members)
        }
    }

    /// What is at the end of a path; nil where that leads nowhere.
    func value(at path: JSONPath) -> JSONAnswer? {
        var place = self
        for part in path.parts {
            switch (part, place) {
            case (.member(let name), .object(let members)):
                guard let next = members[name] else { return nil }
                place = next
            case (.element(let index), .array(let elements)):
                guard elements.indices.contains(index) else { return nil }
                place = elements[index]
            default: return nil
            }
        }
        return place
    }

    /// A string as it is, anything else as JSON writes it, members in the order of their names.
    var text: String {
        if case .string(let text) = self { return text }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What was decoded can be encoded: no number of JSON is infinite.
        guard let bytes = try? encoder.encode(self) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
