/// Scripts that commands carry, each told once: sixty lines of a look aren't repeated for each look.
///
/// In the command `"$S1"` stands where the quoted script was, as a shell would put it in again.
struct LiftedScripts {
    /// In the order of their names, as the host got them.
    private(set) var scripts: [String] = []

    /// The command with each of its quoted scripts of several lines named.
    mutating func lift(_ command: String) -> String {
        var result = ""
        var rest = command[...]
        while let open = rest.firstIndex(of: "'"), let quote = Quote(rest, from: open) {
            let isLong = quote.text.contains("\n")
            result += rest[..<open] + (isLong ? "\"$\(name(of: quote.text))\"" : quote.whole)
            rest = rest[quote.whole.endIndex...]
        }
        return result + rest
    }

    private mutating func name(of script: String) -> String {
        if let known = scripts.firstIndex(of: script) { return "S\(known + 1)" }
        scripts.append(script)
        return "S\(scripts.count)"
    }

    /// A word in single quotes, as `Shell.quoted` writes it: a quote inside is `'\''`.
    private struct Quote {
        var whole: Substring
        var text: String

        init?(_ line: Substring, from open: Substring.Index) {
            var text = ""
            var index = line.index(after: open)
            while index < line.endIndex {
                guard line[index] == "'" else {
                    text.append(line[index])
                    index = line.index(after: index)
                    continue
                }
                guard line[index...].hasPrefix(#"'\''"#) else {
                    whole = line[open...index]
                    self.text = text
                    return
                }
                text.append("'")
                index = line.index(index, offsetBy: 4)
            }
            return nil
        }
    }
}
