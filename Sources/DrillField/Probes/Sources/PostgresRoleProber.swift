internal import DrillEngine
internal import DrillModel
internal import DrillWire
internal import Synchronization

/// Asks each of several PostgreSQL servers whether it takes writes, and fires when another one does.
///
/// That one server is down says nothing of who the writer is. So it is quiet only when every server but
/// the first writer has answered that it takes none, and blind when one of them hasn't answered; that
/// another one takes writes is known from its answer alone, whatever the rest say.
final class PostgresRoleProber: Prober {
    struct Server: Sendable {
        /// Address and port, `10.77.1.11:5432`.
        var name: String
        var host: String
        var door: PostgresDoor
    }

    private let servers: [Server]
    private let wanted: Set<String>
    private let text: ProbeText
    private let loop: ProbeLoop
    private let firing = Firing()
    private let first = Mutex<String?>(nil)

    init(servers: [Server], wanted: Set<String>, text: ProbeText, loop: ProbeLoop) {
        self.servers = servers
        self.wanted = wanted
        self.text = text
        self.loop = loop
    }

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        let answers = await withTaskGroup(of: (Int, PostgresRoles.Answer).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask { (index, await self.ask(server, deadline: deadline)) }
            }
            var answers: [(Int, PostgresRoles.Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
        let roles = PostgresRoles(answers)
        let seen = first.withLock { first in
            first = first ?? roles.only
            return roles.seen(first: first, wanted: wanted)
        }
        let others: [PostgresRoles.Answer]
        let outcome: Outcome
        switch seen {
        case .fired(let writers): (others, outcome) = (writers, .good)
        case .quiet(let words): (others, outcome) = ([], .bad(.body, text.shown(words)))
        case .unknown(let words):
            (others, outcome) = ([], .bad(.blind, text.shown(words, most: 400)))
        }
        let begun = firing.begun(Set(others.map(\.server)))
        // One writer's own answer shows it; that there is none, only all together.
        let shown = others.isEmpty ? answers : [others[0]]
        let sent = shown.map(\.sent).min() ?? start
        let done = shown.map(\.done).max() ?? loop.now()
        return Look(
            sent: sent,
            done: done,
            outcome: outcome,
            sightings: others.filter { begun.contains($0.server) }.map { writer in
                Sighting("\(writer.server) takes writes", sent: writer.sent, done: writer.done)
            }
        )
    }

    func close() async { for server in servers { await server.door.close() } }

    private func ask(_ server: Server, deadline: Instant) async -> PostgresRoles.Answer {
        let start = loop.now()
        switch await server.door.ask("select pg_is_in_recovery()", deadline: deadline) {
        case .nowhere(let failure):
            return PostgresRoles.Answer(
                server: server.name,
                sent: start,
                done: loop.now(),
                role: .unknown(failure.failure.words)
            )
        case .answered(let answer, let asked):
            let began = (answer.connectNs ?? answer.sentNs).map { Instant(ns: $0) }
            return PostgresRoles.Answer(
                server: server.name,
                sent: asked ?? began ?? start,
                done: Instant(ns: answer.doneNs),
                role: role(answer)
            )
        }
    }

    private func role(_ answer: PostgresAnswer) -> PostgresRoles.Role {
        if let failure = answer.failure { return .unknown(text.shown(failure.words)) }
        guard case .rows(let rows) = answer.result, let value = rows.first?.first ?? nil else {
            return .unknown("it doesn't say")
        }
        return value == "f" ? .writer : .standby
    }
}

/// Who took writes in one look.
struct PostgresRoles: Sendable {
    enum Role: Hashable, Sendable {
        case writer
        case standby
        case unknown(String)
    }

    struct Answer: Hashable, Sendable {
        var server: String
        var sent: Instant
        var done: Instant
        var role: Role
    }

    enum Seen: Hashable, Sendable {
        /// The writers that it fires for.
        case fired([Answer])
        case quiet(String)
        case unknown(String)
    }

    private let answers: [Answer]

    init(_ answers: [Answer]) { self.answers = answers }

    /// The writer, where there is just one.
    var only: String? {
        let writers = answers.filter { $0.role == .writer }
        return writers.count == 1 ? writers[0].server : nil
    }

    /// What the answers say of a change of writers.
    ///
    /// - Parameters:
    ///   - first: the writer of the run's beginning; nil while none was seen.
    ///   - wanted: whom it fires for; empty: anybody but `first`.
    /// - Returns: fired by one writer's answer; quiet only by all of those that might be it.
    func seen(first: String?, wanted: Set<String>) -> Seen {
        let writers = answers.filter { $0.role == .writer }
        guard let first = first ?? wanted.first else {
            return .unknown(
                writers.isEmpty
                    ? "no server takes writes yet\(silent(answers))"
                    : "\(writers.map(\.server).listed) take writes: whom to go by isn't known"
            )
        }
        let suspects = answers.filter {
            wanted.isEmpty ? $0.server != first : wanted.contains($0.server)
        }
        let fired = suspects.filter { $0.role == .writer }
        if !fired.isEmpty { return .fired(fired) }
        let unanswered = suspects.filter { $0.role != .standby }
        guard unanswered.isEmpty else {
            return .unknown("who writes isn't known\(silent(unanswered))")
        }
        let words =
            writers.isEmpty
            ? "nobody takes writes" : "the writer is \(writers.map(\.server).listed)"
        return .quiet(words)
    }

    private func silent(_ answers: [Answer]) -> String {
        let words = answers.compactMap { answer -> String? in
            guard case .unknown(let why) = answer.role else { return nil }
            return "\(answer.server): \(why)"
        }
        return words.isEmpty ? "" : ": \(words.joined(separator: "; "))"
    }
}
