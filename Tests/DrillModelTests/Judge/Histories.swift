import DrillModel

// Tiny constructors, so that a test is a literal history and a literal verdict.

func ms(_ count: Int64) -> Instant { Instant(ns: count * 1_000_000) }

func span(_ milliseconds: Int64) -> Span { .milliseconds(milliseconds) }

/// A sample sent when due, in milliseconds; `took` is from sending to the answer.
func sample(
    _ at: Int64,
    _ outcome: Outcome = .good,
    took: Int64 = 2,
    due: Int64? = nil,
    number: Int? = nil
) -> Sample {
    Sample(
        number: number ?? Int(at),
        due: ms(due ?? at),
        sent: outcome == .unsent ? nil : ms(at),
        done: outcome == .unsent ? nil : ms(at + took),
        outcome: outcome
    )
}

/// A series, one letter a sample, one every `every` milliseconds from `from` on.
///
/// `g` good after 2 ms, `l` good after 600 ms, `x` refused after 1 ms, `e` an error after 5 ms, `h` no
/// answer within the timeout of 1000 ms, `b` blind, `-` unsent.
func series(_ letters: String, every: Int64 = 100, from: Int64 = 0) -> [Sample] {
    letters.filter { $0 != " " }.enumerated().map { index, letter in
        let at = from + Int64(index) * every
        return switch letter {
        case "g": sample(at, number: index)
        case "l": sample(at, took: 600, number: index)
        case "x": sample(at, .bad(.refused, "connection refused"), took: 1, number: index)
        case "e": sample(at, .bad(.status, "503"), took: 5, number: index)
        case "h": sample(at, .bad(.timeout, "no answer in 1s"), took: 1000, number: index)
        case "b": sample(at, .bad(.blind, "its host is gone"), took: 1, number: index)
        default: sample(at, .unsent, number: index)
        }
    }
}

func probe(
    _ name: String,
    _ measure: Probe.Measure = .service,
    every: Int64 = 100,
    upAfter: Int = 3
) -> Probe {
    let kind: Probe.Kind =
        switch measure {
        case .data: .ledger(Ledger(postgres: "postgresql://db/shop"))
        case .service, .detection, .redundancy: .tcp(TCPLook(address: "10.77.9.10", port: 8080))
        }
    return Probe(name: name, measure: measure, kind: kind, every: span(every), upAfter: upAfter)
}

func fault(
    _ id: String,
    on hosts: String...,
    inPrepare: Bool = false,
    lasts: Span? = nil
) -> PlannedFault {
    let look = Action("look", .container("c", .state), expect: .output(["running"]))
    return PlannedFault(
        id: id,
        fault: "fail-region",
        isInPrepare: inPrepare,
        procedures: hosts.map { host in
            Procedure(
                target: host,
                inject: [look],
                effective: [look],
                undo: [look],
                settled: [look],
                healing: .controller(why: "a killed container can't start itself")
            )
        },
        lasts: lasts,
        lease: .seconds(30)
    )
}

func plan(
    _ probes: [Probe],
    _ faults: [PlannedFault] = [],
    budgets: [Budget] = [],
    method: [Step] = [],
    steady: Span = span(300)
) -> Plan {
    Plan(
        run: "r1",
        experiment: Experiment(
            name: "e",
            budgets: budgets,
            probes: probes,
            steady: Steady(holds: steady),
            method: method
        ),
        seed: 42,
        faults: faults
    )
}

func budget(_ figure: FigureName, _ milliseconds: Int64, _ probe: String? = nil) -> Budget {
    Budget(figure: figure, probe: probe, limit: .atMost(span(milliseconds)))
}

/// A whole run's events: steady at 300 ms; `middle` between the beginning and the end.
func run(_ middle: Event..., end: Int64 = 60_000) -> [Event] {
    [
        Event(at: ms(0), .phase(.steady)), Event(at: ms(300), .steadyHeld),
        Event(at: ms(301), .phase(.method)),
    ] + middle + [Event(at: ms(end), .phase(.ended)), Event(at: ms(end), .ended)]
}

func at(_ milliseconds: Int64, _ kind: Event.Kind) -> Event { Event(at: ms(milliseconds), kind) }

/// A fault injected and proven on its hosts.
func breaking(_ id: String, on hosts: String..., from: Int64, to: Int64) -> [Event] {
    [at(from, .injecting(fault: id)), at(to, .injected(fault: id, failedHosts: []))]
        + hosts.map { at(to + 1, .proof(fault: id, host: $0, .holds)) }
}

/// A fault undone by a step, and seen to be gone.
func mending(_ id: String, on hosts: String..., from: Int64, to: Int64) -> [Event] {
    let step = "undo of \(id)"
    return [at(from, .stepStarted(step: step, title: "undo \(id)"))]
        + undoing(id, hosts, from: from, to: to)
        + [at(to, .stepEnded(step: step, result: .done))]
}

/// A fault undone by nobody's step: its `for:` ran out, the run is over, or somebody heals it.
func lapsing(_ id: String, on hosts: String..., from: Int64, to: Int64) -> [Event] {
    undoing(id, hosts, from: from, to: to)
}

private func undoing(_ id: String, _ hosts: [String], from: Int64, to: Int64) -> [Event] {
    [at(from, .undoing(fault: id, why: "a test says so"))]
        + hosts.map { at(to, .settled(fault: id, host: $0, .holds)) }
        + [at(to, .undone(fault: id, failedHosts: []))]
}

func whole(_ parts: [Event]..., steadyAt: Int64 = 300, end: Int64 = 60_000) -> [Event] {
    let begin = [
        at(0, .phase(.steady)), at(steadyAt, .steadyHeld), at(steadyAt + 1, .phase(.method)),
    ]
    return begin + parts.flatMap(\.self) + [at(end, .phase(.ended)), at(end, .ended)]
}

extension Judgement {
    func figure(_ name: FigureName, _ probe: String? = nil) -> Figure? {
        figures.first { $0.name == name && $0.probe == probe }
    }
}

extension Figure.Amount {
    /// Whole milliseconds: `[low, high]`, `?` for unknown.
    var inMilliseconds: String {
        guard case .span(let low, _, let high) = self else { return "\(self)" }
        func text(_ span: Span?) -> String { span.map { "\($0.ns / 1_000_000)" } ?? "?" }
        return "[\(text(low)), \(text(high))]"
    }
}
