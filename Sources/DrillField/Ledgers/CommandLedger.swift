internal import DrillEngine
internal import DrillModel
internal import Synchronization

/// Numbered records in a store that commands of the user's own write and list.
///
/// A record is one command, run once. It is *acknowledged* when that exits 0; *refused* when it was never
/// started; else *indeterminate*: what a command did before it failed, nobody knows.
///
/// Reading is one command that lists all records of the run, not one for each. A listing of an object
/// store brings a thousand names a request; a command for each of the 30,000 records of ten minutes, at
/// half a second each for a client to start and log in, would take hours. The record that was tried first
/// shows how names look in a place's listings, and that a listing is whole.
final class CommandLedger: LedgerKeeper {
    /// A command, where it runs, and the secrets that it is given.
    struct Order: Sendable {
        var command: Command
        /// Nil runs it on the controller.
        var host: Host?
    }

    /// A listing brings them all.
    let askedMax = 10_000

    private let owner: String
    private let writing: Order
    private let deleting: Order?
    /// As `Ledger.places`.
    private let places: [(order: Order, name: String)]
    private let secrets: [Text.Part: String]
    private let hosts: any Hosts
    private let text: ProbeText
    private let loop: ProbeLoop
    /// How each place showed the first record when it showed it for the first time.
    private let ways = Mutex<[Int: Set<RecordListing.Way>]>([:])

    /// Some hundred thousand names.
    private static let listLimitBytes = 64 * 1024 * 1024

    init(
        owner: String,
        writing: Order,
        deleting: Order?,
        places: [(order: Order, name: String)],
        secrets: [Text.Part: String],
        hosts: any Hosts,
        text: ProbeText,
        loop: ProbeLoop
    ) {
        self.owner = owner
        self.writing = writing
        self.deleting = deleting
        self.places = places
        self.secrets = secrets
        self.hosts = hosts
        self.text = text
        self.loop = loop
    }

    func prepare(deadline: Instant) async throws(LedgerError) {
        try await LedgerTrial(of: self, places: places.map(\.name), loop: loop)
            .carryOut(until: deadline)
    }

    func write(_ number: Int, deadline: Instant) async -> LedgerAnswer {
        let start = loop.now()
        let record = LedgerRecord(owner: owner, number: number)
        switch await run(writing, for: record, deadline: deadline, limitBytes: 64 * 1024) {
        case .success(let result):
            let failure = Self.failure(of: result)
            return LedgerAnswer(
                sent: result.sent,
                done: result.done,
                answer: failure == nil ? .acknowledged : .indeterminate,
                detail: failure.map { text.shown($0) }
            )
        case .failure(let error):
            let isOver = Task.isCancelled || error.code == .cancelled
            let answer: LedgerWrite.Answer =
                !error.nothingStarted ? .indeterminate : isOver ? .unsent : .refused
            return LedgerAnswer(
                sent: answer == .unsent ? nil : start,
                done: loop.now(),
                answer: answer,
                detail: text.shown(error.message)
            )
        }
    }

    func read(
        _ numbers: [Int],
        at place: Int,
        deadline: Instant
    ) async throws(LedgerError) -> LedgerFind {
        let (order, name) = places[place]
        let record = LedgerRecord(owner: owner, number: 0)
        let ran = await run(
            order,
            for: record,
            deadline: deadline,
            limitBytes: Self.listLimitBytes
        )
        switch ran {
        case .success(let result):
            if let failure = Self.failure(of: result) { throw unread(name, failure) }
            guard !result.isTruncated else { throw unread(name, "it lists more than 64 MiB") }
            let asked = Set(numbers)
            let listing = RecordListing(of: owner, in: result.output)
            let found = listing.numbers(shownAs: waysOfNaming(listing, at: place))
            // Of names in order the first record's is the last: a listing that ends after a page lacks it.
            guard found.isEmpty || found[LedgerTrial.number] != nil else {
                throw unread(
                    name,
                    "it lists some records and not \(owner)-\(LedgerTrial.number), which was written first"
                        + " and sorts last: it ends too early (after a page?), or lost that one, too"
                )
            }
            return LedgerFind(
                sent: result.sent,
                done: result.done,
                copies: found.filter { asked.contains($0.key) }
            )
        case .failure(let error): throw unread(name, error.message)
        }
    }

    private func waysOfNaming(_ listing: RecordListing, at place: Int) -> Set<RecordListing.Way> {
        ways.withLock { ways in
            if let known = ways[place] { return known }
            let first = listing.ways(of: LedgerTrial.number)
            if !first.isEmpty { ways[place] = first }
            return first
        }
    }

    private func unread(_ place: String, _ words: String) -> LedgerError {
        LedgerError("the ledger can't be read from \(place): \(text.shown(words))")
    }

    func cleanUp(_ numbers: [Int], deadline: Instant) async throws(LedgerError) {
        guard let deleting else { return }
        let record = LedgerRecord(owner: owner, number: 0)
        var ran = await run(deleting, for: record, deadline: deadline, limitBytes: 64 * 1024)
        // Its host may only just be coming back.
        while case .failure(let error) = ran, error.nothingStarted, error.code != .configuration,
            loop.now() + .milliseconds(500) < deadline
        {
            await loop.pause(until: loop.now() + .milliseconds(500))
            ran = await run(deleting, for: record, deadline: deadline, limitBytes: 64 * 1024)
        }
        let words: String? =
            switch ran {
            case .success(let result): Self.failure(of: result)
            case .failure(let error): error.message
            }
        guard let words else { return }
        throw LedgerError(
            "the records named \(owner)-… are still there; its `delete` failed: \(text.shown(words))"
        )
    }

    func close() async {}

    private func run(
        _ order: Order,
        for record: LedgerRecord,
        deadline: Instant,
        limitBytes: Int
    ) async -> Result<CommandResult, RemoteError> {
        let line: CommandLine
        do throws(SecretError) {
            line = try CommandLine(order.command.filled(saved: record.saved)) {
                part throws(SecretError) in
                guard let secret = secrets[part] else {
                    throw SecretError("\(Text(parts: [part]).shown) has no value")
                }
                return secret
            }
        } catch {
            return .failure(RemoteError(.configuration, host: "", error.message))
        }
        let late = RemoteError(.timedOut, host: "", "no answer in time", nothingStarted: false)
        return await loop.first(by: deadline, late: .failure(late)) { [self] in
            do throws(RemoteError) {
                let remote: any Remote =
                    if let host = order.host {
                        try await hosts.remote(to: host)
                    } else {
                        LocalRemote(host: "the controller")
                    }
                return .success(
                    try await remote.run(
                        line.line,
                        input: line.input,
                        deadline: deadline,
                        outputLimitBytes: limitBytes
                    )
                )
            } catch {
                return .failure(error)
            }
        }
    }

    /// Why a command that ran didn't do what it should; nil where it did.
    private static func failure(of result: CommandResult) -> String? {
        let said = lastLine(of: result.errors).map { ": \($0)" } ?? ""
        return switch result.exit {
        case .code(0): nil
        case .code(let code): "exit code \(code)\(said)"
        case .signal(let name): "ended by SIG\(name)\(said)"
        }
    }
}
