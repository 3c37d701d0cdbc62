internal import CPostgres
internal import Glibc

/// One connection to a PostgreSQL server and the question that is on it.
///
/// ```
///  connecting ─▶ asked ─▶ idle ─▶ asked …
///                  │ deadline: the asker is answered, the connection waits on
///                  └─▶ late ─▶ idle
/// ```
/// Lives on the loop's thread. After a deadline the connection isn't closed: the server would work on
/// all the same, and a new connection for each late statement would use up its slots.
final class PostgresConnection {
    enum Stage: Equatable {
        case connecting, idle, asked
        case late(sinceNs: Int64)
        case closed
    }

    struct Question {
        let statement: String
        let rowsMax: Int
        let asker: CheckedContinuation<PostgresAnswer, Never>
    }

    private(set) var stage = Stage.connecting
    private let raw: OpaquePointer
    private let loop: IOLoop
    private let isReady: @Sendable (IOEvents) -> Void
    private var watched: Int32?
    private var question: Question?
    private var answer = PostgresAnswer(result: .late, doneNs: 0)
    private var hasResult = false
    private var timer: Int?

    /// Begins to connect; nil when there is no memory for it.
    init?(
        to target: PostgresTarget,
        loop: IOLoop,
        isReady: @escaping @Sendable (IOEvents) -> Void
    ) {
        self.loop = loop
        self.isReady = isReady
        answer.connectNs = BootClock.nowNs()
        let parameters = target.parameters
        let keys = CStrings(parameters.map(\.0))
        let values = CStrings(parameters.map(\.1))
        guard let raw = PQconnectStartParams(keys.pointers, values.pointers, 0) else { return nil }
        self.raw = raw
        // Errors then carry their SQLSTATE also while connecting, where there is no result to ask.
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        PQsetNoticeReceiver(
            raw,
            { connection, result in
                guard let connection, let result else { return }
                // Unretained: libpq calls back only inside of calls that this object makes.
                Unmanaged<PostgresConnection>.fromOpaque(connection).takeUnretainedValue()
                    .noteWarning(result)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    deinit {
        // Only where its pool was dropped without being closed.
        if stage != .closed { PQfinish(raw) }
    }

    /// Asks on an idle connection at once, on a new one as soon as it is made.
    func begin(_ question: Question, deadlineNs: Int64, late: @escaping @Sendable () -> Void) {
        self.question = question
        hasResult = false
        timer = loop.at(deadlineNs, late)
        switch stage {
        case .idle:
            answer = PostgresAnswer(result: .late, doneNs: 0)
            ask()
        case .connecting where PQstatus(raw) == CONNECTION_BAD: connectFailed()
        case .connecting: watch(.write)
        case .asked, .late, .closed: finish(.busy)
        }
    }

    /// Whether the server hasn't hung up in the meantime; closes it if it has.
    func isUsable() -> Bool {
        guard stage == .idle else { return false }
        ready([])
        return stage == .idle
    }

    func ready(_ events: IOEvents) {
        switch stage {
        case .connecting: connectOn()
        case .asked, .late: readOn(events)
        case .idle:
            // Also takes in what the server says unasked, its goodbye among it.
            if PQconsumeInput(raw) == 0 || PQstatus(raw) == CONNECTION_BAD { return close() }
            _ = PQisBusy(raw)
            while let notify = PQnotifies(raw) { PQfreemem(notify) }
        case .closed: break
        }
    }

    /// The deadline came, or nobody waits any more.
    func giveUp(_ result: PostgresAnswer.Result) {
        switch stage {
        case .connecting:
            finish(result)
            close()
        case .asked:
            stage = .late(sinceNs: BootClock.nowNs())
            finish(hasResult ? answer.result : result)
        case .idle, .late, .closed: break
        }
    }

    /// What ends the statement that the server is still at though nobody waits for it; nil where there is none.
    var endOfStatement: PostgresStatementEnd? {
        guard case .late = stage else { return nil }
        return PQgetCancel(raw).map(PostgresStatementEnd.init)
    }

    func close() {
        guard stage != .closed else { return }
        finish(hasResult ? answer.result : .lost("the connection was closed"))
        unwatch()
        stage = .closed
        PQfinish(raw)
    }

    // MARK: - Connecting

    private func connectOn() {
        // libpq may close the descriptor and open another in the call.
        unwatch()
        switch PQconnectPoll(raw) {
        case PGRES_POLLING_READING: watch(.read)
        case PGRES_POLLING_WRITING: watch(.write)
        case PGRES_POLLING_OK:
            PQsetnonblocking(raw, 1)
            ask()
        default: connectFailed()
        }
    }

    private func connectFailed() {
        let words = String(cString: PQerrorMessage(raw))
        finish(.notConnected(PostgresError(connecting: words)))
        close()
    }

    // MARK: - Asking

    private func ask() {
        guard let question else { return close() }
        stage = .asked
        answer.sentNs = BootClock.nowNs()
        // The simple protocol: its CommandComplete follows the commit. In the extended one it
        // precedes it, and only ReadyForQuery is proof (PostgreSQL documentation, 55.2.3).
        guard PQsendQuery(raw, question.statement) == 1 else { return lost() }
        flush()
    }

    private func flush() {
        switch PQflush(raw) {
        case 0: watch(.read)
        case 1: watch([.read, .write])
        default: lost()
        }
    }

    private func readOn(_ events: IOEvents) {
        let isOpen = PQconsumeInput(raw) == 1
        while PQisBusy(raw) == 0 {
            guard let result = PQgetResult(raw) else { return answered() }
            note(result)
            PQclear(result)
            if stage == .closed { return }
        }
        if !isOpen { lost() } else if events.contains(.write) { flush() }
    }

    private func note(_ result: OpaquePointer) {
        let found: PostgresAnswer.Result
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            found = .rows(rows(of: result))
        case PGRES_FATAL_ERROR:
            let error = PostgresError(result)
            // libpq's own: the connection is gone. What was acknowledged before stays so.
            if error.code == nil {
                if hasResult { return }
                found = .lost(error.message)
            } else {
                found = .error(error)
            }
        default:
            found = .lost("the statement starts a copy, which isn't an answer")
            record(found)
            return close()
        }
        record(found)
    }

    private func record(_ result: PostgresAnswer.Result) {
        hasResult = true
        answer.result = result
        answer.doneNs = BootClock.nowNs()
    }

    private func answered() {
        finish(answer.result)
        let isClean = PQstatus(raw) == CONNECTION_OK && PQtransactionStatus(raw) == PQTRANS_IDLE
        guard isClean else { return close() }
        stage = .idle
        watch(.read)
    }

    private func lost() {
        if !hasResult {
            record(.lost(PostgresError.firstLine(String(cString: PQerrorMessage(raw)))))
        }
        close()
    }

    private func rows(of result: OpaquePointer) -> [[String?]] {
        let columns = PQnfields(result)
        let count = min(Int(PQntuples(result)), question?.rowsMax ?? 0)
        return (0..<Int32(count)).map { row in
            (0..<columns).map { column in
                PQgetisnull(result, row, column) == 1
                    ? nil : PQgetvalue(result, row, column).map { String(cString: $0) }
            }
        }
    }

    private func noteWarning(_ result: OpaquePointer) {
        let error = PostgresError(result)
        if error.severity == "WARNING", answer.warnings.count < 20 {
            answer.warnings.append(error.message)
        }
    }

    /// Tells the asker, once.
    private func finish(_ result: PostgresAnswer.Result) {
        if let timer { loop.cancel(timer: timer) }
        timer = nil
        guard let question else { return }
        self.question = nil
        answer.result = result
        if !hasResult { answer.doneNs = BootClock.nowNs() }
        question.asker.resume(returning: answer)
    }

    // MARK: - The descriptor

    private func watch(_ events: IOEvents) {
        let descriptor = PQsocket(raw)
        if let watched, watched != descriptor { unwatch() }
        guard descriptor >= 0 else { return }
        watched = descriptor
        loop.watch(descriptor, events, isReady)
    }

    private func unwatch() {
        if let watched { loop.unwatch(watched) }
        watched = nil
    }
}

/// A list of C strings that ends in NULL, for as long as this lives.
private final class CStrings {
    private(set) var pointers: [UnsafePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { UnsafePointer(strdup($0)) } + [nil] }

    deinit {
        for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) }
    }
}

extension PostgresError {
    /// The fields of an error or a notice (libpq-exec, PQresultErrorField).
    fileprivate init(_ result: OpaquePointer) {
        func field(_ letter: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
        }
        let whole = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        self.init(
            severity: field("V") ?? field("S"),
            code: field("C"),
            message: field("M") ?? Self.firstLine(whole)
        )
    }

    /// What PQerrorMessage says of a failed connection, verbosely: `… failed: FATAL:  28P01: no`.
    ///
    /// Of several servers the last one counts.
    init(connecting text: String) {
        let lines = text.split(separator: "\n")
            .filter { !$0.hasPrefix("LOCATION:") && !$0.hasPrefix("\t") }
        let last = lines.last.map(String.init) ?? "the connection failed"
        let reason = last.firstRange(of: " failed: ").map { String(last[$0.upperBound...]) } ?? last
        let parts = reason.split(separator: ": ", maxSplits: 2).map {
            $0.drop { $0 == " " }
        }
        guard parts.count == 3, parts[1].utf8.count == 5,
            parts[1].allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
        else {
            self.init(severity: nil, code: nil, message: reason)
            return
        }
        self.init(
            severity: String(parts[0]),
            code: String(parts[1]),
            message: String(parts[2])
        )
    }

    static func firstLine(_ text: String) -> String {
        text.split(separator: "\n").first.map(String.init) ?? "the connection was lost"
    }
}
