/// A value as it is written in a file: words, lists and mappings with their places.
///
/// It stands between the YAML library and the reader, so that nothing beyond `Written+yaml.swift`
/// knows the library. Scalars are words: no type is guessed from how they look.
struct Written: Hashable, Sendable {
    /// A place in the text; both count from 1, columns in Unicode scalars.
    struct Mark: Hashable, Sendable {
        var line: Int
        var column: Int
    }

    struct Pair: Hashable, Sendable {
        var key: String
        var keyMark: Mark
        var value: Written
    }

    indirect enum Shape: Hashable, Sendable {
        case word(String)
        /// Nothing was written where a value belongs: `key:` and then the next line.
        case nothing
        case list([Written])
        case mapping([Pair])
    }

    var shape: Shape
    var mark: Mark

    /// What it is, for messages: `a list`.
    var kind: String {
        switch shape {
        case .word: "a word"
        case .nothing: "nothing"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    var word: String? {
        guard case .word(let word) = shape else { return nil }
        return word
    }

    /// The pairs of a mapping; none of anything else.
    var pairs: [Pair] {
        guard case .mapping(let pairs) = shape else { return [] }
        return pairs
    }

    subscript(key: String) -> Written? { pairs.first { $0.key == key }?.value }
}

/// The text of a file as values, with the one mistake that doesn't keep it from being read on.
struct WrittenFile: Sendable {
    var root: Written
    var source: Source
    /// Keys that were there twice; `root` holds the first of each.
    var duplicates: [Problem]
    /// As `LoadedFile` has it.
    var realPath: String?
}
