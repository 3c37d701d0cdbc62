import DrillTesting
import Testing

@testable import DrillEngine
@testable import DrillModel

/// What the steps of a runbook do, and what one hands to the next.
@Suite struct RunbookDeedTests {
    private static func run(_ steps: RunbookStep...) -> Runbook { Runbook(name: "b", steps: steps) }

    @Test("a value that a command printed is put into later commands, looks and questions")
    func saves() async throws {
        var later = step("later")
        later.deed = .sql(
            SQLDeed(url: "postgresql://db/", query: Text(parts: [.literal("at "), .saved("lsn")]))
        )
        let stage = await RunbookStage(
            Self.run(
                step("first", "say", "0/30") { $0.saves = [Save("lsn")] },
                step("second") {
                    $0.deed = .command(
                        host: "alpha",
                        Command(.list(["say", Text(parts: [.saved("lsn")])]))
                    )
                },
                later
            ),
            replies: { question, _ in
                guard case .sql(let deed) = question else { return (.good, nil) }
                return (.good, deed.query.shown)
            }
        )
        #expect(stage.result == .done)
        #expect(stage.commands == ["alpha: say 0/30", "alpha: say 0/30"])
        #expect(stage.report("first")?.saved == ["lsn": "0/30"])
        #expect(stage.actions.last?.output == "at 0/30")
    }

    @Test("a name that nothing was saved under fails the step before anything is done")
    func unsaved() async throws {
        let stage = await RunbookStage(
            Self.run(
                step("takes it", "say", "0/30") {
                    $0.saves = [Save("lsn")]
                    $0.when = .value("standby", .equals("primary"))
                },
                step("needs it") {
                    $0.deed = .command(
                        host: "alpha",
                        Command(.list(["say", Text(parts: [.saved("lsn")])]))
                    )
                    $0.retry = Retry(times: 3)
                }
            )
        )
        #expect(stage.told == ["1 takes it: skipped", "2 needs it: failed"])
        #expect(stage.why.contains("${lsn} has no value"))
        #expect(stage.commands.isEmpty)
    }

    @Test("what is expected of a body, and where in it")
    func body() async throws {
        let lag = JSONPath([.member("lag")])
        for (most, isFine) in [(10.0, true), (2.0, false)] {
            let stage = await RunbookStage(
                Self.run(
                    step("ask") {
                        $0.deed = .http(HTTPLook(url: "http://db:8008/", method: "POST"))
                        $0.expect = Expect(
                            json: [.init(path: lag, value: .number(least: nil, most: most))]
                        )
                        $0.saves = [Save("lag", .json(lag))]
                    }
                ),
                replies: { _, _ in (.good, #"{"lag":3}"#) }
            )
            #expect((stage.result == .done) == isFine)
            #expect(stage.actions.map(\.isAsExpected) == [isFine])
            #expect(stage.actions.first?.command == "POST http://db:8008/")
            #expect(stage.report("ask")?.saved == (isFine ? ["lag": "3"] : nil))
            if !isFine { #expect(stage.why.contains("lag in its body is 3, more than 2")) }
        }
    }

    @Test("a container's verbs")
    func containers() async throws {
        let verbs = ContainerDeed.Verb.allCases
        let steps = verbs.map { verb in
            step(verb.rawValue) { $0.deed = .container(ContainerDeed(verb, container: "box")) }
        }
        let stage = await RunbookStage(Runbook(name: "b", steps: steps))
        #expect(stage.result == .done)
        #expect(
            stage.verbs == [
                "start box", "stop box", "restart box", "kill KILL box", "pause box",
                "unpause box",
            ]
        )
        let gone = await RunbookStage(
            Self.run(step("s") { $0.deed = .container(ContainerDeed(.start, container: "gone")) })
        )
        #expect(gone.why == "s: the engine has no gone")
    }

    @Test(
        "when",
        arguments: [
            (When.value(Text(parts: [.value("a")]), .equals("a")), "done"),
            (.value("b", .equals("a")), "skipped"),
            (.value("12", .number(least: 3, most: nil)), "done"),
            (.look(.tcp(TCPLook(address: "db", port: 1)), .up), "skipped"),
            (.look(.tcp(TCPLook(address: "db", port: 1)), .down), "done"),
        ]
    )
    func when(_ when: When, _ wanted: String) async throws {
        let stage = await RunbookStage(
            Self.run(step("s", "say", "it") { $0.when = when }),
            sees: bad(0..<1_000_000)
        )
        #expect(stage.told == ["1 s: \(wanted)"])
        #expect(stage.result == .done)
        #expect(stage.commands.isEmpty == (wanted == "skipped"))
    }

    @Test("a when that can't be looked at is no answer")
    func blindWhen() async throws {
        let stage = await RunbookStage(
            Self.run(
                step("s", "say", "it") {
                    $0.when = .look(.tcp(TCPLook(address: "db", port: 1)), .up)
                }
            ),
            sees: bad(0..<1_000_000, showing: .blind)
        )
        #expect(stage.why.contains("its when can't be seen"))
        #expect(stage.commands.isEmpty)
    }

    @Test("it is tried again after growing pauses, until it works")
    func retry() async throws {
        let stage = await RunbookStage(
            Self.run(
                step("s") {
                    $0.deed = .http(HTTPLook(url: "http://db/"))
                    $0.retry = Retry(times: 5, every: .seconds(1), factor: 2, most: .seconds(3))
                }
            ),
            replies: { _, at in (at < .seconds(4) ? .bad(.status, "status 503") : .good, nil) }
        )
        #expect(stage.result == .done)
        // At 0, 1, 3 and 6 seconds.
        #expect(stage.report("s")?.attempts == 4)
        let sent = stage.actions.map(\.sent)
        let pauses = zip(sent, sent.dropFirst()).map { ($1 - $0).ns / 1_000_000_000 }
        #expect(pauses == [1, 2, 3])
    }

    @Test("it is tried as often as it may be, and as its budget has room for")
    func retryEnds() async throws {
        func stage(_ budget: Span?) async -> RunbookStage {
            await RunbookStage(
                Self.run(
                    step("s", "exit", "3") {
                        $0.retry = Retry(times: 4, every: .seconds(2))
                        $0.budget = budget
                    }
                )
            )
        }
        let free = await stage(nil)
        #expect(free.commands.count == 4)
        #expect(free.why.contains("expected exit 0, got exit 3") && free.why.contains("at try 4"))
        let tight = await stage(.seconds(3))
        #expect(tight.commands.count == 2)
        #expect(tight.why.contains("at try 2 of 4; its budget of 3s has no room for another"))
    }

    @Test("what didn't work is tried again, too")
    func retryVerify() async throws {
        let stage = await RunbookStage(
            Self.run(
                step("s", "say", "it") {
                    $0.retry = Retry(times: 2)
                    $0.verify = .init(
                        look: .tcp(TCPLook(address: "db", port: 1)),
                        within: .seconds(2)
                    )
                }
            ),
            sees: bad(0..<3000)
        )
        #expect(stage.result == .done)
        #expect(stage.commands == ["alpha: say it", "alpha: say it"])
    }

    @Test("waits for a look, for as long as it must hold")
    func waits() async throws {
        func stage(
            _ within: Span,
            _ state: ProbeState = .up,
            isDown: Range<Int64> = 1000..<4000
        ) async -> RunbookStage {
            let wait = RunbookWait(
                until: .look(
                    .tcp(TCPLook(address: "db", port: 1)),
                    name: "db-up",
                    every: .milliseconds(500)
                ),
                state: state,
                holds: .seconds(2),
                within: within
            )
            return await RunbookStage(
                Self.run(step("s") { $0.deed = .wait(wait) }),
                sees: bad(isDown)
            )
        }
        let long = await stage(.seconds(30))
        let report = try #require(long.report("s"))
        #expect(long.result == .done)
        #expect(report.done - report.started > .milliseconds(4900))
        #expect(report.done - report.started < .milliseconds(6600))
        #expect(await stage(.seconds(30), .down).result == .done)
        // Longer than any step without a budget but a wait.
        #expect(await stage(.minutes(10), isDown: 0..<400_000).result == .done)
        let short = await stage(.seconds(3))
        #expect(short.why.contains("db-up was not up for 2s within 3s: refused"))
    }

    @Test("steps at once take as long as the longest, and all are carried out")
    func parallel() async throws {
        let inner = [
            step("a", "take", "1500"), step("b", "exit", "1"), step("c", "take", "3000"),
        ]
        let stage = await RunbookStage(
            Self.run(step("all") { $0.deed = .parallel(inner) }, step("next", "say", "no"))
        )
        #expect(
            stage.told.sorted() == ["1 all: failed", "1.1 a: done", "1.2 b: failed", "1.3 c: done"]
        )
        let report = try #require(stage.report("all"))
        #expect(report.done - report.started < .milliseconds(3200))
        #expect(stage.why.contains("all: b: expected exit 0"))
    }

    @Test("another runbook is given its inputs, sees nothing else, and gives its outputs back")
    func includes() async throws {
        func say(_ name: String) -> RunbookStep {
            step("say \(name)") {
                $0.deed = .command(
                    host: "alpha",
                    Command(.list(["say", Text(parts: [.saved(name)])]))
                )
            }
        }
        let inner = Runbook(
            name: "inner",
            inputs: ["word"],
            outputs: ["answer"],
            steps: [
                say("word"),
                step("make it", "say", "42") { $0.saves = [Save("answer"), Save("own")] },
            ]
        )
        let with: [String: Text] = ["word": Text(parts: [.saved("first")])]
        func stage(_ after: String) async -> RunbookStage {
            await RunbookStage(
                Self.run(
                    step("take", "say", "hello") { $0.saves = [Save("first")] },
                    step("in") { $0.deed = .include(Include(inner, with: with)) },
                    say(after)
                )
            )
        }
        let good = await stage("answer")
        #expect(good.result == .done)
        #expect(
            good.commands == [
                "alpha: say hello", "alpha: say hello", "alpha: say 42", "alpha: say 42",
            ]
        )
        #expect(
            good.told == [
                "1 take: done", "2.1 say word: done", "2.2 make it: done", "2 in: done",
                "3 say answer: done",
            ]
        )
        #expect(Set(good.reports.map(\.runbook)) == ["b"])
        #expect(await stage("own").why.contains("${own} has no value"))
    }

    @Test("what is idempotent is done twice where that is asked for, and must bear it")
    func twice() async throws {
        let steps = [
            step("good", "take", "1000") {
                $0.isIdempotent = true
                $0.budget = .milliseconds(1900)
            }, step("other", "say", "it"),
        ]
        let once = await RunbookStage(Runbook(name: "b", steps: steps))
        #expect(once.commands.count == 2)
        let twice = await RunbookStage(Runbook(name: "b", steps: steps), twice: true)
        #expect(twice.result == .done, "the second time isn't in its budget")
        #expect(twice.commands == ["alpha: take 1000", "alpha: take 1000", "alpha: say it"])
        let bad = await RunbookStage(
            Self.run(
                step("bad") {
                    $0.deed = .http(HTTPLook(url: "http://db/"))
                    $0.isIdempotent = true
                }
            ),
            twice: true,
            replies: { _, at in (at.ns < 500_000 ? .good : .bad(.status, "status 409"), nil) }
        )
        #expect(
            bad.why.contains("it isn't idempotent: done a second time, GET http://db/: status 409"),
            "\(bad.why)"
        )
    }

    @Test("a secret is neither kept nor shown")
    func secrets() async throws {
        let secret = Text(parts: [.environment("PASSWORD")])
        let stage = await RunbookStage(
            Self.run(
                step("uses it") {
                    $0.deed = .http(HTTPLook(url: "http://db/", headers: ["X-Word": secret]))
                },
                step("keeps it") {
                    $0.deed = .http(HTTPLook(url: "http://db/", headers: ["X-Word": secret]))
                    $0.saves = [Save("word")]
                }
            ),
            replies: { _, _ in (.good, "the word is opensesame") }
        )
        #expect(stage.why.contains("word can't be saved: a secret is in it"))
        #expect(
            stage.actions.map(\.output) == Array(repeating: "the word is ${env:PASSWORD}", count: 2)
        )
    }
}
