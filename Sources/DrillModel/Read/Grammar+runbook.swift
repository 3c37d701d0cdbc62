extension Grammar {
    static let runbook: [Key] = [
        Key("runbook", .word, required: true, "The name of the procedure."),
        Key("about", .word, "What it is for, for people."),
        tags,
        Key("budget", .span, "How long all of it may take."),
        Key(
            "vars",
            .named(.word),
            "Variables and their defaults; those of the experiment override."
        ),
        Key("steps", .list(.mapping(runbookStep)), required: true, "The ordered steps."),
    ]

    static let runbookStep: [Key] = [
        Key("step", .word, required: true, "What it does, in the imperative."),
        Key("host", .host, "Where it runs; on the controller unless said otherwise."),
        Key("run", .command, "A list of words, or a string for the shell."),
        Key("sudo", .boolean, "Run it through `sudo -n` where the login user isn't root."),
        Key("budget", .span, "How long it may take."),
        Key("expect", .mapping(expect), "How the command must end; exit 0 unless said otherwise."),
        Key(
            "verify",
            .mapping(verify),
            "A look that must be good: that the step worked, not only that it exited 0."
        ),
        Key("optional", .boolean, "true: failing doesn't fail the run."),
        Key("manual", .later, "Done by people."),
        Key("approve", .later, "Approved by people."),
        Key("retry", .later, "Tried again."),
        Key("undo", .later, "The way back."),
        Key("on-failure", .later, "What then."),
        Key("save", .later, "Keeps the output."),
    ]

    static let expect: [Key] = [
        Key("exit", .integer(0...255), "The exit status."),
        Key("match", .pattern, "A regular expression that standard output must contain."),
    ]

    static let verify: [Key] =
        looks + conditions + [Key("within", .span, "How long to look until it is good; 30s.")]
}
