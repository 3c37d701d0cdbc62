import DrillModel

/// Carries out a runbook: each step timed, checked, and verified to have *worked*.
///
/// ```
///  when ─▶ deed ─▶ expect ─▶ save ─▶ verify ─▶ done           each try, as often as `retry` says
///    └ skipped └──────┴────────┴───────┴──▶ failed ─▶ on-failure: stop | continue | undo
/// ```
/// A step that a resumption passes by isn't touched; what it saved is there.
///
/// A run that is cancelled leaves what was done as it is: whoever stops a recovery wants to see where it
/// stood, and go on from there.
struct RunbookRunner: Sendable {
    private let world: World
    private let log: Log
    private let carrier: StepCarrier
    private let resumption: Resumption?

    init(_ plan: Plan, watch: Watch, world: World, log: Log) {
        self.world = world
        self.log = log
        carrier = StepCarrier(plan, watch: watch, world: world, log: log)
        resumption = plan.resumption
    }

    func run(_ runbook: Runbook) async -> Event.StepResult {
        world.learnSecrets(of: runbook)
        let place = StepPlace(runbook: runbook.name, path: [], count: 1)
        let given = (resumption?.given ?? [:]).mapValues { Text(parts: [.value($0)]) }
        return await carryOut(runbook, RunbookScope(given), at: place).result
    }

    /// All steps of a runbook, and the undo of those that were done where one that failed asks for it.
    private func carryOut(
        _ runbook: Runbook,
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> Carried {
        let begun = world.now()
        var all = Carried()
        var failures: [String] = []
        for (index, step) in runbook.steps.enumerated() {
            guard !Task.isCancelled else {
                all.result = .cancelled
                return all
            }
            let one = await carryOut(step, scope, at: place.inside(index, of: runbook.steps.count))
            all.undoable += one.undoable
            all.human += one.human
            switch one.result {
            case .done, .passedOver, .skipped: continue
            case .cancelled:
                all.result = .cancelled
                return all
            case .failed(let why): failures.append("\(step.title): \(why)")
            }
            all.next = one.next
            if all.next != .goOn { break }
        }
        if all.next == .undo {
            failures.append(await takeBack(all.undoable))
            all.undoable = []
        }
        let took = world.now() - begun
        if let budget = runbook.budget, took > budget, failures.isEmpty {
            failures = [late(took, people: all.humanTime, budget)]
        }
        if !failures.isEmpty { all.result = .failed(failures.joined(separator: "; ")) }
        return all
    }

    /// A whole budget counts people's time, too: the promise is when all is well again.
    private func late(_ took: Span, people: Span, _ budget: Span) -> String {
        let share = people == .zero ? "" : " (\(people.roughly) of it by people)"
        return "it worked, but took \(took.roughly)\(share); its budget is \(budget)"
    }

    private func carryOut(
        _ step: RunbookStep,
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> Carried {
        if resumption?.step(at: place.path) != nil { return passBy(step, scope, at: place) }
        let started = world.now()
        var one = await result(of: step, scope, at: place)
        if Task.isCancelled, one.carried.result != .done { one.carried.result = .cancelled }
        if case .failed(let why) = one.carried.result {
            if step.isOptional {
                one.carried.result = .passedOver(why)
            } else if step.onFailure.weight > one.carried.next.weight {
                one.carried.next = step.onFailure
            }
        }
        let done = one.done ?? world.now()
        if step.isHuman, started < done { one.carried.human.append(started...done) }
        log.append(
            .runbookStep(report(of: step, one, from: started, to: done, at: place))
        )
        return one.carried
    }

    /// What was done before, or is left out: only what it saved is taken over, and how it is undone.
    private func passBy(_ step: RunbookStep, _ scope: RunbookScope, at place: StepPlace) -> Carried
    {
        let passed = resumption?.step(at: place.path) ?? Resumption.Step(place.path)
        let why = passed.doneIn.map { "done in \($0)" } ?? passed.why ?? "left out"
        var carried = Carried(result: .skipped(why))
        switch step.deed {
        case .parallel(let steps):
            for (index, inner) in steps.enumerated() {
                let place = place.inside(index, of: steps.count)
                carried.undoable += passBy(inner, scope, at: place).undoable
            }
        case .include(let include):
            let inner = RunbookScope(include.with.mapValues { $0.filled(with: scope.all) })
            let steps = include.runbook.steps
            for (index, step) in steps.enumerated() {
                let place = place.inside(index, of: steps.count)
                carried.undoable += passBy(step, inner, at: place).undoable
            }
            scope.save(inner.all.filter { include.runbook.outputs.contains($0.key) })
        case .command, .http, .sql, .container, .wait, .manual, .approve, nil:
            scope.save(passed.saved.mapValues { Text(parts: [.value($0)]) })
            if passed.doneIn != nil, let undo = step.undo {
                let undo = undo.filled(with: scope.all)
                carried.undoable = [Carried.Undoable(step: step, undo: undo, place: place)]
            }
        }
        let now = world.now()
        var report = report(of: step, StepCarrier.Outcome(carried), from: now, to: now, at: place)
        report.saved = passed.saved.isEmpty ? nil : passed.saved
        report.doneIn = passed.doneIn
        log.append(.runbookStep(report))
        return carried
    }

    private func report(
        of step: RunbookStep,
        _ one: StepCarrier.Outcome,
        from started: Instant,
        to done: Instant,
        at place: StepPlace
    ) -> RunbookStepReport {
        var report = RunbookStepReport(
            runbook: place.runbook,
            number: place.path.last ?? 1,
            count: place.count,
            title: step.title,
            host: step.deed?.host,
            started: started,
            done: done,
            budget: step.budget,
            result: one.carried.result,
            isOptional: step.isOptional
        )
        report.path = place.path
        report.isHuman = step.isHuman ? true : nil
        report.attempts = one.attempts > 1 ? one.attempts : nil
        report.answeredBy = one.answeredBy
        // Whole: a run that goes on after this one needs it.
        let saved = one.saved.mapValues(\.shown)
        report.saved = saved.isEmpty ? nil : saved
        return report
    }

    private func result(
        of step: RunbookStep,
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> StepCarrier.Outcome {
        if let when = step.when {
            switch await carrier.holds(when, of: step, scope) {
            case .yes: break
            case .no(let why): return StepCarrier.Outcome(Carried(result: .skipped(why)))
            case .unknown(let why): return StepCarrier.Outcome(Carried(result: .failed(why)))
            }
        }
        switch step.deed {
        case .parallel(let steps):
            return await whole(step, scope, at: place) {
                await self.atOnce(steps, scope, at: place)
            }
        case .include(let include):
            return await whole(step, scope, at: place) {
                await self.include(include, scope, at: place)
            }
        case .command, .http, .sql, .container, .wait, .manual, .approve, nil:
            return await carrier.carryOut(step, scope, at: place)
        }
    }

    /// A step that has others inside: done when they are, and verified as a whole.
    private func whole(
        _ step: RunbookStep,
        _ scope: RunbookScope,
        at place: StepPlace,
        _ inner: () async -> Carried
    ) async -> StepCarrier.Outcome {
        let begun = world.now()
        var outcome = StepCarrier.Outcome(await inner())
        guard outcome.carried.result == .done else { return outcome }
        if let verify = step.verify {
            let filled = verify.look.filled(with: scope.all)
            let why = await carrier.unverified(
                RunbookStep.Verify(look: filled, within: verify.within),
                step,
                in: place.runbook
            )
            if let why { outcome.carried.result = .failed(why) }
        }
        let took = world.now() - begun
        if let budget = step.budget, took > budget, outcome.carried.result == .done {
            outcome.carried.result = .failed(late(took, people: outcome.carried.humanTime, budget))
        }
        return outcome
    }

    /// Every one is carried out to its end, whatever becomes of the others.
    private func atOnce(
        _ steps: [RunbookStep],
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> Carried {
        let all = await together(Array(steps.enumerated())) { index, step in
            await self.carryOut(step, scope, at: place.inside(index, of: steps.count))
        }
        var whole = Carried()
        var failures: [String] = []
        for ((_, step), one) in all {
            whole.undoable += one.undoable
            whole.human += one.human
            switch one.result {
            case .done, .passedOver, .skipped: continue
            case .cancelled: whole.result = .cancelled
            case .failed(let why):
                failures.append("\(step.title): \(why)")
                if one.next.weight > whole.next.weight { whole.next = one.next }
            }
        }
        if !failures.isEmpty, whole.result == .done {
            whole.result = .failed(failures.joined(separator: "; "))
        }
        return whole
    }

    private func include(
        _ include: Include,
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> Carried {
        let inputs = include.with.mapValues { $0.filled(with: scope.all) }
        if let open = inputs.values.flatMap(\.unsaved).first {
            return Carried(result: .failed(StepCarrier.open(open)))
        }
        let inner = RunbookScope(inputs)
        var carried = await carryOut(include.runbook, inner, at: place)
        // What comes after is the word of the step that includes it.
        carried.next = .goOn
        let outputs = inner.all.filter { include.runbook.outputs.contains($0.key) }
        scope.save(outputs)
        return carried
    }

    /// Takes steps back, newest first.
    ///
    /// One that can't be taken back holds up none of the others.
    ///
    /// - Returns: what came of it, for sentences.
    private func takeBack(_ done: [Carried.Undoable]) async -> String {
        var left: [String] = []
        for one in done.reversed() {
            guard !Task.isCancelled else {
                left.append("\(one.step.title): the run ended first")
                continue
            }
            let started = world.now()
            // First: drill may be killed in the middle of it.
            log.append(.takingBack(runbook: one.place.runbook, path: one.place.path))
            let (failure, attempts) = await carrier.takeBack(one)
            let isOver = Task.isCancelled && failure != nil
            var report = RunbookStepReport(
                runbook: one.place.runbook,
                number: one.place.path.last ?? 1,
                count: one.place.count,
                title: one.step.title,
                host: one.undo.host,
                started: started,
                done: world.now(),
                budget: nil,
                result: isOver ? .cancelled : failure.map { .failed($0) } ?? .done,
                isOptional: one.step.isOptional
            )
            report.path = one.place.path
            report.isUndo = true
            report.attempts = attempts > 1 ? attempts : nil
            log.append(.runbookStep(report))
            if let failure { left.append("\(one.step.title): \(failure)") }
        }
        if done.isEmpty { return "nothing was there to undo" }
        guard left.isEmpty else { return "NOT UNDONE: \(left.joined(separator: "; "))" }
        return "undone: \(done.reversed().map(\.step.title).joined(separator: ", "))"
    }
}
