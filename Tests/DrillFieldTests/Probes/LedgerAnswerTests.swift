import DrillModel
import DrillWire
import Testing

@testable import DrillField

struct LedgerAnswerTests {
    private static func error(_ code: String, _ severity: String = "ERROR") -> PostgresAnswer.Result
    {
        .error(PostgresError(severity: severity, code: code, message: "no"))
    }

    @Test(arguments: [
        (PostgresAnswer.Result.rows([]), LedgerWrite.Answer.acknowledged),
        // Ended by the statement itself: a standby, a full disk, a cancelled statement.
        (error("25006"), .refused), (error("53100"), .refused), (error("57014"), .refused),
        // The end of the connection may come between a commit and its answer.
        (error("57P01", "FATAL"), .indeterminate), (error("57P01"), .indeterminate),
        (error("57P02", "FATAL"), .indeterminate), (error("XX000", "PANIC"), .indeterminate),
        (error("40003"), .indeterminate), (error("08006"), .indeterminate),
        (error("08P01"), .indeterminate), (error("25006", "FATAL"), .indeterminate),
        (.lost("the server closed the connection"), .indeterminate), (.late, .indeterminate),
        (.cancelled, .indeterminate),
    ])
    func afterItWasSent(_ result: PostgresAnswer.Result, _ expected: LedgerWrite.Answer) {
        var answer = PostgresAnswer(result: result, doneNs: 2)
        answer.sentNs = 1
        #expect(LedgerWrite.Answer(answer) == expected)
    }

    @Test(arguments: [
        (
            PostgresAnswer.Result.notConnected(PostgresError(message: "no")),
            LedgerWrite.Answer.refused
        ),
        (.late, .refused), (.lost("closed while connecting"), .refused), (.busy, .unsent),
        (.cancelled, .unsent),
    ])
    func beforeItWasSent(_ result: PostgresAnswer.Result, _ expected: LedgerWrite.Answer) {
        #expect(LedgerWrite.Answer(PostgresAnswer(result: result, doneNs: 2)) == expected)
    }

    @Test(arguments: [
        ("Connection refused", Outcome.Failure.refused), ("No route to host", .refused),
        ("server closed the connection unexpectedly", .reset),
        ("could not receive data from server: Connection reset by peer", .reset),
        ("timeout expired", .timeout), ("server does not support SSL, but SSL was required", .tls),
        ("SSL error: certificate verify failed", .tls), ("session is read-only", .status),
        ("could not open socket: Too many open files", .blind),
    ])
    func wordsOfAFailedConnection(_ words: String, _ expected: Outcome.Failure) {
        #expect(NetworkFailure(connecting: PostgresError(message: words)).failure == expected)
        let coded = PostgresError(severity: "FATAL", code: "57P03", message: words)
        #expect(NetworkFailure(connecting: coded).failure == .status)
    }

    @Test func identifiersAndRunsAreQuoted() {
        let table = LedgerTable(name: "audit.drill\"ledger")
        #expect(table.quoted == #""audit"."drill""ledger""#)
        #expect(
            table.insert(7, of: "it's")
                == #"insert into "audit"."drill""ledger" (run, number) values ('it''s', 7)"#
        )
        #expect(
            LedgerTable(name: "t").grant(to: "shop")
                == #"grant select, insert, delete on "t" to "shop""#
        )
    }
}
