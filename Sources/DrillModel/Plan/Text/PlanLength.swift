/// How long a plan may take at the most, were every step to use all the time it has.
///
/// Not counted: the survey, the reading back of ledgers, and an undo that fails and is tried again.
package struct PlanLength: Hashable, Sendable {
    package var steady: Span
    /// One a step of `prepare`, then of `method`.
    package var steps: [Span]
    /// Undoing what no step undid, newest first.
    package var undo: Span
    /// Undoing everything at once, as when it is stopped in the middle of all.
    package var undoingAll: Span
    /// Probes look on until all is as it was.
    package var after: Span
    /// `guards: longest` ends the steps here; a fault that is just going in goes in, then all is undone, and
    /// looked at.
    private var stopped: Span

    package var total: Span { steps.reduce(steady + undo + after) { $0 + $1 } }

    /// However it ends.
    package var atMost: Span { min(total, stopped) }

    /// `at most 2 min 58 s`; of a series also all its runs, with the pauses.
    func takes(in series: SeriesPlace?) -> String {
        guard let series, series.count > 1 else { return "at most \(atMost.inWords)" }
        let all = atMost * Int64(series.count) + series.pause * Int64(series.count - 1)
        return "each run at most \(atMost.inWords), all \(series.count) with their pauses"
            + " \(all.inWords)"
    }

    package init(_ plan: Plan) {
        let experiment = plan.experiment
        let all = experiment.prepare + experiment.method
        steady = experiment.steady.within
        after = experiment.steady.within
        steps = all.map { Self.length(of: $0, in: plan) }
        if let jitter = plan.jitter, let disaster = experiment.disasterStep {
            steps[experiment.prepare.count + disaster] += jitter.most
        }
        let undone = Set(all.flatMap(Self.undone))
        undo = plan.faults.filter { !undone.contains($0.id) }
            .reduce(.zero) { $0 + Self.undoing($1) }
        undoingAll = plan.faults.reduce(.zero) { $0 + Self.undoing($1) }
        let breaking = plan.faults.map(Self.breaking).max() ?? .zero
        stopped = plan.faults.reduce(steady + experiment.guards.longest + breaking + after) {
            $0 + Self.undoing($1)
        }
    }

    private static func length(of step: Step, in plan: Plan) -> Span {
        switch step.kind {
        case .fault(let fault): plan.fault(fault.id).map(breaking) ?? .zero
        case .undo(let id): plan.fault(id).map(undoing) ?? .zero
        case .wait(let wait): wait.until == nil ? wait.holds : wait.within
        case .runbook(let runbook): runbook.longest(doesTwice: plan.doesTwice ?? false)
        case .parallel(let steps): steps.map { length(of: $0, in: plan) }.max() ?? .zero
        case .disaster, .repaired: .zero
        }
    }

    /// What the steps take at the least: a wait that isn't for anything is as long as it says.
    package static func least(_ experiment: Experiment) -> Span {
        least(experiment.prepare + experiment.method)
    }

    private static func least(_ steps: [Step]) -> Span {
        steps.reduce(.zero) { sum, step in
            switch step.kind {
            case .wait(let wait) where wait.until == nil: sum + wait.holds
            case .parallel(let steps): sum + (steps.map { least([$0]) }.max() ?? .zero)
            default: sum
            }
        }
    }

    /// Hosts at once, actions on one host in order.
    private static func breaking(_ fault: PlannedFault) -> Span {
        longest(fault) { $0.capture + $0.inject + $0.effective }
    }

    private static func undoing(_ fault: PlannedFault) -> Span {
        longest(fault) { $0.undo + $0.settled }
    }

    private static func longest(
        _ fault: PlannedFault,
        _ actions: (Procedure) -> [Action]
    ) -> Span {
        fault.procedures.map { procedure in
            actions(procedure).reduce(Span.zero) { $0 + $1.timeout + $1.within }
        }.max() ?? .zero
    }

    private static func undone(by step: Step) -> [String] {
        switch step.kind {
        case .undo(let id): [id]
        case .parallel(let steps): steps.flatMap(undone)
        default: []
        }
    }
}

extension Span {
    /// Whole seconds as people say them, rounded up: `45 s`, `3 min 35 s`, `1 h 5 min`.
    package var inWords: String {
        let seconds = (ns + 999_999_999) / 1_000_000_000
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
            .filter { $0.0 > 0 }
        return parts.isEmpty ? "0 s" : parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
