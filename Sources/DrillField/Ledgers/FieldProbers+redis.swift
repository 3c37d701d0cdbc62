internal import DrillEngine
internal import DrillModel

extension FieldProbers {
    /// A keeper of a ledger in Redis.
    func ledger(
        _ ledger: Ledger,
        in store: RedisStore,
        owner: String,
        most: Int,
        via: Host?
    ) throws(ProbeMistake) -> any LedgerKeeper {
        var text = ProbeText(secret: secret)
        func place(_ url: Text, most: Int) throws(ProbeMistake) -> RedisLedger.Place {
            let door = try redisDoor(url, &text, most: most, via: via)
            let server = "\(door.address.host):\(door.address.port)/\(door.address.database)"
            return RedisLedger.Place(door: door, name: text.shown(server))
        }
        let mostEach = Self.connections(of: ledger, most: most)
        var writers: [RedisLedger.Place] = []
        for _ in 0..<ledger.writers { writers.append(try place(store.url, most: mostEach)) }
        // Read apart from the writes, which may keep all connections busy.
        var places = [try place(store.url, most: 1)]
        for url in ledger.readFrom.compactMap(\.url) { places.append(try place(url, most: 4)) }
        return RedisLedger(
            owner: owner,
            writers: writers,
            places: places,
            text: text,
            loop: loop
        )
    }

    private func redisDoor(
        _ url: Text,
        _ text: inout ProbeText,
        most: Int,
        via: Host?
    ) throws(ProbeMistake) -> RedisDoor {
        guard let address = RedisAddress(try text.filled(url)) else {
            throw ProbeMistake(
                "\(url.shown) is no redis:// address once it is filled in: look at what its ${...} "
                    + "stand for"
            )
        }
        return RedisDoor(
            to: address,
            tls: address.isSecure
                ? try tls(
                    authority: nil,
                    verifies: true,
                    host: address.host,
                    isRelayed: via != nil
                ) : nil,
            route: try route(via: via),
            loop: loop,
            connectionsMax: most
        )
    }
}
