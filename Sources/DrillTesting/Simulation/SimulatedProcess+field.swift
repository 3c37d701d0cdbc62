import DrillEngine
import DrillModel
import Synchronization

extension SimulatedProcess: ContainerEngine {
    func version(deadline: Instant) async throws(EngineError) -> String { "simulated" }

    func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState {
        let status = try await change(container, "inspect", to: nil)
        return ContainerState(status: status, id: container, startedAt: "then", attachments: [])
    }

    func start(_ container: String, deadline: Instant) async throws(EngineError) {
        if world.mutant == .undoRefused {
            throw EngineError(.refused, container: container, "the engine refuses")
        }
        _ = try await change(container, "start", to: "running")
    }

    func stop(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(container, "kill", to: "exited")
    }

    func restart(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(container, "kill", to: "exited")
        _ = try await change(container, "start", to: "running")
    }

    func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) {
        _ = try await change(container, "kill", to: "exited")
    }

    func pause(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(container, "pause", to: "paused")
    }

    func unpause(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(container, "unpause", to: "running")
    }

    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) {}

    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) {}

    private func change(
        _ container: String,
        _ verb: String,
        to status: String?
    ) async throws(EngineError) -> String {
        await cross()
        let (isLost, isRequestLost) = world.state.withLock { state in
            let isLost = state.generator.chance(state.weather.dropped)
            return (isLost, isLost && state.generator.chance(0.5))
        }
        await sleep(until: clock.now + .milliseconds(2))
        let answer = isRequestLost ? nil : world.change(container, verb, to: status)
        await clock.sleep(.milliseconds(1))
        await cross()
        guard let answer, !isLost else {
            throw EngineError(.timedOut, container: container, "the engine did not answer")
        }
        return answer
    }
}

extension SimulatedWorld {
    /// What a container engine does: a paused container is left to `unpause`, a dead one to `start`.
    fileprivate func change(_ container: String, _ verb: String, to status: String?) -> String {
        let now = clock.now
        let host = String(container.dropFirst("box-".count))
        let (found, thawed) = state.withLock { state in
            let old = state.containers[container] ?? "absent"
            guard let status else { return (old, [@Sendable () -> Void]()) }
            state.tell("engine", "\(verb) \(container), which is \(old)", at: now)
            state.check(verb, container)
            if mutant == .undoIdle, status == "running" { return (old, []) }
            if verb == "start", state.late.remove(container) != nil {
                state.containers[container] = "exited"
                state.restart(host)
                return ("running", [])
            }
            switch (verb, old) {
            case ("start", "exited"), ("unpause", "paused"), ("kill", _), ("pause", "running"):
                break
            default: return (old, [])
            }
            state.containers[container] = status
            if status == "exited" { state.restart(host) }
            // What waited for a host that was killed is lost with it.
            let waiting = state.frozen.removeValue(forKey: host) ?? []
            return (status, verb == "unpause" ? waiting : [])
        }
        for message in thawed { message() }
        if verb == "unpause", found == "running" { expireLeases() }
        return found
    }
}

extension SimulatedWorld.State {
    /// Breaking needs an entry on the disk, and what is healed isn't undone again.
    fileprivate mutating func check(_ verb: String, _ container: String) {
        let wounds = open.filter { wound in
            wound.procedure.undo.contains { action in
                if case .container(container, _) = action.verb { true } else { false }
            }
        }
        let isUndo = verb == "start" || verb == "unpause"
        if isUndo { undone["\(verb) \(container)", default: 0] += 1 }
        if wounds.isEmpty {
            violations.append("\(verb) \(container), which the journal knows nothing of")
        }
    }
}

extension SimulatedProcess: Probers {
    func prober(for probe: Probe) async throws(ProberError) -> any Prober {
        SimulatedProber(process: self, probe: probe.name, measure: probe.measure)
    }

    func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look {
        await look(as: SimulatedWorld.aside, deadline: deadline) { .good }
    }

    func ask(_ question: Question, deadline: Instant) async -> Reply {
        let sent = clock.now
        await sleep(until: min(sent + .milliseconds(1), deadline))
        let said = world.state.withLock { $0.replies }?(question, sent - SimulatedClock.beginning)
        return Reply(
            sent: sent,
            done: clock.now,
            outcome: said?.outcome ?? .good,
            text: said?.text
        )
    }

    /// A look as the test said; otherwise what `unsaid` finds.
    fileprivate func look(
        as probe: String,
        deadline: Instant,
        unsaid: () -> Outcome
    ) async -> Look {
        let sent = clock.now
        let sight = world.state.withLock {
            $0.sights[probe]
        }?(sent - SimulatedClock.beginning)
        let done = sent + (sight?.after ?? .milliseconds(1))
        await sleep(until: min(done, deadline))
        guard done < deadline else {
            return Look(sent: sent, done: clock.now, outcome: .bad(.timeout, "no answer"))
        }
        return Look(sent: sent, done: clock.now, outcome: sight?.outcome ?? unsaid())
    }

    func keeper(
        for probe: Probe,
        owner: String
    ) async throws(ProberError) -> any LedgerKeeper {
        guard let keeper = world.state.withLock({ $0.keepers[probe.name] }) else {
            throw ProberError(
                probe: probe.name,
                "this simulated world keeps no ledger of that name"
            )
        }
        return keeper
    }
}

/// Sees whether any host is broken; a detection probe fires when one is.
private struct SimulatedProber: Prober {
    let process: SimulatedProcess
    let probe: String
    let measure: Probe.Measure

    func look(deadline: Instant) async -> Look {
        await process.look(as: probe, deadline: deadline) {
            let isGood = process.world.wounds.isEmpty == (measure != .detection)
            return isGood ? .good : .bad(.refused, "broken")
        }
    }

    func close() async {}
}
