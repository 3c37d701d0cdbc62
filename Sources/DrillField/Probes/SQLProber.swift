internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// Asks a PostgreSQL server a query and looks at the first column of the first row.
///
/// `sent` is the instant of the statement on a kept connection; on a new one, of connecting, or of
/// asking for the name. A connection is kept until it fails.
struct SQLProber: Prober {
    enum Condition: Sendable {
        case equals(String)
        case atLeast(Double)
        case atMost(Double)
        case anyRow
    }

    let door: PostgresDoor
    let query: String
    let condition: Condition
    let text: ProbeText
    let loop: ProbeLoop

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        switch await door.ask(query, deadline: deadline) {
        case .nowhere(.cancelled): return Look(sent: start, done: loop.now(), outcome: .unsent)
        case .nowhere(let failure):
            let (kind, words) = (failure.failure.failure, failure.failure.words)
            return Look(sent: start, done: loop.now(), outcome: .bad(kind, text.shown(words)))
        case .answered(let answer, let asked):
            let began = (answer.connectNs ?? answer.sentNs).map { Instant(ns: $0) }
            return Look(
                sent: asked ?? began ?? start,
                done: Instant(ns: answer.doneNs),
                outcome: outcome(answer),
                answer: shown(answer)
            )
        }
    }

    func close() async { await door.close() }

    private func outcome(_ answer: PostgresAnswer) -> Outcome {
        switch answer.result {
        case .busy, .cancelled: return .unsent
        case .rows(let rows): return judged(rows)
        default:
            guard let failure = answer.failure else { return .good }
            return .bad(failure.failure, text.shown(failure.words))
        }
    }

    private func judged(_ rows: [[String?]]) -> Outcome {
        guard let row = rows.first else { return .bad(.body, "no row") }
        if case .anyRow = condition { return .good }
        guard let first = row.first, let value = first else { return .bad(.body, "NULL") }
        let shown = text.shown(value)
        switch condition {
        case .equals(let wanted):
            return value == wanted ? .good : .bad(.body, "\(shown), not \(text.shown(wanted))")
        case .atLeast(let least):
            guard let number = Double(printed: value) else {
                return .bad(.body, "\(shown) is no number")
            }
            return number >= least ? .good : .bad(.body, "\(shown), less than \(least.brief)")
        case .atMost(let most):
            guard let number = Double(printed: value) else {
                return .bad(.body, "\(shown) is no number")
            }
            return number <= most ? .good : .bad(.body, "\(shown), more than \(most.brief)")
        case .anyRow: return .good
        }
    }

    private func shown(_ answer: PostgresAnswer) -> String? {
        guard case .rows(let rows) = answer.result else { return nil }
        guard let first = rows.first?.first else { return "no row" }
        return text.shown(first ?? "NULL")
    }
}
