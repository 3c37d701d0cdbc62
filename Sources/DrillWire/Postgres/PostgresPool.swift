/// A bounded number of connections to one PostgreSQL server, one question at a time on each.
///
/// Runs on an input/output thread of its own, since libpq computes log-in keys there, which takes
/// milliseconds. Connections are kept; one that failed is dropped. Must be closed.
package actor PostgresPool {
    private let loop: IOLoop
    private let connectionsMax: Int
    private var connections: [Int: PostgresConnection] = [:]
    private var lastID = 0
    /// Which question is on which connection: a deadline must not hit the next one.
    private var questions: [Int: Int] = [:]
    private var lastQuestion = 0
    private var isClosed = false

    /// How long a connection may wait for a late answer when another needs its place.
    private static let lateNs: Int64 = 5_000_000_000

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    package init(connectionsMax: Int) {
        loop = .database
        self.connectionsMax = connectionsMax
    }

    /// Asks on an idle connection, or on a new one to `target`.
    ///
    /// - Parameters:
    ///   - statement: sent as it is, by the simple protocol.
    ///   - target: nil makes no new connection.
    ///   - rowsMax: the most rows that are kept of the answer.
    ///   - deadlineNs: on CLOCK_BOOTTIME.
    /// - Returns: nil when there is no idle connection and `target` is nil.
    package func ask(
        _ statement: String,
        target: PostgresTarget?,
        rowsMax: Int = 1,
        deadlineNs: Int64
    ) async -> PostgresAnswer? {
        if isClosed { return answer(.cancelled) }
        connections = connections.filter { $0.value.stage != .closed }
        questions = questions.filter { connections[$0.key] != nil }
        let idle = connections.first { $0.value.isUsable() }
        let id: Int
        let connection: PostgresConnection
        if let idle {
            (id, connection) = idle
        } else {
            guard let target else { return nil }
            guard makeRoom() else { return answer(.busy) }
            lastID += 1
            id = lastID
            guard let new = open(target, id) else {
                return answer(.notConnected(PostgresError(message: "no memory is left")))
            }
            connections[id] = new
            connection = new
        }
        lastQuestion += 1
        let question = lastQuestion
        questions[id] = question
        return await withTaskCancellationHandler {
            await withCheckedContinuation { asker in
                connection.begin(
                    PostgresConnection.Question(
                        statement: statement,
                        rowsMax: rowsMax,
                        asker: asker
                    ),
                    deadlineNs: deadlineNs
                ) { [weak self] in
                    self?.assumeIsolated { $0.giveUp(id, question, .late) }
                }
            }
        } onCancel: {
            loop.perform { [weak self] in
                self?.assumeIsolated { $0.giveUp(id, question, .cancelled) }
            }
        }
    }

    /// Lets idle connections go: the next question finds out anew where the address leads.
    package func renew() {
        for (id, connection) in connections where connection.isUsable() {
            connection.close()
            connections[id] = nil
        }
    }

    /// Asks the server to end what it is still at though nobody waits for it any more.
    ///
    /// For statements that change something; a probe's late looks are left to the server, since a host that is
    /// cut off would cost a thread for each.
    package func endStatements(withinNs: Int64) async {
        let latestNs = BootClock.nowNs() + withinNs
        for end in connections.values.compactMap(\.endOfStatement) {
            let sending = Task { await end.send() }
            // A task of its own: whoever asks may be cancelled already, and would wait for nothing.
            _ = await Task { await Deadline.first(of: sending, deadlineNs: latestNs) }.value
        }
    }

    package func close() {
        isClosed = true
        for connection in connections.values { connection.close() }
        connections = [:]
    }

    private func answer(_ result: PostgresAnswer.Result) -> PostgresAnswer {
        PostgresAnswer(result: result, doneNs: BootClock.nowNs())
    }

    private func open(_ target: PostgresTarget, _ id: Int) -> PostgresConnection? {
        PostgresConnection(to: target, loop: loop) { [weak self] events in
            self?.assumeIsolated { $0.connections[id]?.ready(events) }
        }
    }

    private func giveUp(_ id: Int, _ question: Int, _ result: PostgresAnswer.Result) {
        guard questions[id] == question else { return }
        connections[id]?.giveUp(result)
    }

    /// False when as many are busy as may be.
    private func makeRoom() -> Bool {
        if connections.count < connectionsMax { return true }
        let latest = BootClock.nowNs() - Self.lateNs
        let stuck = connections.filter { _, connection in
            if case .late(let sinceNs) = connection.stage { sinceNs < latest } else { false }
        }
        guard let oldest = stuck.keys.min() else { return false }
        connections.removeValue(forKey: oldest)?.close()
        return true
    }
}
