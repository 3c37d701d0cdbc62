/// A random wait before the disaster, so that it strikes at any phase of what looks and renews periodically.
///
/// How long a health check or a lease takes to notice depends on where in its period the fault falls. A
/// drill that always strikes at the same phase measures that one phase.
package struct Jitter: Hashable, Codable, Sendable {
    /// The wait is drawn evenly from zero up to this.
    package var most: Span
    /// Where `most` comes from: `` `jitter:` of the file``, `the budget detect`.
    package var source: String
    /// What this run's seed drew.
    package var wait: Span

    package init(most: Span, source: String, wait: Span) {
        self.most = most
        self.source = source
        self.wait = wait
    }

    /// Nil where there is no disaster, where the file says `jitter: 0s`, and in a single run whose file
    /// doesn't ask for it.
    ///
    /// Unless the file says otherwise it is the longest period of a health check in sight. A check that
    /// is promised to notice within a budget has no longer period than that. Without a promise drill's own
    /// pace of looking is all that is known, which may be far quicker than the check: the source says so.
    package init?(_ experiment: Experiment, seed: UInt64, isRepeated: Bool) {
        guard experiment.disasterStep != nil, experiment.jitter != nil || isRepeated,
            let (most, source) = Self.range(experiment), most > .zero
        else { return nil }
        self.most = most
        self.source = source
        var generator = SplitMix64(seed: seed, purpose: "jitter")
        // A draw in steps that any length has room for: microseconds, and never the upper end itself.
        wait = Span(ns: Int64(generator.below(Int(max(1, most.ns / 1000)))) * 1000)
    }

    private static func range(_ experiment: Experiment) -> (Span, String)? {
        if let declared = experiment.jitter { return (declared, "`jitter:` of the file") }
        let promised = experiment.budgets.compactMap { budget -> (Span, String)? in
            guard budget.figure == .detect, case .atMost(let most) = budget.limit else {
                return nil
            }
            let probe = budget.probe.map { " of \($0)" } ?? ""
            return (most, "the budget detect\(probe), within which a check must notice")
        }
        let looked = experiment.probes.filter { $0.measure == .detection }
            .map {
                (
                    $0.every,
                    "`every` of the detection probe \($0.name), whose check may look less often:"
                        + " `jitter:` or a budget detect tells how often"
                )
            }
        if let longest = (promised + looked).longest { return longest }
        return experiment.probes.map {
            (
                $0.every,
                "`every` of \($0.name), since nothing in the file tells how often the system's own"
                    + " checks look: `jitter:` does"
            )
        }.longest
    }
}

extension [(Span, String)] {
    /// The first of the longest.
    fileprivate var longest: Element? {
        reduce(nil) { best, next in best.map { $0.0 >= next.0 ? $0 : next } ?? next }
    }
}

extension Timeline {
    /// How long the disaster was held back by jitter; nil where the run never came so far, or was ended
    /// meanwhile.
    package var heldBack: Span? {
        var held: Span?
        for event in events {
            if case .jitter(let wait, _) = event.kind { held = wait }
            if case .stepStarted = event.kind, let held { return held }
        }
        return nil
    }
}
