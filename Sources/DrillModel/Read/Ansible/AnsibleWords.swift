/// How Ansible takes lines of an INI inventory apart: words, ranges of hosts and literals.
enum AnsibleWords {
    struct Word: Hashable {
        var text: String
        /// The column at which it begins, from 1.
        var column: Int
    }

    /// The words of a line as Python's `shlex` splits them: `#` ends the line wherever no quote holds it.
    static func split(_ line: String) throws(Misfit) -> [Word] {
        var words: [Word] = []
        var word: Word?
        var quote: Unicode.Scalar?
        var isEscaped = false
        for (index, scalar) in line.unicodeScalars.enumerated() {
            if isEscaped {
                // Within double quotes a backslash stays where it needn't be one.
                if quote != nil, scalar != "\\", scalar != quote { word?.text += "\\" }
                word?.text.unicodeScalars.append(scalar)
                isEscaped = false
            } else if let open = quote {
                if scalar == open {
                    quote = nil
                } else if scalar == "\\", open == "\"" {
                    isEscaped = true
                } else {
                    word?.text.unicodeScalars.append(scalar)
                }
            } else if scalar == "#" {
                break
            } else if scalar.properties.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                if word == nil { word = Word(text: "", column: index + 1) }
                switch scalar {
                case "'", "\"": quote = scalar
                case "\\": isEscaped = true
                default: word?.text.unicodeScalars.append(scalar)
                }
            }
        }
        guard quote == nil else { throw Misfit("a quote is never closed") }
        guard !isEscaped else { throw Misfit("nothing stands after this backslash") }
        if let word { words.append(word) }
        return words
    }

    /// A value of an INI file: what Python would take for a literal is that, the rest is text.
    static func literal(_ text: String) -> Written.Shape {
        let text = text.stripped
        if text == "None" { return .nothing }
        if let quote = text.unicodeScalars.first, quote == "'" || quote == "\"" {
            return .word(quoted(text, by: quote) ?? text)
        }
        let number = text.prefix { $0 != "#" && !$0.isWhitespace }
        let rest = String(text.dropFirst(number.count)).stripped
        guard rest.isEmpty || rest.hasPrefix("#") else { return .word(text) }
        let bases: KeyValuePairs = ["0x": 16, "0o": 8, "0b": 2]
        if let base = bases.first(where: { number.lowercased().hasPrefix($0.key) })?.value,
            let value = Int(number.dropFirst(2), radix: base)
        {
            return .word("\(value)")
        }
        // `022` is no literal, and stays what it is.
        let isZeroFilled = number.count > 1 && number.hasPrefix("0")
        if !isZeroFilled, let value = Int(number) { return .word("\(value)") }
        let constants = ["True", "False"]
        return .word(constants.contains(String(number)) ? String(number) : text)
    }

    /// What stands between the quotes of a Python text, where nothing but a comment comes after it.
    private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String? {
        var inside = String.UnicodeScalarView()
        var isEscaped = false
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated().dropFirst() {
            if isEscaped {
                switch scalar {
                case "n": inside.append("\n")
                case "t": inside.append("\t")
                case "\\", "'", "\"": inside.append(scalar)
                default: inside += ["\\", scalar]
                }
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == quote {
                let rest = scalars[(index + 1)...].first { !$0.properties.isWhitespace }
                return rest == nil || rest == "#" ? String(inside) : nil
            } else {
                inside.append(scalar)
            }
        }
        return nil
    }

    // MARK: Hosts

    /// `web:2222` and `[::1]:2222` as name and port; of anything else all is the name.
    static func place(_ pattern: String) -> (name: String, port: Int?) {
        guard let colon = pattern.lastIndex(of: ":"), colon != pattern.startIndex else {
            return (pattern, nil)
        }
        let digits = pattern[pattern.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = Int(digits)
        else { return (pattern, nil) }
        let name = pattern[..<colon]
        if name.hasPrefix("["), name.hasSuffix("]"), name.contains("::") || name.count > 12 {
            return (String(name.dropFirst().dropLast()), port)
        }
        var depth = 0
        for character in name {
            if character == "[" { depth += 1 } else if character == "]" { depth -= 1 }
            if character == ":", depth == 0 { return (pattern, nil) }
        }
        return depth == 0 ? (String(name), port) : (pattern, nil)
    }

    /// The hosts of `web[01:50]`, `db-[a:f]` and `rack[1:9:2]-[a:b]`.
    static func expanded(_ pattern: String) throws(Misfit) -> [String] {
        var done = [""]
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "[") {
            let head = rest[..<open]
            guard let close = rest[open...].firstIndex(of: "]") else {
                throw Misfit(
                    "the range in \(DrillModel.quoted(pattern)) is never closed",
                    fix: example
                )
            }
            let names = try range(rest[rest.index(after: open)..<close], of: pattern)
            guard done.count * names.count <= AnsibleTree.hostsMax else {
                throw Misfit(
                    "\(DrillModel.quoted(pattern)) is more than \(AnsibleTree.hostsMax) hosts"
                )
            }
            done = done.flatMap { before in names.map { "\(before)\(head)\($0)" } }
            rest = rest[rest.index(after: close)...]
        }
        return done.map { $0 + rest }
    }

    private static let example = "write web[01:50], db[a:f] or rack[1:9:2]"

    private static func range(_ text: Substring, of pattern: String) throws(Misfit) -> [String] {
        let bounds = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let wrong = Misfit(
            "\(DrillModel.quoted("[\(text)]")) is no range of hosts",
            fix: example
        )
        guard bounds.count == 2 || bounds.count == 3, !bounds[1].isEmpty else { throw wrong }
        guard let step = bounds.count == 3 ? Int(bounds[2]) : 1, step > 0 else { throw wrong }
        let (first, last) = (bounds[0].isEmpty ? "0" : bounds[0], bounds[1])
        let width = first.hasPrefix("0") && first.count > 1 ? first.count : 0
        guard width == 0 || width == last.count else {
            throw Misfit(
                "the ends of \(DrillModel.quoted("[\(text)]")) differ in length",
                fix: "write as many digits on both sides, as in [01:50]"
            )
        }
        if let low = letters.firstIndex(of: first), let high = letters.firstIndex(of: last) {
            guard low <= high else { throw wrong }
            return stride(from: low, through: high, by: step).map { letters[$0] }
        }
        guard let low = number(first), let high = number(last), low <= high else { throw wrong }
        guard (high - low) / step < AnsibleTree.hostsMax else {
            throw Misfit(
                "\(DrillModel.quoted(pattern)) is more than \(AnsibleTree.hostsMax) hosts"
            )
        }
        return stride(from: low, through: high, by: step).map { value in
            let digits = "\(value)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
    }

    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".map {
        String($0)
    }

    private static func number(_ text: String) -> Int? {
        text.count <= 9 && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }
}

extension String {
    /// Without the white space around it.
    var stripped: String {
        let start = drop { $0.isWhitespace }
        return String(
            start[
                ..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:))
                    ?? start.startIndex)
            ]
        )
    }
}
