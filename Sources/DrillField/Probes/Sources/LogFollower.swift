internal import DrillModel

/// How far a log was read, and what of it makes no whole line yet.
///
/// Pure: fed with what `LogScript` prints, it says which lines are new.
struct LogFollower: Sendable {
    /// What one look brought.
    struct News: Hashable, Sendable {
        var lines: [String] = []
        /// What must not count as quiet, though no line matched: lines may have been missed.
        var doubt: String?
    }

    private struct File {
        var id: String
        var at: Int
        /// The beginning of a line whose end isn't there yet.
        var rest: [UInt8] = []
        /// Since when another file has its name.
        var rotated: Instant?
    }

    /// A writer may not know of the rotation for a while.
    static let rotatedFor = Span.seconds(30)
    /// What is longer is no line any more, and is looked at in pieces.
    private static let lineBytesMax = 64 * 1024

    private var files: [File] = []
    private var isBegun = false

    /// What the next look is told.
    var input: String {
        guard isBegun else { return "" }
        guard !files.isEmpty else { return "none 0\n" }
        return files.map { "\($0.id) \($0.at)\n" }.joined()
    }

    /// Takes in what a look printed, known at `done`.
    ///
    /// - Throws: in words, where it can't be read; then nothing was taken in.
    mutating func take(_ output: [UInt8], done: Instant) throws(ProbeMistake) -> News {
        var news = News()
        for piece in try Self.pieces(output) { take(piece, done: done, into: &news) }
        for file in files where file.rotated.map({ done - $0 > Self.rotatedFor }) ?? false {
            if !file.rest.isEmpty { news.lines.append(Self.line(file.rest[...])) }
        }
        files.removeAll { $0.rotated.map { done - $0 > Self.rotatedFor } ?? false }
        return news
    }

    private mutating func take(_ piece: Piece, done: Instant, into news: inout News) {
        switch piece.kind {
        case .start: files = [File(id: piece.id, at: piece.from)]
        case .more, .old:
            guard let index = files.firstIndex(where: { $0.id == piece.id }) else { return }
            if piece.kind == .old { files[index].rotated = files[index].rotated ?? done }
            add(piece, to: index, &news)
        case .new:
            for index in files.indices { files[index].rotated = files[index].rotated ?? done }
            files.append(File(id: piece.id, at: 0))
            add(piece, to: files.count - 1, &news)
        case .lost:
            let gone = files.first { $0.id == piece.id }
            files.removeAll { $0.id == piece.id }
            // One that was rotated away before has been read to its end.
            if let gone, gone.rotated == nil {
                news.doubt =
                    "the log was cut short or removed before its last lines were read; it is followed on"
            }
            if let gone, !gone.rest.isEmpty { news.lines.append(Self.line(gone.rest[...])) }
        case .none:
            if files.isEmpty { news.doubt = "there is no such file" }
        case .end: break
        }
        isBegun = isBegun || !files.isEmpty
    }

    private mutating func add(_ piece: Piece, to index: Int, _ news: inout News) {
        files[index].at += piece.bytes.count
        files[index].rest += piece.bytes
        var rest = files[index].rest[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            news.lines.append(Self.line(rest[..<end]))
            rest = rest[(end + 1)...]
        }
        if rest.count > Self.lineBytesMax {
            news.lines.append(Self.line(rest))
            rest = []
        }
        files[index].rest = Array(rest)
        if piece.left > 0 {
            news.doubt = "more was written to the log than a look can read; it reads on"
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        let whole = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        return String(decoding: whole, as: UTF8.self)
    }

    // MARK: Pieces

    private struct Piece {
        var kind: LogScript.Kind
        var id: String
        var from: Int
        var bytes: ArraySlice<UInt8>
        var left: Int
    }

    private static func pieces(_ output: [UInt8]) throws(ProbeMistake) -> [Piece] {
        var pieces: [Piece] = []
        // A login shell's start-up files may print what they like before it.
        var rest = output[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            rest = rest[(end + 1)...]
            guard words.count == 6, words[0] == "drill-log" else {
                if pieces.isEmpty { continue }
                break
            }
            guard let kind = LogScript.Kind(rawValue: String(words[1])), let from = Int(words[3]),
                let count = Int(words[4]), let left = Int(words[5]), count >= 0, count <= rest.count
            else { break }
            let bytes = rest.prefix(count)
            rest = rest.dropFirst(count)
            if kind == .end { return pieces }
            pieces.append(
                Piece(kind: kind, id: String(words[2]), from: from, bytes: bytes, left: left)
            )
        }
        throw ProbeMistake("what was read of the log broke off")
    }
}
