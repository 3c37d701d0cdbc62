import ArgumentParser
import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// `drill runbook run FILE`: carries out a runbook by itself, timed and verified.
struct RunbookRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Carry out a runbook by itself: timed, verified, and kept as a run.",
        discussion: """
            Nothing is broken and no steady state is waited for. Neither windows nor halts hold it up: it \
            is what an emergency needs. What an interruption leaves done stays done, and --resume goes on \
            from there.

            Exit codes: 0 passed, 1 a step failed, 3 not started (it wasn't confirmed), 4 stopped, 64 wrong \
            usage or a file with problems, 70 drill itself failed.
            """
    )

    @OptionGroup var asked: RunbookFile
    @OptionGroup var people: RunbookOptions

    @Option(
        help: ArgumentHelp(
            "Begin with this step, by its id, title or number; those before it are left out.",
            valueName: "step"
        )
    )
    var from: String?

    @Option(
        help: ArgumentHelp(
            """
            Go on after this run of it, an id or `last`, with the first step that was not done; what the \
            others saved is taken from there.
            """,
            valueName: "run"
        )
    )
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "What a step that is left out would have saved.",
            valueName: "name=value"
        )
    )
    var saved: [String] = []

    @Flag(help: "Confirm a runbook that must be confirmed, as in production, without being asked.")
    var yesProduction = false

    @Option(help: "Write a JUnit report to this file.", completion: .file())
    var junit: String?

    func validate() throws {
        if from != nil, resume != nil {
            throw ValidationError("--from and --resume both say where to begin: give one of them")
        }
        if !saved.isEmpty, from == nil, resume == nil {
            throw ValidationError(
                "--saved is for steps that are left out: give it with --from or --resume"
            )
        }
    }

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let stop = StopSwitch()
        let listening = Ear.listen(for: stop)
        defer { withExtendedLifetime(listening) {} }

        let read = try asked.read()
        let runbook = read.runbook
        guard runbook.inputs.isEmpty else {
            let how = runbook.inputs.map { "--var \($0)=VALUE" }.joined(separator: " ")
            throw Failure.usage("\(runbook.name) needs \(runbook.inputs.listed): give \(how)")
        }
        let choice = try people.choice(for: [runbook])
        let resumption = try resumption(of: runbook)
        try Delivery.check([("--junit", junit)], reading: read.files.map(\.path))
        // Before the folder is made: a file with problems leaves no run.
        _ = try plan(runbook, resumption, run: Planner.noRun)
        let carrying = try Carrying(runbook.name, runbooks: choice, stop: stop)
        var planned = try plan(runbook, resumption, run: carrying.run)
        planned.doesTwice = choice.twice ? true : nil
        planned.setting = asked.setting.words
        let alone = try RunbookAlone(runbook, for: carrying.run, in: Wiring.store)
        defer { withExtendedLifetime(alone) {} }
        planned.refusals += alone.refusals + choice.refusals(of: [runbook])
        let plan = await Confirming(
            given: yesProduction ? Confirming.byOption : nil,
            stop: stop
        ).confirm(planned)
        try await carrying.keep(plan, read.files)
        if let resumption { try tell(resumption, runbook) }
        let record = await carrying.carryOut(plan, in: Field(runbook.inventory))
        var verdict = record.judgement.verdict
        if let junit {
            do {
                try Delivery.write(JUnit.xml([record]), to: junit, what: "the JUnit report")
            } catch let failure as Failure {
                Terminal.writeError(failure.text)
                verdict = RunVerdict.worst([verdict, .error])
            }
        }
        if verdict != .passed { throw ExitCode(verdict.exit) }
    }

    private func plan(_ runbook: Runbook, _ resumption: Resumption?, run: String) throws -> Plan {
        do throws(Problems) {
            return try Planner.plan(
                runbook,
                resumption: resumption,
                run: run,
                site: SitePolicy.site
            )
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    // MARK: Beginning in the middle

    private func resumption(of runbook: Runbook) throws -> Resumption? {
        guard
            var resumption = try from.map({ try begin(with: $0, of: runbook) })
                ?? resume.map({ try goOn(after: $0, of: runbook) })
        else { return nil }
        for word in saved {
            guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
                throw Failure.usage("--saved \(word): write --saved NAME=VALUE")
            }
            resumption.given[String(word[..<sign])] = String(word[word.index(after: sign)...])
        }
        let unknown = resumption.unknown(in: runbook)
        guard unknown.isEmpty else {
            throw Failure.usage(unknown.map { "--saved: \($0)" }.joined(separator: "\n"))
        }
        let missing = resumption.missing(in: runbook)
        guard missing.isEmpty else {
            throw Failure.usage(
                missing.map { missing in
                    "the step \"\(missing.user)\" uses ${\(missing.name)}, which \"\(missing.source)\""
                        + " saves, and that is left out: give it as --saved \(missing.name)=VALUE"
                }.joined(separator: "\n")
            )
        }
        return resumption
    }

    private func begin(with step: String, of runbook: Runbook) throws -> Resumption {
        do throws(Resumption.Mistake) {
            return try Resumption(from: step, in: runbook)
        } catch {
            throw Failure.usage("--from: \(error.message)")
        }
    }

    private func goOn(after name: String, of runbook: Runbook) throws -> Resumption {
        let store = Wiring.store
        do {
            let run = name == "last" ? try last(of: runbook, in: store) : try store.find(name)
            let plan = try store.plan(of: run)
            guard plan.isRunbook == true, let it = plan.experiment.runbooks.first else {
                throw Failure.usage(
                    "--resume: \(run) is a drill, which undid what it broke; only a `drill runbook run`"
                        + " can be gone on with"
                )
            }
            guard it.name == runbook.name else {
                throw Failure.usage("--resume: \(run) was of \(it.name), not of \(runbook.name)")
            }
            if let worker = try store.worker(on: run) {
                throw Failure.usage(
                    "--resume: process \(worker.process) is still at work on \(run)"
                )
            }
            // What a killed drill had begun on this machine goes on, and must not be there twice.
            let left = RunMark.leaders(of: run)
            guard left.isEmpty else {
                throw Failure.usage(
                    "--resume: \(counted(left.count, "command")) that \(run) began still"
                        + " \(left.count == 1 ? "runs" : "run") here: wait for the end of"
                        + " \(left.count == 1 ? "process" : "the processes")"
                        + " \(left.map(String.init).listed), or end it; `--from STEP` doesn't look"
                )
            }
            let events = try store.events(of: run)
            guard !Self.isRefused(events) else {
                throw Failure.usage(
                    "--resume: \(run) was refused and began nothing: give the run before it, or `last`"
                )
            }
            if let why = events.isEmpty
                ? "it has no timeline" : store.unkept(of: run, events)
            {
                throw Failure.usage(
                    "--resume: not all that \(run) did is recorded (\(why)): look how far it came, and name"
                        + " the step to begin with: `--from STEP`"
                )
            }
            if let later = try later(than: run, of: runbook, in: store) {
                throw Failure.usage(
                    "--resume: \(later) went on after \(run) already: give --resume \(later)"
                )
            }
            return try Resumption(
                after: run,
                of: runbook,
                as: it,
                events,
                earlier: plan.resumption
            )
        } catch let mistake as Resumption.Mistake {
            throw Failure.usage("--resume: \(mistake.message)")
        } catch let error as HistoryError {
            throw Failure.usage("--resume: \(error.message)")
        }
    }

    /// The last run of the runbook by itself that wasn't refused.
    private func last(of runbook: Runbook, in store: RunStore) throws -> String {
        for run in try store.runs().reversed() where RunName.mayBe(run, of: runbook.name) {
            // One whose plan can't be read is none to go on with.
            guard let plan = try? store.plan(of: run) else { continue }
            guard plan.isRunbook == true, plan.experiment.name == runbook.name else { continue }
            if !Self.isRefused(try store.events(of: run)) { return run }
        }
        throw Failure.usage("--resume: there is no run of \(runbook.name) yet in \(store.path)")
    }

    /// The run that went on after this one, where there is one: what that did mustn't be done again.
    private func later(than run: String, of runbook: Runbook, in store: RunStore) throws -> String?
    {
        for later in try store.runs().reversed() where RunName.mayBe(later, of: runbook.name) {
            if later == run { return nil }
            guard let plan = try? store.plan(of: later), plan.resumption?.run == run else {
                continue
            }
            if !Self.isRefused(try store.events(of: later)) { return later }
        }
        return nil
    }

    private static func isRefused(_ events: [Event]) -> Bool {
        events.contains { if case .refused = $0.kind { true } else { false } }
    }

    /// Where it goes on, and what is known about that step.
    private func tell(_ resumption: Resumption, _ runbook: Runbook) throws {
        guard let (path, step) = resumption.first(in: runbook) else { return }
        let place = path.map(String.init).joined(separator: ".")
        let count = path.count == 1 ? " of \(runbook.steps.count)" : ""
        var (after, doubt) = ("", "")
        if let run = resumption.run {
            after = " after \(run)"
            doubt = Self.doubt(of: step, at: path, try Wiring.store.events(of: run))
        }
        Terminal.writeError(
            "drill: goes on\(after) with step \(place)\(count), \(Plain.oneLine(step.title))\(doubt)\n"
        )
    }

    /// What became of a step in the run before.
    private static func doubt(of step: RunbookStep, at path: [Int], _ events: [Event]) -> String {
        let reports = events.compactMap { event in
            if case .runbookStep(let report) = event.kind { report } else { nil }
        }
        let own = reports.last { ($0.path ?? [$0.number]) == path }
        switch own?.result {
        case .done where own?.isUndo == true: return "; it was taken back there"
        case .failed where own?.isUndo == true: return "; taking it back failed there"
        case .failed: return "; it failed there, and is carried out again"
        case .cancelled: return "; it was cut short there, and is carried out again"
        case .done, .passedOver, .skipped: return ""
        case nil:
            let mayHaveBegun = !step.isHuman && !step.isIdempotent && step.deed != nil
            return mayHaveBegun ? "; it may have been begun there, and is carried out again" : ""
        }
    }
}
