import DrillWire
import Foundation

/// Files of one JSON value a line.
enum Lines {
    static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    static func encode(_ value: some Encodable) throws(HistoryError) -> [UInt8] {
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw HistoryError("a value can't be written as JSON: \(error)")
        }
    }

    /// Every whole line; a last line without its newline is torn and left out.
    static func split(_ path: String) throws(HistoryError) -> [ArraySlice<UInt8>] {
        do {
            let content = try Files.read(path)
            guard let end = content.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
            return content[..<end].split(separator: UInt8(ascii: "\n"))
        } catch {
            throw HistoryError(error.message)
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from path: String
    ) throws(HistoryError) -> [Value] {
        let decoder = JSONDecoder()
        var values: [Value] = []
        for (index, line) in try split(path).enumerated() {
            do {
                values.append(try decoder.decode(type, from: Data(line)))
            } catch {
                throw HistoryError("\(path):\(index + 1): not a line of drill's: \(error)")
            }
        }
        return values
    }
}
