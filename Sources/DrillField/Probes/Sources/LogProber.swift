internal import DrillEngine
internal import DrillModel
internal import DrillWire
internal import Synchronization

/// Reads what is new in a log, and fires from the first line on that matches.
///
/// What drill itself writes to a syslog is no notice of anything. Where lines were lost, one of them may
/// have matched: it is blind for as long as it would then have fired.
///
/// One look at a time, since each goes on where the last one stopped; one that can't begin by its deadline
/// is unsent. A look without an answer moves nothing: the next reads the same again.
final class LogProber: Prober {
    enum Follower: Sendable {
        case file(LogFollower)
        case journal(JournalFollower)

        var input: String {
            switch self {
            case .file(let follower): follower.input
            case .journal(let follower): follower.input
            }
        }

        mutating func take(_ result: CommandResult) throws(ProbeMistake) -> LogFollower.News {
            switch self {
            case .file(var follower):
                let news = try follower.take(result.output, done: result.done)
                self = .file(follower)
                return news
            case .journal(var follower):
                let news = try follower.take(result.outputText, errors: result.errorText)
                self = .journal(follower)
                return news
            }
        }
    }

    private struct State {
        var follower: Follower
        /// When a matching line was read last.
        var matched: Instant?
        /// What may have been missed since then, and when that was known: it may have matched.
        var loss: (words: String, at: Instant)?
    }

    private let log: LogLook
    private let pattern: Pattern
    /// The command that reads on from where the input says.
    private let command: @Sendable (_ input: String) throws(ProbeMistake) -> CommandProber
    private let loop: ProbeLoop
    private let state: Mutex<State>
    private let gate = Gate(width: 1)

    init(
        _ log: LogLook,
        pattern: Pattern,
        loop: ProbeLoop,
        command: @escaping @Sendable (_ input: String) throws(ProbeMistake) -> CommandProber
    ) {
        self.log = log
        self.pattern = pattern
        self.loop = loop
        self.command = command
        let follower: Follower =
            switch log.source {
            case .file: .file(LogFollower())
            case .journal: .journal(JournalFollower())
            }
        state = Mutex(State(follower: follower))
    }

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        guard await gate.enter(deadlineNs: deadline.ns) else {
            return Look(sent: start, done: loop.now(), outcome: .unsent)
        }
        let look = await read(deadline: deadline)
        await gate.leave()
        return look
    }

    func close() async {}

    private func read(deadline: Instant) async -> Look {
        let start = loop.now()
        do throws(ProbeMistake) {
            let command = try command(state.withLock { $0.follower.input })
            switch await command.result(by: deadline) {
            case .failure(let error):
                return Look(sent: start, done: loop.now(), outcome: command.outcome(error))
            case .success(let result): return try judged(result, command.text)
            }
        } catch {
            return Look(sent: start, done: loop.now(), outcome: .bad(.blind, error.message))
        }
    }

    private func judged(_ result: CommandResult, _ text: ProbeText) throws(ProbeMistake) -> Look {
        if let words = result.failure { throw ProbeMistake(text.shown(words)) }
        let (news, matched) = try state.withLock {
            state throws(ProbeMistake) -> (LogFollower.News, [String]) in
            let news = try state.follower.take(result)
            if let loss = news.loss { state.loss = (loss, result.done) }
            let matched: [String]
            do throws(ProbeMistake) {
                matched = try pattern.filter(news.lines) { $0 }.filter { !Syslog.isOurs($0) }
            } catch {
                // These lines won't be read again.
                state.loss = (error.message, result.done)
                throw error
            }
            if !matched.isEmpty {
                state.matched = result.done
                state.loss = nil
            }
            return (news, matched)
        }
        let (last, loss) = state.withLock { ($0.matched, $0.loss) }
        var look = Look(sent: result.sent, done: result.done, outcome: .good)
        look.sightings = matched.map {
            Sighting(text.shown($0, most: 400), sent: result.sent, done: result.done)
        }
        /// What happened at `then` counts until it is quiet again.
        func counts(_ then: Instant?) -> Bool {
            guard let then else { return false }
            return log.quietAfter.map { result.done - then < $0 } ?? true
        }
        if counts(last) { return look }
        if let doubt = news.doubt ?? (counts(loss?.at) ? loss?.words : nil) {
            look.outcome = .bad(.blind, "\(text.shown(log.source.shown)): \(doubt)")
        } else {
            let count = counted(news.lines.count, "new line")
            look.outcome = .bad(.body, "\(count), none like \(pattern.source)")
        }
        return look
    }
}
