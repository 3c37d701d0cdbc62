/// The instants of a run that figures count from and to.
struct Marks: Hashable, Sendable {
    /// T0: the disaster's first action was sent, or it was declared.
    var disaster: Instant?
    /// T0': the disaster's last action was confirmed; nil where nobody knows.
    var disasterDone: Instant?
    /// The first undo of a method's fault after T0, by a step or by the disaster's own `for:`; or a
    /// repair that was declared.
    var firstUndo: Instant?
    /// Until here the method's faults were all in place: the first undo of any of them, by whomever.
    var inPlaceUntil: Instant?
    /// The stretch in which every probe was seen to be steady.
    var steady: ClosedRange<Instant>?

    init(_ plan: Plan, _ events: [Event]) {
        let method = Set(plan.faults.filter { !$0.isInPrepare }.map(\.id))
        findDisaster(events, method: method)
        findRepair(plan, events, method: method)
        findSteady(events, holds: plan.experiment.steady.holds)
    }

    /// A declared disaster is what the file's author counts from, even where a fault came before it;
    /// otherwise it is the first fault of the method.
    private mutating func findDisaster(_ events: [Event], method: Set<String>) {
        for event in events {
            guard case .disasterDeclared = event.kind else { continue }
            disaster = event.at
            disasterDone = event.at
            return
        }
        var id: String?
        for event in events {
            switch event.kind {
            case .injecting(let fault) where id == nil && method.contains(fault):
                id = fault
                disaster = event.at
            case .injected(let fault, _) where fault == id:
                disasterDone = event.at
                return
            default: continue
            }
        }
    }

    private mutating func findRepair(_ plan: Plan, _ events: [Event], method: Set<String>) {
        guard let disaster else { return }
        let first = events.lazy.compactMap { event -> String? in
            guard case .injecting(let fault) = event.kind, method.contains(fault) else {
                return nil
            }
            return fault
        }.first
        var injecting: [String: Instant] = [:]
        var isOver = false
        for event in events {
            switch event.kind {
            case .phase(.undo), .stopping: isOver = true
            case .injecting(let fault): injecting[fault] = event.at
            case .repairDeclared where event.at >= disaster:
                firstUndo = firstUndo ?? event.at
            case .undoing(let fault, _) where event.at >= disaster && method.contains(fault):
                inPlaceUntil = inPlaceUntil ?? event.at
                // What drill undoes because the run is over is no repair that anybody planned.
                guard !isOver else { continue }
                // A fault that isn't the disaster and ends by its own `for:` repairs nothing.
                if fault != first, let lasts = plan.fault(fault)?.lasts,
                    let began = injecting[fault], event.at - began >= lasts
                {
                    continue
                }
                firstUndo = firstUndo ?? event.at
            case .leaseLapsed(let fault, _) where event.at >= disaster && method.contains(fault):
                inPlaceUntil = inPlaceUntil ?? event.at
            default: continue
            }
        }
    }

    /// The stretch of `steady.for` that ended when it held; what came before was waiting for it.
    private mutating func findSteady(_ events: [Event], holds: Span) {
        for event in events {
            guard case .steadyHeld = event.kind else { continue }
            steady = (event.at - holds)...event.at
            return
        }
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
