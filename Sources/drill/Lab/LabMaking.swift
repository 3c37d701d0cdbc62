import DrillEngine
import DrillField
import DrillModel

/// Brings the lab up, whatever is there of it: nothing, a part, an older one, one that was killed halfway.
struct LabMaking: Sendable {
    let plan: LabPlan
    let engine: EngineClient
    let clock: LabClock
    let say: @Sendable (String) -> Void

    /// Containers and network as planned; returns once all run.
    func reconcile() async throws {
        let deadline = clock.after(.seconds(60))
        try await network(deadline: deadline)
        let present = try await engine.containers(label: LabPlan.label, deadline: deadline)
        let steps = plan.steps(from: present)
        guard !steps.isEmpty else {
            say("all \(plan.containers.count) hosts run already")
            return try await mend(deadline: deadline)
        }
        say(Self.summary(of: steps))
        let shapes = Dictionary(plan.containers.map { ($0.name, $0.shape) }) { first, _ in first }
        // All old ones are gone before the first new one begins: a new member must not meet an old one.
        try await all(steps.compactMap { steps in steps.first { $0.isRemoval } }, shapes, deadline)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for chain in steps {
                group.addTask {
                    for step in chain where !step.isRemoval {
                        try await take(step, shapes, deadline)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await mend(deadline: deadline)
    }

    /// Has each host put right what an interrupted drill or runbook may have left: services that are down or gone,
    /// shoppers kept out.
    private func mend(deadline: Instant) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for container in plan.containers {
                group.addTask {
                    _ = try await engine.exec(
                        container.name,
                        ["/usr/local/bin/lab-mend"],
                        deadline: deadline
                    )
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until the lab really serves, and hands the lead over where another leads than should.
    ///
    /// - Returns: the last look; its `lacks` are empty unless the time ran out.
    func settle(within: Span) async throws(EngineError) -> LabStatus {
        let deadline = clock.after(within)
        let look = LabLook(plan: plan, engine: engine, clock: clock)
        var mayAskAgain = clock.now()
        while true {
            let status = try await look.status()
            if status.lacks.isEmpty || clock.now() >= deadline { return status }
            let heir = status.databases.first { $0.host == plan.leader.name }
            if let leads = status.leader, leads != plan.leader.name, heir?.role == "sync_standby",
                clock.now() >= mayAskAgain
            {
                say("\(leads) leads: handing over to \(plan.leader.name)")
                mayAskAgain = clock.after(.seconds(15))
                await handOver()
            }
            await clock.sleep(clock.after(.milliseconds(300)))
        }
    }

    /// The keys that the hosts show, one line a host as known_hosts has it.
    func hostKeys(within: Span) async throws -> [String] {
        let deadline = clock.after(within)
        var lines: [String] = []
        for container in plan.containers {
            let told = try await engine.exec(
                container.name,
                ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"],
                deadline: deadline
            )
            let words = told.output.split(separator: " ")
            guard told.exit == 0, words.count >= 2, let address = container.host.address else {
                throw LabFailure(
                    "\(container.name) has no host key: look at `docker logs \(container.name)`"
                )
            }
            lines.append("\(address) \(words[0]) \(words[1])")
        }
        return lines
    }

    private func network(deadline: Instant) async throws {
        let present = try await engine.networks(label: LabPlan.label, deadline: deadline)
        if present.contains(where: {
            $0.name == plan.network.name && $0.subnets == [LabPlan.subnet]
        }) {
            return
        }
        if !present.isEmpty { try await LabRemoval(engine: engine, clock: clock).remove() }
        do throws(EngineError) {
            try await engine.createNetwork(plan.network, deadline: deadline)
        } catch {
            guard error.message.contains("overlap") else { throw error }
            throw LabFailure(
                "\(LabPlan.subnet), the lab's network, is in use by another: find it with "
                    + "`docker network ls` or `ip route`, and remove it"
            )
        }
    }

    /// Fails where the heir is no longer synchronous by then: the next look says so, and it is tried again.
    private func handOver() async {
        let words = [
            "patronictl", "-c", "/etc/patroni.yml", "switchover", "--candidate", plan.leader.name,
            "--force",
        ]
        guard let container = plan.leader.container else { return }
        do {
            _ = try await engine.exec(
                container,
                words,
                user: "drill",
                deadline: clock.after(.seconds(30))
            )
        } catch {
            say("handing over failed: \(error.message)")
        }
    }

    private func all(
        _ steps: [LabStep],
        _ shapes: [String: ContainerShape],
        _ deadline: Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for step in steps { group.addTask { try await take(step, shapes, deadline) } }
            try await group.waitForAll()
        }
    }

    private func take(
        _ step: LabStep,
        _ shapes: [String: ContainerShape],
        _ deadline: Instant
    ) async throws {
        switch step {
        case .remove(let name): try await engine.remove(name, deadline: deadline)
        case .start(let name): try await engine.start(name, deadline: deadline)
        case .unpause(let name): try await engine.unpause(name, deadline: deadline)
        case .make(let name):
            guard let shape = shapes[name] else { return }
            do throws(EngineError) {
                try await engine.create(name, shape, deadline: deadline)
            } catch {
                guard error.message.contains("already in use") else { throw error }
                throw LabFailure(
                    "there is a container \(name) that isn't the lab's: rename or remove it"
                )
            }
        case .attach(let name):
            guard let shape = shapes[name] else { return }
            try await engine.connect(name, attachment: shape.attachment, deadline: deadline)
        }
    }

    private static func summary(of chains: [[LabStep]]) -> String {
        var counts: [(word: String, count: Int)] = []
        for (word, isIt) in Self.words {
            let count = chains.count { chain in chain.contains(where: isIt) }
            if count > 0 { counts.append((word, count)) }
        }
        return counts.map { "\($0.word) \($0.count)" }.joined(separator: ", ")
    }

    private static let words: [(String, @Sendable (LabStep) -> Bool)] = [
        ("removing", { $0.isRemoval }),
        ("making", { if case .make = $0 { true } else { false } }),
        ("attaching", { if case .attach = $0 { true } else { false } }),
        ("unpausing", { if case .unpause = $0 { true } else { false } }),
        ("starting", { if case .start = $0 { true } else { false } }),
    ]
}

extension LabStep {
    var isRemoval: Bool { if case .remove = self { true } else { false } }
}

/// Removes all that has the lab's label, found by that alone: it needs no file, so it works after any crash.
struct LabRemoval: Sendable {
    let engine: EngineClient
    let clock: LabClock

    /// - Returns: how many containers and networks there were.
    @discardableResult
    func remove() async throws -> (containers: Int, networks: Int) {
        let deadline = clock.after(.seconds(60))
        let containers = try await engine.containers(label: LabPlan.label, deadline: deadline)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for container in containers {
                group.addTask { try await engine.remove(container.id, deadline: deadline) }
            }
            try await group.waitForAll()
        }
        let networks = try await engine.networks(label: LabPlan.label, deadline: deadline)
        for network in networks {
            try await engine.removeNetwork(network.id, deadline: deadline)
        }
        return (containers.count, networks.count)
    }
}
