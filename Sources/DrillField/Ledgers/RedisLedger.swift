internal import DrillEngine
internal import DrillModel
internal import Synchronization

/// Numbered records in Redis, one key each: `drill:RUN:NUMBER`.
///
/// A record is one `INCR` of a key that wasn't there, sent once. So each record is a key of its own, as
/// the users' are (spread over the slots of a cluster behind a proxy, evicted, expired and lost by itself),
/// and still one that somebody on the way carried out twice is seen, for it then holds 2.
///
/// It is *acknowledged* when the server has answered a number; *refused* when nothing was sent or the
/// server answered an error that says that it didn't do it; else *indeterminate*.
final class RedisLedger: LedgerKeeper {
    /// A place to write to or to read from.
    struct Place: Sendable {
        var door: RedisDoor
        /// The address for people, without its password.
        var name: String
    }

    let askedMax = 1000

    private let owner: String
    /// Who write in turn, each over its own connections.
    private let writers: [Place]
    /// As `Ledger.places`.
    private let places: [Place]
    private let text: ProbeText
    private let loop: ProbeLoop
    /// Whether the store's own address said before the disaster that it is a primary: a proxy may not know
    /// that question, and end the connection.
    private let tellsRole = Mutex(false)

    /// Keys in one command: a server does nothing else while it carries one out.
    private static let batch = 200

    init(
        owner: String,
        writers: [Place],
        places: [Place],
        text: ProbeText,
        loop: ProbeLoop
    ) {
        self.owner = owner
        self.writers = writers
        self.places = places
        self.text = text
        self.loop = loop
    }

    func prepare(deadline: Instant) async throws(LedgerError) {
        try await LedgerTrial(of: self, places: places.map(\.name), loop: loop)
            .carryOut(until: deadline)
        let end = await places[0].door.ask([["ROLE"]], deadline: deadline)
        guard case .answered(let values) = end.result else { return }
        tellsRole.withLock { $0 = values.first?.role == "master" }
    }

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let start = loop.now()
        let end = await writers[number % writers.count].door.ask(
            [["INCR", key(number)]],
            deadline: deadline
        )
        let answer = LedgerWrite.Answer(end)
        let words: String? =
            switch end.result {
            case .answered(let values):
                if case .error(let words)? = values.first { words } else { nil }
            case .failed(let failure): failure.words
            case .busy: "all connections of the writer are busy"
            case .cancelled: "the run ended first"
            }
        return LedgerAnswer(
            sent: answer == .unsent ? nil : end.sent ?? start,
            done: end.done,
            answer: answer,
            detail: words.map { text.shown($0) }
        )
    }

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        // A connection from before the disaster may still lead to the side that lost a split brain.
        if place == 0 { await places[0].door.close() }
        let asksRole = place == 0 && tellsRole.withLock { $0 }
        let place = places[place]
        let start = loop.now()
        let end = await place.door.ask(
            (asksRole ? [["ROLE"]] : []) + commands("MGET", of: numbers),
            // A server that hangs is asked again.
            deadline: min(deadline, start + .seconds(15))
        )
        guard case .answered(var answers) = end.result else { throw unread(place, end) }
        if asksRole {
            guard answers.removeFirst().role == "master" else {
                // What a replica lacks, its primary may have.
                throw LedgerError(
                    "the ledger can't be read from \(place.name): it leads to a replica"
                )
            }
        }
        var values: [RedisValue] = []
        for answer in answers {
            guard case .array(let some?) = answer else { throw unread(place, end) }
            values += some
        }
        let pairs = zip(numbers, values).compactMap { number, value in
            // What holds less than one `INCR` makes isn't what was written.
            value.number.flatMap { $0 > 0 ? (number, $0) : nil }
        }
        let copies = Dictionary(pairs) { first, _ in first }
        return LedgerFind(sent: end.sent ?? start, done: end.done, copies: copies)
    }

    private func unread(_ place: Place, _ end: RedisEnd) -> LedgerError {
        let words: String
        switch end.result {
        case .answered(let values):
            let errors = values.compactMap { value in
                if case .error(let words) = value { words } else { nil }
            }
            words = errors.first ?? "what was answered is no list"
        case .failed(let failure): words = failure.words
        case .busy: words = "all connections to it are busy"
        case .cancelled: words = "the run ended first"
        }
        return LedgerError("the ledger can't be read from \(place.name): \(text.shown(words))")
    }

    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {
        let place = places[0]
        let end = await place.door.ask(
            commands("UNLINK", of: numbers + [LedgerTrial.number]),
            deadline: deadline
        )
        if case .answered(let values) = end.result, values.allSatisfy({ $0.number != nil }) {
            return
        }
        throw LedgerError(
            "what the ledger wrote at \(place.name) may still be there; it can be removed by "
                + text.shown(RedisRemoval(place.door.address).words(of: key("*"))),
            cause: unread(place, end).message
        )
    }

    func close() async {
        for place in writers + places { await place.door.close() }
    }

    private func key(_ number: some CustomStringConvertible) -> String {
        "drill:\(owner):\(number)"
    }

    private func commands(_ name: String, of numbers: [Int]) -> [[String]] {
        stride(from: 0, to: numbers.count, by: Self.batch).map { start in
            [name] + numbers[start..<min(start + Self.batch, numbers.count)].map { key($0) }
        }
    }
}

extension LedgerWrite.Answer {
    /// What is known of a record after this answer to its `INCR`.
    init(_ end: RedisEnd) {
        switch end.result {
        case .answered(let values):
            switch values.first {
            case .integer: self = .acknowledged
            case .error(let words) where Self.sayNo.contains { words.hasPrefix($0) }:
                self = .refused
            default: self = .indeterminate
            }
        case .failed: self = end.sent == nil ? .refused : .indeterminate
        case .busy: self = .unsent
        case .cancelled: self = end.sent == nil ? .unsent : .indeterminate
        }
    }

    /// How a server's errors begin that come instead of carrying a command out.
    ///
    /// Source: redis/src/server.c, `processCommand`. A proxy's `ERR` may come after it.
    private static let sayNo = [
        "READONLY ", "NOAUTH ", "NOPERM ", "OOM ", "LOADING ", "MASTERDOWN ", "MISCONF ",
        "NOREPLICAS ", "CLUSTERDOWN ", "MOVED ", "ASK ", "TRYAGAIN ", "BUSY ",
    ]
}
