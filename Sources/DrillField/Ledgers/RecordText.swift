internal import DrillModel

/// What a record brings into the texts of its store.
struct LedgerRecord: Sendable {
    /// What the names of all records of the run begin with.
    var owner: String
    var number: Int

    /// Unique over runs, ledgers and writers; of letters, digits, `-`, `_` and `.` alone, and so the same
    /// in a URL, a file's name and a shell.
    var name: String { "\(owner)-\(number)" }

    /// What is stored; not the name, which an answer may hold that knows nothing of the record.
    var value: String { "drill:\(number)@\(owner)" }

    var saved: [String: String] { ["id": name, "value": value, "run": owner] }
}

/// A text of the file's in which only what a record brings is still open.
struct RecordText: Sendable {
    private let text: Text

    init(_ text: Text, _ filler: inout ProbeText) throws(ProbeMistake) {
        var parts: [Text.Part] = []
        for part in text.parts {
            if case .saved = part {
                parts.append(part)
            } else {
                parts.append(.literal(try filler.filled(Text(parts: [part]))))
            }
        }
        self.text = Text(parts: parts)
    }

    /// `encoding` is applied to what the record brings.
    func filled(
        for record: LedgerRecord,
        encoding: (String) -> String = { $0 }
    ) -> String {
        let saved = record.saved
        return text.resolved(quoting: encoding) { part in
            // The reader leaves no other part open here.
            if case .saved(let name) = part { saved[name] ?? "" } else { "" }
        }
    }
}
