import DrillEngine
import DrillField
import DrillModel
import Synchronization

/// One host, as it were: its relay is the target itself, its shell the controller's.
final class FakeHosts: Hosts {
    enum State: Sendable {
        case alive
        /// Connected, and nothing comes back.
        case silent
        /// There is no way to it.
        case gone
    }

    let state = Mutex(State.alive)
    /// Command lines that it was given.
    let lines = Mutex<[String]>([])

    func become(_ new: State) { state.withLock { $0 = new } }

    func remote(to host: Host) async throws(RemoteError) -> any Remote {
        if state.withLock({ $0 }) == .gone {
            throw RemoteError(.unreachable, host: host.name, "\(host.name) can't be reached.")
        }
        return FakeRemote(host: host.name, hosts: self)
    }

    func close() async {}
}

private struct FakeRemote: Remote {
    let host: String
    let hosts: FakeHosts

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        hosts.lines.withLock { $0.append(line) }
        if hosts.state.withLock({ $0 }) == .silent {
            while now() < deadline { try? await Task.sleep(for: .milliseconds(5)) }
            throw RemoteError(
                .timedOut,
                host: host,
                "\(host) didn't answer.",
                nothingStarted: false
            )
        }
        return try await LocalRemote(host: host).run(
            line,
            input: input,
            deadline: deadline,
            outputLimitBytes: outputLimitBytes
        )
    }

    func way() async throws(RemoteError) -> Way { Way(transport: "fake", why: "a test") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        LocalEndpoint(address: "127.0.0.1", port: port)
    }

    func close() async {}
}
