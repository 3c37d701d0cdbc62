import Foundation
import Glibc
import Testing

/// Runbooks with steps for people, as a run without a terminal carries them out.
@Suite struct RunbookCommandTests {
    private static let runbook = """
        runbook: mend
        steps:
          - step: tell customers
            manual: Post on the status page.
          - step: may it
            id: go
            approve: { question: "Fail over?", by: [ann, bob] }
          - step: mend it
            run: [sh, -c, "echo mended >> DIR/mended"]
            idempotent: true
        """

    private static let experiment = """
        experiment: people
        probes: { here: { command: { run: "true" }, every: 100ms } }
        steady: { for: 100ms, within: 20s }
        method: [{ runbook: mend.yaml }]
        """

    private static func write(_ drill: Command) throws -> String {
        _ = try drill.write(runbook.replacing("DIR", with: drill.folder), to: "mend.yaml")
        return try drill.write(experiment, to: "people.yaml")
    }

    @Test(
        "nobody there: what people do is skipped with a mark; what must be approved begins nothing"
    )
    func nobody() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let refused = try drill.run(["run", file])
        #expect(refused.exit == 3, "\(refused)")
        #expect(
            refused.output.contains("nobody is there to approve \"may it\""),
            "\(refused)"
        )
        #expect(refused.output.contains("give --answer 'go=ann or bob', or --skip-people"))
        let ended = try drill.run(["run", file, "--answer", "go=ann"])
        #expect(ended.exit == 0, "\(ended)")
        #expect(
            ended.output.contains("tell customers: skipped: nobody was there to do it"),
            "\(ended)"
        )
    }

    @Test("in drill test, too, which takes answers for whichever file has such a step")
    func tested() throws {
        let drill = try Command()
        // Beside the state folder, whose runs keep files, too.
        let suite = try Command()
        _ = try Self.write(suite)
        let other = Self.experiment.replacing("people", with: "other")
            .replacing("mend.", with: "do.")
        _ = try suite.write(other, to: "other.yaml")
        _ = try suite.write("runbook: do\nsteps: [{ step: do, run: 'true' }]\n", to: "do.yaml")
        let words = ["test", suite.folder, "--offline"]
        let refused = try drill.run(words)
        #expect(refused.exit == 3 && refused.output.contains("nobody is there"), "\(refused)")
        let ended = try drill.run(words + ["--answer", "go=bob"])
        #expect(ended.exit == 0, "\(ended)")
        let wrong = try drill.run(words + ["--answer", "went=bob"])
        #expect(wrong.exit == 64 && wrong.errors.contains("no step of that name"), "\(wrong)")
    }

    @Test("no report takes the place of a file that is read, or of another report")
    func overwriting() throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment.replacing("mend.", with: "do."), to: "x.yaml")
        _ = try drill.write("runbook: do\nsteps: [{ step: do, run: 'true' }]\n", to: "do.yaml")
        let book = "\(drill.folder)/do.yaml"
        let new = "\(drill.folder)/new"
        for words in [
            ["run", file, "--junit", book], ["test", file, "--offline", "--junit", file],
            ["runbook", "run", book, "--junit", book],
            ["test", file, "--offline", "--junit", new, "--summary", "\(drill.folder)/./new"],
        ] {
            let before = try String(contentsOfFile: file, encoding: .utf8)
            let ended = try drill.run(words)
            #expect(ended.exit == 64 && ended.errors.contains("nothing was touched"), "\(ended)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
        }
        // A pipe that nobody reads would hold it up.
        let pipe = "\(drill.folder)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let stuck = try drill.run(["runbook", "run", book, "--junit", pipe])
        #expect(stuck.exit == 70 && stuck.errors.contains("can't be written"), "\(stuck)")
    }

    @Test("an experiment is found however its YAML is written")
    func found() throws {
        let drill = try Command()
        let suite = try Command()
        let flow =
            "--- { experiment: flow, probes: { a: { command: { run: 'true' } } }, method: [{ wait: 1ms }] }\n"
        _ = try suite.write(flow, to: "flow.yaml")
        let indented = Self.experiment.replacing("mend.", with: "do.").split(separator: "\n")
            .map { "  \($0)" }.joined(separator: "\n")
        _ = try suite.write(indented, to: "indented.yaml")
        _ = try suite.write("runbook: do\nsteps: [{ step: do, run: 'true' }]\n", to: "do.yaml")
        let listed = try drill.run(["test", suite.folder, "--list"])
        #expect(listed.exit == 0 && listed.output.contains("experiment flow"), "\(listed)")
        #expect(listed.output.contains("experiment people"), "\(listed)")
    }

    @Test("answers that were given beforehand")
    func answers() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let yes = try drill.run([
            "run", file, "--answer", "tell customers=yes", "--answer", "go=bob", "--twice",
        ])
        #expect(yes.exit == 0, "\(yes)")
        #expect(yes.output.contains("may it (by bob (--answer)): done"), "\(yes)")
        let no = try drill.run(["run", file, "--answer", "go=no"])
        #expect(no.exit == 1 && no.output.contains("did not approve it"), "\(no)")
        let skip = try drill.run(["run", file, "--skip-people"])
        #expect(skip.exit == 0, "\(skip)")
        #expect(skip.output.contains("may it: skipped: --skip-people"), "\(skip)")
        let mended = try String(contentsOfFile: drill.folder + "/mended", encoding: .utf8)
        #expect(mended == "mended\nmended\nmended\n", "twice, not at all, once")
    }

    @Test("an answer that is for no such step is said before anything is touched")
    func wrongAnswers() throws {
        let drill = try Command()
        let file = try Self.write(drill)
        for (answer, words) in [
            ("tell custmers=yes", "no step of that name is done by people; those are"),
            ("go=eve", "eve may not approve it: write `go=ann` or `go=bob`"),
            ("go", "write STEP=yes, STEP=no or STEP=NAME"),
            ("go=", "write STEP=yes, STEP=no or STEP=NAME"),
            ("tell customers=perhaps", "write tell customers=yes or tell customers=no"),
        ] {
            let ended = try drill.run(["run", file, "--answer", answer])
            #expect(ended.exit == 64 && ended.errors.contains(words), "\(answer): \(ended)")
        }
        let both = try drill.run(["run", file, "--answer", "go=ann", "--answer", "may it=NO"])
        #expect(both.exit == 64 && both.errors.contains("says otherwise"), "\(both)")
    }

    @Test(
        "what people type when they are asked",
        arguments: [
            ("done", "ann", 0, "may it (by ann): done"),
            ("no it is down", "", 1, "could not do it: it is down"),
            ("No, wait for monday", "", 1, "could not do it: wait for monday"),
            ("nope.", "", 1, "could not do it"),
        ]
    )
    func typed(first: String, second: String, exit: Int32, told: String) async throws {
        let drill = try Command()
        let file = try Self.write(drill)
        let terminal = try PseudoTerminal()
        let run = try drill.begin(["run", file], input: terminal.inside)
        try #require(try await run.says("Post on the status page.", on: \.errors))
        try #require(try await run.says("Type done once it is, or no and why", on: \.errors))
        terminal.type(first + "\n")
        if exit == 0 {
            try #require(try await run.says("Type your name, ann or bob, to", on: \.errors))
            // Neither may approve it, nor is an answer: it is asked again.
            terminal.type("eve\n")
            let told = "\"eve\" may not approve it: only ann or bob may."
            try #require(try await run.says(told, on: \.errors))
            terminal.type(second + "\n")
        }
        let ended = try await run.end()
        #expect(ended.exit == exit, "\(ended)")
        #expect(ended.output.contains(told), "\(ended)")
    }
}
