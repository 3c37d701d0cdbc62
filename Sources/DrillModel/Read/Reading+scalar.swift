extension Reading {
    /// The text of a scalar with everything put in, or nil where a part stays open: reported.
    private mutating func closed(_ word: String, of name: String, at mark: Written.Mark) -> String?
    {
        guard let text = text(word, at: mark) else { return nil }
        var closed = ""
        for part in text.parts {
            switch part {
            case .literal(let piece), .value(let piece): closed += piece
            default:
                report(
                    "\(name) must be known before the run: \(Text(parts: [part]).shown) can't stand here",
                    at: mark,
                    fix: "write it out, or use a variable under `vars:`"
                )
                return nil
            }
        }
        return closed
    }

    mutating func text(_ word: String, at mark: Written.Mark) -> Text? {
        do {
            return try Text(written: word, in: scope)
        } catch {
            report(
                error.misfit.message,
                at: place(of: error.expression, from: mark),
                fix: error.misfit.fix
            )
            return nil
        }
    }

    /// Where in the scalar an expression stands, when that is on the scalar's first line.
    private func place(of expression: String, from mark: Written.Mark) -> Written.Mark {
        guard let line = source.line(mark.line), line.utf8.count <= 2000 else { return mark }
        let scalars = Array(line.unicodeScalars)
        let wanted = Array(expression.unicodeScalars)
        var start = mark.column - 1
        while start >= 0, start + wanted.count <= scalars.count {
            if scalars[start..<start + wanted.count].elementsEqual(wanted) {
                return Written.Mark(line: mark.line, column: start + 1)
            }
            start += 1
        }
        return mark
    }

    mutating func scalar(
        _ word: String,
        _ type: KeyType,
        of name: String,
        at mark: Written.Mark
    ) -> Values.Value? {
        if case .text = type { return text(word, at: mark).map { .text($0) } }
        guard let word = closed(word, of: name, at: mark) else { return nil }
        do {
            if case .window = type {
                var window = try Window(written: word, zones: scope.timeZones)
                window.position = source.position(mark)
                return .window(window)
            }
            return try Self.value(word, type, of: name, in: scope)
        } catch {
            report(error.message, at: mark, fix: error.fix)
            return nil
        }
    }

    private static func value(
        _ word: String,
        _ type: KeyType,
        of name: String,
        in scope: Scope
    ) throws(Misfit) -> Values.Value {
        switch type {
        case .integer(let range): .integer(try integer(word, in: range, of: name))
        case .number: .number(try number(word, of: name))
        case .boolean: .boolean(try boolean(word, of: name))
        case .span: .span(try Span(written: word))
        case .age: .span(try Span(age: word))
        case .share: .share(try share(written: word))
        case .pattern: .word(try pattern(word, of: name))
        case .oneOf(let words): .word(try choice(word, among: words, of: name))
        case .host: .word(try hostName(word, in: scope))
        case .probe: .word(try probeName(word, in: scope))
        case .faultName: .word(try faultName(word, in: scope))
        case .zone: .word(try zoneName(word, in: scope))
        default:
            if word.isEmpty { throw Misfit("\(name) is empty") } else { .word(word) }
        }
    }

    private static func integer(
        _ word: String,
        in range: ClosedRange<Int>,
        of name: String
    ) throws(Misfit) -> Int {
        guard let number = Int(word), word.utf8.first != UInt8(ascii: "+") else {
            throw Misfit("\(name) must be a whole number, not \(quoted(word))")
        }
        guard range.contains(number) else {
            throw Misfit(
                range.upperBound == Int.max
                    ? "\(name) must be at least \(range.lowerBound), not \(number)"
                    : "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(number)"
            )
        }
        return number
    }

    private static func number(_ word: String, of name: String) throws(Misfit) -> Double {
        guard let number = decimal(word) else {
            throw Misfit("\(name) must be a number, not \(quoted(word))")
        }
        return number
    }

    private static func boolean(_ word: String, of name: String) throws(Misfit) -> Bool {
        switch word {
        case "true": return true
        case "false": return false
        default:
            let meant = [
                "yes": "true", "on": "true", "y": "true", "1": "true", "true": "true",
                "no": "false", "off": "false", "n": "false", "0": "false", "false": "false",
            ]
            throw Misfit(
                "\(name) must be true or false, not \(quoted(word))",
                fix: meant[word.lowercased()].map { "write \($0)" }
            )
        }
    }

    private static func pattern(_ word: String, of name: String) throws(Misfit) -> String {
        guard !word.isEmpty else {
            throw Misfit("\(name) is empty", fix: "leave it out to accept anything")
        }
        guard word.utf8.count <= 1000 else {
            throw Misfit("\(name) is longer than 1000 bytes")
        }
        do {
            _ = try Regex(word)
            return word
        } catch {
            throw Misfit("\(name) is no regular expression: \(printable("\(error)"))")
        }
    }

    private static func choice(
        _ word: String,
        among words: [String],
        of name: String
    ) throws(Misfit) -> String {
        guard words.contains(word) else {
            throw Misfit(
                "\(name) must be \(alternatives(words)), not \(quoted(word))",
                fix: nearest(to: word, among: words).map { "did you mean \(quoted($0))?" }
            )
        }
        return word
    }

    private static func hostName(_ word: String, in scope: Scope) throws(Misfit) -> String {
        switch scope.hosts {
        case .known(let inventory):
            guard inventory.host(word) != nil else {
                throw Misfit(
                    "unknown host \(quoted(word))",
                    fix: suggestion(for: word, among: inventory.hosts.map(\.name), what: "hosts")
                )
            }
        case .none:
            throw Misfit(
                "this file names no inventory, so there are no hosts",
                fix: "add `inventory: PATH`"
            )
        case .unknown: break
        }
        return word
    }

    /// A name that is mistyped would forbid nothing.
    private static func faultName(_ word: String, in scope: Scope) throws(Misfit) -> String {
        let known = scope.faults.map { $0.name }
        guard known.contains(word) else {
            throw Misfit(
                "unknown fault \(quoted(word))",
                fix: suggestion(for: word, among: known, what: "faults")
            )
        }
        return word
    }

    private static func zoneName(_ word: String, in scope: Scope) throws(Misfit) -> String {
        try scope.timeZones.known(word)
    }

    private static func probeName(_ word: String, in scope: Scope) throws(Misfit) -> String {
        if let probes = scope.probes, !probes.contains(word) {
            throw Misfit(
                "unknown probe \(quoted(word))",
                fix: suggestion(for: word, among: probes, what: "probes")
            )
        }
        return word
    }
}
