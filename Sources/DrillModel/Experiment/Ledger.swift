/// Numbered records written all through the disaster and read back afterwards.
///
/// They are written to `store`. What its own address shows afterwards is what the system's users have
/// left; what `readFrom` names is looked at beside it, each place by itself: replicas, and the side that
/// may have lost a split brain.
package struct Ledger: Hashable, Codable, Sendable {
    package var store: LedgerStore
    /// Beside the store's own address; looked at while the run goes on, too.
    package var readFrom: [LedgerPlace]
    /// From one look at such a place to the next.
    package var readEvery: Span
    /// How long after a place was first read back a record that isn't there may still appear.
    package var appearWithin: Span
    /// Who write in turn, each over connections of its own.
    package var writers: Int
    /// The file's `keep`: the records stay, for an auditor to count.
    package var isKept: Bool

    package init(
        _ store: LedgerStore,
        readFrom: [LedgerPlace] = [],
        readEvery: Span? = nil,
        appearWithin: Span = .seconds(10),
        writers: Int = 1,
        isKept: Bool = false
    ) {
        self.store = store
        self.readFrom = readFrom
        self.readEvery = readEvery ?? store.readEvery
        self.appearWithin = appearWithin
        self.writers = writers
        self.isKept = isKept
    }

    /// A ledger in PostgreSQL.
    package init(
        postgres: Text,
        readFrom: [Text] = [],
        table: String = "drill_ledger",
        isKept: Bool = false
    ) {
        self.init(
            .postgres(PostgresStore(url: postgres, table: table)),
            readFrom: readFrom.map { LedgerPlace(.url($0)) },
            isKept: isKept
        )
    }

    /// Where it writes and reads, in few words.
    package var shown: String {
        let places = places.dropFirst()
        let more = places.isEmpty ? "" : ", read from \(places.joined(separator: ", ")) too"
        return store.shown + more
    }

    /// Everything in it that may hold a secret.
    var texts: [Text] {
        store.texts
            + readFrom.flatMap { place in
                switch place.way {
                case .url(let url): [url]
                case .command(let command, _): command.texts
                }
            }
    }

    /// Every place that is read back, by name: the store's own address first, then `readFrom`.
    package var places: [String] { [store.placeName] + readFrom.map(\.shown) }
}

/// Where a ledger's records are written to.
package enum LedgerStore: Hashable, Codable, Sendable {
    case postgres(PostgresStore)
    case redis(RedisStore)
    case http(HTTPStore)
    case command(CommandStore)

    /// The kinds, as files name them.
    package static let kinds = ["postgres", "redis", "http", "command"]
}

/// A table of the ledger's own.
package struct PostgresStore: Hashable, Codable, Sendable {
    /// A `postgresql://` address that leads to the primary.
    package var url: Text
    package var table: String

    package init(url: Text, table: String = "drill_ledger") {
        self.url = url
        self.table = table
    }
}

/// One key a record.
package struct RedisStore: Hashable, Codable, Sendable {
    /// A `redis://` or `rediss://` address that leads to the primary.
    package var url: Text

    package init(url: Text) { self.url = url }
}

/// One resource a record, by PUT, GET and DELETE.
package struct HTTPStore: Hashable, Codable, Sendable {
    /// `${id}` stands for the record's name.
    package var put: Text
    /// As `put` unless the file says otherwise.
    package var get: Text
    package var headers: [String: Text]
    /// Of the PUT; `${value}` unless the file says otherwise.
    package var body: Text
    /// What acknowledges a PUT; empty means 200 to 299.
    package var statuses: [Int]
    /// A PEM file of authorities to trust instead of the system's.
    package var authority: String?
    /// False accepts any certificate.
    package var verifiesCertificate: Bool

    package init(
        put: Text,
        get: Text? = nil,
        headers: [String: Text] = [:],
        body: Text = .saved("value"),
        statuses: [Int] = [],
        authority: String? = nil,
        verifiesCertificate: Bool = true
    ) {
        self.put = put
        self.get = get ?? put
        self.headers = headers
        self.body = body
        self.statuses = statuses
        self.authority = authority
        self.verifiesCertificate = verifiesCertificate
    }
}

/// Commands of the user's own.
package struct CommandStore: Hashable, Codable, Sendable {
    /// Nil runs them on the controller.
    package var host: String?
    /// Writes the record `${id}` with `${value}`; exit 0 acknowledges it.
    package var write: Command
    /// Prints the names of all the records of `${run}` that are there.
    package var read: Command
    /// Removes all the records of `${run}`; nil where they are kept.
    package var delete: Command?

    package init(host: String? = nil, write: Command, read: Command, delete: Command? = nil) {
        self.host = host
        self.write = write
        self.read = read
        self.delete = delete
    }
}

/// A further place to read a ledger's records from.
package struct LedgerPlace: Hashable, Codable, Sendable {
    package enum Way: Hashable, Codable, Sendable {
        /// Of the store's kind; for `http` with `${id}`.
        case url(Text)
        /// Prints the names of all the records of `${run}`; nil host is the controller.
        case command(Command, host: String?)
    }

    package var name: String?
    package var way: Way

    package init(_ way: Way, name: String? = nil) {
        self.way = way
        self.name = name
    }

    package var url: Text? {
        if case .url(let url) = way { url } else { nil }
    }

    package var shown: String {
        if let name { return name }
        switch way {
        case .url(let url): return LedgerStore.server(of: url)
        case .command(let command, let host): return "\(host ?? "controller"): \(command.shown)"
        }
    }
}

extension LedgerStore {
    package var kind: String {
        switch self {
        case .postgres: "postgres"
        case .redis: "redis"
        case .http: "http"
        case .command: "command"
        }
    }

    var texts: [Text] {
        switch self {
        case .postgres(let store): [store.url]
        case .redis(let store): [store.url]
        case .http(let store): [store.put, store.get, store.body] + store.headers.values
        case .command(let store):
            [store.write, store.read, store.delete].compactMap(\.self).flatMap(\.texts)
        }
    }

    /// Where it writes, in few words; secrets stay `${...}`.
    package var shown: String {
        switch self {
        case .postgres(let store): "\(store.url.shown), table \(store.table)"
        case .redis(let store): store.url.shown
        case .http(let store): "PUT \(store.put.shown)"
        case .command(let store): store.write.shown
        }
    }

    /// What its own address is called where it is read back.
    package var placeName: String {
        switch self {
        case .postgres(let store): Self.server(of: store.url)
        case .redis(let store): Self.server(of: store.url)
        case .http(let store): Self.server(of: store.get)
        case .command(let store): "\(store.host ?? "controller"): \(store.read.shown)"
        }
    }

    /// How often further places are looked at while the run goes on: a listing by command costs more
    /// than a question over the network.
    var readEvery: Span {
        switch self {
        case .postgres, .redis, .http: .milliseconds(100)
        case .command: .seconds(1)
        }
    }

    /// An address for people: without its scheme, whoever logs in, and its options.
    package static func server(of url: Text) -> String {
        let known = url.withStars
        guard let scheme = known.firstRange(of: "://") else { return url.shown }
        let address = known[scheme.upperBound...].prefix { $0 != "?" }
        let authority = address.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(address) }
        return String(address[address.index(after: at)...])
    }
}

extension Text {
    /// As `shown`, with a `*` for each secret, which may hold any character.
    var withStars: String {
        parts.map { part in
            switch part {
            case .environment, .file: "*"
            case .literal, .value, .it, .saved: Text(parts: [part]).shown
            }
        }.joined()
    }
}

// Plans of before knew PostgreSQL alone, under these keys.
extension Ledger {
    private enum CodingKeys: String, CodingKey {
        case store, readFrom, readEvery, appearWithin, writers, isKept
    }

    private enum OldKeys: String, CodingKey {
        case postgres, readFrom, table, isKept
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.store) else {
            let old = try decoder.container(keyedBy: OldKeys.self)
            self.init(
                postgres: try old.decode(Text.self, forKey: .postgres),
                readFrom: try old.decode([Text].self, forKey: .readFrom),
                table: try old.decode(String.self, forKey: .table),
                isKept: try old.decode(Bool.self, forKey: .isKept)
            )
            return
        }
        self.init(
            try container.decode(LedgerStore.self, forKey: .store),
            readFrom: try container.decode([LedgerPlace].self, forKey: .readFrom),
            readEvery: try container.decode(Span.self, forKey: .readEvery),
            appearWithin: try container.decode(Span.self, forKey: .appearWithin),
            writers: try container.decode(Int.self, forKey: .writers),
            isKept: try container.decode(Bool.self, forKey: .isKept)
        )
    }
}
