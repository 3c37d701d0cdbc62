package import DrillModel

/// Where a run stands, from its plan and the events so far.
package struct RunProgress: Sendable {
    package let plan: Plan
    package var started: Instant?
    /// T0 and the repair, by the rule that the judge goes by.
    private var marks: Marks
    /// Since when `longest` counts: the beginning of `prepare`, else of the method.
    package private(set) var guarded: Instant?
    package var phase: Event.Phase = .survey
    package var phaseBegan: Instant?
    /// When the probes had looked for the last time.
    package var lookedUntil: Instant?
    package var stepsBegun = 0
    package var stepTitle: String?
    package var stepBegan: Instant?
    package var wounds: [WoundView]
    package var runbook: RunbookView?
    package var stopping: Event.Stop?
    /// The last thing that somebody should know; the live view has one line for it.
    package var remark: String? { didSet { isRemarked = true } }
    package var remarked: Instant?
    private var isRemarked = false
    package var ended: Instant?
    /// Whether a guardian watches over the run; nil until one was begun.
    package var isGuardianAlive: Bool?
    /// How long the disaster is held back by jitter, and since when; nil once it isn't.
    package private(set) var heldBack: (wait: Span, since: Instant)?
    /// Since when the last fault is being undone.
    package var undoingSince: Instant?

    /// T0, when the disaster's first action was sent.
    package var disaster: Instant? { marks.disaster }
    /// T0', when its last one was confirmed.
    package var disasterDone: Instant? { marks.disasterDone }
    package var firstUndo: Instant? { marks.firstUndo }
    /// What ends `failover` and `rto`: the first undo, or drill's own at the end.
    package var repair: Instant? { marks.repair }
    /// What `restore` counts from, the first instant and the last: the first undo, or the disaster where
    /// drill's own undo at the end was the only one; nil before either.
    var restoring: (first: Instant, last: Instant)? {
        if let undo = firstUndo { return (undo, undo) }
        guard repair != nil, let disaster else { return nil }
        return (disaster, disasterDone ?? disaster)
    }

    /// A fault and how far it got.
    package struct WoundView: Hashable, Sendable {
        package enum Stage: Hashable, Sendable {
            case whole, injecting, broken, undoing, undone
        }

        package var id: String
        package var stage: Stage = .whole
        package var targets: Set<String>
        package var proven: Set<String> = []
        package var unproven: Set<String> = []
        package var provenAt: Instant?
        package var settled: Set<String> = []
        package var unsettled: Set<String> = []
    }

    /// A runbook that is being carried out.
    package struct RunbookView: Hashable, Sendable {
        package var runbook: Runbook
        /// From 1; beyond `count` when all are done.
        package var number: Int
        package var began: Instant
        package var failed: Bool = false
    }

    package init(plan: Plan) {
        self.plan = plan
        marks = Marks(plan)
        wounds = plan.faults.map {
            WoundView(id: $0.id, targets: Set($0.procedures.map(\.target)))
        }
    }

    package var stepCount: Int { plan.experiment.prepare.count + plan.experiment.method.count }

    /// How the point in time is told: from T0 once there is one, before it from the run's start.
    package func stamp(_ at: Instant) -> String {
        if let disaster, at >= disaster { return Shown.since(disaster, at) }
        guard let started else { return "run+0.00s" }
        return Shown.since(started, at, name: "run")
    }

    package mutating func take(_ event: Event) {
        marks.take(event)
        isRemarked = false
        defer { if isRemarked { remarked = event.at } }
        switch event.kind {
        case .started: started = event.at
        case .phase(let phase):
            self.phase = phase
            phaseBegan = event.at
            if phase == .readBack || phase == .ended { lookedUntil = lookedUntil ?? event.at }
            if phase == .prepare || phase == .method { guarded = guarded ?? event.at }
            if phase != .method { runbook = nil }
            stepTitle = nil
            heldBack = nil
        case .lookingEnds: lookedUntil = lookedUntil ?? event.at
        case .stepStarted(_, let title): beginStep(title, at: event.at)
        case .stepEnded(_, let result): endStep(result)
        case .runbookStep(let report): takeRunbookStep(report)
        case .refused: remark = "refused, nothing was touched"
        case .steadyFailed(let why): remark = "steady state failed: \(why)"
        case .stopping(let stop):
            stopping = stop
            remark =
                plan.isRunbook == true
                ? PlainLines.words(of: stop, leaves: PlainLines.leftDone)
                : PlainLines.words(of: stop)
        case .leaseLapsed(let fault, let host):
            remark = "\(host) healed itself: the lease of \(fault) lapsed"
        case .leaseGone(let fault, let host): remark = "\(host): the lease of \(fault) is gone"
        case .renewalFailed(let fault, let host, let why):
            remark = "\(host): the lease of \(fault) could not be renewed: \(why)"
        case .readBack(let probe, let failure?): remark = "\(probe) was not read back: \(failure)"
        case .guardianBegan: isGuardianAlive = true
        case .guardianLost(let why):
            isGuardianAlive = false
            remark = "the guardian was lost: \(why)"
        case .jitter(let wait, _):
            heldBack = (wait, event.at)
            remark = PlainLines.words(of: event.kind)
        case .note(let text): remark = text
        case .defect(let text): remark = "drill failed at: \(text)"
        case .ended: ended = event.at
        default: takeFault(event)
        }
    }

    /// What it looks for once all is undone, in words.
    var lookingOn: String {
        let steady = plan.experiment.steady
        return "looking on until every probe is steady for \(steady.holds), "
            + "within \(steady.within)"
    }

    private mutating func takeFault(_ event: Event) {
        switch event.kind {
        case .injecting(let fault):
            change(fault) { $0.stage = .injecting }
        case .injected(let fault, _): change(fault) { $0.stage = .broken }
        case .chosen(let who, let hosts):
            let chosen = plan.faults.filter { $0.who == who }.map(\.id)
            for id in chosen { change(id) { $0.targets = Set(hosts) } }
        case .proof(let fault, let host, let proof):
            change(fault) { wound in
                if proof == .holds {
                    wound.proven.insert(host)
                    wound.unproven.remove(host)
                    if wound.proven.isSuperset(of: wound.targets) {
                        wound.provenAt = wound.provenAt ?? event.at
                    }
                } else {
                    wound.proven.remove(host)
                    wound.unproven.insert(host)
                }
            }
        case .undoing(let fault, _):
            change(fault) { $0.stage = .undoing }
            undoingSince = event.at
        case .undone(let fault, let failed):
            change(fault) { wound in
                wound.stage = .undone
                wound.unsettled.formUnion(failed)
            }
        case .settled(let fault, let host, let proof):
            change(fault) { wound in
                if proof == .holds {
                    wound.settled.insert(host)
                    wound.unsettled.remove(host)
                } else {
                    wound.unsettled.insert(host)
                }
            }
        default: break
        }
    }

    private mutating func change(_ id: String, _ body: (inout WoundView) -> Void) {
        guard let index = wounds.firstIndex(where: { $0.id == id }) else { return }
        body(&wounds[index])
    }

    private mutating func beginStep(_ title: String, at instant: Instant) {
        stepsBegun += 1
        stepTitle = title
        stepBegan = instant
        heldBack = nil
        runbook =
            plan.experiment.runbooks.first { "runbook \($0.name)" == title }
            .map { RunbookView(runbook: $0, number: 1, began: instant) } ?? runbook
    }

    private mutating func endStep(_ result: Event.StepResult) {
        if case .failed(let why) = result { remark = "step failed: \(why)" }
    }

    private mutating func takeRunbookStep(_ report: RunbookStepReport) {
        // Those inside of another are told by that one; one that is taken back was told before.
        guard (report.path ?? []).count < 2, report.isUndo != true else { return }
        if runbook?.runbook.name != report.runbook {
            runbook = plan.experiment.runbooks.first { $0.name == report.runbook }
                .map { RunbookView(runbook: $0, number: 1, began: report.started) }
        }
        if case .failed = report.result, !report.isOptional {
            runbook?.number = report.number
            runbook?.failed = true
        } else {
            runbook?.number = report.number + 1
        }
        runbook?.began = report.done
    }
}

extension Experiment {
    /// The budget that holds for this figure of this probe: its own, else the one for all.
    package func budget(_ figure: FigureName, of probe: String) -> Budget.Limit? {
        let ofFigure = budgets.filter { $0.figure == figure }
        return (ofFigure.first { $0.probe == probe } ?? ofFigure.first { $0.probe == nil })?.limit
    }
}
