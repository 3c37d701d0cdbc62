// What drill itself writes, and how that goes away again.
extension PlanText {
    mutating func ledgers() {
        for probe in experiment.probes {
            guard let ledger = probe.ledger else { continue }
            let owner = experiment.owner(of: probe, in: "RUN")
            item(ledger.intention(of: probe, owner: owner), then: ledger.reading)
        }
    }
}

extension Ledger {
    /// What is written where, by whom, and whether it stays.
    fileprivate func intention(of probe: Probe, owner: String) -> String {
        let rate = PlanText.rate(1 / probe.every.inSeconds)
        let by =
            writers == 1 ? "" : " by \(writers) writers in turn, each over connections of its own"
        let (what, clean): (String, String) =
            switch store {
            case .postgres(let store):
                (
                    "a row a record into the table \(store.table) at \(places[0]), as run \(owner)",
                    "the run's rows are deleted after the read-back, and the table where the run made it"
                )
            case .redis:
                (
                    "a key a record, drill:\(owner):NUMBER, at \(places[0])",
                    "they are unlinked after the read-back"
                )
            case .http(let store):
                (
                    "by a PUT a record to \(store.put.shown)",
                    "a DELETE each removes them after the read-back"
                )
            case .command(let store):
                (
                    "by a command a record, on \(store.host ?? "the controller"): \(store.write.shown)",
                    "after the read-back they are removed by: \(store.delete?.shown ?? "nothing")"
                )
            }
        let end = isKept ? "they are kept" : clean
        return "\(probe.name) writes \(what), \(rate) a second\(by); \(end)."
    }

    /// What is read, when.
    fileprivate var reading: String {
        let further = places.dropFirst()
        guard !further.isEmpty else { return "It is read back from there." }
        let those = further.count == 1 ? "that is" : "those are"
        return
            "It is read back from there and from \(Array(further).listed); while the run goes on,"
            + " \(those) looked at every \(readEvery)."
    }
}
