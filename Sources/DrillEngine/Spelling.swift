/// A text in all the ways that tools write it: as it is, quoted, escaped, encoded.
///
/// Each character may be written in its own way, since tools differ in what they leave alone:
/// ```
///   it's 5%   it'\''s 5%   it\'s\ 5%   it%27s+5%25   it&#x27;s 5%   it\u0027s 5%   aXQncyA1JQ
/// ```
/// Shells (`set -x`, `printf %q`, GNU ls), JSON, percent-encoding (RFC 3986 and forms), HTML, SQL and CSV
/// (a quote twice), and Base64 (RFC 4648) of the whole. Escaped twice, or Base64 of a longer text that it is
/// a part of, isn't found.
struct Spelling: Sendable {
    /// For each character all the ways to write it.
    private let characters: [[[UInt8]]]
    /// With and without its padding, in both alphabets; the longest first.
    private let encoded: [[UInt8]]
    /// Whether something that begins with this byte may be it.
    private let begins: [Bool]

    init(of text: String) {
        characters = text.unicodeScalars.map { scalar in
            Array(Set(Self.ways(scalar).map { Array($0.utf8) }))
        }
        encoded = Self.base64(Array(text.utf8))
        var begins = [Bool](repeating: false, count: 256)
        for way in (characters.first ?? []) + encoded { begins[Int(way[0])] = true }
        self.begins = begins
    }

    /// The end of the longest that begins at `start`.
    func end(in bytes: [UInt8], from start: Int) -> Int? {
        guard begins[Int(bytes[start])] else { return nil }
        func stands(_ way: [UInt8], at place: Int) -> Bool {
            place + way.count <= bytes.count
                && way.indices.allSatisfy { bytes[place + $0] == way[$0] }
        }
        // All at once: a backslash may be itself, or stand before what follows.
        var ends: Set<Int> = [start]
        for ways in characters {
            var next: Set<Int> = []
            for end in ends {
                for way in ways where stands(way, at: end) { next.insert(end + way.count) }
            }
            ends = next
            if ends.isEmpty { break }
        }
        let whole = encoded.first { stands($0, at: start) }.map { start + $0.count }
        return [ends.max(), whole].compactMap(\.self).max()
    }

    private static func ways(_ scalar: Unicode.Scalar) -> [String] {
        let itself = String(scalar)
        let bytes = Array(itself.utf8)
        let percent = bytes.map { "%" + hex(UInt32($0), 2) }.joined()
        var ways = [itself, percent, percent.uppercased()]
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": return ways
        default: break
        }
        if scalar.isASCII { ways.append("\\" + itself) }
        ways += named[scalar] ?? []
        // JSON, as UTF-16.
        let units = itself.utf16.map { hex(UInt32($0), 4) }
        ways += [units, units.map { $0.uppercased() }].map { "\\u" + $0.joined(separator: "\\u") }
        // HTML.
        let value = scalar.value
        for digits in [hex(value, 1), hex(value, 2), hex(value, 4)] {
            ways += ["&#x\(digits);", "&#x\(digits.uppercased());", "&#X\(digits.uppercased());"]
        }
        ways += ["&#\(value);", "&#0\(value);"]
        guard !scalar.isASCII || value < 0x20 || value == 0x7f else { return ways }
        // Shells and GNU's tools, in a `$'…'` of its own or not; \xNN as Python and others have it.
        let octal = bytes.map { "\\" + digits(UInt32($0), radix: 8, 3) }.joined()
        let byHex = bytes.map { "\\x" + hex(UInt32($0), 2) }.joined()
        var escapes = [octal, byHex]
        if let letter = letters[scalar] { escapes.append("\\" + letter) }
        for escape in escapes {
            ways += [escape, "'$'\(escape)", "\(escape)''", "'$'\(escape)''"]
        }
        return ways
    }

    private static let named: [Unicode.Scalar: [String]] = [
        "'": [#"'\''"#, #"'"'"'"#, "''", "&apos;"], "\"": ["\"\"", "&quot;"], "&": ["&amp;"],
        "<": ["&lt;"], ">": ["&gt;"], " ": ["+"],
    ]

    private static let letters: [Unicode.Scalar: String] = [
        "\n": "n", "\r": "r", "\t": "t", "\u{7}": "a", "\u{8}": "b", "\u{b}": "v", "\u{c}": "f",
        "\u{1b}": "E",
    ]

    private static func hex(_ value: UInt32, _ width: Int) -> String {
        digits(value, radix: 16, width)
    }

    private static func digits(_ value: UInt32, radix: Int, _ width: Int) -> String {
        let digits = String(value, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func base64(_ bytes: [UInt8]) -> [[UInt8]] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        return ["+/", "-_"].flatMap { last -> [[UInt8]] in
            let alphabet = letters + Array(last.utf8)
            var text: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = bytes[start..<min(start + 3, bytes.count)]
                var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                bits <<= UInt32(8 * (3 - group.count))
                for index in 0...group.count {
                    text.append(alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63])
                }
            }
            let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
            return padding.isEmpty ? [text] : [text + padding, text]
        }.sorted { $0.count > $1.count }
    }
}
