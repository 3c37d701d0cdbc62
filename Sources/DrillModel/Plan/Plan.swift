/// What a run would do, wholly decided: targets, commands, undo, blast radius, budgets.
package struct Plan: Hashable, Codable, Sendable {
    package var run: String
    package var experiment: Experiment
    package var seed: UInt64
    /// Nil in `plan --offline`.
    package var facts: Facts?
    /// Every fault of `prepare` and `method`, in the order of the file.
    package var faults: [PlannedFault]
    package var blastRadius: BlastRadius
    /// What can't heal itself should the controller die, and why.
    package var notSelfHealing: [String]
    /// What an offline plan couldn't know, and deviations worth reading.
    package var notes: [String]
    /// What guards and survey refuse: a plan that has any must not be carried out (exit 3).
    package var refusals: [Refusal]
    /// The site's policy, where there is one.
    package var policy: PolicyInForce?
    /// When the run is ended because its windows close; nil where they don't.
    package var closing: Closing?
    /// Set where somebody must say that the run is meant.
    package var confirmation: Confirmation?
    /// Which run of which series it is; nil for a run by itself.
    package var series: SeriesPlace?
    /// The random wait before the disaster; nil where there is none.
    package var jitter: Jitter?
    /// Whether steps of runbooks that say that they are idempotent are done twice; nil is no.
    package var doesTwice: Bool?
    /// Whether it is one runbook carried out by itself; nil is no.
    package var isRunbook: Bool?
    /// What was said beside that runbook's file, as it was typed: `-i prod.ini --var lsn=0/16B3`.
    package var setting: [String]?
    /// What of that runbook isn't carried out again; nil is all of it.
    package var resumption: Resumption?

    package init(
        run: String,
        experiment: Experiment,
        seed: UInt64,
        facts: Facts? = nil,
        faults: [PlannedFault] = [],
        blastRadius: BlastRadius = BlastRadius(),
        notSelfHealing: [String] = [],
        notes: [String] = [],
        refusals: [Refusal] = [],
        policy: PolicyInForce? = nil,
        closing: Closing? = nil,
        confirmation: Confirmation? = nil
    ) {
        self.run = run
        self.experiment = experiment
        self.seed = seed
        self.facts = facts
        self.faults = faults
        self.blastRadius = blastRadius
        self.notSelfHealing = notSelfHealing
        self.notes = notes
        self.refusals = refusals
        self.policy = policy
        self.closing = closing
        self.confirmation = confirmation
    }

    package func fault(_ id: String) -> PlannedFault? { faults.first { $0.id == id } }

    /// What nothing of drill's ever undoes, and where: `run on app-west`.
    package var lasting: [String] {
        faults.compactMap { fault in
            let hosts = fault.procedures.filter(\.undo.isEmpty).map(\.target).unique
            return hosts.isEmpty ? nil : "\(fault.id) on \(hosts.listed)"
        }
    }
}

/// A fault with its targets chosen and compiled.
package struct PlannedFault: Hashable, Codable, Sendable {
    package var id: String
    package var fault: String
    package var isInPrepare: Bool
    /// One a target; with `who:`, one a candidate.
    package var procedures: [Procedure]
    /// Set where `who:` decides at the moment of the step which of `procedures` are carried out.
    package var who: String?
    /// How many of those that `who:` finds are taken.
    package var pick: Selector.Pick
    package var lasts: Span?
    package var includesControl: Bool
    /// How long a target waits for the controller before it heals itself.
    package var lease: Span
    /// Where it is a cut: who looks at whom before, during and after it.
    package var reachability: Reachability?

    package init(
        id: String,
        fault: String,
        isInPrepare: Bool = false,
        procedures: [Procedure],
        who: String? = nil,
        pick: Selector.Pick = .all,
        lasts: Span? = nil,
        includesControl: Bool = false,
        lease: Span,
        reachability: Reachability? = nil
    ) {
        self.id = id
        self.fault = fault
        self.isInPrepare = isInPrepare
        self.procedures = procedures
        self.who = who
        self.pick = pick
        self.lasts = lasts
        self.includesControl = includesControl
        self.lease = lease
        self.reachability = reachability
    }
}

/// The share of the inventory's hosts in regions that a plan touches.
package struct BlastRadius: Hashable, Codable, Sendable {
    /// Names; guards assume the worst where `who:` or `pick:` leaves it open.
    package var touched: [String]
    package var touchedMax: Int
    package var hosts: Int
    package var limit: Double

    package init(
        touched: [String] = [],
        touchedMax: Int = 0,
        hosts: Int = 0,
        limit: Double = 0.5
    ) {
        self.touched = touched
        self.touchedMax = touchedMax
        self.hosts = hosts
        self.limit = limit
    }

    package var share: Double { hosts == 0 ? 0 : Double(touchedMax) / Double(hosts) }
}
