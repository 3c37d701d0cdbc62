import DrillModel

/// What a deed answered, and what a runbook makes of it.
struct DeedAnswer: Sendable {
    /// `output`, `body` or `value`, for sentences.
    var noun: String
    /// Nil where there is none: a statement without rows, say.
    var text: String?
    /// What to fill a text's secrets with.
    var resolve: @Sendable (Text) throws(SecretError) -> String
    /// The start of a text, secrets concealed, for messages.
    var shown: @Sendable (String) -> String

    private var seen: String {
        guard let text else { return "there was none" }
        return text.isEmpty ? "it was empty" : shown(text)
    }

    /// What of it isn't as it must be; nil where all is.
    func failure(_ expect: Expect) -> String? {
        if let source = expect.match {
            switch Pattern(source)?.find(in: text ?? "") {
            case .found: break
            case .missing, nil: return "its \(noun) does not match \(source): \(seen)"
            case .undecided: return Pattern.undecided(source)
            }
        }
        if let value = expect.value, let why = failure(value, of: text?.trimmed) {
            return "its \(noun) \(why)"
        }
        guard !expect.json.isEmpty else { return nil }
        guard let tree = text.flatMap({ JSONAnswer($0) }) else {
            return "its \(noun) is no JSON: \(seen)"
        }
        for member in expect.json {
            if let why = failure(member.value, of: tree.value(at: member.path)?.text) {
                return "\(member.path.written) in its \(noun) \(why)"
            }
        }
        return nil
    }

    /// What a value, nil where there is none, isn't that it must be: `is 3, not 5`.
    func failure(_ condition: Condition, of value: String?) -> String? {
        guard let value else { return "is missing" }
        let seenIs = "is \(value.isEmpty ? "empty" : shown(value))"
        switch condition {
        case .present: return nil
        case .equals(let text), .isNot(let text):
            let wanted: String
            do { wanted = try resolve(text) } catch { return error.message }
            if case .equals = condition {
                return value == wanted ? nil : "\(seenIs), not \(text.shown)"
            }
            return value == wanted ? "\(seenIs), and must not be" : nil
        case .match(let source):
            switch Pattern(source)?.find(in: value) {
            case .found: return nil
            case .missing, nil: return "\(seenIs), which does not match \(source)"
            case .undecided: return "could not be judged: " + Pattern.undecided(source)
            }
        case .number(let least, let most):
            // Swift reads hexadecimal numbers, which nobody means.
            guard !value.lowercased().contains("x"), let number = Double(value), number.isFinite
            else { return "\(seenIs), which is no number" }
            if let least, number < least { return "\(seenIs), less than \(Self.plain(least))" }
            if let most, number > most { return "\(seenIs), more than \(Self.plain(most))" }
            return nil
        }
    }

    /// The part that is to be kept, or why it can't be.
    func part(_ save: Save) -> Part {
        guard let text else {
            return .missing("there is nothing to save as \(save.name): it had no \(noun)")
        }
        switch save.part {
        case .whole: return .found(text.trimmed)
        case .json(let path):
            guard let tree = JSONAnswer(text) else {
                return .missing("\(save.name) can't be saved: its \(noun) is no JSON: \(seen)")
            }
            guard let value = tree.value(at: path) else {
                return .missing(
                    "\(save.name) can't be saved: its \(noun) has no \(path.written): \(seen)"
                )
            }
            return .found(value.text)
        case .match(let source):
            switch Pattern(source)?.part(of: text) {
            case .found(let part): return .found(part)
            case .missing, nil:
                return .missing(
                    "\(save.name) can't be saved: its \(noun) does not match \(source): \(seen)"
                )
            case .undecided: return .missing(Pattern.undecided(source))
            }
        }
    }

    enum Part: Hashable {
        case found(String)
        case missing(String)
    }

    private static func plain(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
