extension Grammar {
    /// What may notice a disaster; a probe may look at one, a `who:` and a runbook may not.
    static let sources: [Key] = [
        Key("prometheus", .mapping(prometheus), "A PromQL query; fires when a series meets it."),
        Key("alertmanager", .mapping(alertmanager), "An alert; fires when Alertmanager has it."),
        Key("log", .mapping(log), "A log on a host; fires when a new line matches."),
        Key(
            "load-balancer",
            .mapping(loadBalancer),
            "HAProxy's state of a backend or its servers; down unless said otherwise."
        ),
        Key("dns", .mapping(dns), "What one name server answers."),
        Key("postgres-role", .mapping(postgresRole), "Which PostgreSQL server takes writes."),
    ]

    /// Of a server that is asked over HTTP.
    private static let asked: [Key] = http.filter {
        ["headers", "authority", "verify-certificate"].contains($0.name)
    }

    private static let prometheus: [Key] =
        [
            Key("url", .text, required: true, "Where Prometheus is, without /api/v1/query."),
            Key("query", .text, required: true, "PromQL, asked as an instant query."),
            Key("above", .number, "Fires when the value of any series is more."),
            Key("below", .number, "Fires when the value of any series is less."),
            Key("equals", .number, "Fires when the value of any series is this."),
        ] + asked

    private static let alertmanager: [Key] =
        [
            Key("url", .text, required: true, "Where Alertmanager is, without /api/v2."),
            Key("alert", .word, required: true, "The alert's name."),
            Key("match", .named(.word), "Labels that it must have besides, and their values."),
            Key("suppressed", .boolean, "true: a silenced or inhibited alert counts, too."),
            Key(
                "host",
                .host,
                "Whose clock stamps its alerts; the host at `url` unless said otherwise."
            ),
        ] + asked

    private static let log: [Key] = [
        Key("host", .host, "Where it is; on the controller unless said otherwise."),
        Key("file", .text, "A file; it is followed by its name, rotated or not."),
        Key("journal", .word, "A unit of systemd's, whose journal it is."),
        Key(
            "match",
            .pattern,
            required: true,
            "A regular expression that a new line must contain."
        ),
        Key("sudo", .boolean, "Read it through `sudo -n` where the login user isn't root."),
        Key(
            "quiet-after",
            .span,
            "Without another such line for this long it is quiet again; else it stays fired."
        ),
    ]

    private static let loadBalancer: [Key] =
        [
            Key(
                "haproxy",
                .text,
                required: true,
                "The URL of its statistics page, or the path of its statistics socket."
            ),
            Key("host", .host, "Where the socket is; on the controller unless said otherwise."),
            Key("sudo", .boolean, "Use the socket through `sudo -n` where the user isn't root."),
            Key("backend", .word, required: true, "The backend's name."),
            Key("server", .word, "One server of it; the backend as a whole unless said so."),
            Key(
                "servers",
                .pattern,
                "Those whose whole name this regular expression is; all must be in that state."
            ),
            Key(
                "is",
                .oneOf(LoadBalancerLook.State.allCases.map(\.rawValue)),
                "down unless said otherwise."
            ),
        ] + asked

    private static let dns: [Key] = [
        Key("name", .text, required: true, "The name that is asked for."),
        Key("resolver", .word, required: true, "The name server: ADDRESS or ADDRESS:PORT."),
        Key(
            "type",
            .oneOf(DNSLook.RecordType.allCases.map(\.rawValue)),
            "A unless said otherwise."
        ),
        Key("equals", .oneOrMore(.word), "Fires when the answer is exactly these."),
        Key("changed", .boolean, "true: fires when the answer is another than at first."),
    ]

    private static let postgresRole: [Key] = [
        Key("url", .text, "A postgresql:// URL of several servers."),
        Key("urls", .list(.text), "A postgresql:// URL a server."),
        Key(
            "writer",
            .oneOrMore(.word),
            "Fires when this host or server writes; when another than at first unless said so."
        ),
    ]
}
