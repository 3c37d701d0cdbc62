package import DrillEngine
package import DrillModel

extension FieldProbers {
    package func keeper(
        for probe: Probe,
        owner: String
    ) async throws(ProberError) -> any LedgerKeeper {
        do throws(ProbeMistake) {
            guard case .ledger(let ledger) = probe.kind else {
                throw ProbeMistake("it is looked at, not written to")
            }
            let via = try way(probe.via)
            let most = probe.inFlightMax
            switch ledger.store {
            case .postgres(let store):
                return try self.ledger(ledger, in: store, owner: owner, most: most, via: via)
            case .redis(let store):
                return try self.ledger(ledger, in: store, owner: owner, most: most, via: via)
            case .http(let store):
                return try self.ledger(ledger, in: store, owner: owner, via: via)
            case .command(let store): return try self.ledger(ledger, in: store, owner: owner)
            }
        } catch {
            throw ProberError(probe: probe.name, error.message)
        }
    }
}
