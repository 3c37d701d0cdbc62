internal import DrillModel

/// How far a log was read, and what of it makes no whole line yet.
///
/// Pure: fed with what `LogScript` prints, it says which lines are new.
struct LogFollower: Sendable {
    /// What one look brought.
    struct News: Hashable, Sendable {
        var lines: [String] = []
        /// What must not count as quiet, though no line matched: lines are there that weren't read yet.
        var doubt: String?
        /// Lines were there that nobody will read any more: a doubt that stays.
        var loss: String?
    }

    private struct File {
        var id: String
        var at: Int
        /// The last bytes before `at`.
        ///
        /// What has others there now is another file, or was cut short and has grown since.
        var known: [UInt8] = []
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
    /// By id, the files that were there under the log's name and a longer one.
    private var beside: [String: Int] = [:]

    /// What the next look is told.
    var input: String {
        guard isBegun else { return "" }
        guard !files.isEmpty else { return "none 0 0\n" }
        return files.map { file in
            "\(file.id) \(file.at - file.known.count) \(file.known.count)\n"
        }.joined()
    }

    /// Takes in what a look printed, known at `done`.
    ///
    /// - Throws: in words, where it can't be read; then nothing was taken in.
    mutating func take(_ output: [UInt8], done: Instant) throws(ProbeMistake) -> News {
        var news = News()
        let (before, newest) = (beside, files.last)
        for piece in try Self.pieces(output) { take(piece, done: done, into: &news) }
        if let newest, let next = files.last, next.id != newest.id {
            lookForUnread(since: newest, beside: before, into: &news)
        }
        for file in files where file.rotated.map({ done - $0 > Self.rotatedFor }) ?? false {
            if !file.rest.isEmpty { news.lines.append(Self.line(file.rest[...])) }
        }
        files.removeAll { $0.rotated.map { done - $0 > Self.rotatedFor } ?? false }
        return news
    }

    private mutating func take(_ piece: Piece, done: Instant, into news: inout News) {
        switch piece.kind {
        case .start:
            let known = Array(piece.bytes.suffix(LogScript.knownBytesMax))
            // A line that was begun is a new one once it is whole.
            let rest = Array(known.reversed().prefix { $0 != UInt8(ascii: "\n") }.reversed())
            files = [
                File(id: piece.id, at: piece.from + piece.bytes.count, known: known, rest: rest)
            ]
        case .more, .old:
            guard let index = files.firstIndex(where: { $0.id == piece.id }) else { return }
            guard piece.bytes.starts(with: files[index].known) else {
                lose(index, into: &news)
                // What it holds now was written since, and is read by the next look.
                if piece.kind == .more { files.append(File(id: piece.id, at: 0)) }
                return
            }
            if piece.kind == .old { files[index].rotated = files[index].rotated ?? done }
            add(piece.bytes.dropFirst(files[index].known.count), to: index, left: piece.left, &news)
        case .new:
            for index in files.indices { files[index].rotated = files[index].rotated ?? done }
            files.append(File(id: piece.id, at: 0))
            add(piece.bytes, to: files.count - 1, left: piece.left, &news)
        case .lost:
            guard let index = files.firstIndex(where: { $0.id == piece.id }) else { return }
            lose(index, into: &news)
        case .none:
            if files.isEmpty { news.doubt = "there is no such file" }
        case .beside: beside = Self.changes(piece.bytes)
        case .end: break
        }
        isBegun = isBegun || !files.isEmpty
    }

    /// One that was rotated away before has been read to its end.
    private mutating func lose(_ index: Int, into news: inout News) {
        let gone = files.remove(at: index)
        if gone.rotated == nil {
            news.loss =
                "the log was cut short or removed before its last lines were read; it is followed on"
        }
        if !gone.rest.isEmpty { news.lines.append(Self.line(gone.rest[...])) }
    }

    /// Of a log that was rotated twice between two looks, the file between is followed by nobody: one that
    /// wasn't there at the look before and was changed later than the one that was followed then.
    private func lookForUnread(
        since last: File,
        beside before: [String: Int],
        into news: inout News
    ) {
        let changed = beside[last.id] ?? .min
        let isBetween = beside.contains { id, second in
            before[id] == nil && second >= changed && !files.contains { $0.id == id }
        }
        if isBetween, news.loss == nil {
            news.loss =
                "the log was rotated more than once between two looks, and what was between isn't read;"
                + " it is followed on"
        }
    }

    private mutating func add(
        _ bytes: ArraySlice<UInt8>,
        to index: Int,
        left: Int,
        _ news: inout News
    ) {
        files[index].at += bytes.count
        let most = LogScript.knownBytesMax
        files[index].known = Array((files[index].known + bytes.suffix(most)).suffix(most))
        files[index].rest += bytes
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
        if left > 0 {
            news.doubt = "more was written to the log than a look can read; it reads on"
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        let whole = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        return String(decoding: whole, as: UTF8.self)
    }

    /// By id, the second in which each was changed last.
    private static func changes(_ bytes: ArraySlice<UInt8>) -> [String: Int] {
        let pairs = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { line -> (String, Int)? in
                let words = line.split(separator: " ")
                guard words.count == 2, let second = Int(words[1]) else { return nil }
                return (String(words[0]), second)
            }
        return Dictionary(pairs, uniquingKeysWith: max)
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
