extension Reading {
    mutating func expect(_ values: Values?) -> Expect {
        guard let values else { return Expect() }
        let named = values.mapping("json") ?? Values()
        var members: [Expect.Member] = []
        for (written, value) in named.inOrder {
            let position = named.positions[written]
            guard let path = jsonPath(written, at: position),
                let condition = member(value, of: written, at: position)
            else { continue }
            members.append(Expect.Member(path: path, value: condition))
        }
        if values.has("json"), named.positions.isEmpty, values.mapping("json") != nil {
            report(
                "\"json\" expects nothing",
                at: values.positions["json"],
                fix: "write { \"members[0].state\": running }"
            )
        }
        return Expect(
            exit: values.integer("exit") ?? 0,
            match: values.word("match"),
            value: condition(values, of: "\"expect\"", mayMatch: false),
            json: members
        )
    }

    private mutating func member(
        _ value: Values.Value,
        of path: String,
        at position: Position?
    ) -> Condition? {
        switch value {
        case .text(let text): return .equals(text)
        case .mapping(let values):
            if let condition = condition(values, of: quoted(path), mayMatch: true) {
                return condition
            }
            if values.entries.isEmpty, values.positions.isEmpty {
                report(
                    "\(quoted(path)) expects nothing",
                    at: position,
                    fix: "write `present: true` where it must only be there"
                )
            }
            return nil
        default: return nil
        }
    }

    /// The one condition of a mapping; nil where it has none.
    private mutating func condition(
        _ values: Values,
        of name: String,
        mayMatch: Bool
    ) -> Condition? {
        let keys = ["equals", "is-not"] + (mayMatch ? ["match", "present"] : [])
        let numbers = ["at-least", "at-most"].filter(values.has)
        let found = keys.filter(values.has) + numbers
        guard found.count <= 1 || found == numbers else {
            report(
                "\(name) has more than one condition: \(found.map(quoted).listed)",
                at: values.position,
                fix: "keep one; only `at-least` and `at-most` go together"
            )
            return nil
        }
        if let text = values.text("equals") { return .equals(text) }
        if let text = values.text("is-not") { return .isNot(text) }
        if mayMatch, let pattern = values.word("match") { return .match(pattern) }
        if mayMatch, let isPresent = values.boolean("present") {
            if !isPresent {
                report(
                    "\"present\" can't be false",
                    at: values.positions["present"],
                    fix: "write what it must be instead"
                )
            }
            return .present
        }
        guard !numbers.isEmpty else { return nil }
        let (least, most) = (values.number("at-least"), values.number("at-most"))
        if let least, let most, least > most {
            report(
                "no number is at least \(shown(least)) and at most \(shown(most))",
                at: values.positions["at-most"],
                fix: "make `at-most` the larger one"
            )
        }
        return .number(least: least, most: most)
    }

    private func shown(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }

    // MARK: When

    /// What must hold for a step to be carried out.
    mutating func when(_ values: Values, of title: String) -> When? {
        let name = "\"when\" of \(quoted(title))"
        let looks = Grammar.looks.map(\.name).filter(values.has)
        guard values.has("value") else {
            let strays = ["equals", "is-not", "at-least", "at-most"].filter(values.has)
            for key in strays {
                report(
                    "\(quoted(key)) stands beside no `value`",
                    at: values.positions[key],
                    fix: "write { value: \"${NAME}\", \(key): ... }"
                )
            }
            // That it has no look either is the same mistake.
            guard strays.isEmpty || !looks.isEmpty else { return nil }
            return look(values, of: name).map {
                .look($0, values.word("is").flatMap(ProbeState.init) ?? .up)
            }
        }
        for key in looks + ["is", "status"] where values.has(key) {
            report(
                "\(name) is about a value: \(quoted(key)) means nothing here",
                at: values.positions[key],
                fix: "take it or `value` out"
            )
        }
        guard let value = values.text("value") else { return nil }
        let before = problems.count
        guard let condition = condition(values, of: name, mayMatch: true) else {
            if problems.count == before, !values.has("match"), !values.has("present") {
                report(
                    "\(name) doesn't say what the value must be",
                    at: values.position,
                    fix: "add `equals`, `is-not`, `match`, `at-least` or `at-most`"
                )
            }
            return nil
        }
        return .value(value, condition)
    }

    // MARK: Saves and retries

    mutating func saves(_ values: Values) -> [Save] {
        if let name = values.word("save") { return [Save(name)] }
        let named = values.mapping("save") ?? Values()
        return named.inOrder.compactMap { name, value in
            guard case .mapping(let part) = value else { return Save(name) }
            guard part.has("json") != part.has("match") else {
                report(
                    part.has("json")
                        ? "\(quoted(name)) keeps one thing, not two"
                        : "\(quoted(name)) doesn't say what it keeps",
                    at: part.position,
                    fix: "write `whole`, { json: PATH } or { match: PATTERN }"
                )
                return nil
            }
            if let pattern = part.word("match") { return Save(name, .match(pattern)) }
            return part.word("json")
                .flatMap { jsonPath($0, at: part.positions["json"]) }
                .map { Save(name, .json($0)) }
        }
    }

    mutating func retry(_ values: Values) -> Retry? {
        if let times = values.integer("retry") { return Retry(times: times) }
        guard let values = values.mapping("retry"), let times = values.integer("times") else {
            return nil
        }
        let standard = Retry(times: times)
        let every = values.span("every") ?? standard.every
        let retry = Retry(
            times: times,
            every: every,
            factor: values.number("factor") ?? standard.factor,
            most: values.span("most") ?? max(standard.most, every)
        )
        if !(1...100).contains(retry.factor) {
            report(
                "\"factor\" must be from 1 to 100, not \(shown(retry.factor))",
                at: values.positions["factor"],
                fix: "2 doubles each pause"
            )
        }
        if retry.most < retry.every {
            report(
                "no pause is as long as \(retry.every) when none is longer than \(retry.most)",
                at: values.positions["most"],
                fix: "make `most` longer than `every`"
            )
        }
        return retry
    }

    private mutating func jsonPath(_ written: String, at position: Position?) -> JSONPath? {
        if let path = JSONPath(written: written) { return path }
        report(
            "\(quoted(written)) is no path into JSON",
            at: position,
            fix: "names of members and numbers of elements: `members[0].lag`"
        )
        return nil
    }
}

extension JSONPath {
    /// Reads `members[0].lag`; a name that holds `.` or `[` is written `["a.b"]`.
    package init?(written: String) {
        var parts: [Part] = []
        var rest = Substring(written)
        while !rest.isEmpty {
            if rest.hasPrefix("[\"") {
                guard let end = rest.dropFirst(2).firstRange(of: "\"]") else { return nil }
                parts.append(.member(String(rest.dropFirst(2)[..<end.lowerBound])))
                rest = rest[end.upperBound...]
            } else if rest.hasPrefix("[") {
                guard let end = rest.firstIndex(of: "]"),
                    let index = Int(rest[rest.index(after: rest.startIndex)..<end]),
                    index >= 0, rest.dropFirst().first != "+"
                else { return nil }
                parts.append(.element(index))
                rest = rest[rest.index(after: end)...]
            } else {
                if !parts.isEmpty {
                    guard rest.hasPrefix(".") else { return nil }
                    rest = rest.dropFirst()
                }
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                parts.append(.member(String(name)))
                rest = rest[name.endIndex...]
            }
        }
        guard !parts.isEmpty, parts.count <= 64 else { return nil }
        self.init(parts)
    }
}
