package import DrillModel

/// Undoes one fault on one target, and looks whether it is gone.
///
/// Everyone who heals comes through here: the run, its timers and `drill heal`. All undoing on a
/// host with a lease goes *through* the lease, so that it happens once. Nothing here depends on the
/// task that calls it being alive: it is awaited in a task that nobody cancels.
package struct Healer: Sendable {
    private let world: World
    private let log: Log
    private let isHurried: @Sendable () -> Bool

    /// Once `isHurried` says so, what fails is not tried again; everything is tried once all the same.
    package init(
        _ world: World,
        log: Log,
        isHurried: @escaping @Sendable () -> Bool = { false }
    ) {
        self.world = world
        self.log = log
        self.isHurried = isHurried
    }

    /// What may still be broken on one target.
    package struct Left: Sendable {
        package var wound: Wound
        package var why: String
        /// The undo itself went through; only that all is as before wasn't seen.
        package var isUndone: Bool
    }

    /// Undoes a fault on all of its targets at once.
    ///
    /// `looking` bounds how long it looks whether all is as before.
    ///
    /// - Returns: what may still be broken, with the reason in words; empty when all is as before.
    package func heal(
        _ wounds: [Wound],
        of fault: String,
        why: String,
        within limit: Span = .seconds(60),
        looking: Span = .seconds(30)
    ) async -> [Left] {
        log.append(.undoing(fault: fault, why: why))
        let left = await together(wounds) { await heal($0, within: limit, looking: looking) }
            .compactMap { $1 }
        log.append(.undone(fault: fault, failedHosts: left.map(\.wound.procedure.target)))
        return left
    }

    /// - Returns: nil when everything is as before; else what may still be broken, in words.
    private func heal(_ wound: Wound, within limit: Span, looking: Span) async -> Left? {
        let deadline = world.now() + limit
        var problem = await undo(wound, isFirst: true, deadline: deadline)
        var pause = Span.milliseconds(500)
        // A host that just came back, or was cut off by our own fault, may need a moment.
        while problem != nil, !isHurried(), world.now() + pause < deadline {
            await rest(pause)
            pause = min(pause * 2, .seconds(5))
            problem = await undo(wound, isFirst: false, deadline: deadline)
        }
        let isUndone = problem == nil
        // What could not be undone won't become as before by being looked at for long.
        let settled = await settled(wound, for: isUndone ? looking : .zero)
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

    private func undo(_ wound: Wound, isFirst: Bool, deadline: Instant) async -> String? {
        guard wound.lease != nil else { return await undoFromHere(wound, deadline: deadline) }
        let keeper = LeaseKeeper(world: world, actor: actor(wound), log: log)
        switch await keeper.heal(wound, isFirst: isFirst) {
        case .healed: return nil
        case .failed(let why): return why
        case .none: return await undoFromHere(wound, deadline: deadline)
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
            syslog: wound.syslog == false ? nil : wound.run
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

extension ActionReport {
    /// What went wrong, for people.
    var failure: String {
        guard let output, !output.isEmpty else { return result }
        return "\(result): \(output)"
    }
}
