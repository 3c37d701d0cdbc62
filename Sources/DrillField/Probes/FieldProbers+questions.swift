package import DrillEngine
package import DrillModel
internal import DrillWire
internal import Synchronization

extension FieldProbers {
    package func ask(_ question: Question, deadline: Instant) async -> Reply {
        let sent = loop.now()
        asking.withLock { $0 += 1 }
        defer { asking.withLock { $0 -= 1 } }
        do throws(ProbeMistake) {
            switch question {
            case .http(let look):
                let prober = try request(look)
                let reply = await prober.reply(deadline: deadline)
                await prober.close()
                return reply
            case .sql(let deed):
                let prober = try statement(deed)
                let reply = await prober.reply(deadline: deadline)
                await prober.close()
                return reply
            }
        } catch {
            return Reply(sent: sent, done: loop.now(), outcome: .bad(.blind, error.message))
        }
    }

    private func request(_ look: HTTPLook) throws(ProbeMistake) -> HTTPProber {
        var text = ProbeText(secret: secret)
        return try http(look, url: try text.filled(look.url), &text, via: nil)
    }

    private func statement(_ deed: SQLDeed) throws(ProbeMistake) -> SQLProber {
        let look = SQLLook(url: deed.url, query: deed.query, condition: .anyRow)
        return try statement(look, most: 1, via: nil)
    }
}

extension PostgresAnswer {
    /// Whether the server may still be at it.
    fileprivate var isAtWork: Bool {
        switch result {
        case .late, .cancelled: sentNs != nil
        default: false
        }
    }
}

extension HTTPProber {
    /// One request, and all that was answered.
    fileprivate func reply(deadline: Instant) async -> Reply {
        let end = await exchange(deadline: deadline)
        let look = judged(end, start: end.sent ?? end.done)
        guard case .answered(let status, let body) = end.result else {
            return Reply(sent: look.sent, done: look.done, outcome: look.outcome)
        }
        return Reply(
            sent: look.sent,
            done: look.done,
            outcome: look.outcome,
            said: "status \(status)",
            text: String(decoding: body, as: UTF8.self)
        )
    }
}

extension SQLProber {
    /// One statement, and the first column of its first row; none is fine, too.
    fileprivate func reply(deadline: Instant) async -> Reply {
        let start = loop.now()
        let answer: PostgresAnswer
        switch await door.ask(query, deadline: deadline) {
        case .answered(let told, _):
            answer = told
            // The server would go on with it: behind everybody's back, or beside the next try.
            if told.isAtWork { await door.endStatements() }
        case .nowhere(let failure):
            let words = text.shown(failure.failure.words)
            return Reply(
                sent: start,
                done: loop.now(),
                outcome: .bad(failure.failure.failure, words)
            )
        }
        let sent = Instant(ns: answer.connectNs ?? answer.sentNs ?? start.ns)
        let done = Instant(ns: answer.doneNs)
        guard case .rows(let rows) = answer.result else {
            let failure = answer.failure
            let words = failure.map { text.shown($0.words) } ?? "it was not sent"
            return Reply(
                sent: sent,
                done: done,
                outcome: .bad(failure?.failure ?? .blind, words)
            )
        }
        return Reply(
            sent: sent,
            done: done,
            outcome: .good,
            said: rows.isEmpty ? "no row" : "a row",
            text: rows.first?.first.flatMap(\.self)
        )
    }
}
