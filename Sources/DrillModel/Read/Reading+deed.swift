extension Reading {
    /// What a step does; nil where its value is wrong, and then that is reported.
    mutating func deed(
        _ key: String,
        _ values: Values,
        _ title: String,
        _ frame: inout RunbookFrame
    ) -> Deed? {
        switch key {
        case "run":
            guard var run = values.command("run") else { return nil }
            if let sudo = values.boolean("sudo") { run.sudo = sudo }
            return .command(host: values.word("host"), run)
        case "http": return http(values).map { .http($0) }
        case "sql": return sqlDeed(values).map { .sql($0) }
        case "container": return containerDeed(values, title).map { .container($0) }
        case "wait": return runbookWait(values, title, frame).map { .wait($0) }
        case "runbook":
            guard let position = values.positions["runbook"], let runbook = included[position]
            else { return nil }
            let with = values.mapping("with")?.entries ?? [:]
            return .include(
                Include(
                    runbook,
                    with: with.compactMapValues { value in
                        if case .text(let text) = value { text } else { nil }
                    }
                )
            )
        case "parallel":
            return .parallel(runbookSteps(values.list("parallel"), &frame))
        case "manual":
            return values.text("manual").map {
                checkSays($0, "manual", at: values.positions["manual"])
                return .manual($0)
            }
        case "approve": return approval(values).map { .approve($0) }
        default: return nil
        }
    }

    /// How a step is taken back: a command alone runs where the step ran.
    mutating func undo(_ values: Values, _ title: String) -> Deed? {
        let stepHost = values.word("host")
        if let command = values.command("undo") { return .command(host: stepHost, command) }
        guard let undo = values.mapping("undo") else { return nil }
        let found = ["run", "http", "sql", "container"].filter(undo.has)
        guard let kind = found.first, found.count == 1 else {
            report(
                found.isEmpty
                    ? "\"undo\" of \(quoted(title)) does nothing"
                    : "\"undo\" of \(quoted(title)) does one thing, not \(found.map(quoted).listed)",
                at: undo.position,
                fix: "give it one of `run`, `http`, `sql` or `container`"
            )
            return nil
        }
        for key in ["host", "sudo"] where undo.has(key) && kind != "run" {
            report(
                "\(quoted(key)) means nothing here: \"undo\" of \(quoted(title)) runs no command",
                at: undo.positions[key],
                fix: "take it out"
            )
        }
        switch kind {
        case "run":
            guard var run = undo.command("run") else { return nil }
            if let sudo = undo.boolean("sudo") { run.sudo = sudo }
            return .command(host: undo.word("host") ?? stepHost, run)
        case "http": return http(undo).map { .http($0) }
        case "sql": return sqlDeed(undo).map { .sql($0) }
        default: return containerDeed(undo, title).map { .container($0) }
        }
    }

    private mutating func sqlDeed(_ values: Values) -> SQLDeed? {
        guard let values = values.mapping("sql"), let url = values.text("url"),
            let query = values.text("query")
        else { return nil }
        checkPostgres(url, at: values.positions["url"])
        return SQLDeed(url: url, query: query)
    }

    private mutating func containerDeed(_ values: Values, _ title: String) -> ContainerDeed? {
        guard let values = values.mapping("container") else { return nil }
        guard values.has("host") != values.has("name") else {
            report(
                values.has("host")
                    ? "\"container\" of \(quoted(title)) has a `host` and a `name`"
                    : "\"container\" of \(quoted(title)) names no container",
                at: values.position,
                fix: "give it `host: HOST` or `name: CONTAINER`"
            )
            return nil
        }
        guard let verb = values.word("do").flatMap(ContainerDeed.Verb.init) else { return nil }
        if let name = values.word("name") { return ContainerDeed(verb, container: name) }
        guard let host = values.word("host") else { return nil }
        guard let inventory = scope.inventory else {
            // Which container it is only the inventory knows.
            return ContainerDeed(verb, host: host, container: host)
        }
        guard let container = inventory.host(host)?.container else {
            report(
                "the host \(quoted(host)) is no container",
                at: values.positions["host"],
                fix:
                    "give it a `container` in \(inventory.file), or name the container: `name: CONTAINER`"
            )
            return nil
        }
        return ContainerDeed(verb, host: host, container: container)
    }

    private mutating func runbookWait(
        _ values: Values,
        _ title: String,
        _ frame: RunbookFrame
    ) -> RunbookWait? {
        if let span = values.span("wait") { return RunbookWait(until: nil, holds: span) }
        guard let wait = values.mapping("wait") else { return nil }
        let looks = Grammar.looks.map(\.name).filter(wait.has)
        let until: RunbookWait.Until
        if wait.has("until") {
            if let look = looks.first {
                report(
                    "\"wait\" of \(quoted(title)) waits for a probe and for a look",
                    at: wait.positions[look],
                    fix: "keep `until` or \(quoted(look))"
                )
                return nil
            }
            for key in ["every"] + Grammar.conditions.map(\.name) where wait.has(key) {
                report(
                    "\(quoted(key)) is the probe's, not that of a wait for it",
                    at: wait.positions[key],
                    fix: "write it where the probe is declared"
                )
            }
            guard let name = wait.word("until") else { return nil }
            if let probe = frame.probes.first(where: { $0.name == name }) {
                until = .look(probe.kind, name: name, every: probe.every)
            } else if scope.ledgers.contains(name) {
                report(
                    "\(quoted(name)) is a ledger: neither up nor down",
                    at: wait.positions["until"],
                    fix: "name another probe"
                )
                return nil
            } else {
                until = .probe(name)
            }
        } else {
            let every = every(wait)
            guard let look = look(wait, of: "\"wait\" of \(quoted(title))") else { return nil }
            until = .look(look, name: nil, every: every)
        }
        let read = RunbookWait(
            until: until,
            state: wait.word("is").flatMap(ProbeState.init) ?? .up,
            holds: wait.span("for") ?? .zero,
            within: wait.span("within") ?? .seconds(60)
        )
        checkHolds(read.holds, within: read.within, wait)
        return read
    }

    private mutating func approval(_ values: Values) -> Approval? {
        let position = values.positions["approve"]
        if let question = values.text("approve") {
            checkSays(question, "approve", at: position)
            return Approval(question)
        }
        guard let values = values.mapping("approve"), let question = values.text("question") else {
            return nil
        }
        checkSays(question, "question", at: values.positions["question"])
        checkNotEmpty("by", of: values)
        if values.span("timeout") == .zero {
            report("nobody answers within 0s", at: values.positions["timeout"], fix: "write 10m")
        }
        return Approval(
            question,
            by: values.list("by").compactMap { value in
                if case .word(let name) = value { name } else { nil }
            },
            timeout: values.span("timeout") ?? .minutes(10)
        )
    }

    private mutating func checkSays(_ text: Text, _ key: String, at position: Position?) {
        guard text.shown.allSatisfy(\.isWhitespace) else { return }
        report("\(quoted(key)) says nothing", at: position, fix: "write what the person must know")
    }
}
