import DrillModel

/// Looks whether an effect is there (or gone), again and again until it is or its time is up.
struct Prover: Sendable {
    let world: World
    let actor: Actor
    let log: Log
    /// Whoever waits doesn't want to wait any longer: each look is made once.
    var isHurried: @Sendable () -> Bool = { false }

    /// Whether nobody has begun to undo what is looked at: what is seen then proves nothing.
    var isOpen: @Sendable () -> Bool = { true }

    private static let overtaken = Proof.unknown("overtaken by its undo")

    private static let pause = Span.milliseconds(100)
    /// A look that couldn't be made is tried again for this long: one lost answer proves nothing.
    private static let patience = Span.seconds(5)

    func prove(
        _ looks: [Action],
        of fault: String,
        target: String,
        stage: ActionReport.Stage,
        deadline: Instant
    ) async -> Proof {
        guard !looks.isEmpty else { return .unknown("nothing says how to look") }
        let begun = world.now()
        let prove = { @Sendable (look: Action) in
            await self.prove(look, of: fault, target: target, stage: stage, begun, deadline)
        }
        // That a connection doesn't come through takes a look seconds, and the method waits for all of
        // them. After an undo one thing is there once the one before it is.
        if stage == .effective {
            return await together(looks, prove).map(\.1).first { $0 != .holds } ?? .holds
        }
        for look in looks {
            let proof = await prove(look)
            guard proof == .holds else { return proof }
        }
        return .holds
    }

    private func prove(
        _ look: Action,
        of fault: String,
        target: String,
        stage: ActionReport.Stage,
        _ begun: Instant,
        _ deadline: Instant
    ) async -> Proof {
        var answer = await actor.perform(look, of: fault, target: target, stage: stage)
        while !answer.report.isAsExpected, isOpen(), !Task.isCancelled, !isHurried() {
            let patience = answer.isUnknown ? max(look.within, Self.patience) : look.within
            guard world.now() < min(deadline, begun + patience) else { break }
            await world.sleep(world.now() + Self.pause)
            answer = await actor.perform(look, of: fault, target: target, stage: stage)
        }
        guard isOpen() else {
            answer.report.result += ", overtaken by its undo"
            answer.report.isAsExpected = true
            log.append(.action(answer.report))
            return Self.overtaken
        }
        log.append(.action(answer.report))
        guard answer.report.isAsExpected else {
            let seen = "\(look.what): \(answer.report.failure)"
            return answer.isUnknown ? .unknown(seen) : .fails(seen)
        }
        return .holds
    }

    /// One look at everything, all at once; told only where it doesn't hold.
    ///
    /// One that shows the effect gone counts, whatever the others couldn't see.
    func glance(
        _ looks: [Action],
        of fault: String,
        target: String,
        stage: ActionReport.Stage
    ) async -> Proof {
        let answers = await together(looks) { look in
            await actor.perform(look, of: fault, target: target, stage: stage)
        }.filter { !$1.report.isAsExpected }
        guard isOpen() else { return Self.overtaken }
        if let (look, answer) = answers.first(where: { !$1.isUnknown }) {
            log.append(.action(answer.report))
            return .fails("\(look.what): \(answer.report.failure)")
        }
        guard let (look, answer) = answers.first else { return .holds }
        return .unknown("\(look.what): \(answer.report.failure)")
    }
}
