import DrillModel

/// Looks, before a fault goes in: whom it hits, what its undo needs, and who reaches whom.
struct Reconnaissance: Sendable {
    let plan: Plan
    let world: World
    let actor: Actor
    let log: Log
    let onlookers: Onlookers

    struct Failed: Error { var message: String }

    /// What the fault will break, a wound a target.
    func wounds(of fault: PlannedFault) async -> Result<[Wound], Failed> {
        world.learnSecrets(of: plan)
        let procedures: [Procedure]
        switch await chosen(fault) {
        case .success(let found): procedures = found
        case .failure(let failure): return .failure(failure)
        }
        async let reachable: Void = onlookers.look(fault, .before)
        let captured = await together(procedures) { await self.capture($0, of: fault) }
        await reachable
        var wounds: [Wound] = []
        for (procedure, saved) in captured {
            switch saved {
            case .success(let saved):
                let filled = procedure.filled(saved: saved)
                if let failure = tooLong(filled) { return .failure(failure) }
                wounds.append(wound(filled, of: fault))
            case .failure(let failure): return .failure(failure)
            }
        }
        return hurt(wounds, by: fault)
    }

    /// A target that was down before is left as it is and noted; where all were, nothing would be broken.
    private func hurt(_ wounds: [Wound], by fault: PlannedFault) -> Result<[Wound], Failed> {
        let idle = wounds.filter(\.procedure.inject.isEmpty).map(\.procedure.target)
        guard idle.isEmpty || idle.count < wounds.count else {
            return .failure(
                Failed(
                    message: """
                        nothing was touched: nothing is running on \(idle.listed) that \(fault.id) \
                        could break; bring it back first (`drill heal`, or start it by hand)
                        """
                )
            )
        }
        for host in idle {
            log.append(
                .note(
                    "nothing is running on \(host) that \(fault.id) could break: left as it is"
                )
            )
        }
        return .success(wounds)
    }

    private func chosen(_ fault: PlannedFault) async -> Result<[Procedure], Failed> {
        guard let name = fault.who else { return .success(fault.procedures) }
        guard let who = plan.experiment.who.first(where: { $0.name == name }) else {
            return .failure(Failed(message: "nothing says who \(name) is"))
        }
        let candidates = fault.procedures.map(\.target)
        let looks = await together(candidates) { candidate in
            await self.world.probers.look(
                who.condition,
                it: self.plan.experiment.inventory?.host(candidate),
                deadline: self.world.now() + .seconds(3)
            )
        }
        let found = looks.filter { $1.outcome.isGood }.map(\.0)
        log.append(.chosen(who: name, hosts: found))
        guard !found.isEmpty else {
            let seen = looks.map { "\($0): \($1.outcome.shown)" }.joined(separator: ", ")
            return .failure(Failed(message: "nobody is \(name) now (\(seen))"))
        }
        guard let inventory = plan.experiment.inventory else {
            return .failure(Failed(message: "there is no inventory to choose from"))
        }
        let picked = Selection(inventory: inventory, who: plan.experiment.who, seed: plan.seed)
            .drawn(fault.pick, from: found.compactMap(inventory.host), for: fault.id)
            .map(\.name)
        return .success(fault.procedures.filter { picked.contains($0.target) })
    }

    private func capture(
        _ procedure: Procedure,
        of fault: PlannedFault
    ) async -> Result<[String: String], Failed> {
        var saved: [String: String] = [:]
        for look in procedure.capture {
            var action = look
            // Whoever gets its name meanwhile isn't meant.
            if case .container = look.verb { action.containerID = saved[Action.idName] }
            let answer = await actor.perform(
                action,
                of: fault.id,
                target: procedure.target,
                stage: .capture
            )
            log.append(.action(answer.report))
            guard answer.report.isAsExpected else {
                return .failure(
                    Failed(
                        message: """
                            nothing was touched: \(procedure.target): \(action.what): \
                            \(answer.report.failure)
                            """
                    )
                )
            }
            guard let name = action.saves else { continue }
            guard !world.concealed.isIn(answer.output) else {
                return .failure(
                    Failed(
                        message: """
                            nothing was touched: \(procedure.target): \(action.what): a secret is in \
                            what it saw, and the journal must not hold one; let it print something else
                            """
                    )
                )
            }
            saved[name] = answer.output
        }
        return .success(saved)
    }

    /// What was captured may make an undo that no host would start.
    private func tooLong(_ procedure: Procedure) -> Failed? {
        for action in procedure.undo + procedure.inject + procedure.effective + procedure.settled {
            guard case .command(_, let command) = action.verb else { continue }
            var line = command
            // Goes another way.
            line.input = nil
            let count = line.typed(asRoot: false).utf8.count
            guard count > Self.lineMaxBytes, !procedure.capture.isEmpty else { continue }
            return Failed(
                message: """
                    nothing was touched: \(procedure.target): with what was captured, \(action.what) is a \
                    command of \(count) bytes, and a host takes at most \(Self.lineMaxBytes): let `capture` \
                    print less, or keep it on the host and print where
                    """
            )
        }
        return nil
    }

    /// A login shell gets the line as one argument, which Linux ends at 128 KiB (execve(2), MAX_ARG_STRLEN);
    /// the rest is for the look at the lease and the line of syslog before it.
    private static let lineMaxBytes = 120 << 10

    private func wound(_ procedure: Procedure, of fault: PlannedFault) -> Wound {
        Wound(
            run: plan.run,
            fault: fault.id,
            procedure: procedure,
            lease: procedure.healing == .lease ? fault.lease : nil,
            isSelfTimed: fault.includesControl,
            hosts: plan.experiment.inventory?.hosts(procedure.hostsUsed) ?? [],
            knownHosts: plan.experiment.inventory?.knownHosts,
            syslog: plan.experiment.syslog,
            directory: world.directory
        )
    }
}
