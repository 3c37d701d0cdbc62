import DrillModel

/// One fault with the times of its life and what proved it.
struct FaultReading {
    /// A look's result on a host, and when it first and last was so.
    struct ProofRow: Hashable {
        var host: String
        var proof: Proof
        var first: Instant
        var last: Instant
        var looks = 1
    }

    var id: String
    var fault: String
    var targets: [String]
    var effective: Bool?
    var settled: Bool?
    var remarks: [String]
    var spread: FaultSpread?
    var isInPrepare = false
    var injecting: Instant?
    var injected: Instant?
    var undoing: Instant?
    var undone: Instant?
    var why: String?
    var effects: [ProofRow] = []
    var ends: [ProofRow] = []
    var selfHealing: String
    /// Whether drill has a way back, on one of its targets at least.
    var hasUndo = true
    /// Since then a look proves nothing of the effect, as for the verdict.
    var isBeingUndone = false

    mutating func take(_ event: Event) {
        switch event.kind {
        case .injecting(fault: id):
            injecting = injecting ?? event.at
            isBeingUndone = false
        case .injected(fault: id, _): injected = event.at
        case .undoing(fault: id, let why):
            undoing = undoing ?? event.at
            self.why = self.why ?? why
            isBeingUndone = true
        case .undone(fault: id, _): undone = event.at
        case .proof(fault: id, let host, let proof) where !isBeingUndone:
            Self.add(host, proof, event.at, to: &effects)
        case .settled(fault: id, let host, let proof): Self.add(host, proof, event.at, to: &ends)
        default: break
        }
    }

    private static func add(
        _ host: String,
        _ proof: Proof,
        _ at: Instant,
        to rows: inout [ProofRow]
    ) {
        if let last = rows.lastIndex(where: { $0.host == host }), rows[last].proof == proof {
            rows[last].last = at
            rows[last].looks += 1
        } else {
            rows.append(ProofRow(host: host, proof: proof, first: at, last: at))
        }
    }

    /// How nearly all hosts were hit at once, in words; nil for one host.
    var atOnce: String? {
        guard let spread else { return nil }
        let confirmed = spread.confirmed.map { ", confirmed by all within \($0.shownAtMost)" } ?? ""
        return "all \(spread.hosts) hosts told within \(spread.sent.shownAtMost)\(confirmed)"
    }

    /// That it is gone, in words.
    var gone: String {
        hasUndo ? "undone, all as before" : "all as before, though nothing undid it"
    }

    static func words(_ proof: Proof) -> String {
        switch proof {
        case .holds: "seen"
        case .fails(let why): "not so: \(why)"
        case .unknown(let why): "could not be looked at: \(why)"
        }
    }
}

extension RunReading {
    /// Every fault that the verdict knows, with its events.
    var faults: [FaultReading] {
        judgement.faults.map { outcome in
            let planned = plan.fault(outcome.id)
            var reading = FaultReading(
                id: outcome.id,
                fault: outcome.fault,
                targets: outcome.targets,
                effective: outcome.effective,
                settled: outcome.settled,
                remarks: outcome.remarks,
                spread: outcome.spread,
                isInPrepare: planned?.isInPrepare ?? false,
                selfHealing: selfHealing(planned),
                hasUndo: planned?.procedures.contains { !$0.undo.isEmpty } ?? true
            )
            for event in events { reading.take(event) }
            return reading
        }
    }

    /// `took effect, and lost it at T0+12.40 s`.
    ///
    /// - Returns: nil where some target was never seen in effect, or none lost it.
    func lost(_ fault: FaultReading) -> String? {
        guard fault.effective == false else { return nil }
        var losses: [Instant] = []
        for target in fault.targets {
            let rows = fault.effects.filter { $0.host == target }
            guard let held = rows.firstIndex(where: { $0.proof == .holds }) else { return nil }
            losses +=
                rows[held...].first { row in
                    if case .fails = row.proof { true } else { false }
                }.map { [$0.first] } ?? []
        }
        return losses.min().map { "took effect, and lost it at \(stamp($0))" }
    }

    private func selfHealing(_ fault: PlannedFault?) -> String {
        guard let fault else { return "unknown" }
        let whys = fault.procedures.compactMap { procedure -> String? in
            if case .controller(let why) = procedure.healing { why } else { nil }
        }
        if let why = whys.first {
            let more = whys.count > 1 ? ", and \(whys.count - 1) more likewise" : ""
            return "not self-healing: \(why)\(more)"
        }
        return "undoes itself \(fault.lease) after drill's last word"
    }
}
