extension PrometheusLook {
    /// What is looked at, in few words; secrets stay `${...}`.
    var shown: String { "prometheus \(query.shown)\(threshold.shown)" }
}

extension PrometheusLook.Threshold {
    /// ` > 5`; nothing where any series will do.
    package var shown: String {
        switch self {
        case .above(let limit): " > \(limit.brief)"
        case .below(let limit): " < \(limit.brief)"
        case .equals(let limit): " = \(limit.brief)"
        case .anySeries: ""
        }
    }

    /// Whether a value meets it; what is no number (NaN) meets none.
    package func isMet(by value: Double) -> Bool {
        switch self {
        case .above(let limit): value > limit
        case .below(let limit): value < limit
        case .equals(let limit): value == limit
        case .anySeries: true
        }
    }
}

extension AlertmanagerLook {
    var shown: String {
        let labels = match.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        return "alert \(alert)" + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
            + (countsSuppressed ? ", even suppressed" : "")
    }
}

extension LogLook {
    var shown: String { "\(source.shown) holds \(match)" }
}

extension LogLook.Source {
    package var shown: String {
        switch self {
        case .file(let path): "log \(path.shown)"
        case .journal(let unit): "journal of \(unit)"
        }
    }
}

extension LoadBalancerLook {
    var shown: String { "haproxy \(subject) is \(state.rawValue)" }

    /// The backend, and what of it: `shop/app-1`.
    package var subject: String {
        switch servers {
        case .backend: backend
        case .named(let name): "\(backend)/\(name)"
        case .like(let pattern): "\(backend)/\(pattern)"
        }
    }
}

extension DNSLook {
    var shown: String {
        let what =
            switch condition {
            case .equals(let values): "is \(values.listed)"
            case .changed: "has changed"
            }
        return "dns \(type.rawValue) \(name.shown) at \(resolver) \(what)"
    }
}

extension PostgresRoleLook {
    var shown: String {
        let servers = urls.map(\.shown).joined(separator: " ")
        return "postgres-role \(servers) "
            + (writers.isEmpty
                ? "has another writer" : "writer is \(writers.joined(separator: " or "))")
    }
}

extension Double {
    /// `2` rather than `2.0`.
    package var brief: String {
        Int64(exactly: self).map(String.init) ?? "\(self)"
    }
}

extension Probe {
    /// Whether it can't become quiet again once it has fired.
    package var staysFired: Bool {
        guard case .log(let look) = kind else { return false }
        return look.quietAfter == nil
    }
}

extension Probe.Kind {
    /// What it runs by a command, here or on a host; nil for all that is asked over the network.
    var ran: CommandLook? {
        switch self {
        case .command(let look): look
        case .log(let look): CommandLook(host: look.host, command: LogScript.command(look))
        case .loadBalancer(let look): look.ran
        case .http, .tcp, .sql, .ledger, .prometheus, .alertmanager, .dns, .postgresRole: nil
        }
    }

    /// Everything in it that may hold a secret.
    package var texts: [Text] {
        switch self {
        case .http(let look): look.texts
        case .tcp(let look): [look.address]
        case .sql(let look):
            if case .equals(let value) = look.condition {
                [look.url, look.query, value]
            } else {
                [look.url, look.query]
            }
        case .command(let look): look.command.texts
        case .ledger(let ledger): ledger.texts
        case .prometheus(let look): look.server.texts + [look.query]
        case .alertmanager(let look): look.server.texts
        case .log(let look): LogScript.command(look).words
        case .loadBalancer(let look):
            if case .page(let page) = look.way { page.texts } else { [] }
        case .dns(let look): [look.name]
        case .postgresRole(let look): look.urls
        }
    }
}

extension HTTPLook {
    fileprivate var texts: [Text] { [url] + headers.values + (body.map { [$0] } ?? []) }
}

extension LoadBalancerLook {
    fileprivate var ran: CommandLook? {
        guard case .socket(let path, let host, let sudo) = way else { return nil }
        return CommandLook(host: host, command: Self.command(socket: path, sudo: sudo))
    }

    /// Prints HAProxy's statistics as CSV.
    package static func command(socket path: Text, sudo: Bool) -> Command {
        .script(
            """
            command -v socat >/dev/null || { echo 'socat is not installed there: apt-get install socat' >&2; exit 69; }
            echo 'show stat' | socat -t 5 - "UNIX-CONNECT:$1"
            """,
            name: "drill-haproxy",
            [path],
            sudo: sudo
        )
    }
}
