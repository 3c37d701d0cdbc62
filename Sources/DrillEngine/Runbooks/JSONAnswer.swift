import DrillModel
import Foundation

/// A JSON text (RFC 8259) taken apart, to be looked into by paths.
///
/// Numbers stay as they are written: `15.10` may be a version, and 2⁶⁴ a name.
indirect enum JSONAnswer: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONAnswer])
    case object([String: JSONAnswer])

    /// Nil where the text is no JSON.
    init?(_ text: String) {
        // Nothing that the text holds may look like a number that was put into quotes.
        var mark = "number:"
        while text.contains(mark) { mark = "n" + mark }
        guard let quoted = Self.quotingNumbers(of: text, mark) else { return nil }
        let decoder = JSONDecoder()
        if let key = Self.markKey { decoder.userInfo[key] = mark }
        // Whoever asks says what it was to be JSON of; where it ends to be some helps nobody.
        guard let tree = try? decoder.decode(Decoded.self, from: Data(quoted)) else { return nil }
        self = tree.answer
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
    var text: String { if case .string(let text) = self { text } else { written } }

    private var written: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[\(elements.map(\.written).joined(separator: ","))]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }
                .map { "\(Self.quoted($0.key)):\($0.value.written)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // Every string can be encoded.
        guard let bytes = try? encoder.encode(text) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let markKey = CodingUserInfoKey(rawValue: "mark")

    /// The text with each number as a string after a mark: decoders round what they take for numbers.
    ///
    /// Nil where a number isn't written as one.
    private static func quotingNumbers(of text: String, _ mark: String) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var (isInside, isEscaped) = (false, false)
        while let byte = rest.first {
            let isNumber = byte == UInt8(ascii: "-") || (48...57).contains(byte)
            guard !isInside, isNumber else {
                if isInside {
                    if byte == UInt8(ascii: "\""), !isEscaped { isInside = false }
                    isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                } else if byte == UInt8(ascii: "\"") {
                    isInside = true
                }
                result.append(byte)
                rest.removeFirst()
                continue
            }
            let word = rest.prefix { "0123456789+-.eE".utf8.contains($0) }
            let number = String(decoding: word, as: UTF8.self)
            guard number.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
            else { return nil }
            result += Array("\"\(mark)\(number)\"".utf8)
            rest = rest.dropFirst(word.count)
            // No member is named by a number.
            guard rest.first(where: { !" \t\r\n".utf8.contains($0) }) != UInt8(ascii: ":") else {
                return nil
            }
        }
        return result
    }

    /// As the decoder hands it over.
    private struct Decoded: Decodable {
        var answer: JSONAnswer

        init(from decoder: any Decoder) throws {
            // Only trying tells which of them it is.
            if let members = try? decoder.container(keyedBy: Name.self) {
                var object: [String: JSONAnswer] = [:]
                for name in members.allKeys {
                    object[name.stringValue] = try members.decode(Decoded.self, forKey: name).answer
                }
                answer = .object(object)
                return
            }
            if var elements = try? decoder.unkeyedContainer() {
                var array: [JSONAnswer] = []
                while !elements.isAtEnd { array.append(try elements.decode(Decoded.self).answer) }
                answer = .array(array)
                return
            }
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                answer = .null
            } else if let flag = try? value.decode(Bool.self) {
                answer = .bool(flag)
            } else {
                let text = try value.decode(String.self)
                let mark = JSONAnswer.markKey.flatMap { decoder.userInfo[$0] as? String } ?? ""
                answer =
                    text.hasPrefix(mark)
                    ? .number(String(text.dropFirst(mark.count))) : .string(text)
            }
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
