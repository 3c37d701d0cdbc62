internal import DrillEngine
internal import DrillModel
internal import DrillWire
internal import Synchronization

/// Numbered records in a PostgreSQL table of the ledger's own.
///
/// A record is one `insert`, a transaction by itself, sent once. It is *acknowledged* when the server
/// has said `INSERT`, which it says after the commit; *refused* when nothing was sent or the server
/// answered an error that ends the statement without a commit; else *indeterminate*.
///
/// The table has no key: a record that the system under test wrote twice must be seen twice.
/// Over several places the copies of a record are the most that one place holds, since each place is
/// a copy of all: a record is there if it is at any of them, doubled if one has it twice.
final class PostgresLedger: LedgerKeeper {
    /// A place to read back from.
    struct Place: Sendable {
        var door: PostgresDoor
        /// The address for people, without its password.
        var name: String
    }

    private let run: String
    private let table: LedgerTable
    private let writer: Place
    private let readers: [Place]
    private let text: ProbeText
    private let loop: ProbeLoop
    private let isTableOurs = Mutex(false)

    init(
        run: String,
        table: LedgerTable,
        writer: Place,
        readers: [Place],
        text: ProbeText,
        loop: ProbeLoop
    ) {
        self.run = run
        self.table = table
        self.writer = writer
        self.readers = readers
        self.text = text
        self.loop = loop
    }

    // MARK: - Before

    func prepare(deadline: Instant) async throws(LedgerError) {
        let state = try await asked(writer, table.survey, deadline: deadline)
        let user = state[1] ?? "the ledger's user"
        guard state[2] == "f" else {
            throw LedgerError(
                "\(writer.name) only reads (a standby, or default_transaction_read_only): the ledger "
                    + "needs an address that leads to the primary"
            )
        }
        if state[0] == "t" {
            try await checkTable(user: user, deadline: deadline)
        } else {
            try await makeTable(user: user, deadline: deadline)
        }
        for reader in readers where reader.name != writer.name {
            try await awaitTable(at: reader, deadline: deadline)
        }
    }

    private func makeTable(user: String, deadline: Instant) async throws(LedgerError) {
        switch await result(writer, table.create, deadline: deadline) {
        case .success: isTableOurs.withLock { $0 = true }
        case .failure(let error) where error.code == "42501":
            throw LedgerError(
                """
                \(user) may not make the ledger's table at \(writer.name). A database administrator \
                must run:
                  \(table.create);
                  \(table.grant(to: user));
                """,
                cause: text.shown(error.shown)
            )
        case .failure(let error):
            throw LedgerError(
                "the ledger's table could not be made at \(writer.name): "
                    + text.shown(error.shown)
            )
        }
    }

    private func checkTable(user: String, deadline: Instant) async throws(LedgerError) {
        let allowed = try await asked(writer, table.privileges, deadline: deadline)
        guard allowed[0] == "t" else {
            throw LedgerError(
                """
                \(user) may not use the ledger's table at \(writer.name). A database administrator \
                must run:
                  \(table.grant(to: user));
                """
            )
        }
        if case .failure(let error) = await result(writer, table.columns, deadline: deadline) {
            throw LedgerError(
                "the table \(table.quoted) at \(writer.name) is there already and is no ledger; "
                    + "choose another by `table:`",
                cause: text.shown(error.shown)
            )
        }
    }

    /// A standby has the table a little later.
    private func awaitTable(at place: Place, deadline: Instant) async throws(LedgerError) {
        while true {
            let found = await result(place, table.columns, deadline: deadline)
            guard case .failure(let error) = found else { return }
            guard loop.now() + .milliseconds(200) < deadline else {
                throw LedgerError(
                    "the ledger can't be read back from \(place.name): \(text.shown(error.shown))"
                )
            }
            await loop.pause(until: loop.now() + .milliseconds(200))
        }
    }

    // MARK: - During

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let start = loop.now()
        switch await writer.door.ask(table.insert(number, run: run), deadline: deadline) {
        case .nowhere(.cancelled):
            return LedgerAnswer(sent: nil, done: loop.now(), answer: .unsent)
        case .nowhere(let failure):
            return LedgerAnswer(
                sent: start,
                done: loop.now(),
                answer: .refused,
                detail: text.shown(failure.failure.words)
            )
        case .answered(let answer, _):
            let kind = LedgerWrite.Answer(answer)
            let sent = answer.sentNs ?? answer.connectNs ?? start.ns
            let words = answer.failure?.words ?? answer.warnings.joined(separator: "; ")
            return LedgerAnswer(
                sent: kind == .unsent ? nil : Instant(ns: sent),
                done: Instant(ns: answer.doneNs),
                answer: kind,
                detail: words.isEmpty ? nil : text.shown(words)
            )
        }
    }

    // MARK: - After

    func readBack(deadline: Instant) async throws(LedgerError) -> [Int: Int] {
        var copies: [Int: Int] = [:]
        for place in readers {
            let found = try await counted(at: place, deadline: deadline)
            copies.merge(found) { max($0, $1) }
        }
        return copies
    }

    /// Asks again until it is answered: the system may still be on its feet only half.
    private func counted(at place: Place, deadline: Instant) async throws(LedgerError) -> [Int: Int]
    {
        while true {
            let answer = await result(
                place,
                table.count(run: run),
                rowsMax: .max,
                deadline: deadline
            )
            switch answer {
            case .success(let rows):
                let pairs = rows.compactMap { row -> (Int, Int)? in
                    guard let number = row[0].flatMap({ Int($0) }),
                        let count = row[1].flatMap({ Int($0) })
                    else { return nil }
                    return (number, count)
                }
                return Dictionary(pairs, uniquingKeysWith: +)
            // It was there before the disaster: gone with all that it held.
            case .failure(let error) where error.code == "42P01": return [:]
            case .failure(let error):
                guard loop.now() + .milliseconds(200) < deadline else {
                    throw LedgerError(
                        "the ledger can't be read back from \(place.name): "
                            + text.shown(error.shown)
                    )
                }
                await loop.pause(until: loop.now() + .milliseconds(200))
            }
        }
    }

    func cleanUp(deadline: Instant) async throws(LedgerError) {
        var statements = [table.delete(run: run)]
        if isTableOurs.withLock({ $0 }) { statements.append(table.dropIfEmpty) }
        for statement in statements {
            guard case .failure(let error) = await result(writer, statement, deadline: deadline),
                error.code != "42P01"
            else { continue }
            throw LedgerError(
                "what the ledger wrote at \(writer.name) is still there; it can be removed by "
                    + table.delete(run: run),
                cause: text.shown(error.shown)
            )
        }
    }

    func close() async {
        await writer.door.close()
        for reader in readers { await reader.door.close() }
    }

    // MARK: -

    private func asked(
        _ place: Place,
        _ statement: String,
        deadline: Instant
    ) async throws(LedgerError) -> [String?] {
        switch await result(place, statement, deadline: deadline) {
        case .success(let rows): return rows.first ?? []
        case .failure(let error):
            throw LedgerError(
                "the ledger's database can't be used at \(place.name): \(text.shown(error.shown))"
            )
        }
    }

    private func result(
        _ place: Place,
        _ statement: String,
        rowsMax: Int = 1,
        deadline: Instant
    ) async -> Result<[[String?]], PostgresError> {
        switch await place.door.ask(statement, rowsMax: rowsMax, deadline: deadline) {
        case .nowhere(let failure): .failure(PostgresError(message: failure.failure.words))
        case .answered(let answer, _):
            switch answer.result {
            case .rows(let rows): .success(rows)
            case .error(let error), .notConnected(let error): .failure(error)
            default:
                .failure(PostgresError(message: answer.failure?.words ?? "there was no answer"))
            }
        }
    }
}

extension LedgerWrite.Answer {
    /// What is known of a record after this answer to its `insert`.
    init(_ answer: PostgresAnswer) {
        let wasSent = answer.sentNs != nil
        switch answer.result {
        case .rows: self = .acknowledged
        case .error(let error): self = error.endsWithoutCommit ? .refused : .indeterminate
        case .notConnected: self = .refused
        case .lost, .late: self = wasSent ? .indeterminate : .refused
        case .busy: self = .unsent
        case .cancelled: self = wasSent ? .indeterminate : .unsent
        }
    }
}

extension PostgresError {
    /// Whether it is certain that the statement that was answered by this wasn't committed.
    ///
    /// An ERROR ends the statement's transaction. A FATAL or PANIC ends the connection, maybe between
    /// a commit and its answer, and so do the codes of a lost connection (class 08), of an unknown
    /// completion (40003) and of a server that goes down (57P0x), which poolers pass on as an ERROR.
    var endsWithoutCommit: Bool {
        guard let code, severity == "ERROR" else { return false }
        return !code.hasPrefix("08") && !code.hasPrefix("57P0") && code != "40003"
    }
}
