internal import DrillModel
internal import NIOCore

/// Where a probe's connections go: straight to the target, or through a host.
protocol Route: Sendable {
    /// Whether somebody is asked for a name's addresses, which takes time that belongs to the look.
    func asksNames(_ host: String) -> Bool

    /// The socket addresses to connect to, in the order in which to try them; never empty.
    func addresses(
        of host: String,
        port: Int,
        deadline: Instant
    ) async throws(RouteFailure) -> [SocketAddress]
}

/// Why there is nowhere to connect to.
enum RouteFailure: Error, Hashable, Sendable {
    /// It is known that the name has no address, or the resolver says that it can't tell.
    case unresolvable(String)
    case late
    case cancelled
    /// The way itself is gone.
    case blind(String)

    var failure: NetworkFailure {
        switch self {
        case .unresolvable(let words): NetworkFailure(.unresolvable, words)
        case .late: NetworkFailure(.timeout, "no address for the name in time")
        case .cancelled: NetworkFailure(.blind, "the run ended first")
        case .blind(let words): NetworkFailure(.blind, words)
        }
    }
}

/// Straight from the controller.
struct DirectRoute: Route {
    let names: NameLookup

    func asksNames(_ host: String) -> Bool { !NameLookup.isAddress(host) }

    func addresses(
        of host: String,
        port: Int,
        deadline: Instant
    ) async throws(RouteFailure) -> [SocketAddress] {
        try await names.addresses(of: host, port: port, deadline: deadline)
    }
}
