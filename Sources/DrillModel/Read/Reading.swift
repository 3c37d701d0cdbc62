/// One file while it is read: its source, the names that it may use, and what is wrong so far.
///
/// Everything is checked against the `Key`s of the format, and nothing ends the reading: a value that
/// is wrong is reported and left out.
struct Reading {
    let source: Source
    var scope: Scope
    var problems: [Problem]

    init(_ file: WrittenFile, scope: Scope) {
        source = file.source
        self.scope = scope
        problems = file.duplicates
    }

    mutating func report(_ message: String, at mark: Written.Mark, fix: String? = nil) {
        problems.append(source.problem(message, at: mark, fix: fix))
    }

    /// Reports at the place of an already checked value.
    mutating func report(_ message: String, at position: Position?, fix: String? = nil) {
        let mark = Written.Mark(line: position?.line ?? 1, column: position?.column ?? 1)
        report(message, at: mark, fix: fix)
    }

    // MARK: Mappings

    /// Checks a mapping against its keys.
    ///
    /// `place` says what the mapping is, for messages: `the probe "orders"`.
    mutating func values(_ written: Written, _ keys: [Key], in place: String) -> Values? {
        guard case .mapping(let pairs) = written.shape else {
            report(
                "\(place) must be a mapping, not \(written.kind)",
                at: written.mark,
                fix:
                    "its keys: \(keys.filter { $0.type != .later }.map(\.name).joined(separator: ", "))"
            )
            return nil
        }
        var values = Values(position: source.position(written.mark))
        for pair in pairs {
            guard let key = keys.first(where: { $0.name == pair.key }) else {
                guard pair.key != "<<" else {
                    report(
                        "merging by \"<<\" is not YAML 1.2",
                        at: pair.keyMark,
                        fix: "write the keys out, or use an alias for a whole value"
                    )
                    return nil
                }
                let known = keys.filter { $0.type != .later }.map(\.name)
                report(
                    "unknown key \(quoted(pair.key)) in \(place)",
                    at: pair.keyMark,
                    fix: suggestion(for: pair.key, among: known, what: "keys")
                )
                // The key that was meant isn't missing as well: one mistake, one problem.
                if let meant = nearest(to: pair.key, among: known), values.positions[meant] == nil {
                    values.positions[meant] = source.position(pair.value.mark)
                }
                continue
            }
            values.positions[key.name] = source.position(pair.value.mark)
            if key.type == .later {
                report(
                    "\(quoted(key.name)) is not supported yet",
                    at: pair.keyMark,
                    fix: "take it out: it would have no effect"
                )
            } else if case .nothing = pair.value.shape {
                report("\(quoted(key.name)) has no value", at: pair.keyMark, fix: key.type.example)
            } else if let value = value(pair.value, key.type, of: "\(quoted(key.name))") {
                values.entries[key.name] = value
            }
        }
        for key in keys where key.isRequired && values.positions[key.name] == nil {
            report(
                "\(place) lacks \(quoted(key.name))",
                at: written.mark,
                fix: "\(key.name): \(key.about)"
            )
        }
        return values
    }

    // MARK: Values

    /// Checks one value; nil when it is wrong, and then that is reported.
    mutating func value(_ written: Written, _ type: KeyType, of name: String) -> Values.Value? {
        switch type {
        case .word, .text, .integer, .number, .boolean, .span, .share, .pattern, .oneOf, .host,
            .probe:
            guard case .word(let word) = written.shape else {
                report(
                    "\(name) must be \(type.what), not \(written.kind)",
                    at: written.mark,
                    fix: type.example
                )
                return nil
            }
            return scalar(word, type, of: name, at: written.mark)
        case .command: return command(written, of: name).map { .command($0) }
        case .selector: return selector(written, of: name).map { .selector($0) }
        case .list(let type):
            guard case .list(let list) = written.shape else {
                report(
                    "\(name) must be a list, not \(written.kind)",
                    at: written.mark,
                    fix: "write [ ... ]"
                )
                return nil
            }
            return .list(elements(list, type, of: name))
        case .oneOrMore(let type):
            if case .list(let list) = written.shape { return .list(elements(list, type, of: name)) }
            return value(written, type, of: name).map { .list([$0]) }
        case .mapping(let keys): return values(written, keys, in: name).map { .mapping($0) }
        case .named(let type): return named(written, type, of: name).map { .mapping($0) }
        case .either(let short, let whole):
            switch written.shape {
            case .mapping: return value(written, whole, of: name)
            case .word: return value(written, short, of: name)
            case .list, .nothing:
                report(
                    "\(name) must be \(type.what), not \(written.kind)",
                    at: written.mark,
                    fix: type.example
                )
                return nil
            }
        case .perCandidate(let type):
            scope.allowsIt = true
            defer { scope.allowsIt = false }
            return value(written, type, of: name)
        case .step: return step(written).map { .mapping($0) }
        case .later: return nil
        }
    }

    private mutating func elements(
        _ list: [Written],
        _ type: KeyType,
        of name: String
    ) -> [Values.Value] {
        var values: [Values.Value] = []
        for element in list {
            if case .nothing = element.shape {
                report(
                    "nothing stands after this `-` in \(name)",
                    at: element.mark,
                    fix: type.example
                )
            } else if let value = value(element, type, of: "an element of \(name)") {
                values.append(value)
            }
        }
        return values
    }

    /// Checks a mapping of names that the file chooses.
    private mutating func named(_ written: Written, _ type: KeyType, of name: String) -> Values? {
        guard case .mapping(let pairs) = written.shape else {
            report(
                "\(name) must be a mapping of names, not \(written.kind)",
                at: written.mark,
                fix: type.example.map { "NAME: \($0)" }
            )
            return nil
        }
        var values = Values()
        for pair in pairs {
            // The name's own place: values of one line would otherwise lie about the order.
            values.positions[pair.key] = source.position(pair.keyMark)
            if case .nothing = pair.value.shape {
                report("\(quoted(pair.key)) has no value", at: pair.keyMark, fix: type.example)
            } else if let value = value(pair.value, type, of: quoted(pair.key)) {
                values.entries[pair.key] = value
            }
        }
        return values
    }

    // MARK: Scalars

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

    private mutating func scalar(
        _ word: String,
        _ type: KeyType,
        of name: String,
        at mark: Written.Mark
    ) -> Values.Value? {
        if case .text = type { return text(word, at: mark).map { .text($0) } }
        guard let word = closed(word, of: name, at: mark) else { return nil }
        do {
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
        case .share: .share(try share(written: word))
        case .pattern: .word(try pattern(word, of: name))
        case .oneOf(let words): .word(try choice(word, among: words, of: name))
        case .host: .word(try hostName(word, in: scope))
        case .probe: .word(try probeName(word, in: scope))
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

extension KeyType {
    /// What a scalar of this type is, for messages.
    var what: String {
        switch self {
        case .word: "a word"
        case .text: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .span: "a duration"
        case .share: "a share"
        case .pattern: "a regular expression"
        case .oneOf(let words): alternatives(words)
        case .host: "the name of a host"
        case .probe: "the name of a probe"
        case .command: "a command"
        case .selector: "a selector"
        case .list: "a list"
        case .oneOrMore(let type): "\(type.what) or a list"
        case .mapping, .named, .step: "a mapping"
        case .either(let short, _): "\(short.what) or a mapping"
        case .perCandidate(let type): type.what
        case .later: "nothing"
        }
    }

    /// What to write, for the fix of a problem.
    var example: String? {
        switch self {
        case .boolean: "write true or false"
        case .span: "write 250ms, 10s, 5m or 2h"
        case .share: "write 60%"
        case .selector:
            "write { region: NAME }, { zone: REGION/ZONE }, { role: NAME } or { host: NAME }"
        case .command: "write a list of words, or a string for the shell"
        case .list: "write [ ... ], or [] for none"
        case .mapping(let keys):
            "its keys: \(keys.filter { $0.type != .later }.map(\.name).joined(separator: ", "))"
        case .oneOf(let words): "write \(alternatives(words))"
        case .either(let short, _): short.example
        case .perCandidate(let type), .oneOrMore(let type): type.example
        default: nil
        }
    }
}
