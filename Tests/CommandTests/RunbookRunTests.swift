import DrillHistory
import Foundation
import Glibc
import Testing

/// `drill runbook run`, with commands on this machine.
@Suite struct RunbookRunTests {
    /// Waits in its third step until there is `go`.
    private static let text = """
        runbook: promote
        inputs: [who]
        steps:
          - { step: look, run: echo 0/16B3, save: lsn }
          - { step: fence, run: "echo fence ${who} ${lsn} >> DIR/log", undo: "echo back >> DIR/log" }
          - step: switch
            id: switch
            run: "echo begun >> DIR/begun; until test -e DIR/go; do sleep 0.05; done; echo switch >> DIR/log"
            budget: 30s
          - step: both
            parallel:
              - { step: one, run: "echo one ${lsn} >> DIR/one" }
              - { step: two, run: "echo two >> DIR/two" }
        """

    private static func write(_ drill: Command, _ text: String = text) throws -> String {
        try drill.write(text.replacing("DIR", with: drill.folder), to: "promote.yaml")
    }

    /// Until its third step is under way.
    private static func begun(_ run: Command.Running, _ drill: Command) async throws {
        while run.isRunning, !FileManager.default.fileExists(atPath: "\(drill.folder)/begun") {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func log(_ drill: Command, _ name: String = "log") throws -> String {
        try String(contentsOfFile: "\(drill.folder)/\(name)", encoding: .utf8)
    }

    @Test("it is carried out, timed and kept like a drill")
    func whole() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        _ = try drill.write("", to: "go")
        let xml = "\(drill.folder)/j.xml"
        let ended = try drill.run(["runbook", "run", file, "--var", "who=ann", "--junit", xml])
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.output.contains("PASSED  runbook promote: every step did what"), "\(ended)")
        #expect(ended.output.contains("steps   4 of 4 done; machine time"), "\(ended)")
        #expect(ended.output.contains("human time 0 s: no step was done by a person"), "\(ended)")
        #expect(!ended.output.contains("seed"), "\(ended)")
        #expect(try Self.log(drill) == "fence ann 0/16B3\nswitch\n")
        let record = try drill.newest("record.json")
        #expect(record.contains(#""name":"promote""#), "\(record)")
        let html = try drill.newest("report.html")
        for words in ["runbook promote", "lsn = 0/16B3", "4.2"] {
            #expect(html.contains(words), "\(words)")
        }
        for words in ["Blast radius", "Availability over time", "seed"] {
            #expect(!html.contains(words), "\(words)")
        }
        #expect(try String(contentsOfFile: xml, encoding: .utf8).contains("switch"))
        let again = try drill.run(["runbook", "run", file, "--var", "who=ann", "--resume", "last"])
        #expect(again.exit == 64 && again.errors.contains("carried out every step"), "\(again)")
        #expect(try drill.run(["runs"]).output.contains("-promote-"))
        #expect(try drill.run(["judge", "last"]).exit == 0)
    }

    @Test("killed in the middle, it goes on there: what was done is done once")
    func killed() async throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let run = try drill.begin(["runbook", "run", file, "--var", "who=ann"])
        try await Self.begun(run, drill)
        kill(run.id, SIGKILL)
        _ = try await run.end()
        let shown = try drill.run(["show", "last"])
        // What it says is typed as it is.
        let words = ["runbook", "run", file, "--var", "who=ann", "--resume", try drill.onlyRun()]
        #expect(shown.output.contains("drill \(words.joined(separator: " "))"), "\(shown)")
        // What it had begun goes on without it, and mustn't be there twice.
        let twice = try drill.run(words)
        #expect(twice.exit == 64 && twice.errors.contains("still runs here"), "\(twice)")
        _ = try drill.write("", to: "go")
        while try Self.log(drill).hasSuffix("0/16B3\n") {
            try await Task.sleep(for: .milliseconds(20))
        }
        let ended = try drill.run(words)
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.errors.contains("with step 3 of 4, switch; it may have been begun there"))
        #expect(ended.output.contains("steps   2 of 4 done, 2 before"), "\(ended)")
        #expect(try Self.log(drill).hasPrefix("fence ann 0/16B3\n"))
        #expect(try Self.log(drill).split(separator: "fence").count == 1)
        #expect(try Self.log(drill, "one") == "one 0/16B3\n")
    }

    @Test("a signal ends it in good order, and what was done stays")
    func interrupted() async throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let run = try drill.begin(["runbook", "run", file, "--var", "who=ann"])
        try await Self.begun(run, drill)
        run.interrupt()
        let ended = try await run.end()
        #expect(ended.exit == 4, "\(ended)")
        #expect(ended.output.contains("stopping on SIGINT; what was done stays done"), "\(ended)")
        #expect(ended.output.contains("next    run `drill runbook run"), "\(ended)")
        // The step's command is gone with it, and can't go on beside the one that is begun later.
        _ = try drill.write("", to: "go")
        try await Task.sleep(for: .milliseconds(500))
        #expect(try Self.log(drill) == "fence ann 0/16B3\n")
    }

    @Test("what an earlier run did is undone with the rest where the runbook says so")
    func undoneLater() throws {
        let drill = try Command()
        let text = Self.text.replacing(
            "budget: 30s",
            with: "budget: 30s\n    expect: { match: never }\n    on-failure: ACT"
        )
        _ = try drill.write("", to: "go")
        let stops = try Self.write(drill, text.replacing("ACT", with: "stop"))
        let first = try drill.run(["runbook", "run", stops, "--var", "who=ann"])
        #expect(first.exit == 1, "\(first)")
        let undoes = try Self.write(drill, text.replacing("ACT", with: "undo"))
        let ended = try drill.run([
            "runbook", "run", undoes, "--var", "who=ann", "--resume", "last",
        ])
        #expect(ended.exit == 1, "\(ended)")
        #expect(ended.output.contains("2/4 undo: fence: done"), "\(ended)")
        #expect(try Self.log(drill).hasSuffix("back\n"), "\(ended)")
        // Undone is not done: it begins with that one.
        let third = try drill.run(["runbook", "run", stops, "--var", "who=bob", "--resume", "last"])
        #expect(
            third.errors.contains("with step 2 of 4, fence; it was taken back there"),
            "\(third)"
        )
        #expect(try Self.log(drill).contains("fence bob 0/16B3"))
    }

    @Test("--from leaves out what is before, and asks for what that would have saved")
    func from() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        func run(_ words: String...) throws -> Command.Ended {
            try drill.run(["runbook", "run", file, "--var", "who=ann"] + words)
        }
        let open = try run("--from", "both")
        #expect(open.exit == 64, "\(open)")
        #expect(open.errors.contains("give it as --saved lsn=VALUE"), "\(open)")
        let ended = try run("--from", "both", "--saved", "lsn=7")
        #expect(ended.exit == 0, "\(ended)")
        #expect(try Self.log(drill, "one") == "one 7\n")
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/log"))
        let wrong = try run("--from", "swich")
        #expect(wrong.exit == 64 && wrong.errors.contains("did you mean \"switch\"?"), "\(wrong)")
        #expect(try run("--from", "both", "--resume", "last").exit == 64)
        #expect(try run("--saved", "lsn=7").exit == 64)
        let unknown = try run("--from", "both", "--saved", "lsn=7", "--saved", "lns=8")
        #expect(unknown.exit == 64, "\(unknown)")
        #expect(unknown.errors.contains("no step saves \"lns\"; did you mean \"lsn\"?"))
    }

    @Test("inputs, and runs that can't be gone on with")
    func refused() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let open = try drill.run(["runbook", "run", file])
        #expect(open.exit == 64 && open.errors.contains("give --var who=VALUE"), "\(open)")
        let none = try drill.run(["runbook", "run", file, "--var", "who=a", "--resume", "last"])
        #expect(none.exit == 64 && none.errors.contains("no run of promote yet"), "\(none)")
        let watch = try GuardCommandTests.write(drill, wait: "10ms")
        #expect(try drill.run(["run", watch]).exit == 0)
        let id = try #require(try RunStore(drill.folder).runs().last)
        let drilled = try drill.run(["runbook", "run", file, "--var", "who=a", "--resume", id])
        #expect(drilled.exit == 64 && drilled.errors.contains("is a drill"), "\(drilled)")
        #expect(try drill.run(["runbook", "run", watch]).exit == 64)
    }

    @Test("a halt of drills doesn't hold up what repairs")
    func halted() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        _ = try drill.write("", to: "go")
        #expect(try drill.run(["halt", "--why", "an outage"]).exit == 0)
        #expect(try drill.run(["runbook", "run", file, "--var", "who=ann"]).exit == 0)
    }

    @Test("a second run of the same runbook at once is refused, and is none to go on with")
    func atOnce() async throws {
        let drill = try Command()
        let words = ["runbook", "run", try Self.write(drill), "--var", "who=ann"]
        let first = try drill.begin(words)
        try await Self.begun(first, drill)
        let id = try #require(try RunStore(drill.folder).runs().last)
        let second = try drill.run(words)
        #expect(second.exit == 3, "\(second)")
        #expect(second.output.contains("\(id) is carrying out promote already"), "\(second)")
        let busy = try drill.run(words + ["--resume", "last"])
        #expect(busy.exit == 64 && busy.errors.contains("still at work on \(id)"), "\(busy)")
        kill(first.id, SIGKILL)
        _ = try await first.end()
        _ = try drill.write("", to: "go")
        let ended = try drill.run(words + ["--resume", "last"])
        #expect(ended.exit == 0, "\(ended)")
        #expect(ended.errors.contains("goes on after \(id) with step 3 of 4"), "\(ended)")
        #expect(try Self.log(drill).split(separator: "fence").count == 1)
        let late = try drill.run(words + ["--resume", id])
        #expect(late.exit == 64 && late.errors.contains("went on after \(id) already"), "\(late)")
    }

    @Test("a step that was being taken back when drill was killed is done again")
    func killedUndoing() async throws {
        let drill = try Command()
        let text = """
            runbook: promote
            on-failure: undo
            steps:
              - { step: stop, run: "echo stop >> DIR/log", undo: "touch DIR/begun; sleep 3; echo back >> DIR/log" }
              - { step: promote, run: "test -e DIR/can" }
            """
        let file = try Self.write(drill, text)
        let run = try drill.begin(["runbook", "run", file])
        try await Self.begun(run, drill)
        kill(run.id, SIGKILL)
        _ = try await run.end()
        while try !Self.log(drill).hasSuffix("back\n") {
            try await Task.sleep(for: .milliseconds(20))
        }
        _ = try drill.write("", to: "can")
        let ended = try drill.run(["runbook", "run", file, "--resume", "last"])
        #expect(ended.exit == 0, "\(ended)")
        #expect(try Self.log(drill) == "stop\nback\nstop\n")
    }

    @Test("a run of which not all is recorded is none to go on with")
    func torn() throws {
        let drill = try Command()
        let file = try Self.write(drill, "runbook: promote\nsteps: [{ step: a, run: exit 1 }]\n")
        #expect(try drill.run(["runbook", "run", file]).exit == 1)
        let id = try drill.onlyRun()
        try FileManager.default.removeItem(atPath: "\(drill.folder)/runs/\(id)/timeline.jsonl")
        let ended = try drill.run(["runbook", "run", file, "--resume", id])
        #expect(ended.exit == 64 && ended.errors.contains("timeline.jsonl is gone"), "\(ended)")
        try FileManager.default.removeItem(atPath: "\(drill.folder)/runs/\(id)/record.json")
        let none = try drill.run(["runbook", "run", file, "--resume", id])
        #expect(none.exit == 64 && none.errors.contains("it has no timeline"), "\(none)")
    }

    @Test("what was left out, and what wasn't, is told where all went well")
    func leftOut() throws {
        let drill = try Command()
        let file = try Self.write(
            drill,
            """
            runbook: promote
            steps:
              - { step: a, run: "true" }
              - { step: b, run: "false", optional: true }
              - { step: c, manual: do it }
            """
        )
        let ended = try drill.run(["runbook", "run", file, "--skip-people"])
        #expect(ended.exit == 0, "\(ended)")
        let told =
            "1 of 3 steps did what they should; 1 was passed over, being optional, 1 was left out"
        #expect(ended.output.contains(told), "\(ended)")
        #expect(!ended.output.contains("--resume"), "\(ended)")
    }

    @Test("a step that failed and was gone on after is done again, and none of those after it")
    func goneOnAfter() throws {
        let drill = try Command()
        let text = Self.text.replacing(
            "DIR/log\", undo:",
            with: "DIR/log; test -e DIR/ok\", on-failure: continue, undo:"
        )
        let words = ["runbook", "run", try Self.write(drill, text), "--var", "who=ann"]
        _ = try drill.write("", to: "go")
        #expect(try drill.run(words).exit == 1)
        _ = try drill.write("", to: "ok")
        let ended = try drill.run(words + ["--resume", "last"])
        #expect(ended.exit == 0, "\(ended)")
        #expect(try Self.log(drill) == "fence ann 0/16B3\nswitch\nfence ann 0/16B3\n")
        #expect(try Self.log(drill, "two") == "two\n")
    }

    @Test(
        "in production it is confirmed; where it wasn't, the run before it is the one to go on with"
    )
    func production() throws {
        let drill = try Command()
        let inventory = try drill.write(
            "inventory: shop\nenvironment: production\nhosts:\n  here: { local: true }\n",
            to: "shop.yaml"
        )
        let words = [
            "runbook", "run", try Self.write(drill), "--var", "who=ann", "-i", inventory,
        ]
        let unasked = try drill.run(words)
        #expect(unasked.exit == 3, "\(unasked)")
        let none = try drill.run(words + ["--resume", "last"])
        #expect(none.exit == 64 && none.errors.contains("no run of promote yet"), "\(none)")
        _ = try drill.write("", to: "go")
        #expect(try drill.run(words + ["--yes-production"]).exit == 0)
    }
}
