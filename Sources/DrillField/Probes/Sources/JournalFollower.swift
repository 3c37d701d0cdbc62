internal import DrillModel
internal import FoundationEssentials

/// How far a unit's journal was read: to the entry of this cursor (systemd.journal-fields(7)).
struct JournalFollower: Sendable {
    private var cursor = ""

    /// What the next look is told.
    var input: String { cursor.isEmpty ? "" : cursor + "\n" }

    /// Takes in what a look printed.
    ///
    /// - Throws: in words, where it can't be read; then nothing was taken in.
    mutating func take(
        _ output: String,
        errors: String
    ) throws(ProbeMistake) -> LogFollower.News {
        // journalctl says so, and shows what is left as if that were all.
        guard !errors.contains("not seeing messages") else {
            throw ProbeMistake(
                "the login user may not read the system's journal: write sudo: true, or put it into"
                    + " the group systemd-journal"
            )
        }
        // `-- No entries --` is none, and so is what a login shell prints.
        let lines = output.split(whereSeparator: \.isNewline)
        let end = lines.last { $0.hasPrefix("drill-log end ") }
        let code = end?.split(separator: " ").last.map(String.init)
        guard code == nil || code == "0" else {
            let said = lastLine(of: Array(errors.utf8)).map { ": \($0)" } ?? ""
            throw ProbeMistake("journalctl ended with \(code ?? "?")\(said)")
        }
        // Where more is there than a look reads, the last line may be cut off.
        let written = lines.filter { $0.hasPrefix("{") }
        let isCut = end == nil && !(output.last?.isNewline ?? true)
        let entries = (isCut ? written.dropLast() : written[...]).compactMap(Entry.init(line:))
        let isFirst = cursor.isEmpty
        guard
            let last = entries.last(where: { $0.cursor != nil })?.cursor ?? (isFirst ? nil : cursor)
        else { throw ProbeMistake("the journal has no entry to follow it from") }
        let new = isFirst ? [] : entries.filter { $0.cursor != cursor }
        cursor = last
        var news = LogFollower.News(lines: new.compactMap(\.message))
        if end == nil { news.doubt = "more is in the journal than a look can read; it reads on" }
        if new.contains(where: { $0.message == nil }) {
            news.loss = "an entry of the journal is longer than a look can read; it is followed on"
        }
        return news
    }

    private struct Entry: Decodable {
        /// Both nil where it is longer than the script prints.
        var cursor: String?
        var message: String?

        private enum CodingKeys: String, CodingKey {
            case cursor = "__CURSOR"
            case message = "MESSAGE"
        }

        /// Nil where it is no entry.
        init?(line: Substring) {
            if let entry = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) {
                self = entry
            } else if line.utf8.count < LogScript.entryBytesMax {
                return nil
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            cursor = try container.decode(String.self, forKey: .cursor)
            // What is no text comes as numbers, what is missing or was written twice as something else.
            if let text = try? container.decode(String.self, forKey: .message) {
                message = text
            } else if let bytes = try? container.decode([UInt8].self, forKey: .message) {
                message = String(decoding: bytes, as: UTF8.self)
            } else {
                message = ""
            }
        }
    }
}
