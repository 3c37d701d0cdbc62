import Foundation
import Testing

@testable import DrillModel

/// Ledgers of every kind as files write them, and what is said about wrong ones.
@Suite struct LedgerFileTests {
    private static func file(_ ledger: String, more: String = "") -> String {
        """
        experiment: ledgers
        vars: { id: one, bucket: main }
        probes:
          orders: { ledger: \(ledger)\(more) }
        method:
          - wait: 5s
        """
    }

    private static func read(_ ledger: String) throws -> (probe: Probe, ledger: Ledger) {
        let experiment = try Fixture.reader(files: ["x.yaml": file(ledger)]).experiment("x.yaml")
        let probe = try #require(experiment.probes.first)
        return (probe, try #require(probe.ledger))
    }

    @Test func postgres() throws {
        let (probe, ledger) = try Self.read(
            """
            { postgres: "postgresql://shop@a/shop", read-from: [ "postgresql://b/shop", \
            { name: west, url: "postgresql://c/shop" } ], writers: 4, appear-within: 3s, read-every: 50ms }
            """
        )
        #expect(ledger.places == ["a/shop", "b/shop", "west"])
        #expect((ledger.writers, ledger.appearWithin) == (4, .seconds(3)))
        #expect(ledger.readEvery == .milliseconds(50))
        #expect(probe.every == .milliseconds(20))
        #expect(probe.kind.shown == "ledger postgresql://shop@a/shop, table drill_ledger")
    }

    @Test func redis() throws {
        let (_, ledger) = try Self.read(#"{ redis: "redis://:pw@cache:6379/2", keep: true }"#)
        #expect(ledger.places == ["cache:6379/2"])
        #expect(ledger.isKept)
        #expect((ledger.writers, ledger.readEvery) == (1, .milliseconds(100)))
        #expect(ledger.appearWithin == .seconds(10))
    }

    @Test func http() throws {
        let (_, ledger) = try Self.read(
            """
            { http: { put: "http://s3/${bucket}/${id}", body: '{"v": "${value}"}', status: 201, \
            headers: { X-Key: k } }, read-from: "http://west/${bucket}/${id}" }
            """
        )
        guard case .http(let store) = ledger.store else { throw Missing() }
        // A variable of the same name is none here.
        #expect(store.put.parts.last == .saved("id"))
        #expect(store.put.parts.contains(.value("main")))
        #expect(store.get == store.put)
        #expect(store.body.parts.contains(.saved("value")))
        #expect(store.statuses == [201])
        #expect(ledger.places == ["s3/main/${id}", "west/main/${id}"])
    }

    @Test func command() throws {
        let (probe, ledger) = try Self.read(
            """
            { command: { write: { run: "put ${id}", input: "${value}" }, read: [ls, "/d/${run}"], \
            delete: "rm /d/${run}-*" }, read-from: { name: copy, read: [ls, /copy] } }
            """
        )
        guard case .command(let store) = ledger.store else { throw Missing() }
        #expect(store.write.input == .saved("value"))
        #expect(store.delete?.shown == "rm /d/${run}-*")
        #expect(ledger.places == ["controller: ls '/d/${run}'", "copy"])
        #expect((probe.every, probe.timeout) == (.milliseconds(500), .seconds(5)))
        #expect(ledger.readEvery == .seconds(1))
        #expect(probe.inFlightMax == 20)
    }

    private struct Missing: Error {}

    @Test(
        "each mistake is said, and nothing else",
        arguments: [
            ("{}", "the ledger is written nowhere"),
            (#"{ postgres: "postgresql://a", redis: "redis://b" }"#, "more than one store"),
            (#"{ redis: "http://a" }"#, #"must begin with redis:// or rediss://"#),
            (#"{ redis: "redis://a/x" }"#, #""x" is no database of Redis"#),
            (#"{ redis: "redis://a:port" }"#, #""port" is no port"#),
            (#"{ redis: "redis://a", table: t }"#, #""table" is for postgres, not for redis"#),
            (#"{ redis: "redis://a", read-every: 1s }"#, "there are none"),
            (
                #"{ redis: "redis://a", read-from: "redis://b", read-every: 0s }"#,
                #""read-every" can't be 0s"#
            ),
            (#"{ redis: "redis://u@a", read-from: "redis://a" }"#, #"are called "a""#),
            (
                #"{ redis: "redis://a", read-from: "redis://${id}" }"#,
                "is one address for all records"
            ),
            (
                #"{ redis: "redis://a", read-from: { name: b, read: [ls] } }"#,
                "this place of the ledger can't be read"
            ),
            (#"{ http: { put: "http://a/" } }"#, "lacks ${id}"),
            (#"{ http: { put: "http://a/${id}", get: "http://a/" } }"#, "lacks ${id}"),
            (#"{ http: { put: "http://a/${id}", body: x } }"#, #""body" lacks ${value}"#),
            (#"{ http: { put: "http://a/${id}" }, writers: 2 }"#, #""writers" changes nothing"#),
            (
                #"{ command: { write: put, read: ls, delete: "rm ${run}" } }"#,
                #""write" lacks ${id}"#
            ),
            (
                #"{ command: { write: "put ${id}", read: "ls ${id}", delete: "rm ${run}" } }"#,
                "there is no one ${id} in it"
            ),
            (
                #"{ command: { write: "put ${id}", read: ls, delete: "rm *" } }"#,
                "must remove the records of ${run} and no others"
            ),
            (#"{ command: { write: "put ${id}", read: ls } }"#, "nothing removes what"),
            (
                #"{ command: { write: "put ${id}", read: ls }, keep: true, read-from: "a://b" }"#,
                "is read by a command, not from an address"
            ),
        ]
    )
    func mistakes(_ ledger: String, _ message: String) throws {
        let problems = Fixture.problems(of: Self.file(ledger))
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(message) ?? false, "\(problems)")
    }

    @Test func recordsHaveNamesInLedgersAlone() {
        let text = Self.file(#"{ postgres: "postgresql://a/${run}" }"#)
        #expect(Fixture.problems(of: text).count == 1)
    }

    @Test func thePlanSaysWhatIsWrittenAndHowItGoes() throws {
        func plan(_ ledger: String) throws -> String {
            let experiment = try Fixture.reader(files: ["x.yaml": Self.file(ledger)])
                .experiment("x.yaml")
            let plan = try Planner.plan(experiment, facts: nil, seed: 1, run: "RUN")
            return PlanText.render(plan).replacing("\n  ", with: " ")
        }
        let redis = try plan(
            #"{ redis: "redis://:pw@a:1/0", read-from: "redis://b:1/0", writers: 2 }"#
        )
        for part in [
            "orders writes a key a record, drill:RUN:NUMBER, at a:1/0, 50 a second by 2 writers",
            "they are unlinked after the read-back",
            "from there and from b:1/0; while the run goes on, that is looked at every 100ms",
        ] {
            #expect(redis.contains(part), "\(part): \(redis)")
        }
        let command = try plan(
            #"{ command: { write: "put ${id}", read: ls, delete: "rm ${run}-*" } }"#
        )
        #expect(command.contains("after the read-back they are removed by: rm ${run}-*"))
    }
}
