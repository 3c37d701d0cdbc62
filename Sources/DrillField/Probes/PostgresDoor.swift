internal import DrillModel
internal import DrillWire
internal import NIOCore

/// A bounded pool of connections to one PostgreSQL address, whose names are looked up anew for each
/// new connection.
struct PostgresDoor: Sendable {
    enum Answer: Sendable {
        /// `asked` is when a name was asked for, where that was part of it.
        case answered(PostgresAnswer, asked: Instant?)
        case nowhere(RouteFailure)
    }

    let target: PostgresTarget
    let route: any Route
    let loop: ProbeLoop
    let pool: PostgresPool

    init(target: PostgresTarget, route: any Route, loop: ProbeLoop, connectionsMax: Int) {
        self.target = target
        self.route = route
        self.loop = loop
        pool = PostgresPool(connectionsMax: connectionsMax)
    }

    func ask(_ statement: String, rowsMax: Int = 1, deadline: Instant) async -> Answer {
        if let answer = await pool.ask(
            statement,
            target: nil,
            rowsMax: rowsMax,
            deadlineNs: deadline.ns
        ) {
            return .answered(answer, asked: nil)
        }
        let start = loop.now()
        do {
            let target = try await resolved(deadline: deadline)
            let answer = await pool.ask(
                statement,
                target: target,
                rowsMax: rowsMax,
                deadlineNs: deadline.ns
            )
            let asks = self.target.servers.contains { asksNames($0) }
            return .answered(
                answer ?? PostgresAnswer(result: .busy, doneNs: loop.now().ns),
                asked: asks ? start : nil
            )
        } catch {
            return .nowhere(error)
        }
    }

    /// The next question is asked over a new connection.
    func renew() async { await pool.renew() }

    func close() async { await pool.close() }

    /// Has the server end a statement that nobody waits for any more; two seconds at most.
    func endStatements() async { await pool.endStatements(withinNs: 2_000_000_000) }

    private func asksNames(_ server: PostgresTarget.Server) -> Bool {
        server.address == nil && !server.isLocal && route.asksNames(server.host)
    }

    private func resolved(deadline: Instant) async throws(RouteFailure) -> PostgresTarget {
        var found: [PostgresTarget.Server] = []
        var last = RouteFailure.unresolvable("the address names no server")
        for server in target.servers {
            if server.isLocal {
                found.append(server)
                continue
            }
            do throws(RouteFailure) {
                let addresses = try await route.addresses(
                    of: server.address ?? server.host,
                    port: server.port,
                    deadline: deadline
                )
                for address in addresses {
                    found.append(
                        PostgresTarget.Server(
                            host: server.host,
                            address: address.ipAddress,
                            port: address.port ?? server.port
                        )
                    )
                }
            } catch {
                last = error
            }
        }
        guard !found.isEmpty else { throw last }
        var result = target
        result.servers = found
        return result
    }
}

extension PostgresAnswer {
    /// The failure that it means to a look; nil where the server answered rows.
    var failure: NetworkFailure? {
        switch result {
        case .rows: nil
        case .error(let error): NetworkFailure(.status, error.shown)
        case .notConnected(let error): NetworkFailure(connecting: error)
        case .lost(let words): NetworkFailure(.reset, words)
        case .late where sentNs == nil: NetworkFailure(.timeout, "no connection in time")
        case .late: NetworkFailure(.timeout, "connected, but no answer in time")
        case .busy: NetworkFailure(.blind, "all connections of the probe are busy")
        case .cancelled: NetworkFailure(.blind, "the run ended first")
        }
    }
}

extension PostgresError {
    /// `ERROR 42P01: relation "orders" does not exist`.
    var shown: String {
        guard let code else { return message }
        return "\(severity ?? "ERROR") \(code): \(message)"
    }
}

extension NetworkFailure {
    /// By the words that libpq has for a connection that couldn't be made.
    init(connecting error: PostgresError) {
        if error.code != nil {
            self.init(.status, error.shown)
            return
        }
        let said = error.message.lowercased()
        let known: [(String, Outcome.Failure)] = [
            ("connection refused", .refused), ("no route to host", .refused),
            ("unreachable", .refused), ("no such file", .refused), ("timed out", .timeout),
            ("timeout expired", .timeout), ("reset by peer", .reset),
            ("closed the connection", .reset), ("broken pipe", .reset),
            ("too many open files", .blind), ("cannot assign", .blind),
            ("certificate", .tls), ("ssl", .tls), ("could not translate", .unresolvable),
        ]
        let match = known.first { said.contains($0.0) }
        self.init(match?.1 ?? .status, error.message)
    }
}
