import DrillModel

/// Carries out one step that has no others inside: its tries, what is expected and kept, and whether it
/// worked.
struct StepCarrier: Sendable {
    let world: World
    let log: Log
    let actor: Actor
    let watch: Watch
    /// Whether what says that it is idempotent is done twice, to see that.
    let doesTwice: Bool

    init(_ plan: Plan, watch: Watch, world: World, log: Log) {
        self.world = world
        self.log = log
        self.watch = watch
        actor = Actor(plan, world: world)
        doesTwice = plan.doesTwice ?? false
    }

    /// How a step went.
    struct Outcome: Sendable {
        var carried: Carried
        var attempts = 0
        var answeredBy: String?
        var saved: [String: Text] = [:]
        /// Where that isn't now: what is done a second time isn't in its time.
        var done: Instant?

        init(_ carried: Carried = Carried()) { self.carried = carried }
    }

    /// A step in the middle of being carried out, with all that is open in it filled.
    struct Try: Sendable {
        var step: RunbookStep
        var runbook: String
        /// What is said of it beside its title: `, try 2`.
        var mark = ""
        var deadline: Instant

        var title: String { step.title + mark }
        var host: String { step.deed?.host ?? "controller" }
    }

    /// What came of one try.
    struct Tried: Sendable {
        var failure: String?
        var answeredBy: String?
        var saved: [String: Text] = [:]
        /// Nothing is known to be wrong: it was left out.
        var skipped: String?
        /// Not even begun; trying it again won't help.
        var isHopeless = false

        static func failed(_ why: String) -> Tried { Tried(failure: why) }
    }

    func carryOut(
        _ step: RunbookStep,
        _ scope: RunbookScope,
        at place: StepPlace
    ) async -> Outcome {
        let begun = world.now()
        let filled = step.filled(with: scope.all)
        var outcome = Outcome()
        // What it saves itself, its verification may use.
        let own = step.saves.map(\.name)
        if let open = filled.unsaved.first(where: { !own.contains($0) }) {
            outcome.carried.result = .failed(Self.open(open))
            return outcome
        }
        var it = Try(step: filled, runbook: place.runbook, deadline: begun)
        let tried = await again(&it, from: begun, &outcome.attempts)
        outcome.answeredBy = tried.answeredBy
        outcome.saved = tried.saved
        scope.save(tried.saved)
        if !tried.isHopeless, tried.skipped == nil, let undo = step.undo {
            outcome.carried.undoable = [
                Carried.Undoable(step: step, undo: undo.filled(with: scope.all), place: place)
            ]
        }
        let done = world.now()
        if Task.isCancelled, tried.failure != nil {
            outcome.carried.result = .cancelled
        } else if let why = tried.failure {
            outcome.carried.result = .failed(why)
        } else if let why = tried.skipped {
            outcome.carried.result = .skipped(why)
        } else if let budget = step.budget, done - begun > budget {
            outcome.carried.result = .failed(
                "it worked, but took \((done - begun).roughly); its budget is \(budget)"
            )
        } else if doesTwice, step.isIdempotent, step.deed != nil {
            outcome.done = done
            it.mark = ", a second time"
            it.deadline = done + (step.budget ?? RunbookStep.unbudgeted)
            if let why = await once(it).failure {
                outcome.carried.result =
                    Task.isCancelled
                    ? .cancelled : .failed("it isn't idempotent: done a second time, \(why)")
            }
        }
        return outcome
    }

    /// As often as `retry` says, and as the budget has room for.
    private func again(
        _ it: inout Try,
        from begun: Instant,
        _ attempts: inout Int
    ) async -> Tried {
        let budget = it.step.budget
        while true {
            attempts += 1
            it.mark = attempts == 1 ? "" : ", try \(attempts)"
            // Without a budget each try has the usual time to itself.
            it.deadline = budget.map { begun + $0 } ?? world.now() + RunbookStep.unbudgeted
            var tried = await once(it)
            guard let why = tried.failure, !tried.isHopeless, !Task.isCancelled else {
                return tried
            }
            guard let retry = it.step.retry, attempts < retry.times else {
                if attempts > 1 { tried.failure = "\(why) (at try \(attempts))" }
                return tried
            }
            let next = world.now() + retry.pause(after: attempts)
            if let budget, next >= begun + budget {
                tried.failure =
                    "\(why) (at try \(attempts) of \(retry.times); its budget of \(budget) has no room"
                    + " for another)"
                return tried
            }
            await world.sleep(next)
            if Task.isCancelled { return tried }
        }
    }

    /// The deed, what its answer must be, what of it is kept, and whether it worked.
    private func once(_ it: Try) async -> Tried {
        var tried = Tried()
        if let deed = it.step.deed { tried = await perform(deed, it) }
        guard tried.failure == nil, tried.skipped == nil, !Task.isCancelled else { return tried }
        guard let verify = it.step.verify else { return tried }
        let look = verify.look.filled(with: tried.saved)
        tried.failure = await unverified(
            RunbookStep.Verify(look: look, within: verify.within),
            it.step,
            in: it.runbook,
            mark: it.mark
        )
        return tried
    }

    /// Takes a step back.
    ///
    /// - Returns: why that didn't go through, and how often it was tried.
    func takeBack(_ one: Carried.Undoable) async -> (failure: String?, attempts: Int) {
        if let open = one.undo.texts.flatMap(\.unsaved).first { return (Self.open(open), 0) }
        var back = RunbookStep(title: "undo: \(one.step.title)", deed: one.undo)
        back.retry = one.step.retry
        var it = Try(step: back, runbook: one.place.runbook, deadline: world.now())
        var attempts = 0
        let tried = await again(&it, from: world.now(), &attempts)
        return (tried.failure, attempts)
    }

    enum Holds {
        case yes
        case no(String)
        case unknown(String)
    }

    /// Whether a step is to be carried out, as of now.
    func holds(_ when: When, of step: RunbookStep, _ scope: RunbookScope) async -> Holds {
        let filled = when.filled(with: scope.all)
        if let open = filled.texts.flatMap(\.unsaved).first { return .unknown(Self.open(open)) }
        switch filled {
        case .value(let text, let condition):
            let value: String
            do { value = try resolve(text) } catch { return .unknown("its when: \(error.message)") }
            let answer = answer("value", value)
            guard let why = answer.failure(condition, of: value) else { return .yes }
            // As written, so that it says what it is about.
            let asked: Text = if case .value(let text, _) = when { text } else { text }
            return .no("\(asked.shown) \(why)")
        case .look(let kind, let state):
            let latest = world.now() + Self.lookPatience
            let look = await abandonable {
                await world.probers.look(kind, it: nil, deadline: latest)
            }
            switch look?.outcome {
            case .good: return state == .up ? .yes : .no("\(kind.shown) is up")
            case .bad(let failure, _) where kind.couldNotLook(failure):
                return .unknown("its when can't be seen: \(look?.outcome.shown ?? "")")
            case .bad: return state == .down ? .yes : .no("\(kind.shown) is not up")
            case .unsent, nil: return .unknown("its when can't be seen: the run ended first")
            }
        }
    }

    static let lookPatience = Span.seconds(5)

    /// Said of a name that stands for nothing: the step that saves it was left out, or failed.
    static func open(_ name: String) -> String {
        "${\(name)} has no value: no step before it saved one, and nobody gave it; nothing was done"
    }

    func resolve(_ text: Text) throws(SecretError) -> String {
        let secret = world.secret
        return try text.resolved { part throws(SecretError) in try secret(part) }
    }

    func answer(_ noun: String, _ text: String?) -> DeedAnswer {
        DeedAnswer(
            noun: noun,
            text: text,
            resolve: { text throws(SecretError) in try self.resolve(text) },
            shown: { actor.shown($0, most: 200) ?? "" }
        )
    }
}

extension Probe.Kind {
    /// Whether a look that failed so says nothing of what it was to look at.
    ///
    /// A server that doesn't answer in time is down; a command that doesn't end tells nothing.
    fileprivate func couldNotLook(_ failure: Outcome.Failure) -> Bool {
        switch (self, failure) {
        case (.dns, .unresolvable): false
        case (_, .blind), (_, .unresolvable), (.command, .timeout): true
        default: false
        }
    }
}

extension Span {
    /// `2.5 s`, for sentences.
    var roughly: String {
        let tenths = (ns + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
