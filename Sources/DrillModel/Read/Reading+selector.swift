extension Reading {
    /// Reads a selector and checks every name in it.
    mutating func selector(_ written: Written, of name: String) -> Selector? {
        if case .word(let word) = written.shape {
            report(
                "\(name) must be a mapping that says what \(quoted(word)) is",
                at: written.mark,
                fix: "write \(guess(word))"
            )
            return nil
        }
        guard let values = values(written, Grammar.selector, in: name) else { return nil }
        var selector = Selector(position: source.position(written.mark))
        selector.regions = words("region", of: values)
        selector.zones = words("zone", of: values)
        selector.roles = words("role", of: values)
        selector.hosts = words("host", of: values)
        selector.who = values.word("who")
        selector.except = values.list("except").compactMap { value in
            guard case .selector(let except) = value else { return nil }
            return except
        }
        for except in selector.except where except.who != nil || except.pick != .all {
            report(
                except.who != nil
                    ? "\"except\" can't say \"who\": whom it means is found out when the step runs, and"
                        + " what is left out must be known when the plan is made"
                    : "\"except\" can't say \"pick\": what is left out must be known when the plan is made",
                at: except.position,
                fix: "name what is left out by region, zone, role or host"
            )
        }
        if let pick = values.word("pick") {
            selector.pick = self.pick(pick, at: values.positions["pick"]) ?? .all
        }
        let choosers = ["region", "zone", "role", "host", "who"]
        if !choosers.contains(where: values.has) {
            report(
                "\(name) chooses nothing",
                at: written.mark,
                fix: "say \(alternatives(choosers)); each host that all of them name is chosen"
            )
        }
        checkNames(of: selector, in: written, at: values)
        return selector
    }

    /// Without what it lists, a selector would choose more than its author means.
    private mutating func words(_ key: String, of values: Values) -> [String] {
        checkNotEmpty(key, of: values)
        return values.list(key).compactMap { value in
            guard case .word(let word) = value else { return nil }
            return word
        }
    }

    mutating func checkNotEmpty(_ key: String, of values: Values) {
        guard isEmptyList(values, key) else { return }
        report(
            "\(quoted(key)) is an empty list",
            at: values.positions[key],
            fix: "name what it means, or leave \(quoted(key)) out"
        )
    }

    /// Not a list whose elements are wrong, which is told already.
    func isEmptyList(_ values: Values?, _ key: String) -> Bool {
        guard let values, values.entries[key] == .list([]) else { return false }
        let line = values.positions[key]?.line
        return !problems.contains { $0.position?.line == line }
    }

    private mutating func checkNames(of selector: Selector, in written: Written, at values: Values)
    {
        if let who = selector.who, let known = scope.who, !known.contains(who) {
            report(
                "unknown who \(quoted(who))",
                at: values.positions["who"],
                fix: known.isEmpty
                    ? "declare it under `who:`"
                    : suggestion(for: who, among: known, what: "names under `who:`")
            )
        }
        switch scope.hosts {
        case .known(let inventory):
            check(selector.regions, among: inventory.regions, "region", in: written)
            check(selector.zones, among: inventory.zones, "zone", in: written)
            check(selector.roles, among: inventory.roles, "role", in: written)
            check(selector.hosts, among: inventory.hosts.map(\.name), "host", in: written)
        case .none:
            guard selector.who == nil || !(selector.regions + selector.hosts).isEmpty else {
                return
            }
            report(
                "this file names no inventory, so there is nothing to choose from",
                at: selector.position,
                fix: "add `inventory: PATH`"
            )
        case .unknown: break
        }
    }

    private mutating func check(
        _ names: [String],
        among known: [String],
        _ what: String,
        in written: Written
    ) {
        for name in names where !known.contains(name) {
            var place = written[what]
            if case .list(let list) = place?.shape {
                place = list.first { $0.word == name } ?? place
            }
            // A zone is often written without its region.
            let whole = what == "zone" ? known.filter { $0.hasSuffix("/" + name) } : []
            report(
                "unknown \(what) \(quoted(name))",
                at: place?.mark ?? written.mark,
                fix: whole.isEmpty
                    ? suggestion(for: name, among: known, what: "\(what)s")
                    : "write the region too: \(alternatives(whole))"
            )
        }
    }

    private mutating func pick(_ word: String, at position: Position?) -> Selector.Pick? {
        switch word {
        case "all": return .all
        case "minority": return .minority
        case "majority": return .majority
        default: break
        }
        // What is no share is reported below, with what a pick may be.
        if word.hasSuffix("%"), let share = try? share(written: word), share > 0 {
            return .share(share)
        }
        if let count = Int(word), count > 0 { return .count(count) }
        report(
            "\"pick\" must be a number from 1, a share, minority, majority or all, not \(quoted(word))",
            at: position,
            fix: nearest(to: word, among: ["all", "minority", "majority"]).map {
                "did you mean \(quoted($0))?"
            }
                ?? "write 1, 50%, minority, majority or all"
        )
        return nil
    }

    /// The selector that a bare word was probably meant to be.
    private func guess(_ word: String) -> String {
        guard let inventory = scope.inventory else { return "{ host: \(printable(word)) }" }
        let kinds = [
            ("host", inventory.hosts.map(\.name)), ("region", inventory.regions),
            ("zone", inventory.zones), ("role", inventory.roles), ("who", scope.who ?? []),
        ]
        let kind = kinds.first { $0.1.contains(word) }?.0 ?? "host"
        return "{ \(kind): \(printable(word)) }"
    }
}
