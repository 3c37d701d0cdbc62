internal import DrillEngine
internal import DrillModel
internal import NIOCore
internal import Synchronization

/// Through a host: each target becomes a port of the loopback address that is relayed over SSH.
///
/// Names are looked up by the host.
final class ViaRoute: Route {
    private let host: Host
    private let hosts: any Hosts
    private let loop: ProbeLoop
    private let known = Mutex<[String: SocketAddress]>([:])

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
        let name = "\(target):\(port)"
        if let address = known.withLock({ $0[name] }) { return [address] }
        let late = Result<SocketAddress, RouteFailure>.failure(.late)
        let found = await loop.first(by: deadline, late: late) { [self] in
            await opened(target, port)
        }
        let address = try found.get()
        known.withLock { $0[name] = address }
        return [address]
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
