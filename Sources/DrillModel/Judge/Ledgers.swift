extension LedgerCount {
    /// What became of a ledger's writes: what was answered then, against what the read-back found.
    ///
    /// | | found | not found |
    /// |---|---|---|
    /// | acknowledged | kept (twice: duplicated too) | **lost** |
    /// | indeterminate | indeterminate-present | indeterminate-absent |
    init(_ probe: Probe, _ timeline: Timeline) {
        let writes = timeline.ledgers[probe.name] ?? []
        func count(_ answer: LedgerWrite.Answer) -> Int { writes.count { $0.answer == answer } }
        let names = probe.ledger?.places ?? []
        let places = names.indices.map { PlaceCount(names[$0], number: $0, of: probe, timeline) }
        let own = PlaceCount(names.first ?? probe.name, number: 0, of: probe, timeline)
        self.init(
            probe: probe.name,
            acknowledged: count(.acknowledged),
            kept: own.kept,
            lost: own.lost,
            duplicated: own.duplicated,
            indeterminatePresent: own.indeterminatePresent,
            indeterminateAbsent: own.indeterminateAbsent,
            staleThenAppeared: own.staleThenAppeared,
            gone: own.gone,
            refused: count(.refused),
            refusedPresent: writes.count { $0.answer == .refused && $0.isThere() == true },
            unsent: count(.unsent),
            unread: own.unread,
            places: places
        )
    }
}

extension PlaceCount {
    fileprivate init(_ name: String, number: Int, of probe: Probe, _ timeline: Timeline) {
        self.init(place: name)
        for write in timeline.ledgers[probe.name] ?? [] {
            guard let isThere = write.isThere(at: number) else { continue }
            if let copies = write.copies(at: number), copies > 1 { duplicated += 1 }
            if write.goneAt?.contains(number) ?? false { gone += 1 }
            switch write.answer {
            case .acknowledged:
                if isThere { kept += 1 } else { lost += 1 }
                if write.appearedAt?.contains(number) ?? false { staleThenAppeared += 1 }
            case .indeterminate:
                if isThere { indeterminatePresent += 1 } else { indeterminateAbsent += 1 }
            case .refused, .unsent: continue
            }
        }
        unread = Self.whyUnread(number, of: probe, timeline)
        if (timeline.reads[probe.name] ?? []).contains(where: { $0.place == number }) {
            staleness = StalenessSummary(Staleness(of: probe, place: number, timeline))
        }
    }

    /// Counts mean something only when every write that may be there was looked for.
    static func whyUnread(_ number: Int, of probe: Probe, _ timeline: Timeline) -> String? {
        var readBack: String?? = .none
        for event in timeline.events {
            switch event.kind {
            // What is told of the whole ledger is what its own address said.
            case .readBack(probe.name, let failure) where number == 0:
                readBack = .some(failure)
            case .placeReadBack(probe.name, number, let failure) where number > 0:
                readBack = .some(failure)
            default: continue
            }
        }
        if case .some(.some(let failure)) = readBack { return failure }
        let isComplete = (timeline.ledgers[probe.name] ?? []).allSatisfy { write in
            write.copies(at: number) != nil || write.answer == .unsent || write.answer == .refused
        }
        if case .none = readBack {
            return isComplete && number == 0 ? nil : "the run ended before it was read back"
        }
        return isComplete ? nil : "the read-back didn't look for every write"
    }
}

extension Probe {
    package var ledger: Ledger? {
        if case .ledger(let ledger) = kind { ledger } else { nil }
    }
}
