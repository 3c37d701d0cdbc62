extension Reading {
    /// Makes the one look that a mapping has; nil when it has none, several or a wrong one.
    ///
    /// `name` says what has it, for messages: `the probe "orders"`.
    mutating func look(
        _ values: Values,
        among keys: [Key] = Grammar.looks,
        of name: String
    ) -> Probe.Kind? {
        let found = keys.map(\.name).filter(values.has)
        guard let kind = found.first, found.count == 1 else {
            let names = keys.map { "`\($0.name)`" }
            report(
                found.isEmpty ? "\(name) looks at nothing" : "\(name) looks at more than one thing",
                at: values.position,
                fix: "give it one of \(alternatives(names))"
            )
            return nil
        }
        checkConditions(of: values, beside: kind)
        switch kind {
        case "http": return http(values).map { .http($0) }
        case "tcp": return tcp(values).map { .tcp($0) }
        case "sql": return values.mapping("sql").flatMap { sql($0) }.map { .sql($0) }
        case "command": return values.mapping("command").flatMap(command).map { .command($0) }
        case "ledger": return values.mapping("ledger").flatMap { ledger($0) }.map { .ledger($0) }
        default: return source(kind, values)
        }
    }

    /// `status` and `match` may stand beside the short form of `http` only.
    private mutating func checkConditions(of values: Values, beside kind: String) {
        guard values.text("http") == nil else { return }
        for key in Grammar.conditions where values.has(key.name) && values.entries[kind] != nil {
            report(
                "\(quoted(key.name)) stands outside of \(quoted(kind))",
                at: values.positions[key.name],
                fix: "move it into the mapping of \(quoted(kind))"
            )
        }
    }

    /// The request of a mapping that has `http`, short or whole.
    mutating func http(_ beside: Values) -> HTTPLook? {
        var values = beside
        if let whole = beside.mapping("http") { values = whole }
        let place = values.positions["url"] ?? beside.positions["http"]
        guard let url = values.text("url") ?? beside.text("http") else { return nil }
        checkHTTP(url, at: place)
        checkResolver(values)
        checkHeaders(values)
        return HTTPLook(
            url: url,
            method: values.word("method") ?? "GET",
            headers: headers(values),
            body: values.text("body"),
            statuses: statuses(values),
            match: values.word("match"),
            resolver: values.word("resolver"),
            authority: values.word("authority").map(scope.folder.locate),
            verifiesCertificate: values.boolean("verify-certificate") ?? true,
            keepsConnection: values.boolean("keep-connection") ?? false,
            pinsName: values.word("resolve").map { $0 == "once" }
        )
    }

    /// None are those that a look takes for good where the file says nothing.
    mutating func statuses(_ values: Values) -> [Int] {
        checkNotEmpty("status", of: values)
        return values.list("status").compactMap { value in
            guard case .integer(let status) = value else { return nil }
            return status
        }
    }

    mutating func checkHeaders(_ values: Values) {
        for (name, position) in values.mapping("headers")?.positions ?? [:] where !name.isToken {
            report(
                "\(quoted(name)) is no name of a header",
                at: position,
                fix: "letters, digits and `-`, without spaces or `:`"
            )
        }
    }

    func headers(_ values: Values) -> [String: Text] {
        let headers = values.mapping("headers")?.entries ?? [:]
        return headers.compactMapValues { value -> Text? in
            guard case .text(let text) = value else { return nil }
            return text
        }
    }

    private mutating func tcp(_ beside: Values) -> TCPLook? {
        if let whole = beside.mapping("tcp") {
            guard let address = whole.text("address"), let port = whole.integer("port") else {
                return nil
            }
            checkHost(address, at: whole.positions["address"])
            return TCPLook(
                address: address,
                port: port,
                pinsName: whole.word("resolve").map { $0 == "once" }
            )
        }
        guard var address = beside.text("tcp") else { return nil }
        // The port is always written out: only the address may come from elsewhere.
        if case .literal(let last)? = address.parts.last, let colon = last.lastIndex(of: ":"),
            let port = Int(last[last.index(after: colon)...]), (1...65_535).contains(port)
        {
            address.parts.removeLast()
            let rest = last[..<colon]
            if !rest.isEmpty {
                let bare =
                    rest.hasPrefix("[") && rest.hasSuffix("]") ? rest.dropFirst().dropLast() : rest
                address.parts.append(.literal(String(bare)))
            }
            if !address.parts.isEmpty {
                checkHost(address, at: beside.positions["tcp"])
                return TCPLook(address: address, port: port)
            }
        }
        report(
            "\"tcp\" must be an address and a port",
            at: beside.positions["tcp"],
            fix: "write \"${host.NAME}:5432\" or { address: ..., port: 5432 }"
        )
        return nil
    }

    private mutating func sql(_ values: Values) -> SQLLook? {
        guard let url = values.text("url"), let query = values.text("query") else { return nil }
        checkPostgres(url, at: values.positions["url"])
        let conditions = ["equals", "at-least", "at-most"].filter(values.has)
        if conditions.count > 1 {
            report(
                "\"sql\" has more than one condition: \(conditions.map(quoted).listed)",
                at: values.position,
                fix: "keep one"
            )
        }
        let condition: SQLLook.Condition =
            if let text = values.text("equals") {
                .equals(text)
            } else if let least = values.number("at-least") {
                .atLeast(least)
            } else if let most = values.number("at-most") {
                .atMost(most)
            } else {
                .anyRow
            }
        return SQLLook(url: url, query: query, condition: condition)
    }

    private func command(_ values: Values) -> CommandLook? {
        guard var command = values.command("run") else { return nil }
        if let sudo = values.boolean("sudo") { command.sudo = sudo }
        return CommandLook(
            host: values.word("host"),
            command: command,
            exit: values.integer("exit") ?? 0,
            match: values.word("match")
        )
    }
}

extension String {
    /// A word of HTTP (RFC 9110, 5.6.2).
    fileprivate var isToken: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar)
                    || "!#$%&'*+-.^_`|~".unicodeScalars.contains(scalar)
            }
    }
}
