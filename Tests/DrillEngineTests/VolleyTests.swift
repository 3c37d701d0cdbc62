import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// A fault's hosts hold it ready before any of them is told to begin.
@Suite struct VolleyTests {
    private func cut(_ hosts: [String]) -> PlannedFault {
        PlannedFault(
            id: "cut",
            fault: "partition",
            procedures: hosts.map { Scenario.mark($0, as: "cut") },
            lease: .seconds(30)
        )
    }

    @Test("every host is armed, then holds it ready, and only then any begins")
    func order() async throws {
        let run = await Rehearsal([.fault("cut")], faults: [cut(["alpha", "beta"])])
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
        let commands = run.world.commands
        let armed = try #require(commands.lastIndex { $0.contains(": arm ") })
        let held = commands.indices.filter { commands[$0].contains(": hold mark cut") }
        let begun = commands.indices.filter { commands[$0].hasSuffix(": mark cut") }
        #expect(held.count == 2 && begun.count == 2, "\(commands)")
        #expect(armed < (held.min() ?? 0) && (held.max() ?? 0) < (begun.min() ?? 0))
        let outcome = try #require(run.judgement.faults.first)
        #expect(outcome.spread?.hosts == 2)
        run.expectWhole()
    }

    @Test("where one host can't hold it ready, it goes in nowhere")
    func unready() async throws {
        let simulated = SimulatedWorld(seed: 1, containers: Scenario.containers)
        let plan = Plan(
            run: "RUN",
            experiment: Experiment(
                name: "unready",
                inventory: Inventory(
                    name: "simulated",
                    hosts: Scenario.hosts.map { Host(name: $0, address: "192.0.2.1") }
                ),
                probes: [Rehearsal.shop],
                steady: Steady(holds: .zero, within: .seconds(5)),
                method: [.fault("cut")]
            ),
            seed: 1,
            faults: [cut(["alpha", "beta"])]
        )
        let start = Event.Start(
            run: "RUN",
            seed: 1,
            wallNs: 0,
            who: "nobody",
            controller: "here",
            version: "test"
        )
        let timeline: Timeline = await simulated.clock.drive {
            var world = simulated.world
            world.hosts = Unready(world.hosts, deaf: "beta")
            return await Run.run(plan, start: start, in: world, stop: StopSwitch())
        }
        #expect(!simulated.commands.contains { $0.hasSuffix(": mark cut") })
        #expect(!timeline.events.contains { $0.kind == .injecting(fault: "cut") })
        let told = timeline.events.contains { event in
            guard case .stepEnded(_, .failed(let why)) = event.kind else { return false }
            return why.contains("not injected: beta: it is deaf")
        }
        #expect(told, "\(timeline.events.map(\.kind))")
        #expect(simulated.wounds.isEmpty && simulated.open.isEmpty)
    }
}

/// Hosts of which one holds nothing ready.
private struct Unready: Hosts {
    let hosts: any Hosts
    let deaf: String

    init(_ hosts: any Hosts, deaf: String) {
        self.hosts = hosts
        self.deaf = deaf
    }

    func remote(to host: Host) async throws(RemoteError) -> any Remote {
        let remote = try await hosts.remote(to: host)
        guard host.name == deaf, let remote = remote as? any Loading else { return remote }
        return Deaf(remote: remote)
    }

    func fire(_ shots: [any Shot]) async { await hosts.fire(shots) }
    func close() async { await hosts.close() }
}

private struct Deaf: Loading {
    let remote: any Loading
    var host: String { remote.host }

    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        throw RemoteError(.timedOut, host: host, "it is deaf")
    }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        try await remote.run(
            line,
            input: input,
            deadline: deadline,
            outputLimitBytes: outputLimitBytes
        )
    }

    func way() async throws(RemoteError) -> Way { try await remote.way() }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        try await remote.forward(to: address, port: port)
    }

    func close() async { await remote.close() }
}
