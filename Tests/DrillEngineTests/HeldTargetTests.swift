import DrillTesting
import Synchronization
import Testing

@testable import DrillEngine
@testable import DrillModel

/// What a fault holds on to from its capture to its undo: the container that it hit, and what it saw there.
@Suite struct HeldTargetTests {
    /// Containers by their ids, which have names that others may get.
    private final class Yard: ContainerEngine {
        struct Box {
            var name: String
            var status: String
        }

        let boxes: Mutex<[String: Box]>

        init(_ boxes: [String: Box]) { self.boxes = Mutex(boxes) }

        var statuses: [String: String] { boxes.withLock { $0.mapValues(\.status) } }

        private func id(_ container: String) throws(EngineError) -> String {
            let found = boxes.withLock { boxes in
                boxes[container] == nil ? boxes.first { $1.name == container }?.key : container
            }
            guard let found else { throw EngineError(.noSuchContainer, "no \(container)") }
            return found
        }

        private func set(_ status: String, of container: String) throws(EngineError) {
            let id = try id(container)
            boxes.withLock { $0[id]?.status = status }
        }

        func version(deadline: Instant) async throws(EngineError) -> String { "1" }

        func inspect(
            _ container: String,
            deadline: Instant
        ) async throws(EngineError) -> ContainerState {
            let id = try id(container)
            let status = statuses[id] ?? "dead"
            return ContainerState(status: status, id: id, startedAt: "", attachments: [])
        }

        func start(_ container: String, deadline: Instant) async throws(EngineError) {
            try set("running", of: container)
        }

        func stop(_ container: String, deadline: Instant) async throws(EngineError) {
            try set("exited", of: container)
        }

        func restart(_ container: String, deadline: Instant) async throws(EngineError) {
            try set("running", of: container)
        }

        func kill(
            _ container: String,
            signal: String,
            deadline: Instant
        ) async throws(EngineError) {
            try set("exited", of: container)
        }

        func pause(_ container: String, deadline: Instant) async throws(EngineError) {
            try set("paused", of: container)
        }

        func unpause(_ container: String, deadline: Instant) async throws(EngineError) {
            try set("running", of: container)
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
    }

    /// What became of the victim `old`, called `box`, while it was paused; what is left in words, and how
    /// all are at the end.
    static let fates: [(boxes: [String: String], left: String?, end: [String: String])] = [
        // It was renamed, and another got its name.
        (["old": "box-old", "new": "box"], nil, ["old": "running", "new": "paused"]),
        // It was made anew.
        (["new": "box"], nil, ["new": "running"]),
        ([:], "is gone, and none has its name: make it again", [:]),
    ]

    @Test(arguments: fates)
    func theContainerThatWasHitIsHealed(
        fate: (boxes: [String: String], left: String?, end: [String: String])
    ) async throws {
        let yard = Yard(["old": Yard.Box(name: "box", status: "running")])
        let host = Host(name: "a", container: "box")
        let procedure = try HostLoss.container(.pause, named: "box", host: host)
        let fault = PlannedFault(
            id: "dark",
            fault: "pause-container",
            procedures: [procedure],
            lease: .seconds(30)
        )
        let (wounds, simulated) = try await looked(fault) { $0.containers = yard }
        let looked = try wounds.get()
        let wound = try #require(looked.first)
        yard.boxes.withLock { boxes in
            boxes = fate.boxes.mapValues { Yard.Box(name: $0, status: "running") }
            // What is paused under another's name is somebody else's business.
            if boxes["old"] != nil {
                boxes["old"]?.status = "paused"
                boxes["new"]?.status = "paused"
            }
        }
        let left: [String] = await simulated.clock.drive {
            var world = simulated.world
            world.containers = yard
            return await Scenario.heal([wound], in: world)
        }
        #expect(left.count == (fate.left == nil ? 0 : 1), "\(left)")
        if let words = fate.left { #expect(left.first?.contains(words) ?? false, "\(left)") }
        #expect(yard.statuses == fate.end)
    }

    /// Prints the same, whatever it is told to run.
    private struct Printer: Hosts, Remote {
        var output: [UInt8]
        var isTruncated = false
        let host = "a"

        func remote(to host: Host) async throws(RemoteError) -> any Remote { self }

        func run(
            _ line: String,
            input: [UInt8],
            deadline: Instant,
            outputLimitBytes: Int
        ) async throws(RemoteError) -> CommandResult {
            CommandResult(
                exit: .code(0),
                output: output,
                errors: [],
                isTruncated: isTruncated,
                sent: Instant(ns: 0),
                done: Instant(ns: 0)
            )
        }

        func way() async throws(RemoteError) -> Way { Way(transport: "local", why: "a test") }

        func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
            throw RemoteError(.unsupported, host: host, "no forwarding here")
        }

        func close() async {}
    }

    /// What a capture printed, and why nothing is broken then; nil where its undo can be carried out.
    static let captures: [(output: [UInt8], isTruncated: Bool, why: String?)] = [
        (Array("wörd\n".utf8), false, nil),
        ([0x77, 0xff, 0x0a], false, "aren't UTF-8"),
        ([0x77, 0, 0x77], false, "a NUL"),
        (Array("cut".utf8), true, "more than can be kept"),
        (Array(repeating: 0x77, count: 100 << 10), false, nil),
        (Array(repeating: 0x77, count: 121 << 10), false, "a host takes at most 122880"),
        // Each is four once it is quoted.
        (Array(repeating: 0x27, count: 31 << 10), false, "a host takes at most 122880"),
    ]

    @Test(arguments: captures)
    func whatCantBeGivenBackIsNoCapture(
        capture: (output: [UInt8], isTruncated: Bool, why: String?)
    ) async throws {
        let undo = Text("echo ") + .saved("captured") + Text(" >file")
        let procedure = Procedure(
            target: "a",
            capture: [Action("look", .command(host: "a", .shell("cat file")), saves: "captured")],
            inject: [Action("break", .command(host: "a", .shell("rm file")))],
            effective: [],
            undo: [Action("undo", .command(host: "a", Command(.shell(undo))))],
            settled: [],
            healing: .lease
        )
        let fault = PlannedFault(
            id: "run",
            fault: "run",
            procedures: [procedure],
            lease: .seconds(30)
        )
        let (wounds, _) = try await looked(fault) {
            $0.hosts = Printer(output: capture.output, isTruncated: capture.isTruncated)
        }
        switch wounds {
        case .success: #expect(capture.why == nil)
        case .failure(let failure):
            #expect(failure.message.contains("nothing was touched: a: "), "\(failure)")
            #expect(failure.message.contains(capture.why ?? "no failure"), "\(failure)")
        }
    }

    private func looked(
        _ fault: PlannedFault,
        _ change: @Sendable (inout World) -> Void
    ) async throws -> (Result<[Wound], Reconnaissance.Failed>, SimulatedWorld) {
        let simulated = SimulatedWorld(seed: 1)
        var world = simulated.world
        change(&world)
        let inventory = Inventory(name: "i", hosts: [Host(name: "a", address: "192.0.2.1")])
        let plan = Plan(
            run: "RUN",
            experiment: Experiment(name: "e", inventory: inventory),
            seed: 1,
            faults: [fault]
        )
        let log = Log(world)
        let actor = Actor(plan, world: world)
        let reconnaissance = Reconnaissance(
            plan: plan,
            world: world,
            actor: actor,
            log: log,
            onlookers: Onlookers(world: world, actor: actor, log: log)
        )
        return (await reconnaissance.wounds(of: fault), simulated)
    }
}
