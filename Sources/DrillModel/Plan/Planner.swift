/// Makes a plan of an experiment and of what the survey found.
///
/// Pure: touches nothing.
/// ```
///  experiment ──▶ Draft (every fault compiled for every target) ──▶ survey(of:) what to look for
///                   │                                               │
///                   └────────────── + Facts ────────────────────────┴──▶ Plan (+ refusals)
/// ```
/// What the file alone shows to be wrong is thrown as `Problems` (exit 64). What guards and survey
/// refuse is in `Plan.refusals` (exit 3).
package enum Planner {
    /// What stands for the run's id in a plan of no run.
    package static let noRun = "RUN"

    /// How a fault's name becomes the fault; tests bring their own.
    package typealias Lookup = @Sendable (String) -> (any Fault.Type)?

    /// Compiles every fault for every target and holds the whole against the guards.
    ///
    /// Without `facts` it plans offline: what needs them is marked unknown in `notes`. Every `pick`
    /// is drawn with `seed`, which the record keeps; `run` is the run's id, for tags (`RunName.make`).
    /// `site` says what its policy limits, when it is, and what other runs are at work on; `series` which
    /// run of a series it is.
    ///
    /// - Throws: Every problem of the file at once.
    package static func plan(
        _ experiment: Experiment,
        facts: Facts?,
        seed: UInt64,
        run: String,
        site: Site = Site(),
        series: SeriesPlace? = nil,
        named: @escaping Lookup = Catalogue.named
    ) throws(Problems) -> Plan {
        let (experiment, tightened) =
            site.policy.map(experiment.tightened) ?? (experiment, [])
        let draft = Draft(experiment, facts: facts, seed: seed, run: run, named: named)
        let preflight = Preflight(draft: draft)
        let problems = draft.problems + preflight.problems
        guard problems.isEmpty else { throw Problems(problems) }
        let guarded =
            draft.guards(beside: site.others, keeper: site.policy?.keeper)?.refusals() ?? []
        let policy = site.policy.map {
            PolicyGuard(
                policy: $0,
                experiment: experiment,
                draft: draft,
                realPath: site.realPath
            )
        }
        var plan = Plan(
            run: run,
            experiment: experiment,
            seed: seed,
            facts: facts,
            faults: draft.faults,
            blastRadius: draft.blastRadius,
            notSelfHealing: draft.notSelfHealing,
            notes: draft.notes
                + (facts.map { preflight.notes($0) + preflight.unknownManagers }
                    ?? preflight.unknown)
                + tightened,
            policy: site.policyInForce,
            closing: WindowGuard(experiment.guards.windows, site: site)?.closing,
            confirmation: experiment.confirmation(site.policy)
        )
        plan.series = series
        plan.jitter = Jitter(experiment, seed: seed, isRepeated: series != nil)
        plan.refusals =
            site.refusals + (policy?.refusals ?? []) + plan.refusalsByWindows(site) + guarded
            + (facts.map(preflight.refusals) ?? [])
        return plan
    }

    /// What the survey must look at before this experiment can be planned.
    ///
    /// - Throws: Every problem of the file at once, so that nothing is surveyed for a broken file.
    package static func survey(
        of experiment: Experiment,
        seed: UInt64,
        named: @escaping Lookup = Catalogue.named
    ) throws(Problems) -> SurveyRequest {
        let draft = Draft(experiment, facts: nil, seed: seed, run: noRun, named: named)
        let preflight = Preflight(draft: draft)
        let problems = draft.problems + preflight.problems
        guard problems.isEmpty else { throw Problems(problems) }
        var request = preflight.request
        request.looks = Presence.looks(experiment, draft, named: named)
        return request
    }
}

/// What the survey is asked to look at.
package struct SurveyRequest: Hashable, Codable, Sendable {
    /// Hosts that commands must run on.
    package var hosts: [Host]
    /// Host to the tools that must be there.
    package var tools: [String: [String]]
    /// Containers that the engine must know.
    package var containers: [String]
    /// Whether to look at the engine where no container is asked for, too.
    package var wantsEngine: Bool
    /// Host to the looks whether faults find there what they are to break.
    package var looks: [String: [SurveyLook]]

    package init(
        hosts: [Host] = [],
        tools: [String: [String]] = [:],
        containers: [String] = [],
        wantsEngine: Bool = false,
        looks: [String: [SurveyLook]] = [:]
    ) {
        self.hosts = hosts
        self.tools = tools
        self.containers = containers
        self.wantsEngine = wantsEngine
        self.looks = looks
    }
}
