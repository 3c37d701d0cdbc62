/// Every reason for a run's verdict, each a sentence that begins with the verdict it speaks for.
///
/// | verdict | because |
/// |---|---|
/// | not-restored | a fault was injected and not undone, or isn't seen to be as before |
/// | error | drill failed at something itself, or the record ends before the run |
/// | stopped | a signal, a halt or a guard ended the run |
/// | failed | a budget was missed, a step failed, a wait ran out, what the run left was healed only later |
/// | inconclusive | a figure can't say, a fault had no proven effect, a lease lapsed |
/// | not-started | the preflight, a guard or the steady state didn't hold |
struct Reasons: Sendable {
    var list: [(verdict: RunVerdict, text: String)] = []

    init(_ evidence: Evidence, figures: [Figure], faults: [FaultOutcome]) {
        let events = evidence.timeline.events
        addFaults(faults, evidence.plan, endedEarly: Self.endedEarly(events))
        addHealedLater(faults, evidence.plan, events)
        addDefects(events)
        let when =
            Self.wasNeverBegun(evidence.timeline) ? "before anything was touched, " : ""
        for event in events {
            switch event.kind {
            case .refused(let why), .steadyFailed(let why): add(.notStarted, why)
            case .stopping(.signal(let name)): add(.stopped, "\(when)by \(name)")
            case .stopping(.guarded(let why)): add(.stopped, when + why)
            case .stopping(.halted(let by)): add(.stopped, "\(when)every run was halted \(by)")
            case .leaseLapsed(let fault, let host):
                add(.inconclusive, "\(host) healed itself of \(fault) before it was asked to")
            case .leaseGone(let fault, let host):
                add(
                    .inconclusive,
                    "the lease of \(fault) on \(host) was gone before its undo (was the host restarted?)"
                )
            default: continue
            }
        }
        if evidence.plan.isRunbook == true { allWell = Self.steps(events) }
        addSteps(events, evidence.plan)
        addFigures(figures, budgets: evidence.plan.experiment.budgets)
    }

    var verdict: RunVerdict { RunVerdict.worst(list.map(\.verdict)) }

    /// The verdict in one sentence, then the others, worst first.
    var sentences: [String] {
        guard !list.isEmpty else { return ["passed: \(allWell)"] }
        var order: [RunVerdict] = []
        var left = Set(list.map(\.verdict))
        while !left.isEmpty {
            let worst = RunVerdict.worst(Array(left))
            order.append(worst)
            left.remove(worst)
        }
        return order.flatMap { verdict in
            list.filter { $0.verdict == verdict }.map { "\(verdict.word): \($0.text)" }
        }
    }

    private var allWell = "every step was carried out; no budget was set"

    /// What a runbook by itself that passed came to.
    private static func steps(_ events: [Event]) -> String {
        let own = CarriedRunbook.all(events).flatMap(\.own)
        let (passed, out) = (own.count(where: \.isPassedOver), own.count(where: \.isLeftOut))
        guard passed + out > 0 else { return "every step did what it should" }
        let rest = [(passed, "passed over, being optional"), (out, "left out")].filter { $0.0 > 0 }
        return "\(own.count - passed - out) of \(own.count) steps did what they should; "
            + rest.map { "\($0.0) \($0.0 == 1 ? "was" : "were") \($0.1)" }.joined(separator: ", ")
    }

    private mutating func add(_ verdict: RunVerdict, _ text: String) {
        guard !list.contains(where: { $0.verdict == verdict && $0.text == text }) else { return }
        list.append((verdict, text))
    }
}

extension RunVerdict {
    /// For people.
    package var word: String {
        switch self {
        case .notStarted: "not started"
        case .notRestored: "not restored"
        case .passed, .failed, .inconclusive, .stopped, .error: rawValue
        }
    }
}

extension Reasons {
    /// Whether it ended before `prepare`: nothing was touched, and no figure can be had.
    static func wasNeverBegun(_ timeline: Timeline) -> Bool {
        for event in timeline.events {
            switch event.kind {
            case .refused, .steadyFailed, .stopping: return true
            case .phase(.prepare), .phase(.method), .injecting: return false
            default: continue
            }
        }
        return false
    }

    /// Then what wasn't done, or isn't known to have been, has its reason.
    private static func endedEarly(_ events: [Event]) -> Bool {
        !events.contains { $0.kind == .ended }
            || events.contains { event in
                switch event.kind {
                case .stopping, .refused, .steadyFailed, .stepEnded(_, .failed): true
                default: false
                }
            }
    }

    private mutating func addFaults(_ faults: [FaultOutcome], _ plan: Plan, endedEarly: Bool) {
        for (fault, planned) in zip(faults, plan.faults) {
            guard fault.isInjected else {
                if !endedEarly { add(.inconclusive, "\(fault.id) was never injected") }
                continue
            }
            let remarks = fault.remarks.isEmpty ? "" : ": " + fault.remarks.joined(separator: "; ")
            if let doubt = Self.doubt(of: fault, planned) {
                add(.notRestored, doubt + remarks)
            } else if fault.settled == nil, planned.procedures.contains(where: \.undo.isEmpty) {
                add(
                    .inconclusive,
                    "\(fault.id) has neither `undo` nor `settled`: nobody knows whether it is gone"
                )
            }
            switch fault.effective {
            case true: break
            case false: add(.inconclusive, "\(fault.id) had no lasting effect\(remarks)")
            default: add(.inconclusive, "\(fault.id) isn't proven to have had an effect\(remarks)")
            }
        }
    }

    /// Why an injected fault isn't restored; nil where it is gone, as far as can be known.
    private static func doubt(of fault: FaultOutcome, _ planned: PlannedFault) -> String? {
        switch fault.settled {
        case true: return nil
        case false: return "\(fault.id) may still be in place"
        default:
            // A fault whose file gives no way to look is undone as well as can be known.
            let canLook = planned.procedures.contains { !$0.settled.isEmpty }
            let isUnproven = fault.remarks.contains {
                $0.contains("failed") || $0.contains("never")
            }
            return canLook || isUnproven ? "nobody knows whether \(fault.id) is gone" : nil
        }
    }

    /// What a run left broken at its own end stays its failure, though `drill heal` has undone it since.
    ///
    /// A run that died has no end of its own; that it died is told.
    private mutating func addHealedLater(
        _ faults: [FaultOutcome],
        _ plan: Plan,
        _ events: [Event]
    ) {
        guard let end = events.firstIndex(where: { $0.kind == .ended }) else { return }
        for (fault, planned) in zip(faults, plan.faults) where fault.isInjected {
            let own = FaultOutcome(planned, Array(events[...end]))
            guard own.isInjected, Self.doubt(of: own, planned) != nil,
                Self.doubt(of: fault, planned) == nil
            else { continue }
            let why = own.remarks.isEmpty ? "" : " (\(own.remarks.joined(separator: "; ")))"
            add(
                .failed,
                "\(fault.id) was not restored by the run itself\(why); it was healed afterwards"
            )
        }
    }

    private mutating func addDefects(_ events: [Event]) {
        for event in events {
            if case .defect(let what) = event.kind { add(.error, what) }
        }
        let isWhole = events.contains { $0.kind == .ended }
        guard !isWhole else { return }
        let isHealed = events.contains { event in
            if case .controllerDied = event.kind { true } else { false }
        }
        add(
            .error,
            isHealed
                ? "drill was ended from outside before the run was over; its guardian took over"
                : "the record ends before the run did: drill was ended from outside, or couldn't write"
                    + " any more"
        )
    }

    private mutating func addFigures(_ figures: [Figure], budgets: [Budget]) {
        let failing = figures.filter { $0.verdict == .failed }
        let unsure = figures.filter { $0.verdict == .inconclusive }
        for figure in failing where !figure.isTold(by: failing) { add(.failed, figure.sentence) }
        for figure in unsure where !figure.isTold(by: unsure) {
            add(.inconclusive, figure.doubt)
        }
        // As the file writes them: one may stand over several probes, and a mapping holds several.
        let held = figures.filter { $0.verdict == .passed }
        let passed = Set(held.compactMap { Figures.budget(for: $0, among: budgets) }).count
        if passed > 0 {
            allWell = passed == 1 ? "the one budget was met" : "all \(passed) budgets were met"
        }
    }

    private mutating func addSteps(_ events: [Event], _ plan: Plan) {
        var failedRunbooks: Set<String> = []
        let runbooks = CarriedRunbook.all(events)
        for runbook in runbooks {
            let failed = Set(runbook.failed)
            for report in runbook.reports {
                if case .failed(let why) = report.result, failed.contains(report) {
                    add(.failed, "\(report.called): \(why)")
                    failedRunbooks.insert("runbook \(report.runbook)")
                } else if let budget = report.budget, report.done - report.started > budget,
                    report.result == .done, !report.isOptional
                {
                    let took = (report.done - report.started).shown
                    add(.failed, "\(report.called): it took \(took), budget \(budget)")
                }
            }
        }
        var failed = failedRunbooks
        for step in FailedStep.all(events, of: plan.experiment) {
            if step.isFault {
                // A fault that couldn't be injected proves nothing, for or against the system.
                add(.inconclusive, step.sentence)
            } else if !failedRunbooks.contains(step.title) {
                add(.failed, step.sentence)
                failed.insert(step.title)
            }
        }
        addRunbookBudgets(runbooks, plan, told: failed)
    }

    /// A runbook's own budget: from its first step's start to its last step's end, people included.
    private mutating func addRunbookBudgets(
        _ carried: [CarriedRunbook],
        _ plan: Plan,
        told: Set<String>
    ) {
        for runbook in plan.experiment.runbooks {
            guard let budget = runbook.budget, !told.contains("runbook \(runbook.name)") else {
                continue
            }
            for one in carried where one.name == runbook.name && one.to - one.from > budget {
                let human = one.work.human
                let people = human == .zero ? "" : ", \(human.shown) of it by people"
                add(
                    .failed,
                    "\(runbook.name) took \((one.to - one.from).shown)\(people), budget \(budget)"
                )
            }
        }
    }
}

extension Figure {
    /// What the figure says against its budget, as a sentence.
    var sentence: String {
        let who = probe ?? "the system"
        let limit = budget.map { ", budget \($0.shown)" } ?? ""
        switch name {
        case .detect where !hasHigh: return "\(who) did not fire in \(shown)\(limit)"
        case .detect: return "\(who) fired \(shown) after the disaster\(limit)"
        case .failover where verdict == .failed && !hasHigh:
            return
                "\(who) was still down when the repair began, \(shown) after the disaster\(limit)"
        case .failover: return "\(who) served again \(shown) after the disaster\(limit)"
        case .rto: return "\(who) had recovered \(shown) after the disaster\(limit)"
        case .downtime: return "\(who) was down for \(shown)\(limit)"
        case .restore: return "\(who) took \(shown) to be restored\(limit)"
        case .rpo: return "\(who) lost acknowledged writes up to \(shown) old\(limit)"
        case .availability: return "\(who) was up for \(shown) of the run\(reached)\(limit)"
        case .lost: return "\(who) lost \(shown)\(when)\(limit)"
        case .staleness:
            let what = place.map { "\($0), a place of \(who)," } ?? who
            return "\(what) was \(shown) behind at worst\(when)\(limit)"
        case .errors: return "\(shown) of the looks at \(who) were bad\(when)\(limit)"
        case .latency:
            let percentile = at.map { $0 == .max ? "its slowest answer" : $0.rawValue } ?? ""
            return "\(who) took \(shown) (\(percentile))\(when)\(limit)"
        }
    }

    /// What can't be said, and what would decide it.
    var doubt: String {
        let who = (probe.map { " of \($0)" } ?? "") + (place.map { " at \($0)" } ?? "")
        let limit = budget.map { "\($0.shown)" } ?? "its budget"
        let why = note.map { "; \($0)" } ?? ""
        return "\(label)\(who) is \(shown), budget \(limit)\(why)"
    }

    private var when: String {
        during.map { $0 == .run ? "" : " \($0.shown)" } ?? ""
    }

    private var reached: String { nines.map { ", \($0)" } ?? "" }

    private var hasHigh: Bool {
        guard case .span(_, _, let high) = amount else { return true }
        return high != nil
    }

    /// The figure over all probes repeats what the slowest one says.
    func isTold(by others: [Figure]) -> Bool {
        probe == nil
            && others.contains { $0.name == name && $0.during == during && $0.probe != nil }
    }
}

extension FaultOutcome {
    static let neverInjected = "it was never injected"

    var isInjected: Bool { !remarks.contains(Self.neverInjected) }
}
