import DrillModel

/// A line for a terminal, made of pieces that may carry a style.
///
/// Widths are counted before styles are put in, so that colours never shift a column; the words say
/// everything that the colours say.
struct TerminalLine {
    enum Style: String {
        case bold = "1"
        case faint = "2"
        case red = "1;31"
        case green = "32"
        case yellow = "33"

        static func of(_ verdict: RunVerdict) -> Style {
            switch verdict {
            case .passed: .green
            case .inconclusive, .notStarted: .yellow
            case .failed, .stopped, .notRestored, .error: .red
            }
        }

        static func of(_ verdict: Verdict?) -> Style {
            switch verdict {
            case .passed: .green
            case .failed: .red
            case .inconclusive: .yellow
            case nil: .faint
            }
        }
    }

    private var pieces: [(text: String, style: Style?)] = []
    private(set) var width = 0

    init() {}

    init(_ text: String) { add(text) }

    mutating func add(_ text: String, _ style: Style? = nil) {
        pieces.append((text, style))
        width += Plain.width(text)
    }

    mutating func add(_ line: TerminalLine) {
        pieces += line.pieces
        width += line.width
    }

    /// The text in a column of this many, and a space after it.
    mutating func column(_ text: String, _ columns: Int, _ style: Style? = nil) {
        let cut = Plain.truncated(text, columns)
        add(cut, style)
        add(String(repeating: " ", count: max(0, columns - Plain.width(cut)) + 1))
    }

    /// Spaces up to this column.
    mutating func pad(to column: Int) {
        if width < column { add(String(repeating: " ", count: column - width)) }
    }

    func rendered(width limit: Int, colour: Bool) -> String {
        var result = ""
        var room = limit
        for piece in pieces where room > 0 {
            let text = Plain.truncated(piece.text, room)
            room -= Plain.width(text)
            if colour, let style = piece.style {
                result += "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
            } else {
                result += text
            }
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// The line in as many as the width takes, broken at spaces; all but the first are indented.
    ///
    /// A word that is longer than the width (a path) stays whole, since it is there to be copied.
    func wrapped(width limit: Int, hanging: Int, colour: Bool) -> [String] {
        guard width > limit else { return [rendered(width: limit, colour: colour)] }
        var lines = [TerminalLine()]
        for piece in pieces {
            for word in Self.words(piece.text) {
                let isSpace = word.first == " "
                let isFull = lines[lines.count - 1].width + Plain.width(word) > limit
                if isFull, lines[lines.count - 1].width > hanging {
                    var line = TerminalLine()
                    line.pad(to: hanging)
                    lines.append(line)
                    if isSpace { continue }
                }
                // Spaces at the beginning of the first line are its own indentation.
                if isSpace, lines.count > 1, lines[lines.count - 1].width == hanging { continue }
                lines[lines.count - 1].add(word, piece.style)
            }
        }
        return lines.map { $0.rendered(width: .max, colour: colour) }
    }

    /// Runs of spaces and of all else, in turn.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for character in text {
            if let last = words.last?.last, (last == " ") == (character == " ") {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
        }
        return words
    }
}

/// How a block of lines takes the place of the one before it, without flicker.
package enum TerminalFrame {
    /// One write: back to the first line of the last frame, then line by line over it.
    ///
    /// ECMA-48: CUU moves up, EL clears what is left of a line, ED what is left below.
    ///
    /// `previous` is how many lines the last frame had, 0 for the first.
    package static func redraw(_ lines: [String], over previous: Int) -> String {
        let back = previous > 0 ? "\r\u{1B}[\(previous)A" : "\r"
        return back + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }
}
