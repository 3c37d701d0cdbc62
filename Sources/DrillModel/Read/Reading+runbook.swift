/// What the steps of one runbook are read with, and what of them is known so far.
struct RunbookFrame {
    var probes: [Probe]
    var onFailure: RunbookStep.OnFailure
    /// Ids of steps, and where each is.
    var ids: [String: Position?] = [:]
}

extension Reading {
    /// Looks of the runbook's own, in the order of the file.
    mutating func runbookProbes(_ values: Values) -> [Probe] {
        let named = values.mapping("probes") ?? Values()
        return named.inOrder.compactMap { name, value in
            checkName(name, of: "probe", at: named.positions[name])
            guard case .mapping(let values) = value,
                let kind = look(values, of: "the probe \(quoted(name))")
            else { return nil }
            return Probe(
                name: name,
                kind: kind,
                every: every(values),
                position: named.positions[name]
            )
        }
    }

    mutating func every(_ values: Values) -> Span {
        if values.span("every") == .zero {
            report("\"every\" can't be 0s", at: values.positions["every"], fix: "1ms is the least")
        }
        return values.span("every") ?? .milliseconds(500)
    }

    mutating func runbookSteps(_ list: [Values.Value], _ frame: inout RunbookFrame) -> [RunbookStep]
    {
        var steps: [RunbookStep] = []
        for case .mapping(let values) in list {
            if let step = runbookStep(values, &frame) { steps.append(step) }
        }
        return steps
    }

    private mutating func runbookStep(
        _ values: Values,
        _ frame: inout RunbookFrame
    ) -> RunbookStep? {
        let title = values.word("step") ?? ""
        let found = Grammar.deeds.map(\.name).filter(values.has)
        guard found.count < 2 else {
            report(
                "the step \(quoted(title)) does one thing, not \(found.map(quoted).listed)",
                at: values.position,
                fix: "begin each with a `- step:` of its own; `parallel: [...]` does them at once"
            )
            return nil
        }
        checkDoesSomething(values, title, deed: found.first)
        checkBeside(values, title, deed: found.first)
        checkId(values, &frame)
        var done: Deed?
        if let key = found.first { done = deed(key, values, title, &frame) }
        var step = RunbookStep(
            title: title,
            id: values.word("id"),
            when: values.mapping("when").flatMap { when($0, of: title) },
            deed: done,
            budget: values.span("budget"),
            expect: expect(values.mapping("expect")),
            saves: saves(values),
            verify: values.mapping("verify").flatMap { verify in
                look(verify, of: "\"verify\" of \(quoted(title))").map { look in
                    RunbookStep.Verify(look: look, within: verify.span("within") ?? .seconds(30))
                }
            },
            retry: retry(values),
            undo: undo(values, title),
            onFailure: values.word("on-failure").flatMap(RunbookStep.OnFailure.init)
                ?? frame.onFailure,
            isOptional: values.boolean("optional") ?? false,
            isIdempotent: values.boolean("idempotent") ?? false,
            position: values.position
        )
        var marks: [String: Position] = [:]
        for key in ["when", "verify", "undo", "budget"] { marks[key] = values.positions[key] }
        marks["deed"] = found.first.flatMap { values.positions[$0] }
        step.marks = marks
        return step
    }

    private mutating func checkDoesSomething(_ values: Values, _ title: String, deed: String?) {
        guard deed == nil, !values.has("verify") else { return }
        report(
            "the step \(quoted(title)) does nothing",
            at: values.position,
            fix: "give it `run`, `verify` or both; or another of"
                + " \(Grammar.deeds.dropFirst().map { "`\($0.name)`" }.joined(separator: ", "))"
        )
    }

    private mutating func checkId(_ values: Values, _ frame: inout RunbookFrame) {
        guard let id = values.word("id") else { return }
        let position = values.positions["id"]
        checkName(id, of: "id", at: position)
        if let first = frame.ids[id] {
            report(
                "two steps have the id \(quoted(id))",
                at: position,
                fix: "the first is on line \(first?.line ?? 1): give one another id"
            )
        } else {
            frame.ids[id] = .some(position)
        }
    }

    /// Keys that mean nothing beside what the step does.
    private mutating func checkBeside(_ values: Values, _ title: String, deed: String?) {
        for rule in BesideRule.all where values.has(rule.key) {
            if let deed, rule.deeds.contains(deed) { continue }
            report(
                "\(quoted(rule.key)) means nothing here: the step \(quoted(title))"
                    + " \(deed.map { rule.why($0) } ?? rule.whyNothing)",
                at: values.positions[rule.key],
                fix: rule.fix
            )
        }
        guard deed != "run", deed != nil, let expect = values.mapping("expect"),
            expect.has("exit"), ["http", "sql"].contains(deed)
        else { return }
        report(
            "\"exit\" is a command's: the step \(quoted(title)) runs none",
            at: expect.positions["exit"],
            fix: deed == "http" ? "write `status` into the mapping of \"http\"" : "take it out"
        )
    }
}

/// Beside which deeds a key of a step means something.
private struct BesideRule {
    var key: String
    var deeds: Set<String>
    /// Why it means nothing beside another deed, after the step's title.
    var why: (_ deed: String) -> String
    var whyNothing: String
    var fix: String

    private static let answered: Set<String> = ["run", "http", "sql"]
    private static let changing: Set<String> = ["run", "http", "sql", "container"]

    static var all: [BesideRule] {
        [
            BesideRule(
                key: "host",
                deeds: ["run"],
                why: { _ in "runs no command" },
                whyNothing: "runs no command",
                fix: "a look's `command` and an `undo` have a `host` of their own"
            ),
            BesideRule(
                key: "sudo",
                deeds: ["run"],
                why: { _ in "runs no command" },
                whyNothing: "runs no command",
                fix: "take it out, or give the step `run`"
            ),
            BesideRule(
                key: "with",
                deeds: ["runbook"],
                why: { _ in "includes no runbook" },
                whyNothing: "includes no runbook",
                fix: "take it out, or give the step `runbook: FILE`"
            ),
            BesideRule(
                key: "expect",
                deeds: answered,
                why: { "has no answer to expect something of: it has `\($0)`" },
                whyNothing: "has no answer to expect something of",
                fix: "only `run`, `http` and `sql` have one; `verify` looks whether a step worked"
            ),
            BesideRule(
                key: "save",
                deeds: answered,
                why: { "has no answer to keep: it has `\($0)`" },
                whyNothing: "has no answer to keep",
                fix: "only `run`, `http` and `sql` have one"
            ),
            BesideRule(
                key: "retry",
                deeds: changing.union(["wait"]),
                why: { "can't be tried again: it has `\($0)`" },
                whyNothing: "has nothing to try again",
                fix:
                    "`verify` looks again by itself until its `within` is over; inside of `parallel`"
                    + " and of a runbook each step has its own `retry`"
            ),
            BesideRule(
                key: "idempotent",
                deeds: changing,
                why: { "isn't done twice: it has `\($0)`" },
                whyNothing: "changes nothing",
                fix: "only `run`, `http`, `sql` and `container` are done twice"
            ),
            BesideRule(
                key: "undo",
                deeds: changing.union(["runbook", "parallel", "manual"]),
                why: { "changes nothing: it has `\($0)`" },
                whyNothing: "changes nothing",
                fix: "put it to the step that changes something"
            ),
        ]
    }
}
