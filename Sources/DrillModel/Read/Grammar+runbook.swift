extension Grammar {
    static let runbook: [Key] = [
        Key("runbook", .word, required: true, "The name of the procedure."),
        Key("about", .word, "What it is for, for people."),
        tags,
        Key("budget", .span, "How long all of it may take, the time of people included."),
        Key(
            "prove-every",
            .age,
            "A check warns of each step that no drill has proven for this long: 90d."
        ),
        Key(
            "inventory",
            .word,
            "The inventory for carrying it out by itself, beside this file unless absolute."
        ),
        Key(
            "vars",
            .named(.word),
            "Variables and their defaults; those of the experiment override."
        ),
        Key("inputs", .oneOrMore(.word), "Names of what whoever carries it out must give it."),
        Key(
            "outputs",
            .oneOrMore(.word),
            "Names of what it saves that a runbook which includes it may use."
        ),
        Key("probes", .named(.mapping(runbookProbe)), "Looks that its steps wait for."),
        Key(
            "on-failure",
            onFailure,
            "For every step that doesn't say; stop unless said otherwise."
        ),
        Key("steps", .runbookSteps(isAtOnce: false), required: true, "The ordered steps."),
    ]

    static let runbookProbe: [Key] =
        looks + conditions + [Key("every", .span, "From one look to the next; 500ms.")]

    private static let onFailure = KeyType.oneOf(RunbookStep.OnFailure.allCases.map(\.rawValue))

    /// What a step does; it has one of these at most.
    static let deeds: [Key] = [
        runDeed, httpKey, sqlKey, containerKey,
        Key(
            "wait",
            .either(.span, .mapping(runbookWait)),
            "Waits for a probe or a look, or just for some time."
        ),
        Key("runbook", .word, "Carries out this runbook file, beside this file unless absolute."),
        Key("parallel", .runbookSteps(isAtOnce: true), "Steps at once."),
        Key("manual", .text, "What a person does and confirms."),
        Key(
            "approve",
            .either(.text, .mapping(approval)),
            "A question; a person says whether it may go on."
        ),
    ]

    static let runbookStep: [Key] =
        [
            Key("step", .word, required: true, "What it does, in the imperative."),
            Key("id", .word, "A short name for it, unique in the file."),
            Key("when", .mapping(when), "The step is skipped where this doesn't hold."),
        ] + deeds + [
            Key("host", .host, "Where `run` runs; on the controller unless said otherwise."),
            Key("sudo", .boolean, "Run it through `sudo -n` where the login user isn't root."),
            Key("with", .named(.text), "Beside `runbook`: what its inputs are."),
            Key("budget", .span, "How long it may take, all its tries together."),
            Key(
                "expect",
                .mapping(expect),
                "What the answer must be: a command's output, a body, a query's first value."
            ),
            Key(
                "save",
                .either(.word, .named(.either(.oneOf(["whole"]), .mapping(savedPart)))),
                "Keeps the answer, or parts of it, under a name for later steps: `${name}`."
            ),
            Key(
                "verify",
                .withOwnSaves(.mapping(verify)),
                "A look that must be good: that the step worked, not only that it exited 0."
            ),
            Key(
                "retry",
                .either(.integer(1...1000), .mapping(retry)),
                "How often a failed step is tried in all; once unless said otherwise."
            ),
            Key(
                "undo",
                .withOwnSaves(.either(.command, .mapping(undo))),
                "How it is taken back; a command alone runs where the step ran."
            ),
            Key(
                "on-failure",
                onFailure,
                "What comes after a failure: stop, continue, or undo what was done; stop."
            ),
            Key("optional", .boolean, "true: failing doesn't fail the run."),
            Key(
                "idempotent",
                .boolean,
                "true: doing it twice is as doing it once; tests try that."
            ),
        ]

    private static let state = KeyType.oneOf(ProbeState.allCases.map(\.rawValue))

    /// Conditions of one value, as text or as a number.
    private static let condition: [Key] = [
        Key("equals", .text, "What it must be, as text."),
        Key("is-not", .text, "What it must not be, as text."),
        Key("at-least", .number, "The least that it may be."),
        Key("at-most", .number, "The most that it may be."),
    ]

    static let when: [Key] =
        looks + [
            Key(
                "status",
                .oneOrMore(.integer(100...599)),
                "Beside `http: URL`: the statuses that are good."
            ),
            Key(
                "match",
                .pattern,
                "Beside `http: URL` or `value`: a regular expression that it must contain."
            ),
            Key("is", state, "Beside a look: up unless said otherwise."),
            Key("value", .text, "A value instead of a look: `${role}`."),
        ] + condition

    private static let httpDeed = http.filter { !["resolve", "keep-connection"].contains($0.name) }

    private static let sqlDeed: [Key] = [
        Key("url", .text, required: true, "A postgresql:// URL."),
        Key("query", .text, required: true, "One statement; its answer is its first value."),
    ]

    private static let containerDeed: [Key] = [
        Key("host", .host, "The host whose container it is."),
        Key("name", .word, "The container's name, where it belongs to no host."),
        Key(
            "do",
            .oneOf(ContainerDeed.Verb.allCases.map(\.rawValue)),
            required: true,
            "What is done to it."
        ),
    ]

    private static let runbookWait: [Key] =
        [Key("until", .probe, "A probe of the runbook, or of the experiment that carries it out.")]
        + looks + conditions + [
            Key("is", state, "up unless said otherwise."),
            Key("for", .span, "How long it must hold."),
            Key("within", .span, "How long to wait; 60s."),
            Key("every", .span, "From one look to the next; 500ms."),
        ]

    private static let approval: [Key] = [
        Key("question", .text, required: true, "What is asked."),
        Key("by", .oneOrMore(.word), "Who may approve; anybody unless said otherwise."),
        Key("timeout", .span, "Nobody's word after this long is a no; 10m."),
    ]

    static let expect: [Key] =
        [
            Key("exit", .integer(0...255), "Beside `run`: the exit status; 0."),
            Key("match", .pattern, "A regular expression that the answer must contain."),
        ] + condition + [
            Key(
                "json",
                .named(
                    .either(
                        .text,
                        .mapping(
                            condition + [
                                Key(
                                    "match",
                                    .pattern,
                                    "A regular expression that it must contain."
                                ),
                                Key("present", .boolean, "true: it must be there, whatever it is."),
                            ]
                        )
                    )
                ),
                "What members of a JSON answer must be, each by its path: `members[0].lag`."
            )
        ]

    private static let savedPart: [Key] = [
        Key("json", .word, "What stands at this path of a JSON answer: `members[0].lag`."),
        Key(
            "match",
            .pattern,
            "The first group of this regular expression, or all that it matches."
        ),
    ]

    static let verify: [Key] =
        looks + conditions + [Key("within", .span, "How long to look until it is good; 30s.")]

    private static let retry: [Key] = [
        Key("times", .integer(1...1000), required: true, "How often in all."),
        Key("every", .span, "The pause before the second try; 1s."),
        Key("factor", .number, "Each pause is this many times the one before; 1."),
        Key("most", .span, "No pause is longer; 1m."),
    ]

    private static let undo: [Key] = [
        runDeed,
        Key("host", .host, "Where it runs; where the step runs unless said otherwise."),
        Key("sudo", .boolean, "Run it through `sudo -n` where the login user isn't root."),
        httpKey, sqlKey, containerKey,
    ]

    // What a step and its undo may do alike.
    private static let runDeed = Key(
        "run",
        .command,
        "A command: a list of words, or a string for the shell."
    )
    private static let httpKey = Key(
        "http",
        .either(.text, .mapping(httpDeed)),
        "An HTTP request; in short, GET of its URL."
    )
    private static let sqlKey = Key("sql", .mapping(sqlDeed), "A statement for PostgreSQL.")
    private static let containerKey = Key(
        "container",
        .mapping(containerDeed),
        "Changes a container, through the engine."
    )
}
