internal import DrillEngine
internal import DrillModel
internal import NIOCore
internal import Synchronization

/// Through a host: each target becomes a port of the loopback address that is relayed over SSH.
///
/// Names are looked up by the host. The relay is asked for anew for each new connection, since that is
/// what opens a lost way again; all who ask at the same time share one answer.
final class ViaRoute: Route {
    private let host: Host
    private let hosts: any Hosts
    private let loop: ProbeLoop
    private let opening = Mutex<[String: Opening]>([:])

    private typealias Opening = Task<Result<SocketAddress, RouteFailure>, Never>

    init(host: Host, hosts: any Hosts, loop: ProbeLoop) {
        self.host = host
        self.hosts = hosts
        self.loop = loop
    }

    /// The relay's far end asks, but only after the connection to its near end.
    func asksNames(_ host: String) -> Bool { false }

    func addresses(
        of target: String,
        port: Int,
        deadline: Instant
    ) async throws(RouteFailure) -> [SocketAddress] {
        let words = "\(host.name), which is looked from, didn't relay in time"
        let late = Result<SocketAddress, RouteFailure>.failure(.blind(words))
        let asked = asked(target, port)
        return [try await loop.first(by: deadline, late: late) { await asked.value }.get()]
    }

    private func asked(_ target: String, _ port: Int) -> Opening {
        let name = "\(target):\(port)"
        return opening.withLock { opening in
            if let task = opening[name] { return task }
            let task = Task { [self] in
                let found = await opened(target, port)
                self.opening.withLock { $0[name] = nil }
                return found
            }
            opening[name] = task
            return task
        }
    }

    private func opened(
        _ target: String,
        _ port: Int
    ) async -> Result<SocketAddress, RouteFailure> {
        do {
            let near = try await hosts.remote(to: host).forward(to: target, port: port)
            return .success(try SocketAddress(ipAddress: near.address, port: near.port))
        } catch let error as RemoteError {
            return .failure(.blind(error.message))
        } catch {
            return .failure(.blind("\(host.name) can't relay: \(error)"))
        }
    }
}
