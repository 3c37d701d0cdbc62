extension Grammar {
    static let experiment: [Key] = [
        Key("experiment", .word, required: true, "The name of the experiment."),
        Key("about", .word, "What happens and what should come of it, for people."),
        tags,
        Key("inventory", .word, "The inventory file, beside this file unless absolute."),
        Key(
            "disruption",
            .oneOf(Disruption.allCases.map(\.rawValue)),
            "The scale of what is lost."
        ),
        Key(
            "vars",
            .named(.word),
            "Variables and their defaults, for `${name}`; --var NAME=VALUE overrides."
        ),
        Key(
            "budgets",
            .mapping(budgets),
            "What was promised; each applies to every probe of its measure."
        ),
        Key("who", .named(.mapping(who)), "Hosts that are found out when a step runs."),
        Key(
            "probes",
            .named(.mapping(probe)),
            required: true,
            "What is looked at, at a fixed rate."
        ),
        Key(
            "steady",
            .mapping(steady),
            "Before anything is broken every probe must show what it should."
        ),
        Key("prepare", .list(.step), "Steps before the disaster; faults here don't set T0."),
        Key(
            "method",
            .list(.step),
            required: true,
            "The ordered steps; the first fault is the disaster."
        ),
        Key(
            "lease",
            .span,
            "How long a target waits for the controller before it heals itself; 30s unless said otherwise."
        ),
        Key("guards", .mapping(guards), "Limits on the run itself."),
        Key(
            "syslog",
            .boolean,
            "Whether each action leaves a line in the syslog of its host; true unless said otherwise."
        ),
        Key(
            "repeat",
            .either(.integer(1...Repetition.mostTimes), .mapping(repetition)),
            "How often it is run, one run after another; --repeat N overrides."
        ),
        Key(
            "jitter",
            .span,
            "The longest of the random waits before the disaster; 0s for none."
        ),
        Key("assume", .mapping(assume), "What is taken for granted of the world."),
    ]

    static let budgets: [Key] = [
        Key("detect", promise(.span), "Disaster to the moment that a detection probe fires."),
        Key(
            "failover",
            promise(.span),
            "Disaster to a service being served again, the fault still in place."
        ),
        Key("downtime", promise(.span), "All outages of a service together."),
        Key(
            "rto",
            promise(.span),
            "Disaster to the end of the last outage that began before the first undo."
        ),
        Key("restore", promise(.span), "Repair to full redundancy."),
        Key("rpo", promise(.span), "The age of the oldest acknowledged write that is gone."),
        Key(
            "availability",
            promise(.share, limit: "at-least"),
            "The share of the run in which a service must be up."
        ),
        Key(
            "lost",
            promise(.integer(0...Int.max), terms: [during]),
            "How many acknowledged writes may be gone."
        ),
        Key(
            "latency",
            promise(.span, terms: [at, during]),
            "How long right answers of a service may take, by a percentile; p99 unless said otherwise."
        ),
        Key(
            "errors",
            promise(.share, terms: [during]),
            "The share of a service's looks that may be bad."
        ),
        Key("staleness", promise(.span, terms: [during]), "How old what is read may be."),
    ]

    /// A limit alone, or with its terms; singly or as a list, for every probe of the measure or by probe.
    private static func promise(
        _ type: KeyType,
        limit: String = "at-most",
        terms: [Key] = []
    ) -> KeyType {
        let limit = Key(limit, type, required: true, "What each run is judged by.")
        return .promises(.either(type, .mapping([limit] + terms + assurance)))
    }

    private static let at = Key(
        "at",
        .oneOf(Percentile.allCases.map(\.rawValue)),
        "The percentile; p99 unless said otherwise."
    )

    private static let during = Key(
        "during",
        .oneOf(RunPart.allCases.map(\.rawValue)),
        "The part of the run; the whole of it unless said otherwise."
    )

    private static let assurance: [Key] = [
        Key("in", .share, "The share of such disasters that must be within it, over a series."),
        Key("confidence", .share, "How sure a series must be of that; 90%."),
    ]

    static let assume: [Key] = [
        Key("per-year", .number, required: true, "How often such a disaster comes.")
    ]

    static let repetition: [Key] = [
        Key("times", .integer(1...Repetition.mostTimes), required: true, "How many runs."),
        Key("pause", .span, "From the end of a run to the beginning of the next; 10s."),
    ]

    static let who: [Key] = [
        Key("among", .selector, required: true, "The candidates."),
        Key(
            "where",
            .perCandidate(.mapping(looks + conditions)),
            required: true,
            "Looked at once a candidate, with ${it.address} and ${it.name} filled in; good means chosen."
        ),
    ]

    static let probe: [Key] =
        [
            Key(
                "measures",
                .oneOf(Probe.Measure.allCases.map(\.rawValue)),
                "What its samples mean: service unless said otherwise; data for a ledger, detection for a source: prometheus, alertmanager, log, load-balancer, dns, postgres-role."
            )
        ] + looks + sources + [
            Key(
                "ledger",
                .mapping(ledger),
                "Numbered records, written all through the disaster and read back."
            ),
            Key(
                "every",
                .span,
                "From one sample to the next; 20ms, for sql and command 500ms, for a source 200ms."
            ),
            Key(
                "timeout",
                .span,
                "A look without an answer for this long is bad; 1s, for command, log and load-balancer 5s."
            ),
            Key("slower-than", .span, "A right answer later than this is bad."),
            Key("up-after", .integer(1...1000), "Good answers in a row that end an outage; 3."),
            Key("via", .host, "A host to look from, through SSH."),
            Key(
                "in-flight",
                .integer(1...10_000),
                """
                The most samples in flight; 200, for http and tcp without `via` more where more are due \
                within the timeout, for command and a source 20.
                """
            ),
        ] + conditions

    static let steady: [Key] = [
        Key("for", .span, "How long every probe must show what it should; 5s."),
        Key(
            "within",
            .span,
            "How long to try in all; 60s, or twice `for` where that is longer."
        ),
    ]

    static let guards: [Key] = [
        Key("blast-radius", .share, "The most of the hosts in regions that a plan may touch; 50%."),
        Key("stop-when", .list(.mapping(stop)), "Conditions that end the run."),
        Key("longest", .span, "The run is stopped after this long; 60m."),
        Key("windows", .mapping(windows), "When the run may go on; always unless said otherwise."),
    ]

    private static let stop: [Key] = [
        Key("probe", .probe, required: true, "Which probe."),
        Key(
            "is",
            .oneOf(ProbeState.allCases.map(\.rawValue)),
            required: true,
            "Unknown counts as true."
        ),
        Key("for", .span, "How long it must hold; at once unless said otherwise."),
    ]

    // MARK: Steps

    /// One kind of step: the key that makes it one, and the keys that may stand beside it.
    package struct StepForm: Sendable {
        package var key: Key
        package var beside: [Key]
    }

    package static let steps: [StepForm] = [
        StepForm(key: Key("fault", .word, required: true, "Injects this fault."), beside: fault),
        StepForm(
            key: Key("undo", .word, required: true, "Undoes the fault of this id."),
            beside: []
        ),
        StepForm(
            key: Key(
                "wait",
                .either(.span, .mapping(wait)),
                required: true,
                "Waits for a probe, or just for some time."
            ),
            beside: []
        ),
        StepForm(
            key: Key(
                "runbook",
                .word,
                required: true,
                "Carries out this runbook file, beside this file unless absolute."
            ),
            beside: [Key("with", .named(.word), "What its inputs are.")]
        ),
        StepForm(
            key: Key("parallel", .list(.step), required: true, "Steps that run at once."),
            beside: []
        ),
        StepForm(
            key: Key(
                "disaster",
                .oneOf(["declared"]),
                required: true,
                "T0 is now, though nothing was injected."
            ),
            beside: []
        ),
        StepForm(
            key: Key(
                "repaired",
                .oneOf(["declared"]),
                required: true,
                "The repair is now, though nothing was undone."
            ),
            beside: []
        ),
    ]

    /// What every fault has, beside its own keys.
    static let fault: [Key] = [
        Key("id", .word, "Unique in the file; the fault's name unless said otherwise."),
        Key("target", .selector, required: true, "What it hurts."),
        Key("for", .span, "Undone after this long, without holding up the next step."),
        Key("include-control", .boolean, "true: it may cut drill's own path; needs `for`."),
    ]

    static let wait: [Key] = [
        Key("until", .probe, required: true, "The probe that is waited for."),
        Key("is", .oneOf(ProbeState.allCases.map(\.rawValue)), "up unless said otherwise."),
        Key("for", .span, "How long it must hold."),
        Key("within", .span, "How long to wait; 60s."),
        Key(
            "else",
            .oneOf(["stop", "continue"]),
            "When `within` runs out: stop, and the run has failed."
        ),
    ]
}
