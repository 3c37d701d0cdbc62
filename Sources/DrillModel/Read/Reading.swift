/// One file while it is read: its source, the names that it may use, and what is wrong so far.
///
/// Everything is checked against the `Key`s of the format, and nothing ends the reading: a value that
/// is wrong is reported and left out.
struct Reading {
    let source: Source
    /// Other files that values come from, by their names.
    var sources: [String: Source] = [:]
    var scope: Scope
    var problems: [Problem]
    /// Nobody knows what it would have been: a fault, maybe.
    var hasUnreadStep = false
    /// The runbooks that steps of this one include, by where they are named.
    var included: [Position: Runbook] = [:]
    /// How many were included so far, by whichever runbook: a bound on what a small file can cost.
    var includes = 0

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
        let source = position.flatMap { sources[$0.file] } ?? source
        problems.append(source.problem(message, at: mark, fix: fix))
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
                    fix: spaced(pair) ?? suggestion(for: pair.key, among: known, what: "keys")
                )
                // The key that was meant isn't missing as well: one mistake, one problem.
                let meant =
                    known.first { pair.key.hasPrefix("\($0):") }
                    ?? nearest(to: pair.key, among: known)
                if let meant, values.positions[meant] == nil {
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
        case .word, .text, .integer, .number, .boolean, .span, .age, .share, .pattern, .oneOf,
            .host, .probe, .faultName, .zone, .window:
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
            case .list where short.takesLists: return value(written, short, of: name)
            case .word: return value(written, short, of: name)
            case .list where short == .command: return value(written, short, of: name)
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
        case .promises(let type): return promises(written, type, of: name)
        case .perRecord(let type):
            // A variable of such a name would give all records one and the same.
            let (saved, variables) = (scope.saved, scope.variables)
            scope.saved += Ledger.recordNames
            for name in Ledger.recordNames { scope.variables[name] = nil }
            defer { (scope.saved, scope.variables) = (saved, variables) }
            return value(written, type, of: name)
        case .withOwnSaves(let type):
            let saved = scope.saved
            scope.saved += scope.ownSaves
            defer { scope.saved = saved }
            return value(written, type, of: name)
        case .runbookSteps(let isAtOnce):
            return runbookSteps(written, isAtOnce: isAtOnce, of: name).map { .list($0) }
        case .step:
            let step = step(written)
            if step == nil { hasUnreadStep = true }
            return step.map { .mapping($0) }
        case .later: return nil
        }
    }

    mutating func elements(
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
                report(
                    "\(quoted(pair.key)) has no value",
                    at: pair.keyMark,
                    fix: spaced(pair) ?? type.example
                )
            } else if let value = value(pair.value, type, of: quoted(pair.key)) {
                values.entries[pair.key] = value
            }
        }
        return values
    }

    /// What to write for `{at-most:3s}`, which to YAML is a key without a value.
    private func spaced(_ pair: Written.Pair) -> String? {
        guard case .nothing = pair.value.shape, pair.key.utf8.count <= 80,
            let colon = pair.key.firstIndex(of: ":"), colon != pair.key.startIndex
        else { return nil }
        let rest = pair.key[pair.key.index(after: colon)...]
        guard !rest.isEmpty else { return nil }
        return "a colon needs a space behind it: `\(printable("\(pair.key[..<colon]): \(rest)"))`"
    }
}
