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
        let entries = output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
            .compactMap { line in
                try? JSONDecoder().decode(Entry.self, from: Data(line.utf8))
            }
        let isFirst = cursor.isEmpty
        if isFirst, entries.isEmpty {
            throw ProbeMistake("the journal has no entry to follow it from")
        }
        let new = entries.filter { $0.cursor != cursor }
        cursor = entries.last?.cursor ?? cursor
        return LogFollower.News(lines: isFirst ? [] : new.map(\.message))
    }

    private struct Entry: Decodable {
        var cursor: String
        var message: String

        private enum CodingKeys: String, CodingKey {
            case cursor = "__CURSOR"
            case message = "MESSAGE"
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
