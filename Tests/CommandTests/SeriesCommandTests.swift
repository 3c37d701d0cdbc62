import DrillHistory
import DrillModel
import Foundation
import Glibc
import Testing

/// Series of runs, as a user makes, reads, judges and compares them.
///
/// The disaster is declared, and what breaks is a file on the controller.
@Suite struct SeriesCommandTests {
    /// The service is up while a file is there; a runbook takes it away for 300 ms.
    static func write(
        _ drill: Command,
        environment: String = "staging",
        budget: String = "{ at-most: 30s, in: 95% }",
        name: String = "blink",
        break command: String = "rm up; sleep 0.3; touch up",
        jitter: String = "100ms"
    ) throws -> String {
        _ = try drill.write("", to: "up")
        _ = try drill.write(
            "inventory: shop\nenvironment: \(environment)\nhosts: { db: { address: 192.0.2.1 } }\n",
            to: "inventory.yaml"
        )
        _ = try drill.write(
            """
            runbook: break-and-mend
            steps: [{ step: break and mend, run: "cd \(drill.folder) && \(command)" }]
            """,
            to: "break.yaml"
        )
        return try drill.write(
            """
            experiment: \(name)
            inventory: inventory.yaml
            jitter: \(jitter)
            budgets: { rto: \(budget) }
            probes:
              shop:
                command: { run: "test -e \(drill.folder)/up" }
                every: 50ms
            steady: { for: 200ms, within: 20s }
            method: [{ disaster: declared }, { runbook: break.yaml }]
            """,
            to: "\(name).yaml"
        )
    }

    private struct SeriesJSON: Decodable {
        struct Run: Decodable {
            var run: String
            var number: Int
            var seed: Int
            var jitterNs: Int?
            var verdict: String
        }
        struct Figure: Decodable {
            struct Amount: Decodable {
                var lowNs: Int?
                var highNs: Int?
            }
            var name: String
            var runs: Int
            var within: Int?
            var provenLow: Double?
            var verdict: String?
            var min: Amount?
            var medianRange: Amount?
        }
        var series: String
        var verdict: String
        var exit: Int
        var planned: Int
        var runs: [Run]
        var figures: [Figure]
    }

    private func decode(_ text: String) throws -> SeriesJSON {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(SeriesJSON.self, from: Data(text.utf8))
    }

    private func series(_ drill: Command) throws -> String {
        let all = try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/series")
        return try #require(all.count == 1 ? all.first : nil)
    }

    @Test("three runs are three records and one series, which every reading command shows")
    func three() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let junit = "\(drill.folder)/all.xml"
        let ended = try drill.run([
            "run", file, "--repeat", "3", "--pause", "10ms", "--seed", "7", "--junit", junit,
        ])
        // Three are too few for what is promised, though none of them missed it.
        #expect(ended.exit == 2, "\(ended)")
        #expect(ended.output.contains("INCONCLUSIVE  blink, 3 runs: rto of shop: 3 of 3 runs"))
        #expect(ended.output.contains("it takes 45 runs, all of them within"), "\(ended)")
        #expect(ended.output.contains("the disaster waits "), "\(ended)")
        let id = try series(drill)
        #expect(ended.output.contains("report  \(drill.folder)/series/\(id)/report.html"))
        let suites = try String(contentsOfFile: junit, encoding: .utf8)
        // Three runs, and the series, which alone is red.
        #expect(suites.split(separator: "<testsuite ").count == 5)
        #expect(suites.contains("errors=\"0\"") && suites.contains("failures=\"2\""), "\(suites)")
        #expect(suites.split(separator: "<failure type=\"inconclusive\"").count == 3, "\(suites)")
        #expect(suites.contains("judged over the series"), "\(suites)")

        let kept = try decode(
            String(contentsOfFile: "\(drill.folder)/series/\(id)/series.json", encoding: .utf8)
        )
        #expect(kept.verdict == "inconclusive" && kept.exit == 2 && kept.planned == 3)
        #expect(kept.runs.map(\.number) == [1, 2, 3])
        #expect(kept.runs.map(\.verdict) == ["passed", "passed", "passed"])
        #expect(kept.runs.first?.seed == 7)
        #expect(Set(kept.runs.map(\.seed)).count == 3)
        let waits = kept.runs.compactMap(\.jitterNs)
        #expect(waits.count == 3 && waits.allSatisfy { $0 >= 0 && $0 < 100_000_000 }, "\(waits)")
        #expect(Set(waits).count == 3)
        let rto = try #require(kept.figures.first { $0.name == "rto" })
        #expect(rto.runs == 3 && rto.within == 3 && rto.medianRange == nil)
        #expect(abs((rto.provenLow ?? 0) - 0.464) < 0.001)
        // The file was away for 0.3 s at the least.
        #expect(rto.min?.highNs ?? 0 >= 300_000_000)

        let short = String(id.suffix(4))
        #expect(try decode(drill.run(["show", short, "--json"]).output).runs.count == 3)
        let shown = try drill.run(["show", short])
        #expect(shown.exit == 0 && shown.output.contains("run   3 "), "\(shown)")
        #expect(try drill.run(["runs"]).output.contains("3/3 of series \(short)"))
        let second = try drill.run(["show", kept.runs[1].run])
        #expect(second.output.contains("run 2 of 3 of the series \(short)"), "\(second)")
        let markdown = try drill.run(["report", short, "--md"])
        #expect(markdown.output.contains("# blink, 3 runs: ? inconclusive"), "\(markdown)")
        #expect(try drill.run(["report", short]).output.hasSuffix("\(id)/report.html\n"))
        let again = try drill.run(["report", short, "--junit"]).output
        #expect(again.contains("\(kept.runs[2].run)"))
        #expect(again == suites)

        // The same again: the seed of one run, and its wait.
        let one = try drill.run([
            "run", file, "--repeat", "1", "--seed", "\(kept.runs[2].seed)",
        ])
        #expect(one.exit == 2, "\(one)")
        let record = try drill.newest("record.json")
        #expect(record.contains("\"jitter_ns\":\(waits[2])"), "\(record)")
        try judged(drill, short, run: kept.runs[0].run)
    }

    /// What `drill judge` says of the series that `three` made, and of its first run.
    private func judged(_ drill: Command, _ series: String, run: String) throws {
        let before = try drill.shell("cd \(drill.folder)/runs && ls -lR --full-time").output
        let passed = try drill.run([
            "judge", series, "--budget", "rto={at-most: 30s, in: 40%}", "--budget", "downtime=20s",
        ])
        #expect(passed.exit == 0, "\(passed)")
        #expect(passed.output.contains("PASSED  blink, 3 runs: all 3 runs passed"), "\(passed)")
        #expect(passed.output.contains("judged  by rto={at-most: 30s, in: 40%}, downtime=20s"))
        let failed = try drill.run(["judge", series, "--budget", "rto=1ms", "--json"])
        #expect(failed.exit == 1, "\(failed)")
        #expect(try decode(failed.output).figures.first { $0.name == "rto" }?.verdict == "failed")
        let one = try drill.run(["judge", run, "--budget", "rto:shop=1ms"])
        #expect(one.exit == 1 && one.output.contains("FAILED  blink: shop had recovered"), "\(one)")
        let json = try drill.run(["judge", run, "--budget", "rto=20s", "--json"])
        #expect(json.exit == 0 && json.output.contains("\"budget_ns\" : 20000000000"), "\(json)")
        // It is judged by other budgets than the plan that this hash would be of.
        #expect(json.output.contains("\"plan_hash\" : null"), "\(json)")
        #expect(json.output.contains("\"rto=20s\""), "\(json)")
        let own = try drill.run(["judge", run, "--json"]).output
        #expect(own.contains("\"plan_hash\" : \"sha256:") && own.contains("\"judged_by\" : null"))
        #expect(failed.output.contains("\"rto=1ms\""), "\(failed)")
        for (option, words) in [
            ("rto:shpo=1s", "did you mean \"shop\"?"), ("rtoo=1s", "did you mean \"rto\"?"),
            ("rto=1", "has no unit"), ("rto", "write --budget rto=30s"),
        ] {
            let wrong = try drill.run(["judge", run, "--budget", option])
            #expect(wrong.exit == 64 && wrong.errors.contains(words), "\(option): \(wrong)")
        }
        let after = try drill.shell("cd \(drill.folder)/runs && ls -lR --full-time").output
        #expect(before == after, "judging wrote something")
    }

    @Test("without --repeat there is no series; a file may ask for one; wrong options are usage")
    func options() throws {
        let drill = try Command()
        let file = try Self.write(drill, budget: "30s", jitter: "0s")
        #expect(try drill.run(["run", file]).exit == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/series"))
        #expect(try drill.newest("record.json").contains("\"series\":null"))
        for wrong in [["--repeat", "0"], ["--repeat", "10001"], ["--pause", "1s"]] {
            #expect(try drill.run(["run", file] + wrong).exit == 64, "\(wrong)")
        }
        let unit = try drill.run(["run", file, "--repeat", "2", "--pause", "1"])
        #expect(unit.exit == 64 && unit.errors.contains("--pause: the duration"), "\(unit)")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let own = try drill.write("repeat: { times: 2, pause: 0s }\n" + text, to: "own.yaml")
        let plan = try drill.run(["plan", "--offline", own])
        #expect(plan.output.contains("2 runs; 0 s between two"), "\(plan)")
        let ended = try drill.run(["run", own])
        #expect(ended.exit == 0 && ended.output.contains("PASSED  blink, 2 runs"), "\(ended)")
    }

    @Test(
        "a report's last run is the newest whole one: what a failed attempt measured is no figure"
    )
    func lastRun() throws {
        let drill = try Command()
        /// What `rto` came to, and what the report says that it came to in the last run.
        func run(_ command: String, exit: Int32) throws -> (now: Substring, last: Substring) {
            let file = try Self.write(drill, budget: "30s", break: command, jitter: "0s")
            let ended = try drill.run(["run", file])
            #expect(ended.exit == exit, "\(ended)")
            let report = try drill.newest("report.md")
            let row = try #require(report.split(separator: "\n").first { $0.contains("| rto |") })
            let cells = row.split(separator: "|")
            return (cells[2], cells[5])
        }
        let whole = try run("rm up; sleep 0.3; touch up", exit: 0)
        #expect(whole.last == " – ")
        let broken = try run("rm up; sleep 1; touch up; false", exit: 1)
        #expect(broken.now != whole.now && broken.last == whole.now)
        let next = try run("rm up; sleep 0.3; touch up", exit: 0)
        #expect(next.last == whole.now, "\(next)")
    }

    @Test("runs that a wait ended early prove no budget, however quickly all was up again")
    func endedEarly() throws {
        let drill = try Command()
        let wait = "{ wait: { until: shop, is: down, within: 200ms } }"
        let text = try String(contentsOfFile: Self.write(drill, jitter: "0s"), encoding: .utf8)
            .replacing("{ runbook: break.yaml }", with: "{ runbook: break.yaml }, \(wait)")
        let file = try drill.write(text, to: "early.yaml")
        let ended = try drill.run(["run", file, "--repeat", "2", "--pause", "10ms"])
        #expect(ended.exit == 1, "\(ended)")
        let json = try drill.run(["show", String(series(drill).suffix(4)), "--json"]).output
        #expect(json.split(separator: "\"standing\" : \"partial\"").count == 3, "\(json)")
        let doubt =
            "it ended early: wait until shop is down, within 200ms: shop was not down within 200ms"
        #expect(json.contains(doubt), "\(json)")
        let rto = try #require(decode(json).figures.first { $0.name == "rto" })
        #expect(rto.runs == 2 && rto.within == 0 && rto.provenLow == 0, "\(json)")
    }

    @Test("a halt in a run ends the series, and nothing more is begun")
    func halted() async throws {
        let drill = try Command()
        let file = try Self.write(drill, break: "rm up; sleep 30; touch up")
        let run = try drill.begin(["run", file, "--repeat", "3", "--pause", "10ms"])
        try #require(try await run.says("step: runbook"))
        #expect(try drill.run(["halt"]).exit == 0)
        let ended = try await run.end()
        #expect(ended.exit == 4, "\(ended)")
        #expect(ended.errors.contains("no more runs of this series: this one ended as stopped"))
        let runs = try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/runs")
        #expect(runs.count == 1)
    }

    @Test("a system that isn't steady ends the series the second time, a refusal at once")
    func notSteady() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        try FileManager.default.removeItem(atPath: "\(drill.folder)/up")
        let text = try String(contentsOfFile: file, encoding: .utf8)
            .replacing("within: 20s", with: "within: 400ms")
        let hasty = try drill.write(text, to: "hasty.yaml")
        let ended = try drill.run(["run", hasty, "--repeat", "9", "--pause", "10ms"])
        #expect(ended.exit == 3, "\(ended)")
        #expect(ended.errors.contains("steady state didn't hold twice in a row"), "\(ended)")
        #expect(ended.output.contains("blink, 2 of 9 runs"), "\(ended)")
        let closed = try drill.write(
            text + "\nguards: { windows: { allow: [2020-01-01] } }",
            to: "closed.yaml"
        )
        let refused = try drill.run(["run", closed, "--repeat", "9", "--pause", "10ms"])
        #expect(refused.exit == 3, "\(refused)")
        #expect(refused.errors.contains("no more runs of this series: this one was refused"))
    }

    @Test("what is typed for a series goes for all its runs")
    func typed() async throws {
        let drill = try Command()
        let file = try Self.write(drill, environment: "production", budget: "30s")
        let terminal = try PseudoTerminal()
        let run = try drill.begin(
            ["run", file, "--repeat", "2", "--pause", "10ms"],
            input: terminal.inside
        )
        try #require(try await run.says("Type blink to run it 2 times", on: \.errors))
        terminal.type("blink\n")
        let ended = try await run.end()
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.errors.split(separator: "Type blink").count == 2, "asked once: \(ended)")
        #expect(ended.errors.contains("2, one after another, "), "\(ended)")
        let plan = try drill.newest("plan.json")
        #expect(plan.contains("\"given\":\"its name was typed, 2 times\""), "\(plan)")
    }

    @Test("compare says what got worse, and refuses what can't be compared")
    func compare() throws {
        let drill = try Command()
        let quick = try Self.write(drill, budget: "30s")
        #expect(try drill.run(["run", quick, "--repeat", "5", "--pause", "0s"]).exit == 0)
        let first = String(try series(drill).suffix(4))
        let slow = try Self.write(drill, budget: "30s", break: "rm up; sleep 3; touch up")
        #expect(try drill.run(["run", slow]).exit == 0)
        let one = try #require(try RunStore(drill.folder).runs().first)
        let worse = try drill.run(["compare", one, "last"])
        #expect(worse.exit == 1, "\(worse)")
        #expect(worse.output.contains("REGRESSION"), "\(worse)")
        #expect(worse.output.contains("NOT THE SAME EXPERIMENT (method)"), "\(worse)")
        #expect(worse.output.contains("two series tell"), "\(worse)")
        let better = try drill.run(["compare", "last", one, "--json"])
        #expect(better.exit == 0 && better.output.contains("\"improvement\""), "\(better)")
        let same = try drill.run(["compare", first, first])
        #expect(same.exit == 0 && same.output.contains("within noise"), "\(same)")
        let few = try drill.run(["compare", first, "last"])
        #expect(few.exit == 2 && few.output.contains("takes 19 runs there"), "\(few)")
        let other = try Self.write(drill, budget: "30s", name: "other")
        #expect(try drill.run(["run", other]).exit == 0)
        let refused = try drill.run(["compare", one, "last"])
        #expect(refused.exit == 64 && refused.errors.contains("is of blink and"), "\(refused)")
        #expect(try drill.run(["compare", one, "zzzz"]).exit == 64)
    }
}
