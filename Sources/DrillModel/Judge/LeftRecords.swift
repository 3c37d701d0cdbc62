/// What a run that was killed left in the stores of its ledgers: nobody came to remove it.
package enum LeftRecords {
    /// For each such ledger where its records are, and how they can be removed.
    package static func all(_ plan: Plan, _ events: [Event]) -> [String] {
        let isWhole = events.contains { $0.kind == .ended }
        // A run that came to its end removed them, or said that it couldn't.
        guard !isWhole else { return [] }
        return plan.experiment.probes.compactMap { probe in
            let wasPrepared = events.contains { $0.kind == .ledgerPrepared(probe: probe.name) }
            guard let ledger = probe.ledger, wasPrepared, !ledger.isKept else { return nil }
            let owner = plan.experiment.owner(of: probe, in: plan.run)
            return "nothing tells that the ledger \(probe.name) was cleaned up, since the record"
                + " ends before the run did: "
                + "\(ledger.store.remains(of: owner, at: ledger.places[0]))"
        }
    }
}

extension Experiment {
    /// What the names of a ledger's records begin with: the run's name, unless it has several ledgers.
    package func owner(of probe: Probe, in run: String) -> String {
        probes.count { $0.ledger != nil } == 1 ? run : "\(run).\(probe.name)"
    }
}

extension LedgerStore {
    fileprivate func remains(of owner: String, at place: String) -> String {
        switch self {
        case .postgres(let store):
            "at \(place), delete from \(store.table) where run = '\(owner)' removes its rows"
        case .redis(let store):
            if let removal = RedisRemoval(store.url) {
                "for \(place), \(removal.words(of: "drill:\(owner):*")) removes its keys"
            } else {
                "at \(place), unlink of every key that is like drill:\(owner):* removes its keys"
            }
        case .http: "at \(place), what is named \(owner)-0 and so on may still be there"
        case .command(let store):
            "on \(store.host ?? "the controller"), "
                + "\(store.delete?.filled(saved: ["run": owner]).shown ?? "nothing") removes them"
        }
    }
}
