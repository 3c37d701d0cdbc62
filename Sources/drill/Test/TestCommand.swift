import ArgumentParser
import DrillEngine
import DrillModel
import DrillReport
import DrillWire

/// `drill test [DIR]`: all experiments and runbooks of a folder, for CI.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run all experiments of a folder, and check its runbooks.",
        discussion: """
            The worst result counts, in the order 5, 70, 4, 1, 64, 2, 3, 0. An experiment that passes only \
            when it is tried again is flaky, which is 1 unless --allow-flaky. Nothing to run is 64.
            """
    )

    @Argument(help: "A folder, or one file.", completion: .directory)
    var folder = "."

    @Option(
        name: .customLong("tag"),
        help: "Choose by tags: a,b is either, !a is without; of several options each must hold."
    )
    var tags: [String] = []

    @Option(help: "Try an experiment that failed or was inconclusive so many times more.")
    var retries = 0

    @Flag(help: "A flaky experiment doesn't fail the suite; it is told all the same.")
    var allowFlaky = false

    @Option(
        help: """
            How many experiments that share no host may run at once; half as many as there are \
            processors, at most 4.
            """
    )
    var jobs: Int?

    @Option(help: "Write a JUnit report to this file.", completion: .file())
    var junit: String?

    @Option(help: "Write a summary in Markdown to this file.", completion: .file())
    var summary: String?

    @OptionGroup var annotating: AnnotationOptions

    @Flag(help: "Only list what would be run.")
    var list = false

    @Flag(help: "Machine-readable; progress goes to standard error.")
    var json = false

    @Option(name: .customLong("var"), help: "Set a variable of the files: name=value.")
    var variables: [String] = []

    @Option(
        name: .customLong("answer"),
        help: ArgumentHelp(
            "Answer manual and approval steps of that id or title: STEP=yes, STEP=no, STEP=NAME.",
            valueName: "step=word"
        )
    )
    var answers: [String] = []

    @Flag(
        help: """
            Leave out the manual and approval steps of runbooks that no --answer is given for; the reports \
            mark them.
            """
    )
    var skipPeople = false

    @Flag(
        help: """
            Do the steps of runbooks that are declared idempotent once, as in an emergency; a test \
            does them twice, to see that they are.
            """
    )
    var once = false

    @Flag(help: "Check runbooks by their files and by earlier runs alone, and look at no host.")
    var offline = false

    @Flag(help: "Confirm runs that must be confirmed, as in production.")
    var yesProduction = false

    func validate() throws {
        if !(0...20).contains(retries) {
            throw ValidationError("--retries \(retries): from 0 to 20")
        }
        if let jobs, !(1...64).contains(jobs) {
            throw ValidationError("--jobs \(jobs): from 1 to 64")
        }
    }

    func run() async throws {
        let began = Wiring.now()
        var reading = try SuiteReading(folder, variables: variables)
        try choose(&reading)
        _ = try RunbookOptions.given(answers, for: reading.found.flatMap(\.runbooks))
        if list { return try SuiteListing(reading.found).show(json: json) }
        let wanted = annotating.wanted()
        try Delivery.check(
            [("--junit", junit), ("--summary", summary), ("--codequality", wanted.codequality)],
            reading: reading.paths
        )
        let start = Event.Start(
            run: "",
            seed: 0,
            wallNs: Wiring.wallNs(),
            who: Wiring.user,
            controller: Wiring.controllerName,
            version: Drill.version
        )
        let cases = try await carryOut(reading, since: began)
        let suite = SuiteResult(
            folder: folder,
            start: start,
            cases: cases,
            skipped: reading.skipped,
            lasted: Wiring.now() - began,
            allowsFlaky: allowFlaky
        )
        let unkept = deliver(suite, wanted)
        // Something that may still be broken outranks what nobody could keep.
        let exit = unkept && suite.exit != RunVerdict.notRestored.exit ? 70 : suite.exit
        if exit != 0 { throw ExitCode(exit) }
    }

    private func choose(_ reading: inout SuiteReading) throws {
        let choices = try tags.map { written in
            guard let choice = TagChoice(written) else {
                throw Failure.usage(
                    "--tag \(written): write tags with commas between, as in --tag smoke,region"
                )
            }
            return choice
        }
        let known = reading.tags
        let unknown = choices.unknown(among: known)
        let all = reading.found.count
        reading.choose(choices)
        guard reading.found.isEmpty else {
            for remark in unknown { Terminal.writeError("drill: \(remark)\n") }
            return
        }
        throw Failure.usage(
            all == 0
                ? "there is no experiment and no runbook in \(folder); nothing was tested"
                : "--tag leaves none of the \(counted(all, "file")) in \(folder); nothing was tested"
                    + unknown.map { "\n  \($0)" }.joined()
        )
    }

    /// What each `drill run` is asked beside its file.
    private var runOptions: [String] {
        variables.flatMap { ["--var", $0] } + (yesProduction ? ["--yes-production"] : [])
            + answers.flatMap { ["--answer", $0] } + (skipPeople ? ["--skip-people"] : [])
            + (once ? [] : ["--twice"])
    }

    private func carryOut(_ reading: SuiteReading, since began: Instant) async throws -> [SuiteCase]
    {
        let scratch: String
        do { scratch = try Wiring.makeScratch() } catch {
            throw Failure.defect("nothing was touched: no temporary folder can be made: \(error)")
        }
        defer { Wiring.remove(scratch: scratch) }
        let stop = StopSwitch()
        let processes = CaseProcesses(
            stop: stop,
            scratch: scratch,
            options: runOptions
        )
        let listening = Signals.listen(to: Signals.ending) { name in
            if stop.reason == nil {
                Terminal.writeError("\ndrill: stopping on \(name); whatever is broken is undone\n")
            }
            stop.stop(.signal(name))
            processes.interrupt(name)
        }
        defer { withExtendedLifetime(listening) {} }
        let toErrors = json
        let say: @Sendable (String) -> Void = { line in
            let line = "\(SuiteText.stamp(Wiring.now() - began))\(line)\n"
            if toErrors { Terminal.writeError(line) } else { Terminal.write(line) }
        }
        for skipped in reading.skipped { say(SuiteText.skipped(skipped)) }
        return await SuiteRunner(
            processes: processes,
            runbooks: RunbookChecking(proofs: StepProofs(Wiring.store), isOffline: offline),
            stop: stop,
            jobs: jobs ?? max(1, min(4, Wiring.processors / 2)),
            retries: retries,
            say: say
        ).run(reading.found)
    }

    /// - Returns: whether something that was asked for couldn't be written.
    private func deliver(_ suite: SuiteResult, _ wanted: AnnotationOptions.Wanted) -> Bool {
        var isUnkept = false
        func write(_ what: String, to path: String?, _ text: () throws -> String) {
            guard let path else { return }
            do {
                try Delivery.write(try text(), to: path, what: what)
            } catch {
                isUnkept = true
                Terminal.writeError((error as? Failure)?.text ?? "drill: \(error)\n")
            }
        }
        write("the JUnit report", to: junit) { SuiteJUnit.xml(suite) }
        write("the summary", to: summary) { SuiteMarkdown.markdown(suite) }
        write("the code quality report", to: wanted.codequality) {
            try wanted.issues(suite.findings)
        }
        let commands = wanted.isGitHub ? wanted.commands(suite.findings) : ""
        if json {
            do { Terminal.write(try JSONText.of(SuiteFile(suite))) } catch {
                isUnkept = true
                Terminal.writeError("drill: \(error)\n")
            }
            // GitHub reads them from standard error as well.
            Terminal.writeError(commands)
        } else {
            Terminal.write(commands + SuiteText.end(suite) + "\n")
        }
        return isUnkept
    }
}
