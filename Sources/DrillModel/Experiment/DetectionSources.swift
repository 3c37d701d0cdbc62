// What may notice a disaster: monitors, logs, load balancers, name servers, databases. Any probe may look
// at one; most measure `detection`.

/// A PromQL query and what the value of one of its series must be.
package struct PrometheusLook: Hashable, Codable, Sendable {
    package enum Threshold: Hashable, Codable, Sendable {
        case above(Double)
        case below(Double)
        case equals(Double)
        /// Any series at all: the query itself compares, as an alert's expression does.
        case anySeries
    }

    /// The server's address, without `/api/v1/query`, and how it is asked.
    package var server: HTTPLook
    package var query: Text
    package var threshold: Threshold

    package init(server: HTTPLook, query: Text, threshold: Threshold = .anySeries) {
        self.server = server
        self.query = query
        self.threshold = threshold
    }
}

/// An alert that Alertmanager must have as firing.
package struct AlertmanagerLook: Hashable, Codable, Sendable {
    /// The server's address, without `/api/v2/alerts`, and how it is asked.
    package var server: HTTPLook
    /// Its `alertname`.
    package var alert: String
    /// Labels that it must have besides, with their values.
    package var match: [String: String]
    /// The file's `suppressed`: a silenced or inhibited alert counts, too.
    package var countsSuppressed: Bool
    /// Whose clock stamps the alert, that of Prometheus mostly; nil: nobody knows.
    package var clock: String?

    package init(
        server: HTTPLook,
        alert: String,
        match: [String: String] = [:],
        countsSuppressed: Bool = false,
        clock: String? = nil
    ) {
        self.server = server
        self.alert = alert
        self.match = match
        self.countsSuppressed = countsSuppressed
        self.clock = clock
    }
}

/// A file or a unit's journal on a host, and what one of its new lines must hold.
package struct LogLook: Hashable, Codable, Sendable {
    package enum Source: Hashable, Codable, Sendable {
        case file(Text)
        /// A unit of systemd's.
        case journal(String)
    }

    /// Nil is the controller.
    package var host: String?
    package var source: Source
    /// A regular expression that a line must contain.
    package var match: String
    package var sudo: Bool
    /// Without another such line for this long it is quiet again; nil: it stays fired.
    package var quietAfter: Span?

    package init(
        host: String? = nil,
        source: Source,
        match: String,
        sudo: Bool = false,
        quietAfter: Span? = nil
    ) {
        self.host = host
        self.source = source
        self.match = match
        self.sudo = sudo
        self.quietAfter = quietAfter
    }
}

/// The state that HAProxy must give a backend, or servers of it.
package struct LoadBalancerLook: Hashable, Codable, Sendable {
    package enum Way: Hashable, Codable, Sendable {
        /// Its statistics page.
        case page(HTTPLook)
        /// Its statistics socket; `host` nil is the controller.
        case socket(path: Text, host: String?, sudo: Bool)
    }

    package enum Servers: Hashable, Codable, Sendable {
        /// The backend as a whole.
        case backend
        case named(String)
        /// All whose name is wholly what the regular expression says.
        case like(String)
    }

    package enum State: String, Codable, Sendable, CaseIterable {
        case down, up, drain, maint
    }

    package var way: Way
    package var backend: String
    package var servers: Servers
    /// Of every one of `servers`.
    package var state: State

    package init(way: Way, backend: String, servers: Servers = .backend, state: State = .down) {
        self.way = way
        self.backend = backend
        self.servers = servers
        self.state = state
    }
}

/// What one name server must answer.
package struct DNSLook: Hashable, Codable, Sendable {
    package enum RecordType: String, Codable, Sendable, CaseIterable {
        case a = "A"
        case aaaa = "AAAA"
        case cname = "CNAME"
    }

    package enum Condition: Hashable, Codable, Sendable {
        /// Exactly these, in whatever order.
        case equals([String])
        /// Another answer than the first one of the run.
        case changed
    }

    package var name: Text
    /// An address, or `address:port`.
    package var resolver: String
    package var type: RecordType
    package var condition: Condition

    package init(
        name: Text,
        resolver: String,
        type: RecordType = .a,
        condition: Condition = .changed
    ) {
        self.name = name
        self.resolver = resolver
        self.type = type
        self.condition = condition
    }
}

/// Which of several PostgreSQL servers takes writes.
package struct PostgresRoleLook: Hashable, Codable, Sendable {
    /// Each may name several servers, as libpq has it.
    package var urls: [Text]
    /// Hosts of the inventory, or servers as the URLs name them; empty: any other than at first.
    package var writers: [String]

    package init(urls: [Text], writers: [String] = []) {
        self.urls = urls
        self.writers = writers
    }
}
