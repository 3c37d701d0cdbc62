internal import DrillEngine
internal import DrillModel

extension FieldProbers {
    /// A keeper of a ledger whose store commands write and list.
    func ledger(
        _ ledger: Ledger,
        in store: CommandStore,
        owner: String
    ) throws(ProbeMistake) -> any LedgerKeeper {
        var text = ProbeText(secret: secret)
        var secrets: [Text.Part: String] = [:]
        func order(
            _ command: Command,
            _ host: String?
        ) throws(ProbeMistake) -> CommandLedger.Order {
            // Read once: a file of a secret may be gone in the middle of the disaster.
            for part in command.secrets {
                do throws(SecretError) {
                    secrets[part] = try text.noted(part)
                } catch {
                    throw ProbeMistake(error.message)
                }
            }
            return CommandLedger.Order(command: command, host: try way(host))
        }
        let names = ledger.places
        var places = [(order: try order(store.read, store.host), name: names[0])]
        for (further, name) in zip(ledger.readFrom, names.dropFirst()) {
            guard case .command(let read, let host) = further.way else { continue }
            places.append((order: try order(read, host), name: name))
        }
        let writing = try order(store.write, store.host)
        let deleting = try store.delete.map { delete throws(ProbeMistake) in
            try order(delete, store.host)
        }
        return CommandLedger(
            owner: owner,
            writing: writing,
            deleting: deleting,
            places: places,
            secrets: secrets,
            hosts: hosts,
            text: text,
            loop: loop
        )
    }
}
