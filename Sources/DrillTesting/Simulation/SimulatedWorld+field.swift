package import DrillEngine
package import DrillModel
import Synchronization

extension SimulatedWorld: ContainerEngine {
    package func version(deadline: Instant) async throws(EngineError) -> String { "simulated" }

    package func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState {
        let status = try await change(container, deadline: deadline, to: nil)
        return ContainerState(status: status, id: container, startedAt: "then", attachments: [])
    }

    package func start(_ container: String, deadline: Instant) async throws(EngineError) {
        if mutant == .undoRefused {
            throw EngineError(.refused, container: container, "the engine refuses")
        }
        _ = try await change(
            container,
            deadline: deadline,
            to: mutant == .undoIdle ? nil : "running"
        )
    }

    package func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) {
        _ = try await change(container, deadline: deadline, to: "exited")
    }

    package func pause(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(container, deadline: deadline, to: "paused")
    }

    package func unpause(_ container: String, deadline: Instant) async throws(EngineError) {
        _ = try await change(
            container,
            deadline: deadline,
            to: mutant == .undoIdle ? nil : "running"
        )
    }

    package func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) {}

    package func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) {}

    private func change(
        _ container: String,
        deadline: Instant,
        to status: String?
    ) async throws(EngineError) -> String {
        let (isDropped, isHalfRun) = state.withLock { state in
            (state.generator.chance(state.weather.dropped), state.generator.chance(0.5))
        }
        await clock.sleep(until: clock.now + .milliseconds(3))
        let answer: String? = state.withLock { state in
            guard !state.isDead, !isDropped || isHalfRun else { return nil }
            if let status { state.containers[container] = status }
            return state.containers[container] ?? "absent"
        }
        guard let answer, !isDropped else {
            throw EngineError(.timedOut, container: container, "the engine did not answer")
        }
        return answer
    }
}

extension SimulatedWorld: Probers {
    package func prober(for probe: Probe) async throws(ProberError) -> any Prober {
        SimulatedProber(world: self, probe: probe.name, measure: probe.measure)
    }

    package func look(_ kind: Probe.Kind, it: Host?, deadline: Instant) async -> Look {
        await look(as: Self.aside, deadline: deadline) { .good }
    }

    /// A look as the test said; otherwise what `unsaid` finds.
    fileprivate func look(
        as probe: String,
        deadline: Instant,
        unsaid: () -> Outcome
    ) async -> Look {
        let sent = clock.now
        let sight = state.withLock { $0.sights[probe] }?(sent - SimulatedClock.beginning)
        let done = sent + (sight?.after ?? .milliseconds(1))
        await clock.sleep(until: min(done, deadline))
        guard done < deadline else {
            return Look(sent: sent, done: clock.now, outcome: .bad(.timeout, "no answer"))
        }
        return Look(sent: sent, done: clock.now, outcome: sight?.outcome ?? unsaid())
    }

    package func keeper(
        for probe: Probe,
        run: String
    ) async throws(ProberError) -> any LedgerKeeper {
        throw ProberError(probe: probe.name, "simulated worlds keep no ledgers")
    }
}

/// Sees whether any host is broken; a detection probe fires when one is.
private struct SimulatedProber: Prober {
    let world: SimulatedWorld
    let probe: String
    let measure: Probe.Measure

    func look(deadline: Instant) async -> Look {
        await world.look(as: probe, deadline: deadline) {
            let isGood = world.wounds.isEmpty == (measure != .detection)
            return isGood ? .good : .bad(.refused, "broken")
        }
    }

    func close() async {}
}
