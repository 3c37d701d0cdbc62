extension RunbookFinding {
    /// What the files alone show: budgets that don't add up, steps without one where the whole has one, and
    /// waits for a probe that the runbook doesn't bring.
    package static func ofFile(_ runbook: Runbook) -> [RunbookFinding] {
        var told: Set<String> = []
        var findings = runbook.places.compactMap { ofWait($1, $0) }
        findings += ofBudgets(runbook, runbook.places)
        for (place, step) in runbook.places {
            guard case .include(let include) = step.deed, told.insert(include.runbook.file).inserted
            else { continue }
            let inside = runbook.places.filter { $0.place.path.starts(with: place.path) }
            findings += ofBudgets(include.runbook, inside)
        }
        return findings.toldOnce
    }

    /// By itself a runbook can't wait for it; an experiment that carries it out may have such a probe.
    private static func ofWait(_ step: RunbookStep, _ place: RunbookStepPlace) -> RunbookFinding? {
        guard case .wait(let wait) = step.deed, case .probe(let name) = wait.until else {
            return nil
        }
        return RunbookFinding(
            .warning,
            "it waits for the probe \(quoted(name)), which only an experiment can bring: `drill runbook run`"
                + " refuses it",
            step: place.at(step.marks?["deed"]),
            fix: "give the runbook `probes: { \(name): ... }`, or mend the name"
        )
    }

    /// `all` has the steps of the runbook, and maybe others.
    private static func ofBudgets(
        _ runbook: Runbook,
        _ all: [(place: RunbookStepPlace, step: RunbookStep)]
    ) -> [RunbookFinding] {
        let steps = all.filter { $0.place.runbook == runbook.name }
        let depth = steps.map(\.place.path.count).min() ?? 0
        let places = steps.filter { $0.place.path.count == depth }.map(\.place)
        var findings: [RunbookFinding] = []
        for (place, step) in steps {
            guard let budget = step.budget else { continue }
            if let verify = step.verify, verify.within > budget {
                findings.append(
                    RunbookFinding(
                        .warning,
                        "its verify may look for \(verify.within), and its whole budget is \(budget)",
                        step: place.at(step.marks?["verify"]),
                        fix: "give the step more time, or `within` less"
                    )
                )
            }
            if let inner = step.innerBudget, inner > budget {
                findings.append(
                    RunbookFinding(
                        .warning,
                        "what is inside of it may take \(inner) by its own budgets; its budget is"
                            + " \(budget)",
                        step: place.at(step.marks?["budget"]),
                        fix: "give it \(inner), or what is inside of it less"
                    )
                )
            }
        }
        guard let whole = runbook.budget else { return findings }
        let sum = runbook.steps.reduce(Span.zero) { $0 + ($1.budget ?? $1.innerBudget ?? .zero) }
        if sum > whole {
            findings.append(
                RunbookFinding(
                    .warning,
                    "the steps of \(runbook.name) may take \(sum) by their own budgets; the whole budget"
                        + " is \(whole)",
                    step: places.first,
                    at: runbook.budgetPosition,
                    fix: "give the whole \(sum), or some steps less"
                )
            )
        }
        for (place, step) in zip(places, runbook.steps)
        where step.budget == nil && step.innerBudget == nil {
            findings.append(
                RunbookFinding(
                    .note,
                    "this step has no budget, though \(runbook.name) as a whole has one",
                    step: place,
                    fix: "give it `budget: 30s`, or as long as it may take"
                )
            )
        }
        return findings
    }
}

extension RunbookStep {
    /// What a step without a budget may take by what is said inside of it.
    fileprivate var innerBudget: Span? {
        switch deed {
        case .parallel(let steps): steps.compactMap { $0.budget ?? $0.innerBudget }.max()
        case .include(let include):
            include.runbook.budget
                ?? include.runbook.steps.compactMap { $0.budget ?? $0.innerBudget }
                .reduce(nil) { ($0 ?? .zero) + $1 }
        case .wait(let wait): wait.until == nil ? wait.holds : wait.within
        case .approve(let approval): approval.timeout
        case .command, .http, .sql, .container, .manual: nil
        case nil: verify?.within
        }
    }
}
