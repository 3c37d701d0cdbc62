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
final class PostgresLedger: LedgerKeeper {
    /// A place to read back from.
    struct Place: Sendable {
        var door: PostgresDoor
        /// The address for people, without its password.
        var name: String
    }

    /// A look while the run goes on lists the numbers that it asks for.
    let askedMax = 1000

    private let owner: String
    private let table: LedgerTable
    /// Who write in turn, each over its own connections.
    private let writers: [Place]
    /// Where records are read from, as `Ledger.places` has it.
    ///
    /// That of the store's own address makes a connection for each look: one from before may still lead to
    /// the side that lost a split brain, or to a server that is a standby by now.
    private let places: [Place]
    private let text: ProbeText
    private let loop: ProbeLoop
    private let isTableOurs = Mutex(false)

    init(
        owner: String,
        table: LedgerTable,
        writers: [Place],
        places: [Place],
        text: ProbeText,
        loop: ProbeLoop
    ) {
        self.owner = owner
        self.table = table
        self.writers = writers
        self.places = places
        self.text = text
        self.loop = loop
    }

    /// The store's own address, over the connection of a writer.
    private var home: Place { writers[0] }

    // MARK: - Before

    func prepare(deadline: Instant) async throws(LedgerError) {
        let state = try await asked(home, table.survey, deadline: deadline)
        let user = state[1] ?? "the ledger's user"
        guard state[2] == "f" else {
            throw LedgerError(
                "\(home.name) only reads (a standby, or default_transaction_read_only): the ledger "
                    + "needs an address that leads to the primary"
            )
        }
        if state[0] == "t" {
            try await checkTable(user: user, deadline: deadline)
        } else {
            try await makeTable(user: user, deadline: deadline)
        }
        for reader in places.dropFirst() {
            try await awaitTable(at: reader, deadline: deadline)
        }
    }

    private func makeTable(user: String, deadline: Instant) async throws(LedgerError) {
        switch await result(home, table.create, deadline: deadline) {
        case .success: isTableOurs.withLock { $0 = true }
        case .failure(let error) where error.code == "42501":
            throw LedgerError(
                """
                \(user) may not make the ledger's table at \(home.name). A database administrator \
                must run:
                  \(table.create);
                  \(table.grant(to: user));
                """,
                cause: text.shown(error.shown)
            )
        case .failure(let error):
            throw LedgerError(
                "the ledger's table could not be made at \(home.name): "
                    + text.shown(error.shown)
            )
        }
    }

    private func checkTable(user: String, deadline: Instant) async throws(LedgerError) {
        let allowed = try await asked(home, table.privileges, deadline: deadline)
        guard allowed[0] == "t" else {
            throw LedgerError(
                """
                \(user) may not use the ledger's table at \(home.name). A database administrator \
                must run:
                  \(table.grant(to: user));
                """
            )
        }
        if case .failure(let error) = await result(home, table.columns, deadline: deadline) {
            throw LedgerError(
                "the table \(table.quoted) at \(home.name) is there already and is no ledger; "
                    + "choose another by `table:`",
                cause: text.shown(error.shown)
            )
        }
    }

    /// A standby has the table a little later.
    private func awaitTable(at place: Place, deadline: Instant) async throws(LedgerError) {
        var told: PostgresError?
        while true {
            let found = await result(place, table.columns, deadline: deadline)
            guard case .failure(let error) = found else { return }
            // A try that the deadline cut short says less than the one before it.
            let why = loop.now() < deadline ? error : told ?? error
            guard loop.now() + .milliseconds(200) < deadline else {
                let way =
                    why.code == "42P01"
                    ? "; a server that is no standby of \(home.name) must be given it by hand: "
                        + table.create : ""
                throw LedgerError(
                    "the ledger can't be read back from \(place.name): \(text.shown(why.shown))\(way)"
                )
            }
            told = error
            await loop.pause(until: loop.now() + .milliseconds(200))
        }
    }

    // MARK: - During

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let start = loop.now()
        let writer = writers[number % writers.count]
        let statement = table.insert(number, of: owner)
        switch await writer.door.ask(statement, deadline: deadline) {
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

    // MARK: - Reading

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        let isHome = place == 0
        let place = places[place]
        if isHome { await place.door.renew() }
        let start = loop.now()
        let listed = numbers.count > askedMax ? nil : numbers
        let statement =
            isHome
            ? table.countAtPrimary(listed, of: owner) : table.count(listed, of: owner)
        let answer = await place.door.ask(
            statement,
            rowsMax: .max,
            // A server that hangs is asked again.
            deadline: min(deadline, start + .seconds(15))
        )
        switch answer {
        case .nowhere(let failure): throw unread(place, failure.failure.words)
        case .answered(let answer, _):
            let sent = answer.sentNs.map { Instant(ns: $0) } ?? start
            let done = Instant(ns: answer.doneNs)
            switch answer.result {
            case .rows(let rows) where rows.contains { $0[0] == nil }:
                // What a standby lacks, its primary may have.
                throw unread(place, "it leads to a standby")
            case .rows(let rows):
                let asked = Set(numbers)
                let pairs = rows.compactMap { row -> (Int, Int)? in
                    guard let number = row[0].flatMap({ Int($0) }), asked.contains(number),
                        let count = row[1].flatMap({ Int($0) })
                    else { return nil }
                    return (number, count)
                }
                let copies = Dictionary(pairs, uniquingKeysWith: +)
                return LedgerFind(sent: sent, done: done, copies: copies)
            // It was there before the disaster: gone with all that it held.
            case .error(let error) where error.code == "42P01":
                return LedgerFind(sent: sent, done: done, copies: [:])
            default: throw unread(place, answer.failure?.words ?? "there was no answer")
            }
        }
    }

    private func unread(_ place: Place, _ words: String) -> LedgerError {
        LedgerError("the ledger can't be read from \(place.name): \(text.shown(words))")
    }

    // MARK: - After

    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {
        var statements = [table.delete(of: owner)]
        if isTableOurs.withLock({ $0 }) { statements.append(table.dropIfEmpty) }
        for statement in statements {
            guard case .failure(let error) = await result(places[0], statement, deadline: deadline),
                error.code != "42P01"
            else { continue }
            throw LedgerError(
                "what the ledger wrote at \(places[0].name) may still be there; it can be removed by "
                    + table.delete(of: owner),
                cause: text.shown(error.shown)
            )
        }
    }

    func close() async {
        for place in writers + places { await place.door.close() }
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
        deadline: Instant
    ) async -> Result<[[String?]], PostgresError> {
        switch await place.door.ask(statement, deadline: deadline) {
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
