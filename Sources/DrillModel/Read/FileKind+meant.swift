extension FileKind {
    /// What a text is meant to be, be it readable or not; nil for a file that isn't drill's.
    ///
    /// By its keys at the margin: one that names a kind, else the first one where it nearly does. A folder
    /// holds other YAML, too; but a slip of the pen must not make an experiment disappear.
    package static func meant(by text: String) -> FileKind? {
        var keys: [String] = []
        // As reading splits lines; the break of Windows is one character.
        for line in text.split(whereSeparator: \.isNewline).prefix(10_000) {
            // A whole file may be one mapping in braces.
            let braces = line.drop { $0 == "\u{FEFF}" }.first == "{" ? "{ " : ""
            let line = line.drop { "\u{FEFF}\"'\(braces)".contains($0) }
            guard let first = line.first, first.isLetter,
                let colon = line.firstIndex(of: ":"),
                line[line.index(after: colon)...].first.map({ $0 == " " }) ?? true
            else { continue }
            keys.append(line[..<colon].trimmed)
        }
        let kinds: [FileKind] = [.experiment, .runbook, .policy, .inventory]
        if let kind = kinds.first(where: { keys.contains($0.rawValue) }) { return kind }
        return keys.first.flatMap { nearest(to: $0, among: kinds.map(\.rawValue)) }
            .flatMap(FileKind.init)
    }
}

extension Substring {
    /// Without the blanks and quotes around a key.
    fileprivate var trimmed: String {
        let end = reversed().drop { $0 == " " || $0 == "\"" || $0 == "'" }
        return String(end.reversed())
    }
}
