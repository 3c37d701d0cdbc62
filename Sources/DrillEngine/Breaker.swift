import DrillModel
import Synchronization

/// Injects faults, keeps their leases alive, and remembers what is broken, in order.
///
/// ```
///  who? ─▶ capture ─▶ journal (one fsync) ─▶ arm ─▶ load ─▶ inject ─▶ effective
///                                              └─ renew every third of the lease …
/// ```
/// If anything before *inject* fails nothing was touched, and what was armed is disarmed.
final class Breaker: Sendable {
    private struct State {
        /// In the order in which they were broken.
        var wounds: [Wound] = []
        var renewals: [String: Task<Void, Never>] = [:]
        var timers: [String: Task<Void, Never>] = [:]
        var healings: [String: Task<Healing, Never>] = [:]
        /// Faults of which a part wasn't confirmed: it may still go in.
        var unconfirmed: Set<String> = []
    }

    private let plan: Plan
    private let world: World
    private let log: Log
    private let actor: Actor
    private let stop: StopSwitch
    private let onlookers: Onlookers
    private let lookout: Lookout
    private let reconnaissance: Reconnaissance
    private let state = Mutex(State())

    /// What one healing of a fault came to.
    private struct Healing: Sendable {
        /// What may still be broken, in words.
        var left: [String]
        /// Nothing else was broken meanwhile, so that trying again can't end otherwise.
        var isFinal: Bool

        static let whole = Healing(left: [], isFinal: true)
    }

    init(_ plan: Plan, world: World, log: Log, stop: StopSwitch) {
        self.plan = plan
        self.world = world
        self.log = log
        self.stop = stop
        actor = Actor(plan, world: world)
        onlookers = Onlookers(world: world, actor: actor, log: log)
        lookout = Lookout(world: world, actor: actor, log: log)
        reconnaissance = Reconnaissance(
            plan: plan,
            world: world,
            actor: actor,
            log: log,
            onlookers: onlookers
        )
    }

    /// What is broken now, in the order in which it was broken.
    var wounds: [Wound] { state.withLock { $0.wounds } }

    /// Breaks what the fault says.
    ///
    /// - Returns: nil when every inject action on every target was confirmed, or cut off its own answer as
    ///   it was to; else what failed, in words.
    func inject(_ fault: PlannedFault) async -> String? {
        // Whoever stops the run waits for no look.
        let ready = await abandonable { [reconnaissance] in await reconnaissance.wounds(of: fault) }
        guard let ready, !Task.isCancelled else { return "stopped before anything was touched" }
        let wounds: [Wound]
        switch ready {
        case .success(let found): wounds = found
        case .failure(let failure): return failure.message
        }
        // From the journal to the last confirmation nothing may be cut short: a command that was sent and
        // not waited for could still break something behind the undo.
        let begun = world.now()
        switch await Task(operation: { await self.breakNow(wounds, of: fault) }).value {
        case .notInjected(let why): return why
        case .injected(let failed):
            let isInPlace: @Sendable (Wound) -> Bool = { [weak self] in
                self?.isInPlace($0) ?? false
            }
            await abandonable { [lookout] in
                await lookout.prove(wounds, leaseEnds: begun + fault.lease, isInPlace: isInPlace)
            }
            onlookers.lookMeanwhile(fault, .during) { [weak self, world] in
                // What can't be renewed ends by itself.
                let isEnded = fault.includesControl && world.now() >= begun + fault.lease
                return !isEnded && self?.isInPlace(fault.id) ?? false
            }
            return failed.isEmpty ? nil : failed.joined(separator: "; ")
        }
    }

    private enum Breaking: Sendable {
        /// What failed on which host, in words; empty when every action was confirmed.
        case injected(failed: [String])
        case notInjected(why: String)
    }

    private func breakNow(_ wounds: [Wound], of fault: PlannedFault) async -> Breaking {
        do {
            try await world.journal.append(wounds.map { .broken($0) })
        } catch {
            let why = "the journal can't be written: \(error.message)"
            // The system under test has no part in it.
            log.append(.defect("\(fault.id) was not injected, since \(why)"))
            return .notInjected(why: "nothing was touched, since \(why)")
        }
        state.withLock { $0.wounds += wounds }
        if let failure = await arm(wounds, of: fault) { return .notInjected(why: failure) }
        let (volley, unready) = await Volley.load(wounds, actor, world)
        guard unready.isEmpty else {
            await volley.unload()
            let left = await undo(fault.id, why: "it could not be held ready everywhere")
            return .notInjected(why: "not injected: " + (unready + left).joined(separator: "; "))
        }
        guard stop.reason == nil else {
            await volley.unload()
            let left = await undo(fault.id, why: "the run was stopped before it went in")
            return .notInjected(
                why: (["not injected: the run was stopped meanwhile"] + left).joined(
                    separator: "; "
                )
            )
        }
        log.append(.injecting(fault: fault.id))
        await volley.fire(world.hosts)
        let failures = await together(wounds) { wound in
            await self.perform(wound, of: fault, volley)
        }
        log.append(
            .injected(
                fault: fault.id,
                failedHosts: failures.compactMap { $1 == nil ? nil : $0.procedure.target }
            )
        )
        if failures.contains(where: { $1 != nil }) {
            state.withLock { _ = $0.unconfirmed.insert(fault.id) }
        }
        if let lasts = fault.lasts { undo(fault.id, after: lasts) }
        return .injected(
            failed: failures.compactMap { wound, failure in
                failure.map { "\(wound.procedure.target): \($0)" }
            }
        )
    }

    /// Undoes every open wound of a fault, of all faults where nil, newest first.
    ///
    /// Unless somebody stops the run, they are looked at once more before. Cancelling the caller doesn't
    /// stop it.
    ///
    /// - Returns: what may still be broken, in words; empty when all is as before.
    func undo(_ id: String?, why: String) async -> [String] {
        await lookout.lookOnceMore(at: wounds.filter { id == nil || $0.fault == id }) { [stop] in
            stop.reason != nil
        }
        let open = wounds.reversed().map(\.fault).unique.filter { id == nil || $0 == id }
        let healings = await self.healings(of: open, why: why, isLast: false)
        guard id == nil else { return healings.flatMap(\.left) }
        // What failed, or could not be seen to be gone, while others lasted: once more.
        let broken = Set(wounds.map(\.fault))
        let again = zip(open, healings).filter { !$1.isFinal }.map { $0.0 }
            .filter { broken.contains($0) }
        let last = await self.healings(of: again, why: why, isLast: true)
        return zip(open, healings).filter { $1.isFinal }.flatMap { $1.left } + last.flatMap(\.left)
    }

    /// Undoes a fault after some time, without holding anything up.
    private func undo(_ id: String, after lasts: Span) {
        let due = world.now() + lasts
        let timer = Task { [weak self, world, log] in
            await world.sleep(due)
            guard !Task.isCancelled, let self else { return }
            for left in await undo(id, why: "it was to last \(lasts)") {
                log.append(.note("may still be broken: \(left)"))
            }
        }
        state.withLock { $0.timers[id] = timer }
    }

    /// Heals faults together, newest first; one that is being healed already is joined.
    private func healings(of faults: [String], why: String, isLast: Bool) async -> [Healing] {
        let running = state.withLock { state in
            let fresh = faults.filter { fault in
                state.healings[fault] == nil && state.wounds.contains { $0.fault == fault }
            }
            let wounds = state.wounds.filter { fresh.contains($0.fault) }
            // Its time is over, whoever undoes it.
            for fault in fresh { state.timers.removeValue(forKey: fault)?.cancel() }
            let all = Task { await self.heal(wounds, why: why, isLast: isLast) }
            for fault in fresh {
                state.healings[fault] = Task { await all.value[fault] ?? .whole }
            }
            return faults.map { state.healings[$0] }
        }
        var healings: [Healing] = []
        for healing in running { healings.append(await healing?.value ?? .whole) }
        return healings
    }

    /// While other faults last, a host may look unlike before because of them: what was undone and
    /// can't be seen to be is left open, and looked at again once they are undone.
    private func heal(_ wounds: [Wound], why: String, isLast: Bool) async -> [String: Healing] {
        let faults = wounds.map(\.fault).unique
        let others = isLast ? [] : self.wounds.map(\.fault).unique.filter { !faults.contains($0) }
        let healer = Healer(
            world,
            log: log,
            isHurried: { [stop] in stop.isHurried },
            progress: { progress in
                // Renewed until then: one that waits for its turn must not lapse.
                guard case .undoing(let fault) = progress else { return }
                for wound in wounds where wound.fault == fault {
                    self.stopRenewing(wound)
                    self.lookout.stopLooking(at: wound)
                }
            }
        )
        let left = await healer.heal(
            wounds,
            why: why,
            looking: others.isEmpty ? .seconds(30) : .seconds(3),
            lookingAgain: state.withLock { !$0.unconfirmed.isDisjoint(with: faults) }
                ? Healer.lateness : nil
        )
        var healings: [String: Healing] = [:]
        for fault in faults {
            healings[fault] = settle(fault, left.filter { $0.wound.fault == fault }, others: others)
        }
        return healings
    }

    /// Takes what is healed of a fault off the list of what is broken.
    private func settle(_ fault: String, _ left: [Healer.Left], others: [String]) -> Healing {
        if left.isEmpty, let planned = plan.fault(fault) {
            onlookers.lookMeanwhile(planned, .after) { true }
        }
        let open = left.map(\.wound.procedure.target)
        state.withLock { state in
            state.wounds.removeAll { $0.fault == fault && !open.contains($0.procedure.target) }
            state.healings[fault] = nil
        }
        if !others.isEmpty, left.allSatisfy(\.isUndone) {
            if !open.isEmpty {
                let names = open.joined(separator: ", ")
                let lasting = others.joined(separator: ", ")
                log.append(
                    .note("\(fault) is undone on \(names); looked at again when \(lasting) is too")
                )
            }
            return Healing(left: [], isFinal: false)
        }
        return Healing(
            left: left.map { "\(fault) on \($0.wound.procedure.target): \($0.why)" },
            isFinal: others.isEmpty
        )
    }

    // MARK: the steps of inject

    private func perform(
        _ wound: Wound,
        of fault: PlannedFault,
        _ volley: Volley
    ) async -> String? {
        for (index, action) in wound.procedure.inject.enumerated() {
            let shot = index == 0 ? volley.shot(at: wound) : nil
            let answer = await perform(action, on: wound, of: fault, shot)
            if let answer { log.append(.action(answer.report)) }
            guard let answer, !wound.isSelfTimed || !answer.isUnanswered else {
                lookout.goDark(wound, lease: fault.lease)
                state.withLock { _ = $0.unconfirmed.insert(fault.id) }
                return nil
            }
            guard answer.report.isAsExpected else {
                return "\(action.what): \(answer.report.failure)"
            }
        }
        return nil
    }

    /// - Returns: nil where nobody waits for an answer that the fault itself may cut off, since the run is
    ///   to stop; should it come late, it goes in behind a lease that is over, and does nothing.
    private func perform(
        _ action: Action,
        on wound: Wound,
        of fault: PlannedFault,
        _ shot: (any Shot)?
    ) async -> Actor.Answer? {
        let isBehindLease = wound.procedure.isBehindLease(action)
        let waiting = Task { [actor, world] in
            await abandonable {
                await actor.perform(
                    action,
                    of: fault.id,
                    target: wound.procedure.target,
                    stage: .inject,
                    behind: isBehindLease ? wound.leaseOnTarget : nil,
                    goingIn: GoingIn(wound),
                    shot: shot,
                    // Such an answer mustn't be waited for until the fault is over.
                    deadline: wound.isSelfTimed
                        ? world.now() + min(action.timeout, .seconds(3), fault.lease / 4) : nil
                )
            }
        }
        guard wound.isSelfTimed, isBehindLease else { return await waiting.value }
        let watching = Task { [stop, world] in
            while stop.reason == nil, !Task.isCancelled {
                await world.sleep(world.now() + .milliseconds(50))
            }
            if !Task.isCancelled { waiting.cancel() }
        }
        defer { watching.cancel() }
        return await waiting.value
    }

    /// Whether a fault is broken there and nobody has begun to undo it.
    private func isInPlace(_ wound: Wound) -> Bool {
        isInPlace(wound.fault) && wounds.contains { $0.key == wound.key }
    }

    private func isInPlace(_ fault: String) -> Bool {
        state.withLock { state in
            state.healings[fault] == nil && state.wounds.contains { $0.fault == fault }
        }
    }

    /// Waits for the looks at who reaches whom that are still under way.
    func endLooking() async { await onlookers.end(isHurried: stop.isHurried) }

    // MARK: leases

    /// - Returns: nil when every lease is armed; else why not, and what was armed is disarmed.
    private func arm(_ wounds: [Wound], of fault: PlannedFault) async -> String? {
        let leased = wounds.filter { $0.lease != nil }
        let keeper = LeaseKeeper(world: world, actor: actor, log: log)
        let armings = await together(leased) { await keeper.arm($0, lasts: fault.lease) }
        let failures = armings.compactMap { wound, arming in
            arming.failure.map { "\(wound.procedure.target): \($0)" }
        }
        guard failures.isEmpty else {
            await strike(
                armings.compactMap { wound, arming in
                    if case .refused = arming { wound } else { nil }
                }
            )
            let left = await undo(fault.id, why: "it could not be armed everywhere")
            return "not injected: " + (failures + left).joined(separator: "; ")
        }
        // A fault that cuts drill's own path can't be renewed: its lease is as long as it lasts.
        guard !fault.includesControl else { return nil }
        for wound in leased {
            let renewing = Task { await keeper.renew(wound, lasts: fault.lease) }
            state.withLock { $0.renewals[wound.key] = renewing }
        }
        return nil
    }

    /// Takes wounds off that never were: an undo there would hit the fault of the run that holds the host.
    private func strike(_ wounds: [Wound]) async {
        guard !wounds.isEmpty else { return }
        state.withLock { state in
            state.wounds.removeAll { wound in wounds.contains { $0.key == wound.key } }
        }
        do {
            try await world.journal.append(
                wounds.map { .healed(fault: $0.fault, host: $0.procedure.target) }
            )
        } catch {
            log.append(.defect("never broken, but the journal can't say so: \(error.message)"))
        }
    }

    private func stopRenewing(_ wound: Wound) {
        state.withLock { $0.renewals.removeValue(forKey: wound.key) }?.cancel()
    }
}
