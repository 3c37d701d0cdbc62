import DrillHistory
import Foundation
import Glibc
import Testing

/// `drill test` over real folders: each experiment is really run, on the controller.
@Suite struct TestCommandTests {
    private struct SuiteJSON: Decodable {
        struct Case: Decodable {
            struct Try: Decodable {
                var verdict: String
                var runs: [String]
            }
            var file: String
            var name: String
            var verdict: String
            var reason: String
            var tries: [Try]
        }
        struct Skipped: Decodable { var file: String }
        var exit: Int
        var verdict: String
        var cases: [Case]
        var skipped: [Skipped]
    }

    /// Watches for a moment; `look` must be good for it to begin.
    private static func watch(
        _ name: String,
        look: String = "true",
        more: String = "",
        within: String = "20s",
        method: String = "[{ wait: 10ms }]"
    ) -> String {
        """
        experiment: \(name)
        probes: { here: { command: { run: '\(look)' }, every: 50ms } }
        steady: { for: 100ms, within: \(within) }
        method: \(method)
        \(more)
        """
    }

    /// A folder of its own below the state folder, which runs don't touch.
    private static func folder(_ drill: Command, _ files: [String: String]) throws -> String {
        let folder = "\(drill.folder)/drills"
        for (name, text) in files {
            let path = URL(filePath: "\(folder)/\(name)")
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: path, atomically: true, encoding: .utf8)
        }
        return folder
    }

    private func json(_ ended: Command.Ended) throws -> SuiteJSON {
        try JSONDecoder().decode(SuiteJSON.self, from: Data(ended.output.utf8))
    }

    /// Steps of a runbook as an experiment's method; it fails until it was carried out so often.
    private static func failing(_ times: Int, in drill: Command) -> [String: String] {
        let count = "\(drill.folder)/count"
        return [
            "often.yaml": watch(
                "often",
                method: "[{ disaster: declared }, { runbook: books/count.yaml }]"
            ),
            "books/count.yaml": """
            runbook: count
            steps:
              - step: count
                run: "echo x >> \(count); test $(wc -l < \(count)) -gt \(times)"
            """,
        ]
    }

    @Test("everything of a folder is run or checked, and what isn't is said")
    func whole() throws {
        let drill = try Command()
        let folder = try Self.folder(
            drill,
            [
                "a.yaml": Self.watch("a"), "deep/er/b.yml": Self.watch("b"),
                ".hidden/c.yaml": Self.watch("c"), "compose.yaml": "services: {}\n",
                "inventory.yaml": "inventory: i\nhosts: { h: { address: 192.0.2.1 } }\n",
                "book.yaml": "runbook: r\nsteps: [{ step: s, run: \"exit 1\" }]\n",
                "notes.txt": "x",
            ]
        )
        let (xml, summary) = ("\(drill.folder)/j.xml", "\(drill.folder)/s.md")
        let ended = try drill.run(["test", folder, "--junit", xml, "--summary", summary])
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.output.contains("PASSED  3 cases: 3 passed"), "\(ended)")
        #expect(ended.output.contains("left alone  \(folder)/compose.yaml"), "\(ended)")
        #expect(ended.output.contains("inventory.yaml: an inventory"), "\(ended)")
        #expect(!ended.output.contains("hidden") && !ended.output.contains("notes"), "\(ended)")
        #expect(try RunStore(drill.folder).runs().count == 2)
        let junit = try String(contentsOfFile: xml, encoding: .utf8)
        #expect(junit.split(separator: "<testsuite ").count == 4, "\(junit)")
        #expect(try String(contentsOfFile: summary, encoding: .utf8).contains("✓ passed"))
        // Of a file alone.
        #expect(try drill.run(["test", "\(folder)/a.yaml"]).exit == 0)
    }

    @Test("a step that says it is idempotent is done twice, unless once is asked for")
    func idempotent() throws {
        let drill = try Command()
        let folder = try Self.folder(
            drill,
            [
                "e.yaml": Self.watch("e", method: "[{ runbook: books/r.yaml }]"),
                "books/r.yaml": """
                runbook: r
                steps:
                  - { step: make it, run: 'mkdir "$HOME/made"', idempotent: true }
                  - { step: may it, approve: May it?, optional: true }
                  - { step: forget it, run: 'rmdir "$HOME/made"' }
                """,
            ]
        )
        let home = ["HOME": drill.folder]
        let twice = try drill.run(["test", folder], environment: home)
        #expect(twice.exit == 1, "\(twice)")
        #expect(twice.output.contains("it isn't idempotent: done a second time"), "\(twice)")
        try FileManager.default.removeItem(atPath: "\(drill.folder)/made")
        let once = try drill.run(["test", folder, "--once", "--skip-people"], environment: home)
        #expect(once.exit == 0, "\(once)")
    }

    @Test("a failed step is told at its line, on GitHub and on GitLab")
    func failed() throws {
        let drill = try Command()
        let folder = try Self.folder(drill, Self.failing(9, in: drill))
        let quality = "\(drill.folder)/q.json"
        let ended = try drill.run(
            ["test", folder, "--codequality", quality],
            environment: ["GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": drill.folder]
        )
        #expect(ended.exit == 1, "\(ended)")
        let command =
            "::error file=drills/books/count.yaml,line=3,col=5,title=often%3A count%2C count failed::"
        #expect(ended.output.contains(command), "\(ended)")
        #expect(ended.output.contains("FAILED       often: "), "\(ended)")
        let issues = try String(contentsOfFile: quality, encoding: .utf8)
        #expect(issues.contains("\"path\" : \"drills/books/count.yaml\""), "\(issues)")
        let quiet = try drill.run(
            ["test", folder, "--annotations", "none"],
            environment: ["GITHUB_ACTIONS": "true"]
        )
        #expect(quiet.exit == 1 && !quiet.output.contains("::error"), "\(quiet)")
    }

    @Test("a drill that passes only when it is tried again is flaky, not passed")
    func flaky() throws {
        let drill = try Command()
        let folder = try Self.folder(drill, Self.failing(1, in: drill))
        let count = "\(drill.folder)/count"
        let xml = "\(drill.folder)/j.xml"
        let ended = try drill.run(["test", folder, "--retries", "3", "--junit", xml, "--json"])
        #expect(ended.exit == 1, "\(ended)")
        let suite = try json(ended)
        #expect(suite.verdict == "flaky" && suite.exit == 1)
        let often = try #require(suite.cases.first { $0.name == "often" })
        #expect(often.tries.map(\.verdict) == ["failed", "passed"])
        #expect(Set(often.tries.flatMap(\.runs)).count == 2)
        #expect(ended.errors.contains("it is tried again") && ended.errors.contains("FLAKY"))
        #expect(try String(contentsOfFile: xml, encoding: .utf8).contains("<flakyFailure"))
        try FileManager.default.removeItem(atPath: count)
        let allowed = try drill.run(
            ["test", folder, "--retries", "1", "--allow-flaky", "--annotations", "github"]
        )
        #expect(allowed.exit == 0, "\(allowed)")
        #expect(
            allowed.output.contains("FLAKY (allowed)  2 cases: 1 passed, 1 flaky"),
            "\(allowed)"
        )
        #expect(allowed.output.contains("::warning file="), "\(allowed)")
        try FileManager.default.removeItem(atPath: count)
        #expect(try drill.run(["test", folder]).exit == 1)
    }

    @Test("a drill that never passes fails, however often it is tried; a refused one is tried once")
    func neverPasses() throws {
        let drill = try Command()
        var files = Self.failing(9, in: drill)
        files["shy.yaml"] = Self.watch("shy", look: "false", within: "200ms")
        let folder = try Self.folder(drill, files)
        let suite = try json(try drill.run(["test", folder, "--retries", "1", "--json"]))
        #expect(suite.exit == 1 && suite.verdict == "failed")
        let tries = Dictionary(uniqueKeysWithValues: suite.cases.map { ($0.name, $0.tries.count) })
        #expect(tries == ["often": 2, "shy": 1, "count": 0])
        #expect(suite.cases.first { $0.name == "shy" }?.verdict == "not-started")
    }

    @Test("files with problems are cases, told at their lines, and the others are run all the same")
    func broken() throws {
        let drill = try Command()
        let folder = try Self.folder(
            drill,
            [
                "a.yaml": Self.watch("a"), "b.yaml": Self.watch("b", more: "budgits: {}"),
                "c.yaml": "experimnt: c\n", "d.yaml": "experiment: d\nprobes: { a: [\n",
            ]
        )
        let ended = try drill.run(["test", folder, "--annotations", "github"])
        #expect(ended.exit == 64, "\(ended)")
        #expect(ended.output.contains("4 cases: 1 passed, 3 broken"), "\(ended)")
        #expect(
            ended.output.contains("b.yaml,line=5,col=1,title=a problem of the file::"),
            "\(ended)"
        )
        #expect(ended.output.contains("did you mean \"budgets\"?"), "\(ended)")
        let list = try drill.run(["test", folder, "--list"])
        #expect(list.exit == 64 && list.output.contains("a.yaml: experiment a\n"), "\(list)")
        #expect(try RunStore(drill.folder).runs().count == 1, "listing runs nothing")
    }

    @Test("tags choose; nothing to run is an error, not a pass")
    func tags() throws {
        let drill = try Command()
        let folder = try Self.folder(
            drill,
            [
                "a.yaml": Self.watch("a", more: "tags: [smoke, quick]"),
                "b.yaml": Self.watch("b", more: "tags: slow"), "c.yaml": Self.watch("c"),
            ]
        )
        func names(_ tags: [String]) throws -> [String] {
            let listed = try drill.run(
                ["test", folder, "--list"] + tags.flatMap { ["--tag", $0] }
            )
            #expect(listed.exit == 0, "\(listed)")
            return listed.output.split(separator: "\n").compactMap { line in
                line.firstMatch(of: /: experiment (\w+)/).map { String($0.1) }
            }
        }
        #expect(try names([]) == ["a", "b", "c"])
        #expect(try names(["smoke"]) == ["a"])
        #expect(try names(["smoke,slow"]) == ["a", "b"])
        #expect(try names(["smoke,slow", "!slow"]) == ["a"])
        #expect(try names(["!slow"]) == ["a", "c"])
        let empty = try drill.run(["test", folder, "--tag", "smok"])
        #expect(empty.exit == 64, "\(empty)")
        #expect(empty.errors.contains("leaves none of the 3 files"), "\(empty)")
        #expect(empty.errors.contains("did you mean \"smoke\"?"), "\(empty)")
        #expect(try drill.run(["test", folder, "--tag", "a,"]).exit == 64)
        let chosen = try json(try drill.run(["test", folder, "--tag", "quick", "--json"]))
        #expect(chosen.cases.map(\.name) == ["a"] && chosen.skipped.count == 2)
    }

    @Test(
        "an empty folder, one that isn't there, and a report that can't be written are wrong usage"
    )
    func usage() throws {
        let drill = try Command()
        let folder = try Self.folder(drill, ["compose.yaml": "services: {}\n"])
        let empty = try drill.run(["test", folder])
        #expect(empty.exit == 64, "\(empty)")
        #expect(empty.errors.contains("no experiment and no runbook in"), "\(empty)")
        #expect(try drill.run(["test", "\(folder)/no"]).exit == 64)
        _ = try Self.folder(drill, ["a.yaml": Self.watch("a")])
        for option in ["--junit", "--summary", "--codequality"] {
            let ended = try drill.run(["test", folder, option, "\(folder)/no/x"])
            #expect(ended.exit == 64 && ended.errors.contains("nothing was touched"), "\(ended)")
        }
        #expect(try drill.run(["test", folder, "--retries", "-1"]).exit == 64)
        #expect(try RunStore(drill.folder).runs().isEmpty)
    }

    @Test("a variable of one file is no problem of the others, and one that none knows is")
    func variables() throws {
        let drill = try Command()
        let folder = try Self.folder(
            drill,
            [
                "a.yaml": Self.watch("a", look: "test ${word} = good", more: "vars: { word: bad }"),
                "b.yaml": Self.watch("b"),
            ]
        )
        let ended = try drill.run(["test", folder, "--var", "word=good"])
        #expect(ended.exit == 0, "\(ended)")
        let unknown = try drill.run(["test", folder, "--var", "wrod=good"])
        #expect(
            unknown.exit == 64 && unknown.errors.contains("did you mean \"word\"?"),
            "\(unknown)"
        )
    }

    /// Two experiments of which each is steady only once the other is under way.
    private static func pair(_ drill: Command, sharing: Bool) -> [String: String] {
        func half(_ own: String, _ other: String) -> String {
            watch(
                own,
                look: "touch \(drill.folder)/\(own).up; test -e \(drill.folder)/\(other).up",
                more: "inventory: \(sharing ? "shared" : own)-hosts.yaml",
                within: sharing ? "1s" : "40s"
            )
        }
        func inventory(_ last: Int) -> String {
            "inventory: i\nhosts: { h\(last): { address: 192.0.2.\(last) } }\n"
        }
        return [
            "first.yaml": half("first", "second"), "second.yaml": half("second", "first"),
            "shared-hosts.yaml": inventory(1), "first-hosts.yaml": inventory(2),
            "second-hosts.yaml": inventory(3),
        ]
    }

    @Test("experiments that share no host run at once")
    func atOnce() throws {
        let drill = try Command()
        let folder = try Self.folder(drill, Self.pair(drill, sharing: false))
        let ended = try drill.run(["test", folder, "--jobs", "2"])
        #expect(ended.exit == 0, "\(ended)")
        let list = try drill.run(["test", folder, "--list"])
        #expect(!list.output.contains("never beside"), "\(list)")
    }

    @Test("experiments of one system run one after another")
    func overlapping() throws {
        let drill = try Command()
        let folder = try Self.folder(drill, Self.pair(drill, sharing: true))
        let ended = try drill.run(["test", folder, "--jobs", "2"])
        // The first never sees the second; the second sees what the first left.
        #expect(ended.exit == 3, "\(ended)")
        #expect(ended.output.contains("1 passed, 1 not started"), "\(ended)")
        let list = try drill.run(["test", folder, "--list"])
        #expect(list.output.contains("experiment first; never beside second"), "\(list)")
    }

    @Test(
        "an interrupt ends all that run in good order, and begins no more",
        arguments: [SIGINT, SIGTERM]
    )
    func interrupted(signal: Int32) async throws {
        let drill = try Command()
        var files = Self.pair(drill, sharing: false)
        for name in ["first", "second"] {
            files["\(name).yaml"] = files["\(name).yaml"]?.replacing("10ms", with: "60s")
        }
        files["third.yaml"] = Self.watch("third", more: "inventory: first-hosts.yaml")
        let folder = try Self.folder(drill, files)
        let test = try drill.begin(["test", folder, "--jobs", "2", "--retries", "3"])
        try #require(try await Self.areInMethod(2, drill))
        #expect(Glibc.kill(test.id, signal) == 0)
        let ended = try await test.end()
        #expect(ended.exit == 4, "\(ended)")
        #expect(ended.output.contains("STOPPED  3 cases: 3 stopped"), "\(ended)")
        #expect(ended.output.contains("third: it was not begun"), "\(ended)")
        #expect(try Self.verdicts(drill) == ["stopped", "stopped"])
    }

    @Test("a test that is killed takes its runs along, each in good order")
    func killed() async throws {
        let drill = try Command()
        let folder = try Self.folder(drill, ["a.yaml": Self.watch("a", method: "[{ wait: 60s }]")])
        let test = try drill.begin(["test", folder])
        try #require(try await Self.areInMethod(1, drill))
        #expect(Glibc.kill(test.id, SIGKILL) == 0)
        _ = try test.wait()
        for _ in 0..<3000 where try Self.verdicts(drill).isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try Self.verdicts(drill) == ["stopped"])
    }

    @Test("a run that is killed may have left something broken, and that outranks all")
    func killedRun() async throws {
        let drill = try Command()
        let folder = try Self.folder(drill, ["a.yaml": Self.watch("a", method: "[{ wait: 60s }]")])
        let test = try drill.begin(["test", folder])
        try #require(try await Self.areInMethod(1, drill))
        let store = RunStore(drill.folder)
        let run = try #require(try store.runs().first)
        let worker = try #require(try store.worker(on: run))
        let process = try #require(pid_t(worker.process))
        #expect(Glibc.kill(process, SIGKILL) == 0)
        let ended = try await test.end()
        #expect(ended.exit == 5, "\(ended)")
        #expect(ended.output.contains("SIGKILL, and something may still be broken"), "\(ended)")
    }

    /// The verdicts of the runs that have come to their end.
    private static func verdicts(_ drill: Command) throws -> [String] {
        try RunStore(drill.folder).runs().compactMap { run in
            let path = "\(drill.folder)/runs/\(run)/record.json"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            return text.firstMatch(of: /"verdict" ?: ?"([a-z-]+)","?/).map { String($0.1) }
        }
    }

    /// Until so many runs are in their method.
    private static func areInMethod(_ count: Int, _ drill: Command) async throws -> Bool {
        for _ in 0..<6000 {
            let runs = (try? RunStore(drill.folder).runs()) ?? []
            let begun = runs.count { run in
                let path = "\(drill.folder)/runs/\(run)/timeline.jsonl"
                let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                return text.contains("stepStarted")
            }
            if begun == count { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
