extension When {
    /// `${role} is "replica"`, `http://… is down`, for sentences; secrets stay `${...}`.
    package var shown: String {
        switch self {
        case .look(let kind, let state): "\(kind.shown) is \(state.rawValue)"
        case .value(let text, let condition): "\(text.shown) \(condition.shown)"
        }
    }
}

extension Condition {
    /// What comes after the value's name: `is "f"`, `is at least 2`.
    package var shown: String {
        switch self {
        case .equals(let text): "is \"\(text.shown)\""
        case .isNot(let text): "is not \"\(text.shown)\""
        case .match(let pattern): "matches /\(pattern)/"
        case .number(let least?, let most?): "is from \(Self.shown(least)) to \(Self.shown(most))"
        case .number(let least?, nil): "is at least \(Self.shown(least))"
        case .number(nil, let most?): "is at most \(Self.shown(most))"
        case .number(nil, nil): "is a number"
        case .present: "is there"
        }
    }

    private static func shown(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }
}

extension Expect {
    /// Empty where it is what is expected unless said otherwise.
    package var shown: String {
        var parts: [String] = []
        if exit == nil { parts.append("any exit") }
        if let exit, exit != 0 { parts.append("exit \(exit)") }
        if let match { parts.append("it matches /\(match)/") }
        if let value { parts.append("it \(value.shown)") }
        parts += json.map { "\($0.path.written) \($0.value.shown)" }
        return parts.joined(separator: ", ")
    }
}

extension Save {
    /// `lsn`, or `lsn from members[0].lag`.
    package var shown: String {
        switch part {
        case .whole: name
        case .json(let path): "\(name) from \(path.written)"
        case .match(let pattern): "\(name) from /\(pattern)/"
        }
    }
}

extension Retry {
    /// `tried 3 times at most, 2s between two`.
    package var shown: String {
        let growing = factor > 1 ? ", growing to \(most)" : ""
        return times == 1
            ? "tried once" : "tried \(times) times at most, \(every) between two\(growing)"
    }
}

extension Include {
    /// ` with lsn = ${lsn}`; empty where it is given nothing.
    package var withShown: String {
        guard !with.isEmpty else { return "" }
        return " with "
            + with.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.shown)" }
            .joined(separator: ", ")
    }
}

extension Approval {
    /// The question, whose word counts, and until when.
    package var shown: String {
        let people = by.isEmpty ? "anybody" : alternatives(by)
        return "\(question.shown) (\(people), within \(timeout))"
    }
}
