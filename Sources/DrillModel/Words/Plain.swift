/// Text from outside (names, commands, their output) made safe to show, and its width on a terminal.
package enum Plain {
    /// The text on one line, without anything that a terminal, a log or a browser would obey.
    ///
    /// Line ends and tabs become spaces; other control characters, and those that reorder what is
    /// read (Unicode's bidirectional controls), become U+FFFD.
    package static func oneLine(_ text: String, max: Int = .max) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return cut(text, max: max) }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r": continue
            case "\n", "\t", "\u{2028}", "\u{2029}": scalars.append(" ")
            case _ where isControl(scalar): scalars.append("\u{FFFD}")
            default: scalars.append(scalar)
            }
        }
        return cut(String(scalars), max: max)
    }

    /// The same with its lines kept, for what is shown as a block.
    ///
    /// Tabs stay: scripts in it are there to be pasted.
    package static func block(_ text: String, max: Int = .max) -> String {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .map { line in
                line.split(separator: "\t", omittingEmptySubsequences: false)
                    .map { oneLine(String($0)) }.joined(separator: "\t")
            }
            .map { cut($0, max: max) }.joined(separator: "\n")
    }

    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func cut(_ text: String, max: Int) -> String {
        text.count <= max ? text : text.prefix(Swift.max(0, max - 1)) + "…"
    }

    /// A kind and what is told of it, nothing said twice: `timeout: no answer within 1s`, but `status 503`
    /// and `connection refused`.
    package static func once(_ kind: String, _ detail: String, between: String = ": ") -> String {
        guard !detail.isEmpty else { return kind }
        let words = detail.lowercased().split { !$0.isLetter }
        return words.contains(kind[...]) ? detail : kind + between + detail
    }

    /// Columns that the text takes on a terminal.
    package static func width(_ text: String) -> Int {
        text.utf8.count == text.unicodeScalars.count
            ? text.utf8.count : text.reduce(0) { $0 + width($1) }
    }

    /// Exactly `width` columns: padded with spaces, or cut with an ellipsis.
    package static func fit(_ text: String, _ width: Int, trailing: Bool = false) -> String {
        let cut = truncated(text, width)
        let padding = String(repeating: " ", count: max(0, width - self.width(cut)))
        return trailing ? padding + cut : cut + padding
    }

    /// At most `width` columns.
    package static func truncated(_ text: String, _ width: Int) -> String {
        guard self.width(text) > width else { return text }
        guard width > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let next = self.width(character)
            guard used + next <= width - 1 else { break }
            result.append(character)
            used += next
        }
        return result + "…"
    }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        // East Asian wide and emoji blocks (Unicode Standard Annex 11).
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return 0
            default: return 1
            }
        }
    }
}
