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

    /// Every whole line; a last line without its newline is left out where it is torn.
    static func split(_ path: String) throws(HistoryError) -> [ArraySlice<UInt8>] {
        do {
            return split(try Files.read(path))
        } catch {
            throw HistoryError(error.message)
        }
    }

    static func split(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
        let lines = content.split(separator: UInt8(ascii: "\n"))
        guard content.last != UInt8(ascii: "\n"), let last = lines.last, !isWhole(last) else {
            return lines
        }
        return Array(lines.dropLast())
    }

    /// Whether a last line lacks nothing but its newline: no beginning of an object is one.
    static func isWhole(_ line: ArraySlice<UInt8>) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(line))) is [String: Any]
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
                throw HistoryError(
                    "\(path):\(index + 1): not a line of drill's: \(undecoded(error))"
                )
            }
        }
        return values
    }
}
