/// A declared disaster: what to break, what must keep working, and what was promised.
package struct Experiment: Hashable, Codable, Sendable {
    package var name: String
    package var about: String?
    /// The file it was read from, as given.
    package var file: String
    /// Nil where nothing is targeted.
    package var inventory: Inventory?
    package var disruption: Disruption?
    package var budgets: [Budget]
    package var who: [Who]
    /// In the order of the file.
    package var probes: [Probe]
    package var steady: Steady
    /// Steps before the disaster; faults here don't set T0.
    package var prepare: [Step]
    package var method: [Step]
    package var lease: Span
    /// Where a site's policy sets it rather than the experiment.
    package var leaseBy: Position?
    package var guards: Guards
    /// Whether actions leave a line in the syslog of their hosts; nil, as in plans of before, is yes.
    package var syslog: Bool?
    package var assume: Assumption?
    /// How often it is run unless the command says otherwise; nil is once.
    package var repetition: Repetition?
    /// What `drill test` chooses it by; nil, as in plans of before, is nothing.
    package var tags: [String]?
    /// The longest random wait before the disaster; nil leaves it to `Jitter`, zero is none.
    package var jitter: Span?

    package init(
        name: String,
        about: String? = nil,
        file: String = "",
        inventory: Inventory? = nil,
        disruption: Disruption? = nil,
        budgets: [Budget] = [],
        who: [Who] = [],
        probes: [Probe] = [],
        steady: Steady = Steady(),
        prepare: [Step] = [],
        method: [Step] = [],
        lease: Span = .seconds(30),
        guards: Guards = Guards(),
        syslog: Bool? = nil,
        assume: Assumption? = nil
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.inventory = inventory
        self.disruption = disruption
        self.budgets = budgets
        self.who = who
        self.probes = probes
        self.steady = steady
        self.prepare = prepare
        self.method = method
        self.lease = lease
        self.guards = guards
        self.syslog = syslog
        self.assume = assume
    }

    /// Every runbook of `prepare` and `method`, parallel ones too, in the order of the file.
    package var runbooks: [Runbook] {
        func inside(_ steps: [Step]) -> [Runbook] {
            steps.flatMap { step -> [Runbook] in
                switch step.kind {
                case .runbook(let runbook): [runbook]
                case .parallel(let steps): inside(steps)
                case .fault, .undo, .wait, .disaster, .repaired: []
                }
            }
        }
        return inside(prepare + method)
    }

    package func probe(_ name: String) -> Probe? { probes.first { $0.name == name } }
}

/// The scale of what is lost.
package enum Disruption: String, Codable, Sendable, CaseIterable {
    case software, hardware, zone, region
}

/// Before anything is broken every probe must show what it should for `holds`; else the run ends
/// before it starts.
package struct Steady: Hashable, Codable, Sendable {
    /// The file's `for`.
    package var holds: Span
    /// In all, the time that it must hold for included: always longer than `holds`.
    package var within: Span

    /// `within` is 60s, or twice `holds` where that is longer, unless said otherwise.
    package init(holds: Span = .seconds(5), within: Span? = nil) {
        self.holds = holds
        self.within = within ?? max(.seconds(60), holds * 2)
    }
}

/// A set of hosts found out when a step runs: `who: {leader: {among:, where:}}`.
package struct Who: Hashable, Codable, Sendable {
    package var name: String
    package var among: Selector
    /// Looked at once a candidate, with `${it.address}` and `${it.name}` filled in; good means chosen.
    package var condition: Probe.Kind
    package var position: Position?

    package init(
        name: String,
        among: Selector,
        condition: Probe.Kind,
        position: Position? = nil
    ) {
        self.name = name
        self.among = among
        self.condition = condition
        self.position = position
    }
}

/// Limits on the run itself.
package struct Guards: Hashable, Codable, Sendable {
    /// A condition that ends the run: a probe being `state` for `holds`; unknown counts as true.
    package struct Stop: Hashable, Codable, Sendable {
        package var probe: String
        package var state: ProbeState
        package var holds: Span

        package init(probe: String, state: ProbeState, holds: Span) {
            self.probe = probe
            self.state = state
            self.holds = holds
        }
    }

    /// The most of the inventory's hosts in regions that a plan may touch, from 0 to 1.
    package var blastRadius: Double
    package var stopWhen: [Stop]
    package var longest: Span
    /// All of them must be open.
    package var windows: [Windows]
    /// Where a site's policy sets the limit rather than the experiment.
    package var blastRadiusBy: Position?
    package var longestBy: Position?

    package init(
        blastRadius: Double = 0.5,
        stopWhen: [Stop] = [],
        longest: Span = .minutes(60),
        windows: [Windows] = []
    ) {
        self.blastRadius = blastRadius
        self.stopWhen = stopWhen
        self.longest = longest
        self.windows = windows
    }
}

/// What a `wait` or a guard may ask of a probe: `up` means good (a detection probe: fired).
package enum ProbeState: String, Codable, Sendable, CaseIterable {
    case up, down
}

/// A promise on a figure.
package struct Budget: Hashable, Codable, Sendable {
    package enum Limit: Hashable, Codable, Sendable {
        case atMost(Span)
        /// For `availability`, as a share from 0 to 1.
        case atLeast(Double)
        /// For `lost`, in writes.
        case atMostCount(Int)
        /// For `errors`, as a share from 0 to 1.
        case atMostShare(Double)
    }

    package var figure: FigureName
    /// Nil applies it to every probe of the figure's measure.
    package var probe: String?
    package var limit: Limit
    /// For `latency`.
    package var at: Percentile?
    /// Nil is the whole run.
    package var during: RunPart?
    /// How much of the promise must hold over a series; nil is a promise on each run.
    package var assurance: Assurance?
    package var position: Position?

    package init(
        figure: FigureName,
        probe: String? = nil,
        limit: Limit,
        at percentile: Percentile? = nil,
        during: RunPart? = nil,
        assurance: Assurance? = nil,
        position: Position? = nil
    ) {
        self.figure = figure
        self.probe = probe
        self.limit = limit
        self.at = percentile
        self.during = during
        self.assurance = assurance
        self.position = position
    }
}

/// The figures that budgets and records name.
package enum FigureName: String, Codable, Sendable, CaseIterable {
    case detect, failover, downtime, rto, restore, rpo, availability, lost
    case staleness
    case latency, errors
}
