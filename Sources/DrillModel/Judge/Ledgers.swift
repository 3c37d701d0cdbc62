extension LedgerCount {
    /// What became of a ledger's writes: what was answered then, against what the read-back found.
    ///
    /// | | found | not found |
    /// |---|---|---|
    /// | acknowledged | kept (twice: duplicated too) | **lost** |
    /// | indeterminate | indeterminate-present | indeterminate-absent |
    init(_ probe: Probe, _ timeline: Timeline) {
        self.init(
            probe: probe.name,
            acknowledged: 0,
            kept: 0,
            lost: 0,
            duplicated: 0,
            indeterminatePresent: 0,
            indeterminateAbsent: 0,
            refused: 0,
            unsent: 0
        )
        for write in timeline.ledgers[probe.name] ?? [] {
            if let copies = write.copies, copies > 1 { duplicated += 1 }
            let isThere = (write.copies ?? 0) > 0
            switch write.answer {
            case .acknowledged:
                acknowledged += 1
                if isThere { kept += 1 } else if write.copies != nil { lost += 1 }
            case .indeterminate:
                if isThere {
                    indeterminatePresent += 1
                } else if write.copies != nil {
                    indeterminateAbsent += 1
                }
            case .refused: refused += 1
            case .unsent: unsent += 1
            }
        }
        unread = Self.whyUnread(probe, timeline)
    }

    /// Counts mean something only when every write that may be there was looked for.
    private static func whyUnread(_ probe: Probe, _ timeline: Timeline) -> String? {
        var readBack: String?? = .none
        for event in timeline.events {
            if case .readBack(probe.name, let failure) = event.kind { readBack = .some(failure) }
        }
        if case .some(.some(let failure)) = readBack { return failure }
        let isComplete = (timeline.ledgers[probe.name] ?? []).allSatisfy { write in
            write.copies != nil || write.answer == .unsent || write.answer == .refused
        }
        if isComplete { return nil }
        if case .none = readBack { return "the run ended before it was read back" }
        return "the read-back didn't look for every write"
    }
}
