extension FaultOutcome {
    /// How one fault of the plan went, from the events that name it.
    ///
    /// Effective only when every targeted host's proof holds and none is seen to have lost it before
    /// its undo; settled only when every one was undone and looks as before.
    init(_ fault: PlannedFault, _ events: [Event]) {
        let traces = Traces(fault, events)
        self.init(
            id: fault.id,
            fault: fault.fault,
            targets: traces.targets,
            effective: nil,
            settled: nil
        )
        // What was armed and then undone counts, too, where it isn't known to be gone.
        let isLeft = fault.procedures.contains { procedure in
            guard !procedure.settled.isEmpty else { return false }
            return traces.settled[procedure.target].map { $0 != .holds } ?? false
        }
        guard traces.isInjected || isLeft || !traces.failedToUndo.isEmpty else {
            remarks = [Self.neverInjected]
            return
        }
        spread = FaultSpread(fault.id, events)
        effective = judgeEffect(traces)
        settled = judgeEnd(traces, fault)
    }

    private mutating func judgeEffect(_ traces: Traces) -> Bool? {
        var verdicts: [Bool?] = []
        for host in traces.targets {
            var held = false
            var verdict: Bool?
            let proofs = traces.proofs[host] ?? []
            var remark = proofs.isEmpty ? "nobody looked whether it took effect" : nil
            for proof in proofs {
                switch proof {
                case .holds:
                    held = true
                    verdict = true
                    remark = nil
                case .fails(let why):
                    verdict = false
                    remark = held ? "the effect was gone before its undo: \(why)" : why
                // Once seen, an effect that can't be looked at again isn't in doubt.
                case .unknown where held: continue
                case .unknown(let why): remark = remark ?? "couldn't look: \(why)"
                }
            }
            // An effect that vanished and came back was not there all the time.
            if held, let lost = traces.firstLoss[host] {
                verdict = false
                remark = "the effect was gone before its undo: \(lost)"
            }
            if let remark { remarks.append("\(host): \(remark)") }
            verdicts.append(verdict)
        }
        for host in traces.failedToInject {
            remarks.append("\(host): injecting failed")
        }
        if verdicts.contains(false) { return false }
        return verdicts.isEmpty || verdicts.contains(nil) ? nil : true
    }

    private mutating func judgeEnd(_ traces: Traces, _ fault: PlannedFault) -> Bool? {
        guard traces.isUndone else {
            remarks.append("it was never undone")
            return false
        }
        for host in traces.failedToUndo.sorted() {
            remarks.append("\(host): undoing failed")
        }
        var verdicts: [Bool?] = []
        for host in traces.targets {
            switch traces.settled[host] {
            case .holds: verdicts.append(true)
            case .fails(let why):
                remarks.append("\(host): not as before: \(why)")
                verdicts.append(false)
            case .unknown(let why):
                remarks.append("\(host): couldn't see whether it is as before: \(why)")
                verdicts.append(nil)
            case nil:
                remarks.append("\(host): nobody looked whether it is as before")
                verdicts.append(traces.failedToUndo.contains(host) ? false : nil)
            }
        }
        if verdicts.contains(false) { return false }
        if verdicts.contains(nil) || verdicts.isEmpty { return nil }
        return true
    }
}

/// What the events tell of one fault.
private struct Traces {
    var targets: [String]
    var isInjected = false
    var isUndone = false
    var failedToInject: [String] = []
    /// At the last try.
    var failedToUndo: Set<String> = []
    /// By host, in order, from injecting to undoing.
    var proofs: [String: [Proof]] = [:]
    /// Why the first look after one that held didn't.
    var firstLoss: [String: String] = [:]
    /// By host, the last look.
    var settled: [String: Proof] = [:]

    init(_ fault: PlannedFault, _ events: [Event]) {
        let candidates = fault.procedures.map(\.target)
        targets = candidates
        var touched: Set<String> = []
        var chosen: [String]?
        var isBeingUndone = false
        for event in events {
            switch event.kind {
            case .chosen(let who, let hosts) where who == fault.who && !isInjected: chosen = hosts
            case .injecting(fault.id):
                isInjected = true
                isBeingUndone = false
                isUndone = false
                settled = [:]
            case .injected(fault.id, let failed): failedToInject = failed
            case .armed(fault.id, let host, _): touched.insert(host)
            case .proof(fault.id, let host, let proof) where !isBeingUndone:
                touched.insert(host)
                note(proof, on: host)
            case .undoing(fault.id, _): isBeingUndone = true
            case .undone(fault.id, let failed):
                isUndone = true
                failedToUndo = Set(failed)
            case .settled(fault.id, let host, let proof):
                touched.insert(host)
                settled[host] = proof
            case .leaseLapsed(fault.id, let host), .leaseGone(fault.id, let host):
                touched.insert(host)
            default: continue
            }
        }
        // Which of the candidates were hit is decided when the step runs, by `who:` and `pick:`.
        if fault.who != nil {
            let hit = candidates.filter { touched.contains($0) }
            targets = hit.isEmpty ? candidates.filter { chosen?.contains($0) ?? false } : hit
        }
        // A drill that is killed right after the last look has seen the undo through all the same.
        if isBeingUndone, !targets.isEmpty, targets.allSatisfy({ settled[$0] == .holds }) {
            isUndone = true
        }
    }

    private mutating func note(_ proof: Proof, on host: String) {
        if case .fails(let why) = proof, proofs[host]?.contains(.holds) ?? false,
            firstLoss[host] == nil
        {
            firstLoss[host] = why
        }
        proofs[host, default: []].append(proof)
    }
}
