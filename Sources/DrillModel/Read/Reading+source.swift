extension Reading {
    /// Makes the look at a source, the one of `kind` that a probe has; nil where it is wrong.
    mutating func source(_ kind: String, _ beside: Values) -> Probe.Kind? {
        guard let values = beside.mapping(kind) else { return nil }
        switch kind {
        case "prometheus": return prometheus(values).map { .prometheus($0) }
        case "alertmanager": return alertmanager(values).map { .alertmanager($0) }
        case "log": return log(values).map { .log($0) }
        case "load-balancer": return loadBalancer(values).map { .loadBalancer($0) }
        case "dns": return dns(values).map { .dns($0) }
        case "postgres-role": return postgresRole(values).map { .postgresRole($0) }
        default: return nil
        }
    }

    /// Reports all but one of several keys that say the same thing in different ways.
    private mutating func checkOne(of keys: [String], in kind: String, _ values: Values) {
        let found = keys.filter(values.has)
        guard found.count > 1 else { return }
        report(
            "\(quoted(kind)) has both \(found.map(quoted).listed)",
            at: values.positions[found[1]],
            fix: "keep one"
        )
    }

    /// A server that is asked over HTTP, connections kept: its own failures aren't what is measured.
    private mutating func server(_ key: String, _ values: Values) -> HTTPLook? {
        guard let url = values.text(key) else { return nil }
        checkHTTP(url, at: values.positions[key])
        checkHeaders(values)
        return HTTPLook(
            url: url,
            headers: headers(values),
            authority: values.word("authority").map(scope.folder.resolve),
            verifiesCertificate: values.boolean("verify-certificate") ?? true,
            keepsConnection: true
        )
    }

    private mutating func prometheus(_ values: Values) -> PrometheusLook? {
        checkOne(of: ["above", "below", "equals"], in: "prometheus", values)
        guard let server = server("url", values), let query = values.text("query") else {
            return nil
        }
        checkIsBase(server.url, "/api/v1", at: values.positions["url"])
        let threshold: PrometheusLook.Threshold =
            if let limit = values.number("above") {
                .above(limit)
            } else if let limit = values.number("below") {
                .below(limit)
            } else if let limit = values.number("equals") {
                .equals(limit)
            } else {
                .anySeries
            }
        return PrometheusLook(server: server, query: query, threshold: threshold)
    }

    private mutating func alertmanager(_ values: Values) -> AlertmanagerLook? {
        guard let server = server("url", values), let alert = values.word("alert") else {
            return nil
        }
        checkIsBase(server.url, "/api/v2", at: values.positions["url"])
        let match = values.mapping("match")?.entries.compactMapValues { value -> String? in
            guard case .word(let word) = value else { return nil }
            return word
        }
        return AlertmanagerLook(
            server: server,
            alert: alert,
            match: match ?? [:],
            countsSuppressed: values.boolean("suppressed") ?? false,
            clock: values.word("host")
        )
    }

    /// The path of the API is added to the URL, which must not have it, nor a query.
    private mutating func checkIsBase(_ url: Text, _ path: String, at position: Position?) {
        guard url.shown.contains(path) || url.shown.contains("?") else { return }
        report(
            "\(quoted(url.shown)) is more than the server's address",
            at: position,
            fix: "leave out what follows it: \(path)/… is added"
        )
    }

    private mutating func log(_ values: Values) -> LogLook? {
        checkOne(of: ["file", "journal"], in: "log", values)
        if !values.has("file"), !values.has("journal") {
            report(
                "\"log\" names neither a file nor a journal",
                at: values.position,
                fix: "file: /var/log/…, or journal: UNIT"
            )
        }
        if let file = values.text("file"), case .literal(let start)? = file.parts.first,
            !start.hasPrefix("/")
        {
            report(
                "\(quoted(file.shown)) is no absolute path",
                at: values.positions["file"],
                fix: "write it from / on: it is a file of the host"
            )
        }
        if values.span("quiet-after") == .zero {
            report(
                "\"quiet-after\" can't be 0s",
                at: values.positions["quiet-after"],
                fix: "leave it out: then it stays fired"
            )
        }
        let source =
            values.text("file").map { LogLook.Source.file($0) }
            ?? values.word("journal").map { .journal($0) }
        guard let source, let match = values.word("match") else { return nil }
        return LogLook(
            host: values.word("host"),
            source: source,
            match: match,
            sudo: values.boolean("sudo") ?? false,
            quietAfter: values.span("quiet-after")
        )
    }

    private mutating func loadBalancer(_ values: Values) -> LoadBalancerLook? {
        checkOne(of: ["server", "servers"], in: "load-balancer", values)
        guard let place = values.text("haproxy") else { return nil }
        let isSocket = place.shown.hasPrefix("/")
        let misplaced =
            isSocket ? ["headers", "authority", "verify-certificate"] : ["host", "sudo"]
        for key in misplaced where values.has(key) {
            report(
                "\(quoted(key)) says nothing about \(isSocket ? "a socket" : "a statistics page")",
                at: values.positions[key],
                fix: "take it out"
            )
        }
        let page = isSocket ? nil : server("haproxy", values)
        let way: LoadBalancerLook.Way? =
            isSocket
            ? .socket(
                path: place,
                host: values.word("host"),
                sudo: values.boolean("sudo") ?? false
            ) : page.map { .page($0) }
        guard let way, let backend = values.word("backend") else { return nil }
        let servers: LoadBalancerLook.Servers =
            if let server = values.word("server") {
                .named(server)
            } else if let servers = values.word("servers") {
                .like(servers)
            } else {
                .backend
            }
        return LoadBalancerLook(
            way: way,
            backend: backend,
            servers: servers,
            state: values.word("is").flatMap(LoadBalancerLook.State.init) ?? .down
        )
    }

    private mutating func dns(_ values: Values) -> DNSLook? {
        checkResolver(values)
        let isChange = values.boolean("changed")
        if isChange == false {
            report(
                "\"changed: false\" would fire all the time",
                at: values.positions["changed"],
                fix: "write true, or equals: ADDRESS"
            )
        }
        checkOne(of: ["equals", "changed"], in: "dns", values)
        if !values.has("equals"), !values.has("changed") {
            report(
                "\"dns\" doesn't say what the answer must be",
                at: values.position,
                fix: "changed: true, or equals: ADDRESS"
            )
        }
        guard let name = values.text("name"), let resolver = values.word("resolver") else {
            return nil
        }
        let type = values.word("type").flatMap(DNSLook.RecordType.init) ?? .a
        let wanted = values.list("equals").compactMap { value -> String? in
            guard case .word(let word) = value else { return nil }
            return word
        }
        for word in wanted where !Self.isAnswer(word, type) {
            report(
                "\(quoted(word)) is no answer to a question for \(type.rawValue)",
                at: values.positions["equals"],
                fix: type == .a ? "an IPv4 address: 192.0.2.1" : "an IPv6 address: 2001:db8::1"
            )
        }
        return DNSLook(
            name: name,
            resolver: resolver,
            type: type,
            condition: values.has("equals") ? .equals(wanted.sorted()) : .changed
        )
    }

    private static func isAnswer(_ word: String, _ type: DNSLook.RecordType) -> Bool {
        guard case .literal = PeerAddress(word) else { return type == .cname }
        switch type {
        case .a: return !word.contains(":")
        case .aaaa: return word.contains(":")
        case .cname: return false
        }
    }

    private mutating func postgresRole(_ values: Values) -> PostgresRoleLook? {
        checkOne(of: ["url", "urls"], in: "postgres-role", values)
        if !values.has("url"), !values.has("urls") {
            report(
                "\"postgres-role\" names no servers",
                at: values.position,
                fix: "urls: [\"postgresql://…\", \"postgresql://…\"]"
            )
        }
        let listed = values.list("urls").compactMap { value -> Text? in
            guard case .text(let text) = value else { return nil }
            return text
        }
        let urls = values.text("url").map { [$0] } ?? listed
        for url in urls {
            checkPostgres(url, at: values.positions["url"] ?? values.positions["urls"])
        }
        let writers = values.list("writer").compactMap { value -> String? in
            guard case .word(let word) = value else { return nil }
            return word
        }
        if writers.isEmpty, values.has("urls"), listed.count == 1, !listed[0].shown.contains(",") {
            report(
                "one server alone can't be followed by another writer",
                at: values.positions["urls"],
                fix: "name those that may take over, too"
            )
        }
        guard !urls.isEmpty else { return nil }
        return PostgresRoleLook(urls: urls, writers: writers)
    }
}
