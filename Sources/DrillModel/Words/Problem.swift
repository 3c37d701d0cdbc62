/// A place in a file: line and column count from 1.
package struct Position: Hashable, Codable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// A mistake in a file or in what a plan asks for: where it is, what is wrong and what to do.
///
/// Problems are collected, never thrown one by one: a reader sees all of them at once.
package struct Problem: Hashable, Codable, Sendable, Error {
    package var position: Position?
    package var message: String
    /// What to write instead, where it can be guessed (`did you mean "storefront"?`).
    package var fix: String?
    /// The line of the file that the position points into, for the caret.
    package var sourceLine: String?

    package init(
        _ message: String,
        at position: Position? = nil,
        fix: String? = nil,
        sourceLine: String? = nil
    ) {
        self.message = message
        self.position = position
        self.fix = fix
        self.sourceLine = sourceLine
    }
}

/// Everything that is wrong with a file or a plan; never empty.
package struct Problems: Error, Sendable {
    package var list: [Problem]

    package init(_ list: [Problem]) { self.list = list }
}
