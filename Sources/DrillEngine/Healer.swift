package import DrillModel

/// Undoes faults, and looks whether they are gone.
///
/// Everyone who heals comes through here: the run, its timers, the guardian and `drill heal`. All
/// undoing on a host with a lease goes *through* the lease, so that it happens once. Nothing here
/// depends on the task that calls it being alive: it is awaited in a task that nobody cancels.
package struct Healer: Sendable {
    private let world: World
    private let log: Log
    private let isHurried: @Sendable () -> Bool
    private let progress: @Sendable (Progress) -> Void

    /// What is told while it goes on.
    package enum Progress: Sendable {
        /// Its undo is about to be sent.
        case undoing(fault: String)
        /// Undone and looked at; what may still be broken of it.
        case done(fault: String, [Left])
        /// As before, and the journal goes on to say that it is broken.
        case unstruck(fault: String, host: String, why: String)
    }

    /// Once `isHurried` says so, what fails is not tried again; everything is tried once all the same.
    package init(
        _ world: World,
        log: Log,
        isHurried: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.world = world
        self.log = log
        self.isHurried = isHurried
        self.progress = progress
    }

    /// What may still be broken on one target.
    package struct Left: Sendable {
        package var wound: Wound
        package var why: String
        /// The undo itself went through; only that all is as before wasn't seen.
        package var isUndone: Bool
    }

    /// How long a fault that is being undone keeps an older one from being undone, too.
    private static let patience = Span.seconds(5)

    /// How much later a command may take effect that was sent and never confirmed.
    package static let lateness = Span.milliseconds(1500)

    /// Undoes faults, the newest first, each on all of its targets at once.
    ///
    /// Whether all is as before is looked at once every undo was sent: a look takes its time, and an
    /// older fault may be what makes a host look unlike before. `limit` bounds how long what fails is
    /// tried again, `looking` how long it is looked at. Where `lookingAgain`, a command that nobody
    /// confirmed may arrive late: what was seen to be gone must still be so after that long, and what
    /// isn't gone then, or wasn't before, is undone once more.
    ///
    /// - Returns: what may still be broken, with the reason in words; empty when all is as before.
    package func heal(
        _ wounds: [Wound],
        why: String,
        within limit: Span = .seconds(60),
        looking: Span = .seconds(30),
        lookingAgain: Span? = nil
    ) async -> [Left] {
        world.learnSecrets(of: wounds)
        let deadline = world.now() + limit
        var undos: [(fault: String, task: Task<[(Wound, String?)], Never>)] = []
        for fault in wounds.reversed().map(\.fault).unique {
            let wounds = wounds.filter { $0.fault == fault }
            progress(.undoing(fault: fault))
            log.append(.undoing(fault: fault, why: why))
            let task = Task { await together(wounds) { await undo($0, until: deadline) } }
            undos.append((fault, task))
            await wait(for: task, atMost: Self.patience)
        }
        return await together(undos) { fault, task in
            let left = await together(await task.value) { wound, problem in
                await look(at: wound, problem, for: looking, again: lookingAgain)
            }.compactMap { $1 }
            // Where only the looking was without success, that is told by what was looked at.
            let failed = left.filter { !$0.isUndone }.map(\.wound.procedure.target)
            log.append(.undone(fault: fault, failedHosts: failed))
            progress(.done(fault: fault, left))
            return left
        }.flatMap { $1 }
    }

    private func wait<Result>(for task: Task<Result, Never>, atMost span: Span) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await abandonable { await task.value } }
            group.addTask { await world.sleep(world.now() + span) }
            await group.next()
            group.cancelAll()
        }
    }

    /// - Returns: nil when the undo went through; else why not.
    private func undo(_ wound: Wound, until deadline: Instant) async -> String? {
        await awaitGoingIn(wound)
        var problem = await undoOnce(wound, isUndone: false, deadline: deadline)
        var pause = Span.milliseconds(500)
        // A host that just came back, or was cut off by our own fault, may need a moment.
        while problem != nil, !isHurried(), world.now() + pause < deadline {
            await rest(pause)
            pause = min(pause * 2, .seconds(5))
            problem = await undoOnce(wound, isUndone: false, deadline: deadline)
        }
        return problem
    }

    /// A command of a drill that died goes on by itself, and would land behind its undo.
    private func awaitGoingIn(_ wound: Wound) async {
        let isFromHere = wound.procedure.inject.contains { action in
            if case .command(Action.controller, _) = action.verb { true } else { false }
        }
        guard isFromHere else { return }
        do {
            let result = try await actor(wound).execute(
                GoingIn(wound).wait,
                on: Action.controller,
                deadline: world.now() + .seconds(30)
            )
            switch result.outputText.trimmed {
            case "waited":
                log.append(.note("\(wound.fault) was still going in: its end was waited for"))
            case "ended":
                log.append(.note("\(wound.fault) was still going in after ten seconds: ended"))
            default: break
            }
        } catch {
            let why = error.message
            log.append(.note("whether \(wound.fault) is still going in could not be seen: \(why)"))
        }
    }

    /// Has a host let go of a lease whose undo failed there, since all is known to be as before: until
    /// then no other run may have that host.
    ///
    /// - Returns: nil where it holds nobody up any more; else why it does, in words.
    package func release(_ wound: Wound) async -> String? {
        guard wound.lease != nil else { return nil }
        world.learnSecrets(of: [wound])
        let keeper = LeaseKeeper(world: world, actor: actor(wound), log: log)
        return await keeper.release(wound, within: isHurried() ? .zero : .seconds(20))
    }

    /// Has the hosts let go of leases that nobody is to undo any more, all at once.
    ///
    /// - Returns: the leases that are still there, with the reason in words.
    package func release(_ wounds: [Wound]) async -> [(wound: Wound, why: String)] {
        await together(wounds) { await release($0) }.compactMap { wound, why in
            why.map { (wound, $0) }
        }
    }

    /// Asks the hosts which leases they still hold, all at once; those whose undo succeeded hold nobody up.
    package func held(
        _ wounds: [Wound]
    ) async -> [(wound: Wound, phase: Result<String, LeaseError>)] {
        await together(wounds) { wound in
            await LeaseKeeper(world: world, actor: actor(wound), log: log).phase(of: wound)
        }.compactMap { wound, phase in phase.map { (wound, $0) } }
    }

    /// - Returns: nil when everything is as before; else what may still be broken, in words.
    private func look(
        at wound: Wound,
        _ problem: String?,
        for looking: Span,
        again: Span?
    ) async -> Left? {
        var problem = problem
        var isUndone = problem == nil
        // What could not be undone won't become as before by being looked at for long.
        var settled = await self.settled(wound, for: isUndone ? looking : .zero)
        if let again, !isHurried() {
            var isBehind = isUndone && settled.isSeenToFail
            if settled == .holds {
                await rest(again)
                settled = await self.settled(wound, for: .zero)
                isBehind = settled != .holds
            }
            if isBehind {
                let deadline = world.now() + looking
                problem = await undoOnce(wound, isUndone: isUndone, deadline: deadline)
                isUndone = problem == nil
                settled = await self.settled(wound, for: looking)
            }
        }
        if isUndone, isHurried(), case .fails(let why) = settled {
            settled = .unknown(
                "it was undone, and looked at only once, since ^C cut that short: \(why)"
            )
        }
        // What it looks like proves nothing while an undo may still be at work there: a server that stays
        // in the undo's foreground is seen, and ends with it.
        if settled == .holds, problem != nil, let why = await release(wound) {
            settled = .unknown("as before when looked at, but \(why)")
        }
        log.append(.settled(fault: wound.fault, host: wound.procedure.target, settled))
        switch settled {
        case .holds: problem = nil
        case .fails(let why): problem = problem ?? why
        // Where the file gives no way to look, the undo's having worked is all that can be known.
        case .unknown where wound.procedure.settled.isEmpty: break
        case .unknown(let why): problem = problem ?? why
        }
        if let problem { return Left(wound: wound, why: problem, isUndone: isUndone) }
        do {
            try await world.journal.append([
                .healed(fault: wound.fault, host: wound.procedure.target)
            ])
        } catch {
            log.append(.defect("healed, but the journal can't say so: \(error.message)"))
            progress(
                .unstruck(
                    fault: wound.fault,
                    host: wound.procedure.target,
                    why: error.message
                )
            )
        }
        return nil
    }

    /// Sleeps, but not on while somebody is in a hurry.
    private func rest(_ pause: Span) async {
        let end = world.now() + pause
        while !isHurried(), world.now() < end {
            await world.sleep(min(end, world.now() + .milliseconds(100)))
        }
    }

    /// `isUndone` where the undo went through before: a lease that says so again has done nothing now.
    private func undoOnce(_ wound: Wound, isUndone: Bool, deadline: Instant) async -> String? {
        guard wound.lease != nil else { return await undoFromHere(wound, deadline: deadline) }
        let keeper = LeaseKeeper(world: world, actor: actor(wound), log: log)
        switch await keeper.heal(wound, isUndone: isUndone) {
        case .healed where !isUndone: return nil
        case .failed(let why): return why
        case .healed, .none: return await undoFromHere(wound, deadline: deadline)
        }
    }

    /// Every undo is attempted, even where one fails.
    private func undoFromHere(_ wound: Wound, deadline: Instant) async -> String? {
        var problem: String?
        for action in wound.procedure.undo {
            let answer = await actor(wound).perform(
                action,
                of: wound.fault,
                target: wound.procedure.target,
                stage: .undo,
                deadline: min(deadline, world.now() + action.timeout)
            )
            log.append(.action(answer.report))
            if let note = answer.note { log.append(.note("\(wound.fault): \(note)")) }
            if !answer.report.isAsExpected {
                problem = problem ?? "\(action.shown): \(answer.report.failure)"
            }
        }
        return problem
    }

    /// The journal alone must do: the wound carries the hosts that its undo needs.
    private func actor(_ wound: Wound) -> Actor {
        Actor(
            hosts: wound.hosts,
            world: world,
            syslog: wound.syslog == false ? nil : wound.run,
            directory: wound.directory
        )
    }

    /// Looks until everything holds or each look's time is up.
    private func settled(_ wound: Wound, for looking: Span) async -> Proof {
        let deadline = world.now() + looking
        return await Prover(
            world: world,
            actor: actor(wound),
            log: log,
            isHurried: isHurried
        ).prove(
            wound.procedure.settled,
            of: wound.fault,
            target: wound.procedure.target,
            stage: .settled,
            deadline: deadline
        )
    }
}

extension Proof {
    fileprivate var isSeenToFail: Bool {
        if case .fails = self { true } else { false }
    }
}

extension ActionReport {
    /// What went wrong, for people.
    var failure: String {
        guard let output, !output.isEmpty else { return result }
        return "\(result): \(output)"
    }
}
