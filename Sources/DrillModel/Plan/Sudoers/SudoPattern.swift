/// What the arguments of a command may be, as sudo compares them: joined by spaces, byte by byte.
package struct SudoPattern: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case byte(UInt8)
        /// One of `0` to `9` and `a` to `f`: a digit of a run's id or of a hash of it.
        case hex
        /// Any one byte.
        case any
        /// Any bytes at all, spaces too.
        case open
    }

    package private(set) var pieces: [Piece]

    /// Stands in texts for what isn't known before the run; no file can hold it (Unicode's private use).
    static let mark = "\u{F8FF}"

    /// What all of the texts are an example of: where they differ, the pattern is open.
    init(_ texts: [String]) {
        let examples = texts.map { Array($0.utf8) }
        let first = examples.first ?? []
        guard examples.allSatisfy({ $0.count == first.count }) else {
            pieces = Self.around(examples)
            return
        }
        pieces = first.indices.map { index in
            examples.allSatisfy { $0[index] == first[index] }
                ? .byte(first[index]) : Self.piece(examples.map { $0[index] })
        }
        pieces = Self.opened(pieces)
    }

    package var isOpen: Bool { pieces.contains(.open) || pieces.contains(.any) }

    /// The mark's bytes become what it stands for.
    private static func opened(_ pieces: [Piece]) -> [Piece] {
        let sign = mark.utf8.map { Piece.byte($0) }
        var opened: [Piece] = []
        var rest = pieces[...]
        while let next = rest.first {
            if next == sign[0], rest.starts(with: sign) {
                opened.append(.open)
                rest = rest.dropFirst(sign.count)
            } else {
                opened.append(next)
                rest = rest.dropFirst()
            }
        }
        return opened
    }

    private static func piece(_ found: [UInt8]) -> Piece {
        found.allSatisfy(hexDigits.contains) ? .hex : .any
    }

    private static let hexDigits = Set("0123456789abcdef".utf8)

    /// What they begin and end with alike, and anything between.
    private static func around(_ examples: [[UInt8]]) -> [Piece] {
        let start = common(examples)
        let end = common(examples.map { $0.dropFirst(start.count).reversed() })
        return opened(start.map { .byte($0) }) + [.open] + opened(end.reversed().map { .byte($0) })
    }

    private static func common(_ examples: [[UInt8]]) -> [UInt8] {
        guard let first = examples.first else { return [] }
        let count =
            first.indices.first { index in
                !examples.allSatisfy { index < $0.count && $0[index] == first[index] }
            } ?? first.count
        return Array(first.prefix(count))
    }
}
