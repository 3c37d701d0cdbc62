/// The keys of every mapping in the files: one description that reading, schema and reference share.
///
/// What needs more than a type (a budget without a probe, an `undo` before its fault) is checked
/// where the values become structs.
package enum Grammar {
    package static func keys(of kind: FileKind) -> [Key] {
        switch kind {
        case .experiment: experiment
        case .inventory: inventory
        case .runbook: runbook
        case .policy: policy
        }
    }

    /// Of experiments and runbooks.
    static let tags = Key("tags", .oneOrMore(.word), "What `drill test --tag` chooses it by.")

    static let selector: [Key] = [
        Key("region", .oneOrMore(.word), "The hosts of this region; of several: of any of them."),
        Key("zone", .oneOrMore(.word), "The hosts of this zone, written REGION/ZONE."),
        Key("role", .oneOrMore(.word), "The hosts that have this role."),
        Key("host", .oneOrMore(.word), "The host of this name."),
        Key("who", .word, "The hosts that this name under `who:` stands for when the step runs."),
        Key("except", .oneOrMore(.selector), "Hosts that are left out."),
        Key(
            "pick",
            .word,
            "How many of them: a number, a share such as 50%, minority, majority or all; drawn with the run's seed."
        ),
    ]

    static let command: [Key] = [
        Key("run", .command, required: true, "A list of words, or a string for the shell."),
        Key("sudo", .boolean, "Run it through `sudo -n` where the login user isn't root."),
        Key("input", .text, "What it reads on standard input."),
    ]

    // MARK: Looks

    /// What can be looked at; a mapping has exactly one of these.
    static let looks: [Key] = [
        Key("http", .either(.text, .mapping(http)), "An HTTP request; in short, its URL."),
        Key("tcp", .either(.text, .mapping(tcp)), "A TCP connection; in short, ADDRESS:PORT."),
        Key("sql", .mapping(sql), "A PostgreSQL query and what must come of it."),
        Key(
            "command",
            .mapping(commandLook),
            "A command, here or on a host, and what must come of it."
        ),
    ]

    /// Conditions that may stand beside a look in its short form.
    static let conditions: [Key] = [
        Key(
            "status",
            .oneOrMore(.integer(100...599)),
            "Beside `http: URL`: the statuses that are good."
        ),
        Key("match", .pattern, "Beside `http: URL`: what the body must contain."),
    ]

    static let http: [Key] = [
        Key("url", .text, required: true, "An http:// or https:// URL."),
        Key(
            "method",
            .oneOf(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
            "GET unless said otherwise."
        ),
        Key("headers", .named(.text), "Headers of the request."),
        Key("body", .text, "The request's body."),
        Key(
            "status",
            .oneOrMore(.integer(100...599)),
            "The statuses that are good; 200 to 399 unless said otherwise."
        ),
        Key("match", .pattern, "A regular expression that the body must contain."),
        Key(
            "resolver",
            .word,
            "A resolver (ADDRESS or ADDRESS:PORT) to ask instead of the system's."
        ),
        resolve,
        Key("authority", .word, "A PEM file of authorities to trust instead of the system's."),
        Key("verify-certificate", .boolean, "false accepts any certificate."),
        Key(
            "keep-connection",
            .boolean,
            "true keeps connections between samples; unless said so each makes its own."
        ),
    ]

    private static let resolve = Key(
        "resolve",
        .oneOf(["anew", "once"]),
        "anew asks for the name's addresses at each look; once stays with the first answer."
    )

    static let tcp: [Key] = [
        Key("address", .text, required: true, "A name or an address."),
        Key("port", .integer(1...65_535), required: true, "The port that must accept."),
        resolve,
    ]

    static let sql: [Key] = [
        Key("url", .text, required: true, "A postgresql:// URL."),
        Key(
            "query",
            .text,
            required: true,
            "One statement; the first column of its first row is looked at."
        ),
        Key("equals", .text, "What the value must be, as text."),
        Key("at-least", .number, "The least that the value may be."),
        Key("at-most", .number, "The most that the value may be."),
    ]

    static let commandLook: [Key] = [
        Key("run", .command, required: true, "A list of words, or a string for the shell."),
        Key("host", .host, "Where it runs; on the controller unless said otherwise."),
        Key("sudo", .boolean, "Run it through `sudo -n` where the login user isn't root."),
        Key("exit", .integer(0...255), "The exit status that is good; 0 unless said otherwise."),
        Key("match", .pattern, "A regular expression that standard output must contain."),
    ]
}

/// The kinds of files that drill reads; the first key of a file says which it is.
package enum FileKind: String, Codable, Sendable, CaseIterable {
    case experiment, inventory, runbook, policy
}
