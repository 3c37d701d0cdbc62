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

    /// The numbers of those records of `owner` whose names stand in a text, each as often as it does.
    ///
    /// Whatever lists them may put anything around a name, but no letter, digit, `-` or `_`. A `.` may stand
    /// there, of `NAME.json`, and of `.NAME.x8Sd` and `NAME.tmp`, which are no record yet: where the record
    /// `example` is listed, it is its way of being named that counts.
    static func numbers(of owner: String, in text: [UInt8], namedAs example: Int) -> [Int: Int] {
        let all = names(of: owner, in: text)
        let ways = Set(all.filter { $0.number == example }.map { $0.around })
        let plain = Around(before: [], after: [])
        let wanted = ways.contains(plain) ? [plain] : ways
        var found: [Int: Int] = [:]
        for name in all where wanted.isEmpty || wanted.contains(name.around) {
            found[name.number, default: 0] += 1
        }
        return found
    }

    /// What belongs to a name where a `.` may: nothing, or `.json` after it.
    private struct Around: Hashable {
        var before: ArraySlice<UInt8>
        var after: ArraySlice<UInt8>
    }

    private static func names(
        of owner: String,
        in text: [UInt8]
    ) -> [(number: Int, around: Around)] {
        let prefix = Array("\(owner)-".utf8)
        var found: [(number: Int, around: Around)] = []
        var start = 0
        while let place = text[start...].firstRange(of: prefix) {
            start = place.upperBound
            let isWhole = place.lowerBound == 0 || !isOfName(text[place.lowerBound - 1])
            let digits = text[start...].prefix { (48...57).contains($0) }
            let end = digits.endIndex
            guard isWhole, end == text.endIndex || !isOfName(text[end]),
                let number = Int(String(decoding: digits, as: UTF8.self))
            else { continue }
            let before = text[..<place.lowerBound].reversed().prefix { $0 == dot || isOfName($0) }
            let after = text[end...].prefix { $0 == dot || isOfName($0) }
            found.append((number, Around(before: Array(before)[...], after: after)))
            start = end
        }
        return found
    }

    private static let dot = UInt8(ascii: ".")

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 45, 48...57, 65...90, 95, 97...122: true
        default: false
        }
    }
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
