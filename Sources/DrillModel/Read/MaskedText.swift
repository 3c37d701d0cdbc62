/// A text in which keys that are there twice get another first letter, one by one.
struct MaskedText {
    private var lines: [[Unicode.Scalar]]
    private var masks: UInt32 = 0

    /// From the private-use area of Unicode, which no key of a file has.
    private static let first: UInt32 = 0xE000

    init(source: Source, text: String) {
        lines = []
        self.source = source
        self.original = text
    }

    private let source: Source
    private let original: String

    var text: String {
        guard !lines.isEmpty else { return original }
        var view = String.UnicodeScalarView()
        for line in lines {
            view.append(contentsOf: line)
            view.append("\n")
        }
        return String(view)
    }

    static func isMasked(_ key: String) -> Bool {
        guard let scalar = key.unicodeScalars.first else { return false }
        return (first..<first + 64).contains(scalar.value)
    }

    /// Masks the second place of a key of one mapping, and says where that is.
    ///
    /// `first` is the key's first place.
    mutating func maskSecond(_ key: String, first: Written.Mark) -> Written.Mark? {
        if lines.isEmpty { lines = source.lines.map { Array($0.unicodeScalars) } }
        guard masks < 64, !key.isEmpty,
            let second = second(Array(key.unicodeScalars), first: first),
            let mask = Unicode.Scalar(Self.first + masks)
        else { return nil }
        masks += 1
        lines[second.line - 1][second.column - 1] = mask
        return second
    }

    private func second(_ key: [Unicode.Scalar], first: Written.Mark) -> Written.Mark? {
        guard lines.indices.contains(first.line - 1) else { return nil }
        let line = lines[first.line - 1]
        // `{ a: 1, a: 2 }`
        var column = first.column + key.count
        while column < line.count {
            let before = line[column - 1]
            if before == " " || before == "," || before == "{",
                isKey(key, in: line, at: column)
            {
                return Written.Mark(line: first.line, column: column + 1)
            }
            column += 1
        }
        // A key in the same column, before anything stands further left.
        for number in lines.indices.dropFirst(first.line) {
            let line = lines[number]
            guard let start = line.firstIndex(where: { $0 != " " }), line[start] != "#" else {
                continue
            }
            if start < first.column - 1 { return nil }
            if start == first.column - 1, isKey(key, in: line, at: start) {
                return Written.Mark(line: number + 1, column: start + 1)
            }
        }
        return nil
    }

    private func isKey(_ key: [Unicode.Scalar], in line: [Unicode.Scalar], at index: Int) -> Bool {
        guard index >= 0, index + key.count < line.count,
            line[index..<index + key.count].elementsEqual(key)
        else { return false }
        return line[(index + key.count)...].first { $0 != " " } == ":"
    }
}
