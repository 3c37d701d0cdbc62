/// A series: the runs that one `--repeat` made of one experiment, as far as they came.
package struct RunSeries: Hashable, Sendable {
    package var id: String
    package var experiment: Experiment
    package var place: SeriesPlace
    package var jitter: Jitter?
    /// Who, when and from where, at its first run.
    package var start: Event.Start
    /// In their order; a number may be missing where a run's folder is.
    package var runs: [SeriesRun]

    package init(
        _ runs: [SeriesRun],
        of experiment: Experiment,
        place: SeriesPlace,
        jitter: Jitter? = nil,
        start: Event.Start
    ) {
        id = place.id
        self.experiment = experiment
        self.place = place
        self.jitter = jitter
        self.start = start
        self.runs = runs.sorted { $0.number < $1.number }
    }

    /// What the runs have in common is taken from the first one's record; nil where that is of no series.
    package init?(_ runs: [SeriesRun], first: Record) {
        guard let place = first.plan.series else { return nil }
        self.init(
            runs,
            of: first.plan.experiment,
            place: place,
            jitter: first.plan.jitter,
            start: first.start
        )
    }

    /// How many runs were asked for.
    package var planned: Int { place.count }
}

/// One run of a series: what of its record the series is judged by.
package struct SeriesRun: Hashable, Sendable {
    /// What a run can prove about disasters of this kind.
    package enum Standing: Hashable, Sendable {
        /// Every fault was injected and took effect, and the run came to its end.
        case whole
        /// It ended before all faults were injected; those that were did take effect. A budget that was
        /// missed then was missed; one that held wasn't put to the whole test.
        case partial
        /// Not begun, stopped, not restored, or a fault had no proven or lasting effect: nothing, for or
        /// against.
        case void
    }

    package var run: String
    package var number: Int
    package var seed: UInt64
    /// The random wait that was drawn; nil where there was none.
    package var jitter: Span?
    package var verdict: RunVerdict
    /// The same without the budgets that only a series can keep or break.
    package var verdictApart: RunVerdict
    /// The verdict in a sentence, without its word.
    package var reason: String
    package var standing: Standing
    package var figures: [Figure]

    package init(
        run: String,
        number: Int,
        seed: UInt64,
        jitter: Span? = nil,
        verdict: RunVerdict,
        verdictApart: RunVerdict? = nil,
        reason: String,
        standing: Standing = .whole,
        figures: [Figure]
    ) {
        self.run = run
        self.number = number
        self.seed = seed
        self.jitter = jitter
        self.verdict = verdict
        self.verdictApart = verdictApart ?? verdict
        self.reason = reason
        self.standing = standing
        self.figures = figures
    }

    /// Nil where the record is of no series.
    package init?(_ record: Record) {
        guard let place = record.plan.series else { return nil }
        let judgement = record.judgement
        self.init(
            run: record.run,
            number: place.number,
            seed: record.start.seed,
            jitter: record.plan.jitter?.wait,
            verdict: judgement.verdict,
            verdictApart: record.verdictApart,
            reason: judgement.reasons.first.map { $0.withoutPrefix("\(judgement.verdict.word): ") }
                ?? "no reason was recorded",
            standing: Standing(record),
            figures: judgement.figures
        )
    }

    package func figure(_ key: FigureKey) -> Figure? { figures.first { $0.key == key } }
}

extension SeriesRun.Standing {
    init(_ record: Record) {
        let judgement = record.judgement
        let hasLapsed = record.timeline.events.contains { event in
            switch event.kind {
            case .leaseLapsed, .leaseGone: true
            default: false
            }
        }
        let injected = judgement.faults.filter(\.isInjected)
        let hasStruck = record.plan.experiment.disasterStep == nil || judgement.disaster != nil
        guard [.passed, .failed, .inconclusive].contains(judgement.verdict), !hasLapsed, hasStruck,
            injected.allSatisfy({ $0.effective == true })
        else {
            self = .void
            return
        }
        self = injected.count == judgement.faults.count ? .whole : .partial
    }
}

extension Record {
    /// The verdict without the budgets that only a series can keep or break.
    fileprivate var verdictApart: RunVerdict {
        guard plan.experiment.budgets.contains(where: { $0.assurance != nil }) else {
            return judgement.verdict
        }
        var apart = plan
        apart.experiment.budgets.removeAll { $0.assurance != nil }
        return Judge.judge(apart, timeline).verdict
    }
}

extension String {
    fileprivate func withoutPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
