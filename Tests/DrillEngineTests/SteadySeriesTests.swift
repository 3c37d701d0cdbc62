import DrillModel
import Testing

@testable import DrillEngine

/// What a probe must have shown, and still show, before anything is broken: literal series.
@Suite struct SteadySeriesTests {
    private static let sql = Probe.Kind.sql(
        SQLLook(url: "postgresql://db", query: "select 1", condition: .anyRow)
    )
    private static let page = Probe.Kind.http(HTTPLook(url: "http://monitor/", match: "DOWN"))
    private static let status = Probe.Kind.http(HTTPLook(url: "http://db:8008/", statuses: [200]))
    private static let port = Probe.Kind.tcp(TCPLook(address: "192.0.2.1", port: 81))
    private static let tool = Probe.Kind.command(
        CommandLook(command: .shell("socat"), match: "DOWN")
    )

    private func isSteady(
        _ kind: Probe.Kind,
        measuring measure: Probe.Measure = .detection,
        _ outcomes: [Outcome]
    ) -> Bool {
        let probe = Probe(
            name: "it",
            measure: measure,
            kind: kind,
            every: .milliseconds(200),
            timeout: .milliseconds(500)
        )
        let series = Series(probe)
        for (number, outcome) in outcomes.enumerated() {
            let due = Instant(ns: Int64(number) * 200_000_000)
            let isSent = outcome != .unsent
            series.add(
                Sample(
                    number: number,
                    due: due,
                    sent: isSent ? due : nil,
                    done: isSent ? due + .milliseconds(5) : nil,
                    outcome: outcome
                )
            )
        }
        return series.isSteady(for: .seconds(2), since: Instant(ns: 0))
    }

    @Test(
        "what was answered last is told in words, each thing once",
        arguments: [
            (.good, "good"), (.bad(.status, "status 200"), "status 200"),
            (.bad(.refused, "connection refused"), "connection refused"),
            (.bad(.timeout, "no answer within 1s"), "timeout: no answer within 1s"),
        ] as [(Outcome, String)]
    )
    func lastAnswer(_ outcome: Outcome, _ words: String) {
        let series = Series(Probe(name: "it", kind: Self.port, every: .seconds(1)))
        let due = Instant(ns: 0)
        series.add(Sample(number: 0, due: due, sent: due, done: due, outcome: outcome))
        #expect(series.lastAnswer == words)
    }

    private func many(_ outcome: Outcome) -> [Outcome] { Array(repeating: outcome, count: 12) }

    /// Nothing but an answer to what was asked holds steady state.
    @Test(arguments: [
        (sql, Outcome.Failure.body, true), (sql, .status, false), (sql, .refused, false),
        (page, .body, true), (page, .status, false), (page, .timeout, false),
        (status, .status, true), (status, .refused, false), (status, .body, false),
        (port, .refused, true), (port, .timeout, false), (port, .reset, false),
        (tool, .body, true), (tool, .status, false), (tool, .blind, false),
    ])
    func quiet(_ kind: Probe.Kind, _ failure: Outcome.Failure, _ isQuiet: Bool) {
        #expect(isSteady(kind, many(.bad(failure, "it says so"))) == isQuiet)
        #expect(!isSteady(kind, many(.good)), "fired")
    }

    @Test(arguments: [
        Outcome.bad(.blind, "its host is gone"), .bad(.status, "FATAL 57P03"),
        .bad(.timeout, "no answer in time"),
    ])
    func quietOnceIsNotEnough(_ since: Outcome) {
        let quiet = many(.bad(.body, "0"))
        #expect(isSteady(Self.sql, quiet))
        #expect(!isSteady(Self.sql, quiet + [since]))
        #expect(!isSteady(Self.sql, quiet + many(since)))
        #expect(isSteady(Self.sql, quiet + [since, .bad(.body, "0")]), "it sees again")
    }

    @Test func aServiceThatNobodySeesAnyMoreIsNotSteady() {
        #expect(isSteady(Self.port, measuring: .service, many(.good)))
        #expect(!isSteady(Self.port, measuring: .service, many(.good) + [.bad(.blind, "gone")]))
    }

    /// Some are unsent where looks take longer than their pace; all of them are where none comes back.
    @Test func stuckLooksAreNotSteady() {
        let some = many(.good).flatMap { [$0, .unsent] }
        #expect(isSteady(Self.port, measuring: .service, some))
        #expect(!isSteady(Self.port, measuring: .service, some + many(.unsent)))
    }
}
