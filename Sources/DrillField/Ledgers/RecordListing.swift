/// The names of a ledger's records in a text that lists them, whatever stands around them.
///
/// ```
///  data/.RUN-7.x8Sd,      a name reaches to the next separator, `/` and `,` here:
///       ├┤───── ├───┤     it is shown in the way (`.`, `.x8Sd`), and so isn't record 7 where the
///     before    after     first record is shown as `RUN-999999999`
/// ```
/// A copy that is under way, a backup, a mark of what is gone may all be named after a record. Nobody knows
/// their names, but how a record looks the first one shows.
struct RecordListing: Sendable {
    /// How a name is shown.
    struct Way: Hashable, Sendable {
        /// What belongs to a name and isn't the record's own: nothing, or `.json` after it.
        var before: [UInt8] = []
        var after: [UInt8] = []
        /// But for white space.
        var beginsLine: Bool
        var endsLine: Bool

        var isPlain: Bool { before.isEmpty && after.isEmpty }
    }

    private struct Name {
        var number: Int
        var way: Way
    }

    private var names: [Name] = []
    /// Whether no line holds two names: then what else stands in a line tells names apart, too.
    private var isOneALine = true

    init(of owner: String, in text: [UInt8]) {
        let prefix = Array("\(owner)-".utf8)
        var start = 0
        var lastEnd: Int?
        while let place = text[start...].firstRange(of: prefix) {
            start = place.upperBound
            let digits = text[start...].prefix { (48...57).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { continue }
            let end = digits.endIndex
            if let lastEnd, !text[lastEnd..<place.lowerBound].contains(Self.newline) {
                isOneALine = false
            }
            names.append(Name(number: number, way: Way(of: place.lowerBound..<end, in: text)))
            lastEnd = end
            start = end
        }
    }

    /// How a record is shown: by its name alone where it is, whatever else is named after it.
    func ways(of number: Int) -> Set<Way> {
        let ways = Set(names.filter { $0.number == number }.map(\.way))
        let plain = ways.filter(\.isPlain)
        return plain.isEmpty ? ways : plain
    }

    /// The records that are shown in one of these ways, each as often as it is.
    ///
    /// Where none is known, all that may be records.
    func numbers(shownAs ways: Set<Way>) -> [Int: Int] {
        var found: [Int: Int] = [:]
        for name in names where ways.isEmpty ? name.way.mayBeWhole : isShown(name, as: ways) {
            found[name.number, default: 0] += 1
        }
        return found
    }

    private func isShown(_ name: Name, as ways: Set<Way>) -> Bool {
        ways.contains { way in
            name.way.before == way.before && name.way.after == way.after
                && (!isOneALine || name.way.standsInLine(as: way))
        }
    }

    fileprivate static let newline = UInt8(ascii: "\n")
}

extension RecordListing.Way {
    /// No file's name is longer: how far a text without a separator is looked at.
    private static let lengthMax = 255

    fileprivate init(of name: Range<Int>, in text: [UInt8]) {
        let (left, right) = (text[..<name.lowerBound], text[name.upperBound...])
        let near = left.suffix(Self.lengthMax)
        before =
            near.lastIndex(where: Self.isSeparator).map { Array(near[($0 + 1)...]) } ?? Array(near)
        after = Array(right.prefix(Self.lengthMax).prefix { !Self.isSeparator($0) })
        let isEdge: (UInt8?) -> Bool = { $0 == nil || $0 == RecordListing.newline }
        beginsLine = isEdge(left.dropLast(before.count).last { !Self.isBlank($0) })
        endsLine = isEdge(right.dropFirst(after.count).first { !Self.isBlank($0) })
    }

    /// Begins and ends its line where `other` does.
    fileprivate func standsInLine(as other: Self) -> Bool {
        (beginsLine || !other.beginsLine) && (endsLine || !other.endsLine)
    }

    /// Not a part of a longer word.
    fileprivate var mayBeWhole: Bool {
        ![before.last, after.first].contains { $0.map(Self.isOfWord) ?? false }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [9, 13, 32].contains(byte) }

    /// What a list puts between names: white space, quotes, brackets and `` , ; : = / | ``.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte <= 32 || separators.contains(byte)
    }

    private static let separators = Set("\"'`()[]{}<>,;:=/|".utf8)

    /// Of the bytes that drill names records with.
    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 45, 48...57, 65...90, 95, 97...122: true
        default: false
        }
    }
}
