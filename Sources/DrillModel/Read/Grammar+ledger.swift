// What a ledger writes to, and where it is read from.
extension Grammar {
    static let ledger: [Key] = [
        Key("postgres", .text, "A postgresql:// URL: one row a record, in a table of its own."),
        Key("redis", .text, "A redis:// or rediss:// URL: one key a record."),
        Key("http", .mapping(httpStore), "One resource a record, by PUT, GET and DELETE."),
        Key("command", .mapping(commandStore), "Commands of your own, for any other store."),
        Key(
            "read-from",
            .oneOrMore(.either(.perRecord(.text), .mapping(place))),
            "Further places to read from, while the run goes on and after it; each is told by itself."
        ),
        Key(
            "read-every",
            .span,
            "From one look at such a place to the next; 100ms, for command 1s."
        ),
        Key(
            "appear-within",
            .span,
            "How long a record that isn't there when it is read back may still appear; 10s."
        ),
        Key(
            "writers",
            .integer(1...32),
            "Who write in turn at the pace of `every`, each over connections of its own; 1."
        ),
        Key("table", .word, "For postgres: the ledger's own table; drill_ledger."),
        Key("keep", .boolean, "Leaves the records there after the run, for an auditor to count."),
    ]

    private static let httpStore: [Key] = [
        Key(
            "put",
            .perRecord(.text),
            required: true,
            "Where the record ${id} is put; a DELETE there removes it again."
        ),
        Key("get", .perRecord(.text), "Where it is read; as `put` unless said otherwise."),
        Key("headers", .named(.text), "Headers of every request."),
        Key("body", .perRecord(.text), "What is put; ${value} unless said otherwise."),
        Key(
            "status",
            .oneOrMore(.integer(100...599)),
            "What acknowledges a PUT; 200 to 299 unless said otherwise."
        ),
        Key("authority", .word, "A PEM file of authorities to trust instead of the system's."),
        Key("verify-certificate", .boolean, "false accepts any certificate."),
    ]

    private static let commandStore: [Key] = [
        Key("host", .host, "Where they run; on the controller unless said otherwise."),
        Key(
            "write",
            .perRecord(.command),
            required: true,
            "Writes the record ${id} with ${value}; exit 0 acknowledges it."
        ),
        Key(
            "read",
            .perRecord(.command),
            required: true,
            "Prints the names of all the records of ${run} that are there, whatever stands around them."
        ),
        Key(
            "delete",
            .perRecord(.command),
            "Removes all the records of ${run}; required unless they are kept."
        ),
    ]

    private static let place: [Key] = [
        Key("name", .word, "What the place is called in the report; its address otherwise."),
        Key("url", .perRecord(.text), "As the ledger's own; for http with ${id}."),
        Key("read", .perRecord(.command), "For command: as the ledger's own `read`."),
        Key("host", .host, "For command: where that runs; on the controller otherwise."),
    ]
}
