import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Synchronization

/// The hosts of `Namespaces`, for the engine: each command runs as root in the host's own namespace.
///
/// Each has a `/run` of its own, where leases are, and a `/dev` of its own where `log` was made.
struct SpaceHosts: Hosts {
    private let spaces: Namespaces
    private let folder: String

    init(_ spaces: Namespaces) throws {
        self.spaces = spaces
        folder = spaces.scratch.path
        try """
        mkdir -p \(folder)/run.$1
        if [ -d \(folder)/dev ]; then
            for node in null zero random urandom; do
                : >>\(folder)/dev/$node && mount --bind /dev/$node \(folder)/dev/$node
            done
            mount --rbind \(folder)/dev /dev
        fi
        mount --bind \(folder)/run.$1 /run
        shift
        exec "$@"

        """.write(toFile: "\(folder)/enter", atomically: true, encoding: .utf8)
    }

    func remote(to host: DrillModel.Host) async throws(RemoteError) -> any Remote {
        let words = spaces.on(host.name).before + ["sh", "\(folder)/enter", host.name]
        return SpaceRemote(host: host.name, prefix: words.joined(separator: " "))
    }

    func close() async {}
}

private struct SpaceRemote: Remote {
    let host: String
    let prefix: String

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        try await LocalRemote(host: host).run(
            "\(prefix) sh -c \(Shell.quoted(line))",
            input: input,
            deadline: deadline,
            outputLimitBytes: outputLimitBytes
        )
    }

    func way() async throws(RemoteError) -> Way { Way(transport: "namespace", why: "a test") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        throw RemoteError(.unsupported, host: host, "no relay here")
    }

    func close() async {}
}

/// Real hosts and real time, a journal in memory, and nothing else.
final class SmallWorld: Journal, Recorder {
    let entries = Mutex<[JournalEntry]>([])
    let events = Mutex<[Event]>([])

    func append(_ entries: [JournalEntry]) async throws(JournalError) {
        self.entries.withLock { $0 += entries }
    }

    func record(_ event: Event) { events.withLock { $0.append(event) } }
    func record(_ sample: Sample, of probe: String) {}
    func record(_ write: LedgerWrite, of probe: String) {}
    func record(_ read: LedgerRead, of probe: String) {}
    func record(readBack write: LedgerWrite, of probe: String) {}

    func world(
        _ hosts: any Hosts,
        who: String? = nil,
        secrets: [Text.Part: String] = [:]
    ) -> World {
        World(
            now: { Instant(ns: BootClock.nowNs()) },
            wallNs: { WallClock.nowNs() },
            sleep: { until in
                let left = until - Instant(ns: BootClock.nowNs())
                if left > .zero { try? await Task.sleep(for: .nanoseconds(left.ns)) }
            },
            hosts: hosts,
            containers: NoContainers(),
            probers: NoProbers(),
            journal: self,
            recorder: self,
            who: who,
            secret: { part throws(SecretError) in
                guard let value = secrets[part] else { throw SecretError("no such secret") }
                return value
            }
        )
    }

    /// Runs a method that has no probes.
    static func plan(
        _ inventory: Inventory,
        _ method: [Step],
        facts: Facts,
        lease: Span = .seconds(10),
        syslog: Bool? = nil
    ) throws -> Plan {
        try Planner.plan(
            Experiment(
                name: "field",
                inventory: inventory,
                steady: Steady(holds: .milliseconds(1)),
                method: method,
                lease: lease,
                guards: Guards(blastRadius: 1),
                syslog: syslog
            ),
            facts: facts,
            seed: 1,
            run: "20261123T141500Z-field-7f3a"
        )
    }

    func run(_ plan: Plan, in world: World) async -> Timeline {
        let start = Event.Start(
            run: plan.run,
            seed: 1,
            wallNs: 0,
            who: "maria",
            controller: "ops",
            version: "0"
        )
        return await Run.run(plan, start: start, in: world, stop: StopSwitch())
    }
}

struct NoProbers: Probers {
    func prober(for probe: Probe) async throws(ProberError) -> any Prober {
        throw ProberError(probe: probe.name, "none here")
    }

    func look(_ kind: Probe.Kind, it: DrillModel.Host?, deadline: Instant) async -> Look {
        let now = Instant(ns: BootClock.nowNs())
        return Look(sent: now, done: now, outcome: .bad(.blind, "none here"))
    }

    func ask(_ question: Question, deadline: Instant) async -> Reply {
        Reply(sent: deadline, done: deadline, outcome: .bad(.blind, "none here"))
    }

    func keeper(for probe: Probe, owner: String) async throws(ProberError) -> any LedgerKeeper {
        throw ProberError(probe: probe.name, "none here")
    }

    func close() async {}
}

struct NoContainers: ContainerEngine {
    private var none: EngineError { EngineError(.noSocket, "no engine") }
    func version(deadline: Instant) async throws(EngineError) -> String { throw none }
    func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState { throw none }
    func start(_ container: String, deadline: Instant) async throws(EngineError) { throw none }
    func stop(_ container: String, deadline: Instant) async throws(EngineError) { throw none }
    func restart(_ container: String, deadline: Instant) async throws(EngineError) { throw none }
    func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) { throw none }
    func pause(_ container: String, deadline: Instant) async throws(EngineError) { throw none }
    func unpause(_ container: String, deadline: Instant) async throws(EngineError) { throw none }
    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) { throw none }
    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) { throw none }
}
