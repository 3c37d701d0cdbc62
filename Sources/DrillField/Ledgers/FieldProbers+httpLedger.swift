internal import DrillEngine
internal import DrillModel

extension FieldProbers {
    /// A keeper of a ledger in an HTTP store.
    func ledger(
        _ ledger: Ledger,
        in store: HTTPStore,
        owner: String,
        via: Host?
    ) throws(ProbeMistake) -> any LedgerKeeper {
        var text = ProbeText(secret: secret)
        func place(_ url: Text, _ name: String) throws(ProbeMistake) -> HTTPLedger.Place {
            let record = try RecordText(url, &text)
            let first = record.filled(
                for: LedgerRecord(owner: owner, number: 0),
                encoding: HTTPLedger.encoded
            )
            guard let address = WebAddress(first) else {
                throw ProbeMistake(
                    "\(url.shown) is no http:// or https:// address once it is filled in: look at what "
                        + "its ${...} stand for"
                )
            }
            let tls =
                address.isSecure
                ? try tls(
                    authority: store.authority,
                    verifies: store.verifiesCertificate,
                    host: address.host,
                    isRelayed: via != nil
                ) : nil
            return HTTPLedger.Place(url: record, tls: tls, name: text.shown(name))
        }
        var headers: [String: String] = [:]
        for (name, value) in store.headers {
            headers[name] = try Self.headerValue(try text.filled(value), of: name)
        }
        let names = ledger.places
        var places = [try place(store.get, names[0])]
        for (further, name) in zip(ledger.readFrom, names.dropFirst()) {
            guard let url = further.url else { continue }
            places.append(try place(url, name))
        }
        let put = try place(store.put, LedgerStore.server(of: store.put))
        return HTTPLedger(
            owner: owner,
            put: put,
            body: try RecordText(store.body, &text),
            headers: headers,
            statuses: Set(store.statuses.isEmpty ? Array(200...299) : store.statuses),
            places: places,
            route: try route(via: via),
            text: text,
            loop: loop
        )
    }
}
