extension Reading {
    mutating func ledger(_ values: Values) -> Ledger? {
        let kinds = LedgerStore.kinds.filter(values.has)
        guard let kind = kinds.first, kinds.count == 1 else {
            let names = LedgerStore.kinds.map { "`\($0)`" }
            report(
                kinds.isEmpty
                    ? "the ledger is written nowhere"
                    : "the ledger is written to more than one store",
                at: values.position,
                fix: "give it one of \(alternatives(names))"
            )
            return nil
        }
        let isKept = values.boolean("keep") ?? false
        let places = places(values, of: kind)
        checkPace(values, of: kind)
        guard let store = store(values, kind, isKept: isKept) else { return nil }
        let ledger = Ledger(
            store,
            readFrom: places,
            readEvery: values.span("read-every"),
            appearWithin: values.span("appear-within") ?? .seconds(10),
            writers: values.integer("writers") ?? 1,
            isKept: isKept
        )
        var told: Set<String> = []
        for name in ledger.places where !told.insert(name).inserted {
            report(
                "two places of the ledger are called \(quoted(name))",
                at: values.positions["read-from"],
                fix: "leave one out, or name it: { name: NAME, url: … }"
            )
        }
        return ledger
    }

    private mutating func checkPace(_ values: Values, of kind: String) {
        if values.span("read-every") == .zero {
            report(
                "\"read-every\" can't be 0s",
                at: values.positions["read-every"],
                fix: "1ms is the least"
            )
        }
        if values.has("read-every"), !values.has("read-from") {
            report(
                "\"read-every\" is for further places, and there are none",
                at: values.positions["read-every"],
                fix: "name them under `read-from`, or take it out"
            )
        }
        if values.has("table"), kind != "postgres" {
            report(
                "\"table\" is for postgres, not for \(kind)",
                at: values.positions["table"],
                fix: "take it out"
            )
        }
        if let writers = values.integer("writers"), writers > 1, ["http", "command"].contains(kind)
        {
            report(
                "\"writers\" changes nothing: each record of \(kind) is sent by itself",
                at: values.positions["writers"],
                fix: "take it out"
            )
        }
    }

    private mutating func store(
        _ values: Values,
        _ kind: String,
        isKept: Bool
    ) -> LedgerStore? {
        switch kind {
        case "postgres":
            guard let url = values.text("postgres") else { return nil }
            checkPostgres(url, at: values.positions["postgres"])
            return .postgres(PostgresStore(url: url, table: table(values)))
        case "redis":
            guard let url = values.text("redis") else { return nil }
            checkRedis(url, at: values.positions["redis"])
            return .redis(RedisStore(url: url))
        case "http": return values.mapping("http").flatMap { httpStore($0) }.map { .http($0) }
        default:
            return values.mapping("command").flatMap { commandStore($0, isKept: isKept) }
                .map { .command($0) }
        }
    }

    private mutating func table(_ values: Values) -> String {
        let table = values.word("table") ?? "drill_ledger"
        let isPlain =
            table.utf8.count <= 63
            && table.unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
                    || scalar == "."
            }
        if !isPlain {
            report(
                "\(quoted(table)) is no name for a table",
                at: values.positions["table"],
                fix: "lower-case letters, digits and `_`; SCHEMA.TABLE names a schema"
            )
        }
        return table
    }

    private mutating func httpStore(_ values: Values) -> HTTPStore? {
        guard let put = values.text("put") else { return nil }
        checkRecord(put, at: values.positions["put"])
        if let get = values.text("get") { checkRecord(get, at: values.positions["get"]) }
        if let body = values.text("body"), !body.opens("value") {
            report(
                "\"body\" lacks ${value}: what is read back couldn't be told from any other answer",
                at: values.positions["body"],
                fix: "put ${value} somewhere into it"
            )
        }
        checkHeaders(values)
        return HTTPStore(
            put: put,
            get: values.text("get"),
            headers: headers(values),
            body: values.text("body") ?? .saved("value"),
            statuses: statuses(values),
            authority: values.word("authority").map(scope.folder.resolve),
            verifiesCertificate: values.boolean("verify-certificate") ?? true
        )
    }

    private mutating func commandStore(_ values: Values, isKept: Bool) -> CommandStore? {
        guard let write = values.command("write"), let read = values.command("read") else {
            return nil
        }
        if !write.opens("id") {
            report(
                "\"write\" lacks ${id}: each record would take the place of the last",
                at: values.positions["write"],
                fix: "write to a name that holds ${id}"
            )
        }
        checkRead(read, at: values.positions["read"])
        let delete = values.command("delete")
        if let delete {
            if !delete.opens("run") || delete.opens("id") || delete.opens("value") {
                report(
                    "\"delete\" must remove the records of ${run} and no others, all at once",
                    at: values.positions["delete"],
                    fix: "remove what is named ${run}-*"
                )
            }
        } else if !isKept, !values.has("delete") {
            report(
                "nothing removes what this ledger writes",
                at: values.position,
                fix: "give it `delete`, or say `keep: true` beside \"command\""
            )
        }
        return CommandStore(host: values.word("host"), write: write, read: read, delete: delete)
    }

    private mutating func checkRead(_ read: Command, at position: Position?) {
        guard read.opens("id") || read.opens("value") else { return }
        report(
            "\"read\" lists all records at once, and there is no one ${id} in it",
            at: position,
            fix: "list what is named ${run}-*"
        )
    }

    private mutating func places(_ values: Values, of kind: String) -> [LedgerPlace] {
        let position = values.positions["read-from"]
        return values.list("read-from").compactMap { value -> LedgerPlace? in
            switch value {
            case .text(let url): return place(url, name: nil, of: kind, at: position)
            case .mapping(let values):
                let name = values.word("name")
                if let url = values.text("url"), !values.has("read"), !values.has("host") {
                    return place(url, name: name, of: kind, at: values.positions["url"])
                }
                guard kind == "command", !values.has("url"), let read = values.command("read")
                else {
                    report(
                        "this place of the ledger can't be read",
                        at: values.position ?? position,
                        fix: kind == "command"
                            ? "write { read: …, host: … }"
                            : "write { url: … }, without read and host"
                    )
                    return nil
                }
                checkRead(read, at: values.positions["read"])
                return LedgerPlace(.command(read, host: values.word("host")), name: name)
            default: return nil
            }
        }
    }

    private mutating func place(
        _ url: Text,
        name: String?,
        of kind: String,
        at position: Position?
    ) -> LedgerPlace? {
        switch kind {
        case "postgres": checkPostgres(url, at: position)
        case "redis": checkRedis(url, at: position)
        case "http":
            checkRecord(url, at: position)
            return LedgerPlace(.url(url), name: name)
        default:
            report(
                "a ledger by command is read by a command, not from an address",
                at: position,
                fix: "write { read: …, host: … }"
            )
            return nil
        }
        if Ledger.recordNames.contains(where: url.opens) {
            report(
                "\(quoted(url.shown)) is one address for all records",
                at: position,
                fix: "take the ${id} out of it"
            )
        }
        return LedgerPlace(.url(url), name: name)
    }

    /// An address of one record.
    private mutating func checkRecord(_ url: Text, at position: Position?) {
        checkHTTP(url, at: position)
        guard !url.opens("id") else { return }
        report(
            "\(quoted(url.shown)) lacks ${id}: each record would take the place of the last",
            at: position,
            fix: "put ${id} into its path"
        )
    }
}

extension Ledger {
    /// What a record brings into the texts of its store: its name, what is stored, and what the names
    /// of all records of the run begin with.
    package static let recordNames = ["id", "value", "run"]
}

extension Text {
    /// Whether what is known by this name only later stands in it.
    fileprivate func opens(_ name: String) -> Bool { parts.contains(.saved(name)) }
}

extension Command {
    fileprivate func opens(_ name: String) -> Bool {
        let words: [Text] =
            switch body {
            case .list(let words): words
            case .shell(let text): [text]
            }
        return (words + (input.map { [$0] } ?? [])).contains { $0.opens(name) }
    }
}
