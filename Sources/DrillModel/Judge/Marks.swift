/// The instants of a run that figures count from and to, event by event: the judge reads them from a
/// whole timeline, the live view while it grows.
package struct Marks: Hashable, Sendable {
    /// T0: the disaster's first action was sent, or it was declared.
    package private(set) var disaster: Instant?
    /// T0': the disaster's last action was confirmed; nil where nobody knows.
    package private(set) var disasterDone: Instant?
    /// The first undo of a method's fault after T0, by a step or by the disaster's own `for:`; or a
    /// repair that was declared.
    package private(set) var firstUndo: Instant?
    /// Until here the disaster lasted, where no step repairs anything.
    ///
    /// The first undo that isn't another fault's `for:`, by whomever, or a lease that lapsed.
    package private(set) var inPlaceUntil: Instant?
    /// What `failover` and `rto` take for the repair: where nobody planned one, what ended the disaster.
    package var repair: Instant? { firstUndo ?? inPlaceUntil }
    /// The stretch in which every probe was seen to be steady.
    package private(set) var steady: ClosedRange<Instant>?

    private let isDeclared: Bool
    /// The method's faults by id, and how long each was to last.
    private let lasts: [String: Span?]
    /// The titles of steps that undo one of these.
    private let undos: [String: String]
    private let holds: Span
    private var disasterFault: String?
    private var injected: [String: Instant] = [:]
    /// Undo steps that go on, and their faults.
    private var undoing: [String: String] = [:]
    private var isOver = false

    package init(_ plan: Plan, _ events: [Event] = []) {
        let method = plan.faults.filter { !$0.isInPrepare }
        isDeclared = plan.experiment.declaresDisaster
        lasts = Dictionary(method.map { ($0.id, $0.lasts) }) { first, _ in first }
        undos = Dictionary(method.map { (Step(.undo($0.id)).title, $0.id) }) { first, _ in first }
        holds = plan.experiment.steady.holds
        for event in events { take(event) }
    }

    package mutating func take(_ event: Event) {
        switch event.kind {
        case .steadyHeld:
            // What came before was waiting for it.
            steady = steady ?? (event.at - holds)...event.at
        case .stepStarted(let step, let title): undoing[step] = undos[title]
        case .stepEnded(let step, _): undoing[step] = nil
        case .phase(.undo), .stopping: isOver = true
        case .disasterDeclared where isDeclared && disaster == nil:
            disaster = event.at
            disasterDone = event.at
        case .injecting(let fault) where lasts[fault] != nil:
            injected[fault] = event.at
            guard !isDeclared, disaster == nil else { return }
            disaster = event.at
            disasterFault = fault
        case .injected(let fault, _) where lasts[fault] != nil:
            // Its `for:` begins when the last target has confirmed it.
            injected[fault] = event.at
            if fault == disasterFault { disasterDone = disasterDone ?? event.at }
        case .repairDeclared where disaster != nil: firstUndo = firstUndo ?? event.at
        case .undoing(let fault, _) where disaster != nil: takeUndo(of: fault, at: event.at)
        case .leaseLapsed(let fault, _) where disaster != nil && lasts[fault] != nil,
            .leaseGone(let fault, _) where disaster != nil && lasts[fault] != nil:
            inPlaceUntil = inPlaceUntil ?? event.at
        default: break
        }
    }

    private mutating func takeUndo(of fault: String, at instant: Instant) {
        // Neither what `prepare` broke nor what was never injected (it couldn't be armed) is a repair.
        guard let lasts = lasts[fault], let injected = injected[fault] else { return }
        let isByStep = undoing.values.contains(fault)
        let isByItself = lasts.map { instant - injected >= $0 } ?? false
        // A fault that isn't the disaster and ends by its own `for:` repairs nothing.
        if !isByStep, isByItself, fault != disasterFault, !isOver { return }
        inPlaceUntil = inPlaceUntil ?? instant
        // What drill undoes because the run is over is no repair that anybody planned.
        if !isOver, isByStep || isByItself { firstUndo = firstUndo ?? instant }
    }
}

extension Marks {
    /// A figure from the disaster to an event in (low, high]: [low − T0', high − T0], never below zero.
    func sinceDisaster(low: Instant?, best: Instant?, high: Instant?) -> Figure.Amount {
        guard let disaster else { return .span(low: nil, best: nil, high: nil) }
        // Not knowing when the last action was confirmed, the event may have followed at once.
        let done = disasterDone ?? low ?? disaster
        let middle = disaster + (max(done, disaster) - disaster) / 2
        return .span(
            low: low.map { max(.zero, $0 - done) },
            best: best.map { max(.zero, $0 - middle) },
            high: high.map { max(.zero, $0 - disaster) }
        ).ordered
    }
}

extension Figure.Amount {
    /// With *best* brought inside [low, high].
    var ordered: Figure.Amount {
        guard case .span(let low, let best, let high) = self, let best else { return self }
        let raised = low.map { max($0, best) } ?? best
        return .span(low: low, best: high.map { min($0, raised) } ?? raised, high: high)
    }

    static let unknownSpan = Figure.Amount.span(low: nil, best: nil, high: nil)
}
