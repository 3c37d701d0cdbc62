internal import DrillModel
internal import NIOCore
internal import Synchronization

/// Stays with the first addresses that a name is found to have (`resolve: once`), as a client does that
/// looks a name up when it starts.
///
/// A name that moves away then leaves such a client behind: that is what this is for. Looks that find no
/// address pin nothing.
final class PinnedRoute: Route {
    private let route: DirectRoute
    private let found = Mutex<[String: [SocketAddress]]>([:])

    init(route: DirectRoute) { self.route = route }

    func asksNames(_ host: String) -> Bool {
        route.asksNames(host) && found.withLock { $0[host] == nil }
    }

    func addresses(
        of host: String,
        port: Int,
        deadline: Instant
    ) async throws(RouteFailure) -> [SocketAddress] {
        if let known = found.withLock({ $0[host] }) { return known }
        let addresses = try await route.addresses(of: host, port: port, deadline: deadline)
        // Of looks that ask at once the first answer stands, for all of them.
        return found.withLock { found in
            if let known = found[host] { return known }
            found[host] = addresses
            return addresses
        }
    }
}
