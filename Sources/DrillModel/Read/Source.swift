/// The text of one file, for pointing into it.
struct Source: Sendable {
    /// As given on the command line, or as joined from the including file's folder.
    let file: String
    let lines: [String]

    /// A byte order mark is dropped; lines end with `\n` or `\r\n`.
    init(file: String, text: String) {
        self.file = file
        // As bytes, because `\r\n` is one Character; splitting by Character would also be slow.
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
            }
    }

    func position(_ mark: Written.Mark) -> Position {
        Position(file: file, line: mark.line, column: mark.column)
    }

    func line(_ number: Int) -> String? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// A problem at a place; a line too long to be looked at isn't kept with it.
    func problem(_ message: String, at mark: Written.Mark, fix: String? = nil) -> Problem {
        let line = line(mark.line).flatMap { $0.utf8.count <= 2000 ? $0 : nil }
        return Problem(message, at: position(mark), fix: fix, sourceLine: line.map(Self.masked))
    }

    /// The same with stars for a password in an address: messages show lines, and end up in logs.
    private static func masked(_ line: String) -> String {
        guard line.contains("://"), line.contains("@") else { return line }
        return line.replacing(/(:\/\/[^\s\/:@"']*:)(?!\$\{)([^\s\/@"']+)(?=@)/) { match in
            match.1 + String(repeating: "*", count: match.2.unicodeScalars.count)
        }
    }

    /// A problem with the file as a whole: it can't be read, or it isn't text.
    static func problem(_ message: String, file: String, fix: String? = nil) -> Problem {
        Problem(message, at: Position(file: file, line: 1, column: 1), fix: fix)
    }
}
