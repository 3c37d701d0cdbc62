import DrillModel

/// Every promise of a run as a case: figures against budgets, steps, faults, guards, read-backs.
struct JUnitCases {
    let reading: RunReading
    /// What only a series can keep or break is then judged there.
    var isInSeries = false

    private func isJudgedBySeries(_ budget: Budget?) -> Bool {
        isInSeries && budget?.assurance != nil
    }

    var all: [JUnitCase] {
        figures + budgetsWithoutFigure + steps + runbookSteps + faults + readBacks + guards
            + defects
    }

    private var figures: [JUnitCase] {
        reading.judgement.figures.map { figure in
            let of = figure.probe == nil ? "" : " of \(Words.of(figure))"
            let limit = figure.budget.map { _ in " \(Words.limit(figure.budget))" } ?? ""
            let note = figure.note.map { "; \($0)" } ?? ""
            let words =
                "\(figure.label)\(of) is \(Words.measured(figure)), budget "
                + "\(Words.limit(figure.budget))\(note)"
            let outcome: JUnitCase.Outcome =
                switch figure.verdict {
                case .some where isJudgedBySeries(reading.experiment.budget(for: figure.key)):
                    .skipped("\(Words.measured(figure)): judged over the series")
                case let verdict?: .init(verdict, words)
                case nil: .skipped("\(figure.shown), no budget to judge it by")
                }
            var seconds = 0.0
            if case .span(_, let best?, _) = figure.amount { seconds = best.inSeconds }
            return JUnitCase(
                group: "figures",
                name: "\(figure.label)\(of)\(limit)",
                seconds: seconds,
                outcome: outcome
            )
        }
    }

    /// A budget that nothing was measured for must not be missing from the list: that reads as green.
    private var budgetsWithoutFigure: [JUnitCase] {
        reading.experiment.budgets.filter { budget in
            !reading.judgement.figures.contains {
                budget.isAbout($0) && (budget.probe == nil || $0.probe == budget.probe)
            }
        }.map { budget in
            let of = budget.probe.map { " of \($0)" } ?? ""
            return JUnitCase(
                group: "figures",
                name: "\(budget.label)\(of) \(Words.limit(budget.limit))",
                outcome: !reading.wasBegun
                    ? .skipped("nothing was measured: the run ended before it was begun")
                    : isJudgedBySeries(budget)
                        ? .skipped("nothing was measured: judged over the series")
                        : .failure(type: "inconclusive", "nothing was measured")
            )
        }
    }

    private func outcome(_ result: Event.StepResult?) -> JUnitCase.Outcome {
        switch result {
        case .done: .passed
        case .failed(let why): .failure(type: "failed", why)
        case .passedOver(let why): .skipped("passed over: \(why)")
        case .skipped(let why): .skipped("skipped: \(why)")
        case .cancelled: .skipped("cancelled")
        case nil: .skipped("it never ended")
        }
    }

    private var steps: [JUnitCase] {
        reading.steps.map { step in
            JUnitCase(
                group: "steps",
                name: step.title,
                seconds: step.to.map { ($0 - step.from).inSeconds } ?? 0,
                outcome: outcome(step.result)
            )
        }
            + reading.stepsNotReached.map {
                JUnitCase(group: "steps", name: $0, outcome: .skipped("not reached"))
            }
    }

    private var runbookSteps: [JUnitCase] {
        reading.runbookSteps.map { step in
            let lasted = step.done - step.started
            var outcome = outcome(step.result)
            if case .passed = outcome, let budget = step.budget, lasted > budget {
                outcome = .failure(type: "failed", "it took \(lasted.shown), budget \(budget)")
            }
            if step.isOptional, case .failure(_, let why) = outcome {
                outcome = .skipped("optional: \(why)")
            }
            return JUnitCase(
                group: step.runbook,
                name: "\(step.place) \(step.called)",
                seconds: lasted.inSeconds,
                outcome: outcome
            )
        }
    }

    private var faults: [JUnitCase] {
        reading.faults.flatMap { fault -> [JUnitCase] in
            let remarks = fault.remarks.isEmpty ? "" : ": " + fault.remarks.joined(separator: "; ")
            let never = JUnitCase.Outcome.skipped("it was never injected")
            let isInjected = fault.injecting != nil
            let words = reading.lost(fault) ?? "did not take effect"
            let effect: JUnitCase.Outcome =
                switch fault.effective {
                case true?: .passed
                case false?: .failure(type: "inconclusive", "it \(words)\(remarks)")
                case nil where !isInjected: never
                case nil:
                    .failure(type: "inconclusive", "nobody knows whether it took effect\(remarks)")
                }
            let end: JUnitCase.Outcome =
                switch fault.settled {
                case true?: .passed
                case false?: .failure(type: "not-restored", "not all is as before\(remarks)")
                case nil where !isInjected: never
                case nil where !canLook(fault.id): .skipped("its file gives no way to look")
                case nil:
                    .failure(
                        type: "inconclusive",
                        "nobody knows whether all is as before\(remarks)"
                    )
                }
            return [
                JUnitCase(group: "faults", name: "\(fault.id) takes effect", outcome: effect),
                JUnitCase(group: "faults", name: "all is as before \(fault.id)", outcome: end),
            ]
        }
    }

    /// Whether the fault has any look that could show that it is gone.
    private func canLook(_ fault: String) -> Bool {
        reading.plan.fault(fault)?.procedures.contains { !$0.settled.isEmpty } ?? true
    }

    private var readBacks: [JUnitCase] {
        reading.judgement.ledgers.map { ledger in
            JUnitCase(
                group: "data",
                name: "\(ledger.probe) is read back",
                outcome: (ledger.unread ?? ledger.torn).map {
                    .failure(type: "inconclusive", $0)
                } ?? .passed
            )
        }
    }

    private var guards: [JUnitCase] {
        var refusals: [String] = []
        var wasLookedAt = false
        var steady = JUnitCase.Outcome.skipped("it was not looked at")
        var limits = reading.wasBegun ? JUnitCase.Outcome.passed : .skipped("it was not begun")
        for event in reading.events {
            switch event.kind {
            case .refused(let why): refusals.append(why)
            case .phase(.guards): wasLookedAt = true
            case .steadyHeld: steady = .passed
            case .steadyFailed(let why): steady = .failure(type: "not-started", why)
            case .stopping(let stop): limits = .error(type: "stopped", PlainLines.words(of: stop))
            default: break
            }
        }
        let preflight: JUnitCase.Outcome =
            !wasLookedAt
            ? .skipped("it was not looked at")
            : refusals.isEmpty
                ? .passed : .failure(type: "not-started", refusals.joined(separator: "\n"))
        let end = JUnitCase(group: "guards", name: "nothing stops the run", outcome: limits)
        let begin = JUnitCase(
            group: "guards",
            name: "preflight and guards hold",
            outcome: preflight
        )
        // A runbook by itself is for when nothing is steady.
        guard !reading.isRunbook else { return [begin, end] }
        return [
            begin, JUnitCase(group: "guards", name: "steady state holds", outcome: steady), end,
        ]
    }

    private var defects: [JUnitCase] {
        reading.events.compactMap { event in
            guard case .defect(let words) = event.kind else { return nil }
            return JUnitCase(
                group: "run",
                name: "drill works",
                outcome: .error(type: RunVerdict.error.rawValue, words)
            )
        }
    }
}
