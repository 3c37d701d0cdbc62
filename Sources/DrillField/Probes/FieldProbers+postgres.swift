internal import DrillEngine
internal import DrillModel
internal import DrillWire

extension FieldProbers {
    /// The most connections that one probe or ledger holds.
    private static let connectionsMax = 32

    /// A prober by SQL query.
    func sql(
        _ look: SQLLook,
        most: Int,
        via: Host?,
        it: Host?
    ) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret, it: it)
        let (door, _) = try door(look.url, &text, most: min(most, Self.connectionsMax), via: via)
        let condition: SQLProber.Condition =
            switch look.condition {
            case .equals(let value): .equals(try text.filled(value))
            case .atLeast(let least): .atLeast(least)
            case .atMost(let most): .atMost(most)
            case .anyRow: .anyRow
            }
        let prober = SQLProber(
            door: door,
            query: try text.filled(look.query),
            condition: condition,
            text: text,
            loop: loop
        )
        return watched(prober, by: via)
    }

    /// A keeper of a PostgreSQL ledger.
    func ledger(
        _ ledger: Ledger,
        run: String,
        most: Int,
        via: Host?
    ) throws(ProbeMistake) -> any LedgerKeeper {
        var text = ProbeText(secret: secret)
        let (door, name) = try door(
            ledger.postgres,
            &text,
            most: min(most, Self.connectionsMax),
            via: via
        )
        let writer = PostgresLedger.Place(door: door, name: name)
        var readers: [PostgresLedger.Place] = []
        for url in ledger.readFrom {
            let (door, name) = try self.door(url, &text, most: 1, via: via)
            readers.append(PostgresLedger.Place(door: door, name: name))
        }
        return PostgresLedger(
            run: run,
            table: LedgerTable(name: ledger.table),
            writer: writer,
            readers: readers.isEmpty ? [writer] : readers,
            text: text,
            loop: loop
        )
    }

    private func door(
        _ url: Text,
        _ text: inout ProbeText,
        most: Int,
        via: Host?
    ) throws(ProbeMistake) -> (PostgresDoor, name: String) {
        let address = try text.filled(url)
        let target: PostgresTarget
        do {
            target = try PostgresTarget(address)
        } catch {
            // libpq quotes what it can't read, and that may be a piece of a secret.
            let reason = text.holdsSecrets ? "it can't be taken apart" : error.message
            throw ProbeMistake("\(url.shown) is no PostgreSQL address: \(reason)")
        }
        if let via, target.servers.contains(where: \.isLocal) {
            throw ProbeMistake(
                "\(url.shown) leads to a unix socket, which can't be reached via \(via.name)"
            )
        }
        let servers = target.servers.map { "\($0.host):\($0.port)" }.joined(separator: ",")
        let name = text.shown("\(servers)/\(target.options["dbname"] ?? "")")
        let door = PostgresDoor(
            target: target,
            route: try route(via: via),
            loop: loop,
            connectionsMax: most
        )
        return (door, name)
    }
}
