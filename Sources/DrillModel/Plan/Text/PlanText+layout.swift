// How text is laid out: wrapped paragraphs, aligned columns, commands broken where a shell allows it.
extension PlanText {
    mutating func section(_ title: String) { lines += ["", "## \(title)"] }

    mutating func paragraph(_ text: String) { lines += [""] + wrapped(text, width) }

    mutating func item(_ text: String, then more: String? = nil) {
        if lines.last?.hasPrefix("- ") != true && lines.last?.hasPrefix("  ") != true {
            lines.append("")
        }
        for (index, line) in wrapped(text, width - 2).enumerated() {
            lines.append((index == 0 ? "- " : "  ") + line)
        }
        if let more { lines += wrapped(more, width - 2).map { "  " + $0 } }
    }

    /// Aligned columns between fences, so that Markdown leaves them alone.
    mutating func block(_ rows: [[String]]) {
        lines += ["", "```"]
        table(rows)
        lines.append("```")
    }

    /// Aligned columns; one that would go over the width is wrapped under itself.
    mutating func table(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        // The widest column gives way.
        let gaps = 2 * max(columns - 1, 0)
        let over = widths.reduce(0, +) + gaps - width
        let widest = widths.firstIndex(of: widths.max() ?? 0) ?? 0
        let narrowed = over > 0 ? max(widths[widest] - over, 24) : widths.max() ?? 0
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == widest ? wrapped(cell, max(narrowed, 1)) : [cell]
            }
            for line in 0..<(cells.map(\.count).max() ?? 0) {
                var text = ""
                for (column, cell) in cells.enumerated() {
                    let width = column == widest ? min(narrowed, widths[column]) : widths[column]
                    text += (line < cell.count ? cell[line] : "").padded(width + 2)
                }
                lines.append(text.trimmedEnd)
            }
        }
    }

    func wrapped(_ text: String, _ width: Int) -> [String] { text.wrapped(width) }

    /// With one full stop at its end.
    func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }

    /// Shell words into lines; each but the last ends in a backslash, which the shell joins again.
    func broken(_ words: [String], _ width: Int) -> [String] {
        var result: [String] = []
        var line = ""
        for (index, word) in words.enumerated() {
            // What says where it runs stays with its command.
            if index > 1 && line.count + 1 + word.count > width - 2 {
                result.append(line + " \\")
                line = "   "
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return result + [line]
    }
}

extension String {
    /// Words into lines of at most `width`; what the first line is indented by, the others are too.
    package func wrapped(_ width: Int) -> [String] {
        let indent = String(prefix { $0 == " " })
        var result: [String] = []
        var line = ""
        for word in unbreakable {
            if !line.isEmpty && indent.count + line.count + 1 + word.count > width {
                result.append(indent + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return result + (line.isEmpty ? [] : [indent + line])
    }

    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// Words; what stands between backticks is one, since it is meant to be copied.
    fileprivate var unbreakable: [String] {
        var words: [String] = []
        var word = ""
        var isCode = false
        for character in self {
            if character == "`" { isCode.toggle() }
            if character.isNewline || (character == " " && !isCode) {
                if !word.isEmpty { words.append(word) }
                word = ""
                isCode = isCode && !character.isNewline
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
