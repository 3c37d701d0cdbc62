/// Everything that figures are computed from, read once from plan and timeline.
struct Evidence: Sendable {
    var plan: Plan
    var timeline: Timeline
    var marks: Marks
    /// Of every `service` and `redundancy` probe, by name.
    var outages: [String: Outages]
    var ledgers: [LedgerCount]

    init(_ plan: Plan, _ timeline: Timeline) {
        self.plan = plan
        self.timeline = timeline
        let marks = Marks(plan, timeline.events)
        self.marks = marks
        let late = Lateness.recorded(timeline.events)
        outages = [:]
        for probe in plan.experiment.probes where probe.hasOutages {
            var series = Outages(
                timeline.samples[probe.name] ?? [],
                of: probe,
                steady: marks.steady,
                late: late[probe.name],
                watched: timeline.watched
            )
            if let repair = marks.firstUndo {
                for index in series.list.indices where series.list[index].beganBest >= repair {
                    series.list[index].isDuringRepair = true
                }
            }
            outages[probe.name] = series
        }
        ledgers = plan.experiment.probes.filter { $0.measure == .data }.map { probe in
            LedgerCount(probe, timeline)
        }
    }

    func probes(_ measures: Probe.Measure...) -> [Probe] {
        plan.experiment.probes.filter { measures.contains($0.measure) }
    }
}

/// Every figure of a run, with its budget's verdict.
enum Figures {
    static func all(_ evidence: Evidence, _ looks: LookSums) -> [Figure] {
        let measured =
            evidence.probes(.detection).map { Detect.figure(of: $0, evidence) }
            + evidence.probes(.service).flatMap { probe in
                [
                    Failover.figure(of: probe, evidence), RTO.figure(of: probe, evidence),
                    Downtime.figure(of: probe, evidence),
                ]
            }
            + Restore.figures(evidence)
            + evidence.probes(.data).flatMap { Loss.figures(of: $0, evidence) }
            + evidence.probes(.data).flatMap { Staleness.figures(of: $0, evidence) }
            + evidence.probes(.service).map { Availability.figure(of: $0, evidence) }
            + Promised.figures(evidence, looks)
        let budgets = evidence.plan.experiment.budgets
        let judged = measured.compactMap { figure -> Figure? in
            let budget = budget(for: figure, among: budgets)?.limit
            // A figure that had nothing to count from is worth telling only where it was promised.
            guard budget != nil || figure.isKnown else { return nil }
            return figure.judged(against: budget)
        }
        return judged + budgets.compactMap { unmeasured($0, judged) }
    }

    /// The budget that names the probe, else the one for all probes.
    static func budget(for figure: Figure, among budgets: [Budget]) -> Budget? {
        budget(for: figure.key, among: budgets)
    }

    static func budget(for key: FigureKey, among budgets: [Budget]) -> Budget? {
        let about = budgets.filter { $0.isAbout(key) }
        return about.first { $0.probe == key.probe } ?? about.first { $0.probe == nil }
    }

    private static func unmeasured(_ budget: Budget, _ figures: [Figure]) -> Figure? {
        let isMeasured = figures.contains { figure in
            budget.isAbout(figure) && (budget.probe == nil || budget.probe == figure.probe)
        }
        guard !isMeasured else { return nil }
        let amount: Figure.Amount =
            switch budget.limit {
            case .atMost: .span(low: nil, best: nil, high: nil)
            case .atLeast, .atMostShare: .share(low: nil, best: nil, high: nil)
            case .atMostCount: .count(low: nil, best: nil, high: nil)
            }
        return Figure(
            name: budget.figure,
            probe: budget.probe,
            amount: amount,
            budget: budget.limit,
            verdict: .inconclusive,
            note: "no probe measures it: \(budget.figure.probeThatMeasures) would",
            during: budget.during,
            at: budget.at ?? budget.figure.standardPercentile
        )
    }
}

extension Figure.Amount {
    /// Whether anything at all is known of it.
    package var isKnown: Bool {
        switch self {
        case .span(let low, let best, let high): low != nil || best != nil || high != nil
        case .share(let low, let best, let high): low != nil || best != nil || high != nil
        case .count(let low, let best, let high): low != nil || best != nil || high != nil
        }
    }
}

extension Figure {
    package var isKnown: Bool { amount.isKnown }

    /// What it may have come to in a run that wasn't put to the whole test: as bad as it was, or worse.
    package var asBadOrWorse: Amount {
        switch amount {
        case .share(_, _, let high) where name == .availability:
            .share(low: nil, best: nil, high: high)
        case .share(let low, _, _): .share(low: low, best: nil, high: nil)
        case .span(let low, _, _): .span(low: low, best: nil, high: nil)
        case .count(let low, _, _): .count(low: low, best: nil, high: nil)
        }
    }

    /// Passed when the whole interval is inside the budget, failed when the whole is outside, else
    /// inconclusive; an end that is unknown can't be inside.
    ///
    /// A verdict that the figure already has is worse news than its interval tells (a service still
    /// down when the repair began): it stays where it is the worse one.
    func judged(against limit: Budget.Limit?) -> Figure {
        var figure = verdict(against: limit)
        figure.remedy = nil
        // What has passed or failed needs nothing that would decide it.
        guard let remedy, figure.verdict == nil || figure.verdict == .inconclusive else {
            return figure
        }
        figure.note = note.map { "\($0); \(remedy)" } ?? remedy
        return figure
    }

    private func verdict(against limit: Budget.Limit?) -> Figure {
        var figure = self
        guard let limit else {
            figure.verdict = nil
            return figure
        }
        figure.budget = limit
        let byInterval: Verdict =
            switch (amount, limit) {
            case (.span(let low, _, let high), .atMost(let most)):
                high.map { $0 <= most } ?? false
                    ? .passed : low.map { $0 > most } ?? false ? .failed : .inconclusive
            case (.share(let low, _, let high), .atLeast(let least)):
                low.map { $0 >= least } ?? false
                    ? .passed : high.map { $0 < least } ?? false ? .failed : .inconclusive
            case (.share(let low, _, let high), .atMostShare(let most)):
                high.map { $0 <= most } ?? false
                    ? .passed : low.map { $0 > most } ?? false ? .failed : .inconclusive
            case (.count(let low, _, let high), .atMostCount(let most)):
                high.map { $0 <= most } ?? false
                    ? .passed : low.map { $0 > most } ?? false ? .failed : .inconclusive
            // A budget of another kind than its figure: the reader refuses it in a file.
            default: .inconclusive
            }
        figure.verdict = max(verdict ?? .passed, byInterval)
        return figure
    }
}
