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
        watched(try statement(look, most: most, via: via, it: it), by: via)
    }

    /// The same, with the looks at the host that it goes through left to whoever asks.
    func statement(
        _ look: SQLLook,
        most: Int,
        via: Host?,
        it: Host? = nil
    ) throws(ProbeMistake) -> SQLProber {
        var text = ProbeText(secret: secret, it: it)
        let (door, _) = try door(look.url, &text, most: min(most, Self.connectionsMax), via: via)
        let condition: SQLProber.Condition =
            switch look.condition {
            case .equals(let value): .equals(try text.filled(value))
            case .atLeast(let least): .atLeast(least)
            case .atMost(let most): .atMost(most)
            case .anyRow: .anyRow
            }
        return SQLProber(
            door: door,
            query: try text.filled(look.query),
            condition: condition,
            text: text,
            loop: loop
        )
    }

    /// A keeper of a PostgreSQL ledger.
    func ledger(
        _ ledger: Ledger,
        in store: PostgresStore,
        owner: String,
        most: Int,
        via: Host?
    ) throws(ProbeMistake) -> any LedgerKeeper {
        var text = ProbeText(secret: secret)
        func place(
            _ url: Text,
            most: Int,
            isHome: Bool = false
        ) throws(ProbeMistake) -> PostgresLedger.Place {
            let (door, name) = try door(url, &text, most: most, isPrimary: isHome, via: via)
            return PostgresLedger.Place(door: door, name: name)
        }
        let mostEach = Self.connections(of: ledger, most: most)
        var writers: [PostgresLedger.Place] = []
        for _ in 0..<ledger.writers { writers.append(try place(store.url, most: mostEach)) }
        // Read apart from the writes, which may keep all connections busy.
        var places = [try place(store.url, most: 1, isHome: true)]
        for url in ledger.readFrom.compactMap(\.url) { places.append(try place(url, most: 4)) }
        return PostgresLedger(
            owner: owner,
            table: LedgerTable(name: store.table),
            writers: writers,
            places: places,
            text: text,
            loop: loop
        )
    }

    /// How many connections a writer may hold.
    static func connections(of ledger: Ledger, most: Int) -> Int {
        max(1, min(most, connectionsMax) / ledger.writers)
    }

    private func door(
        _ url: Text,
        _ text: inout ProbeText,
        most: Int,
        isPrimary: Bool = false,
        via: Host?
    ) throws(ProbeMistake) -> (PostgresDoor, name: String) {
        let address = try text.filled(url)
        var target: PostgresTarget
        do {
            target = try PostgresTarget(address)
        } catch {
            // libpq quotes what it can't read, and that may be a piece of a secret.
            let reason = text.holdsSecrets ? "it can't be taken apart" : error.message
            throw ProbeMistake("\(url.shown) can't be used as a PostgreSQL address: \(reason)")
        }
        if let via, target.servers.contains(where: \.isLocal) {
            throw ProbeMistake(
                "\(url.shown) leads to a unix socket, which can't be reached via \(via.name)"
            )
        }
        let servers = target.servers.map { "\($0.host):\($0.port)" }.joined(separator: ",")
        let name = text.shown("\(servers)/\(target.options["dbname"] ?? "")")
        // Of several servers libpq takes the first that answers, and that may be a standby by now.
        if isPrimary, target.options["target_session_attrs"] == nil {
            target.options["target_session_attrs"] = "primary"
        }
        let door = PostgresDoor(
            target: target,
            route: try route(via: via),
            loop: loop,
            connectionsMax: most
        )
        return (door, name)
    }
}
