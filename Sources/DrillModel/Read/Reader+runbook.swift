extension Reader {
    /// `outer` has the hosts, and the variables of the experiment that carries the runbook out.
    func runbook(_ file: WrittenFile, in outer: Scope) throws(Problems) -> Runbook {
        var reading = Reading(file, scope: scope(of: file, in: outer))
        reading.scope.probes = nil
        reading.declareVariables(of: file.root, overrides: variables)
        guard let values = reading.values(file.root, Grammar.runbook, in: "the runbook") else {
            throw reading.found
        }
        let name = values.word("runbook") ?? ""
        if !name.isEmpty { reading.checkName(name, of: "runbook", at: values.positions["runbook"]) }
        var steps: [RunbookStep] = []
        for case .mapping(let step) in values.list("steps") {
            steps.append(reading.runbookStep(step))
        }
        if steps.isEmpty, reading.problems.isEmpty {
            reading.report("the runbook has no steps", at: values.positions["steps"])
        }
        let tags = reading.tags(values)
        try reading.throwProblems()
        var runbook = Runbook(
            name: name,
            about: values.word("about"),
            file: file.source.file,
            budget: values.span("budget"),
            steps: steps
        )
        runbook.tags = tags
        return runbook
    }
}

extension Reading {
    fileprivate mutating func runbookStep(_ values: Values) -> RunbookStep {
        let title = values.word("step") ?? ""
        var run = values.command("run")
        if let sudo = values.boolean("sudo") { run?.sudo = sudo }
        if !["run", "verify", "manual", "approve"].contains(where: values.has) {
            report(
                "the step \(quoted(title)) does nothing",
                at: values.position,
                fix: "give it `run`, `verify` or both"
            )
        }
        if !values.has("run"), values.has("expect") || values.has("sudo") {
            report(
                "the step \(quoted(title)) has no command to expect something of",
                at: values.position,
                fix: "give it `run`"
            )
        }
        let expect = values.mapping("expect")
        return RunbookStep(
            title: title,
            host: values.word("host"),
            run: run,
            budget: values.span("budget"),
            expect: RunbookStep.Expect(
                exit: expect?.integer("exit") ?? 0,
                match: expect?.word("match")
            ),
            verify: values.mapping("verify").flatMap { verify in
                look(verify, of: "\"verify\" of \(quoted(title))").map { look in
                    RunbookStep.Verify(look: look, within: verify.span("within") ?? .seconds(30))
                }
            },
            isOptional: values.boolean("optional") ?? false,
            position: values.position
        )
    }
}
