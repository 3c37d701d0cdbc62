/// How words are written in a unit file so that systemd reads the same ones again (systemd.syntax(7), "Quoting").
package enum UnitText {
    /// One word of a command line (systemd.service(5), "Command lines"): nothing in it stands for anything else.
    package static func argument(_ word: String) -> String {
        quoted(word.replacing("%", with: "%%").replacing("$", with: "$$"))
    }

    /// One `NAME=VALUE` of `Environment=`: `$` has no meaning there (systemd.exec(5)).
    package static func assignment(_ name: String, _ value: String) -> String {
        quoted("\(name)=\(value)".replacing("%", with: "%%"))
    }

    /// A value that is taken whole, as a path: only specifiers mean something.
    package static func whole(_ value: String) -> String { value.replacing("%", with: "%%") }

    /// Nil where a unit file can't hold it: systemd refuses control characters in a command.
    package static func misfit(_ word: String) -> String? {
        word.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
            ? "it holds a control character, which no unit file may" : nil
    }

    /// Nil where it can stand as a value that is taken whole: blanks at its ends would be lost, and a `\` at
    /// its end would join the next line to it (systemd.syntax(7)).
    package static func misfit(whole value: String) -> String? {
        if let misfit = misfit(value) { return misfit }
        guard value.first != " ", value.last != " ", value.last != "\\" else {
            return "it begins or ends with a blank or ends with a `\\`, which no unit file can say"
        }
        return nil
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || "-_./:=,@+%".utf8.contains(byte)
        }
        guard !plain || word.isEmpty else { return word }
        let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// The words of a command line, read as systemd reads them; nil where it wouldn't.
    package static func words(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            if character == "\\" {
                guard let next = rest.popFirst() else { return nil }
                word = (word ?? "") + String(next)
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character == " " {
                if let word { words.append(word) }
                word = nil
            } else if character == "%" || character == "$" {
                // Doubled it is itself; anything else would be replaced.
                guard rest.popFirst() == character else { return nil }
                word = (word ?? "") + String(character)
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return words + (word.map { [$0] } ?? [])
    }
}
