import DrillModel

/// Carries out a runbook: each step timed, checked, and verified to have *worked*.
struct RunbookRunner: Sendable {
    private let world: World
    private let log: Log
    private let actor: Actor

    init(world: World, log: Log, plan: Plan) {
        self.world = world
        self.log = log
        actor = Actor(plan, world: world)
    }

    func run(_ runbook: Runbook) async -> Event.StepResult {
        let begun = world.now()
        for (index, step) in runbook.steps.enumerated() {
            guard !Task.isCancelled else { return .cancelled }
            let started = world.now()
            var result = await abandonable { await self.carryOut(step, of: runbook) } ?? .cancelled
            if case .failed(let why) = result, step.isOptional { result = .passedOver(why) }
            log.append(
                .runbookStep(
                    RunbookStepReport(
                        runbook: runbook.name,
                        number: index + 1,
                        count: runbook.steps.count,
                        title: step.title,
                        host: step.host,
                        started: started,
                        done: world.now(),
                        budget: step.budget,
                        result: result,
                        isOptional: step.isOptional
                    )
                )
            )
            switch result {
            case .failed(let why): return .failed("\(step.title): \(why)")
            case .cancelled: return .cancelled
            case .done, .passedOver: continue
            }
        }
        let took = world.now() - begun
        if let budget = runbook.budget, took > budget {
            return .failed("it worked, but took \(took.roughly); its budget is \(budget)")
        }
        return .done
    }

    private func carryOut(_ step: RunbookStep, of runbook: Runbook) async -> Event.StepResult {
        let begun = world.now()
        if let command = step.run {
            let deadline = begun + (step.budget ?? RunbookStep.unbudgeted)
            if let failure = await perform(command, of: step, in: runbook, deadline: deadline) {
                return .failed(failure)
            }
        }
        if let verify = step.verify, let failure = await unverified(verify, step, in: runbook) {
            return .failed("it ran, but did not work: \(failure)")
        }
        let took = world.now() - begun
        if let budget = step.budget, took > budget {
            return .failed("it worked, but took \(took.roughly); its budget is \(budget)")
        }
        return .done
    }

    private func perform(
        _ command: Command,
        of step: RunbookStep,
        in runbook: Runbook,
        deadline: Instant
    ) async -> String? {
        var report = ActionReport(
            of: runbook.name,
            host: step.host ?? "controller",
            stage: .runbook,
            what: step.title,
            command: command.shown,
            sent: world.now(),
            done: world.now(),
            result: "",
            isAsExpected: false
        )
        defer { log.append(.action(report)) }
        do {
            let result = try await actor.execute(
                command,
                on: step.host,
                deadline: deadline,
                told: "\(runbook.name): \(step.title)"
            )
            report.sent = result.sent
            report.done = result.done
            report.result = result.exit.shown
            let output = result.outputText.trimmed
            let told = (output + "\n" + result.errorText).trimmed
            report.output = actor.shown(told, most: 2000)
            if let exit = step.expect.exit, result.exit != .code(exit) {
                return "expected exit \(exit), got \(report.failure)"
            }
            if let source = step.expect.match {
                switch Pattern(source)?.find(in: output) {
                case .found: break
                case .missing, nil:
                    let seen = actor.shown(output, most: 200) ?? "it printed nothing"
                    return "its output does not match \(source): \(seen)"
                case .undecided: return Pattern.undecided(source)
                }
            }
            report.isAsExpected = true
            return nil
        } catch {
            report.done = world.now()
            report.result = error.message
            report.output = error.cause
            return error.message
        }
    }

    /// Looks again and again until it holds; one report for all of it.
    private func unverified(
        _ verify: RunbookStep.Verify,
        _ step: RunbookStep,
        in runbook: Runbook
    ) async -> String? {
        let begun = world.now()
        let latest = begun + verify.within
        var seen = "nothing was seen"
        var looks = 0
        var isGood = false
        repeat {
            let look = await world.probers.look(
                verify.look,
                it: nil,
                deadline: min(latest, world.now() + .seconds(5))
            )
            looks += 1
            seen = look.outcome.shown
            isGood = look.outcome.isGood
            if isGood { break }
            await world.sleep(world.now() + .milliseconds(200))
        } while world.now() < latest && !Task.isCancelled
        log.append(
            .action(
                ActionReport(
                    of: runbook.name,
                    host: step.host ?? "controller",
                    stage: .runbook,
                    what: "verify: \(step.title)",
                    command: "verify \(verify.look.shown)",
                    sent: begun,
                    done: world.now(),
                    result: looks == 1 ? seen : "\(seen), at look \(looks)",
                    isAsExpected: isGood
                )
            )
        )
        return isGood ? nil : "within \(verify.within): \(seen)"
    }
}

extension Span {
    /// `2.5 s`, for sentences.
    var roughly: String {
        let tenths = (ns + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

extension Outcome {
    /// `good`, `timeout: no answer within 1 s`, for sentences.
    package var shown: String {
        switch self {
        case .good: "good"
        case .unsent: "not sent"
        case .bad(let failure, let detail):
            Plain.once(failure.rawValue, detail)
        }
    }
}
