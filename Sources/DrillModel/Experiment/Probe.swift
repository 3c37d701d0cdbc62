/// Looks at the system at a fixed rate; what its samples mean is its measure.
package struct Probe: Hashable, Codable, Sendable {
    package enum Measure: String, Codable, Sendable, CaseIterable {
        /// Up means that users are served.
        case service
        /// Quiet in steady state; good means that it fired.
        case detection
        /// Up means that full redundancy is there.
        case redundancy
        /// A ledger: which acknowledged writes are gone.
        case data
    }

    package indirect enum Kind: Hashable, Codable, Sendable {
        case http(HTTPLook)
        case tcp(TCPLook)
        case sql(SQLLook)
        case command(CommandLook)
        case ledger(Ledger)
        case prometheus(PrometheusLook)
        case alertmanager(AlertmanagerLook)
        case log(LogLook)
        case loadBalancer(LoadBalancerLook)
        case dns(DNSLook)
        case postgresRole(PostgresRoleLook)
    }

    package var name: String
    package var measure: Measure
    package var kind: Kind
    package var every: Span
    /// A look that has no answer after this long is bad.
    package var timeout: Span
    /// An answer later than this is bad, though it is an answer.
    package var slowerThan: Span?
    /// Good answers in a row that end an outage.
    package var upAfter: Int
    /// A host to look from, through SSH.
    package var via: String?
    /// The most samples in flight; one that is due beyond it is `unsent`.
    package var inFlightMax: Int
    package var position: Position?

    package init(
        name: String,
        measure: Measure = .service,
        kind: Kind,
        every: Span,
        timeout: Span = .seconds(1),
        slowerThan: Span? = nil,
        upAfter: Int = 3,
        via: String? = nil,
        inFlightMax: Int = 200,
        position: Position? = nil
    ) {
        self.name = name
        self.measure = measure
        self.kind = kind
        self.every = every
        self.timeout = timeout
        self.slowerThan = slowerThan
        self.upAfter = upAfter
        self.via = via
        self.inFlightMax = inFlightMax
        self.position = position
    }
}

/// An HTTP request and what its answer must be.
package struct HTTPLook: Hashable, Codable, Sendable {
    package var url: Text
    package var method: String
    package var headers: [String: Text]
    package var body: Text?
    /// The statuses that are good; empty means 200 to 399.
    package var statuses: [Int]
    /// A regular expression that the body must contain.
    package var match: String?
    /// A resolver (`address` or `address:port`) to ask instead of the system's.
    package var resolver: String?
    /// A PEM file of authorities to trust instead of the system's.
    package var authority: String?
    /// False accepts any certificate.
    package var verifiesCertificate: Bool
    /// True keeps connections between samples; false makes a new one each.
    package var keepsConnection: Bool
    /// True goes on with the addresses that the name had at the first look; nil, as in plans of before,
    /// asks anew for each new connection.
    package var pinsName: Bool?

    package init(
        url: Text,
        method: String = "GET",
        headers: [String: Text] = [:],
        body: Text? = nil,
        statuses: [Int] = [],
        match: String? = nil,
        resolver: String? = nil,
        authority: String? = nil,
        verifiesCertificate: Bool = true,
        keepsConnection: Bool = false,
        pinsName: Bool? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.statuses = statuses
        self.match = match
        self.resolver = resolver
        self.authority = authority
        self.verifiesCertificate = verifiesCertificate
        self.keepsConnection = keepsConnection
        self.pinsName = pinsName
    }
}

/// A TCP connection that must be accepted.
package struct TCPLook: Hashable, Codable, Sendable {
    package var address: Text
    package var port: Int
    /// As of an `HTTPLook`.
    package var pinsName: Bool?

    package init(address: Text, port: Int, pinsName: Bool? = nil) {
        self.address = address
        self.port = port
        self.pinsName = pinsName
    }
}

/// A PostgreSQL query and what its first column of its first row must be.
package struct SQLLook: Hashable, Codable, Sendable {
    package enum Condition: Hashable, Codable, Sendable {
        case equals(Text)
        case atLeast(Double)
        case atMost(Double)
        /// Any row at all.
        case anyRow
    }

    package var url: Text
    package var query: Text
    package var condition: Condition

    package init(url: Text, query: Text, condition: Condition) {
        self.url = url
        self.query = query
        self.condition = condition
    }
}

/// A command, here or on a host, and what must come of it.
package struct CommandLook: Hashable, Codable, Sendable {
    /// Nil runs it on the controller.
    package var host: String?
    package var command: Command
    package var exit: Int
    /// A regular expression that standard output must contain.
    package var match: String?

    package init(host: String? = nil, command: Command, exit: Int = 0, match: String? = nil) {
        self.host = host
        self.command = command
        self.exit = exit
        self.match = match
    }
}

extension Probe.Kind {
    /// What is looked at, in few words; secrets stay `${...}`.
    package var shown: String {
        switch self {
        case .http(let look): "\(look.method) \(look.url.shown)"
        case .tcp(let look): "tcp \(look.address.shown):\(look.port)"
        case .sql(let look): "sql \(look.query.shown)"
        case .command(let look): look.command.shown
        case .ledger(let ledger): "ledger \(ledger.store.shown)"
        case .prometheus(let look): look.shown
        case .alertmanager(let look): look.shown
        case .log(let look): look.shown
        case .loadBalancer(let look): look.shown
        case .dns(let look): look.shown
        case .postgresRole(let look): look.shown
        }
    }

    /// Whether it stays with the addresses that a name had first.
    package var pinsName: Bool {
        switch self {
        case .http(let look): look.pinsName ?? false
        case .tcp(let look): look.pinsName ?? false
        case .sql, .command, .ledger, .prometheus, .alertmanager, .log, .loadBalancer, .dns,
            .postgresRole:
            false
        }
    }

    /// Whom it asks for addresses instead of the system.
    package var resolver: String? {
        switch self {
        case .http(let look): look.resolver
        case .dns(let look): look.resolver
        default: nil
        }
    }
}
