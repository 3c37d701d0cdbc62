extension Planner {
    /// Longer than any procedure: a runbook by itself ends with its last step.
    private static let ever = Span.minutes(60 * 24 * 365)

    /// A plan that carries out one runbook and nothing else: no fault, no probe, no steady state.
    ///
    /// No guard and no preflight stand against it. It is for an emergency, in which hosts are down and
    /// windows closed; a step that can't be done says so itself, and `drill runbook check` looks before.
    /// Only production, and whatever the site's policy wants confirmed, is asked about.
    ///
    /// - Throws: every wait for a probe that only an experiment would bring.
    package static func plan(
        _ runbook: Runbook,
        resumption: Resumption? = nil,
        run: String,
        site: Site = Site()
    ) throws(Problems) -> Plan {
        let problems = runbook.allSteps.compactMap { step -> Problem? in
            guard case .wait(let wait) = step.deed, case .probe(let name) = wait.until else {
                return nil
            }
            return Problem(
                "the step \(quoted(step.title)) waits for the probe \(quoted(name)), which nobody brings"
                    + " where the runbook is carried out by itself",
                at: step.position,
                fix: "give the runbook `probes: { \(name): … }`"
            )
        }
        guard problems.isEmpty else { throw Problems(problems) }
        var experiment = Experiment(
            name: runbook.name,
            about: runbook.about,
            file: runbook.file,
            inventory: runbook.inventory,
            method: [Step(.runbook(runbook))],
            guards: Guards(longest: ever)
        )
        experiment.tags = runbook.tags
        var plan = Plan(
            run: run,
            experiment: experiment,
            seed: 0,
            policy: site.policyInForce,
            confirmation: experiment.confirmation(site.policy)
        )
        plan.isRunbook = true
        plan.resumption = resumption
        return plan
    }
}
