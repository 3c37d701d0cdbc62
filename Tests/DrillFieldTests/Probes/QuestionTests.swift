import DrillEngine
import DrillField
import DrillModel
import Testing

/// What a step of a runbook asks by HTTP or SQL, and all that is answered.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct QuestionTests {
    private func soon() -> Instant { now() + .seconds(10) }

    @Test func http() async throws {
        let server = try TruthServer()
        defer { server.stop() }
        let probers = fieldProbers()
        let good = await probers.ask(.http(HTTPLook(url: Text(server.url))), deadline: soon())
        #expect(good.outcome == .good)
        #expect(good.said == "status 200")
        #expect(good.text == "all in order\n")
        #expect(good.sent <= good.done)

        server.down(.error(503))
        let bad = await probers.ask(
            .http(HTTPLook(url: Text(server.url), method: "POST", body: "{}")),
            deadline: soon()
        )
        #expect(bad.outcome == .bad(.status, "status 503"))
        #expect(bad.text != nil, "why it was refused stands in the body")

        server.down(.refuse)
        let gone = await probers.ask(.http(HTTPLook(url: Text(server.url))), deadline: soon())
        #expect(gone.outcome.failure == .refused)
        #expect(gone.text == nil)
        await probers.close()
    }

    @Test func sql() async throws {
        let postgres = try await TestPostgres()
        let probers = fieldProbers(secrets: ["URL": postgres.url()])
        func ask(_ query: Text, url: Text = Text(parts: [.environment("URL")])) async -> Reply {
            await probers.ask(.sql(SQLDeed(url: url, query: query)), deadline: soon())
        }
        let one = await ask("select '0/3000060', 2")
        #expect(one.outcome == .good)
        #expect(one.said == "a row")
        #expect(one.text == "0/3000060")

        let none = await ask("create temporary table t (n int)")
        #expect(none.outcome == .good)
        #expect(none.said == "no row")
        #expect(none.text == nil)
        #expect(await ask("select null").text == nil)

        let wrong = await ask("select * from nowhere")
        #expect(wrong.outcome.failure == .status)
        #expect(wrong.outcome.words == "ERROR 42P01: relation \"nowhere\" does not exist")
        let unknown = await ask("select 1", url: Text(parts: [.environment("NONE")]))
        #expect(unknown.outcome.failure == .blind)
        await probers.close()
    }

    @Test("a statement that nobody waits for any more is ended in the server, too")
    func sqlGivenUp() async throws {
        let postgres = try await TestPostgres()
        let url = Text(postgres.url())
        for isCancelled in [false, true] {
            let probers = fieldProbers()
            let deadline = now() + (isCancelled ? .seconds(20) : .milliseconds(700))
            let task = Task {
                let query = Text("create table late as select 1 from pg_sleep(30)")
                let reply = await probers.ask(
                    .sql(SQLDeed(url: url, query: query)),
                    deadline: deadline
                )
                #expect(!reply.outcome.isGood)
            }
            if isCancelled {
                try await Task.sleep(for: .milliseconds(700))
                task.cancel()
            }
            await task.value
            await probers.close()
            let look = fieldProbers()
            let query =
                "select count(*) from pg_stat_activity where query like 'create table late%'"
                + " and state = 'active'"
            // The server takes it in its own time.
            var left: String?
            for _ in 0..<40 where left != "0" {
                left =
                    await look.ask(
                        .sql(SQLDeed(url: url, query: Text(query))),
                        deadline: soon()
                    ).text
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(left == "0", "cancelled: \(isCancelled)")
            await look.close()
        }
    }
}
