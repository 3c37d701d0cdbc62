internal import DrillEngine
internal import Foundation
internal import Synchronization

/// A folder of our own for control sockets, made when first needed and removed at the end.
final class SocketFolder: Sendable {
    private struct State {
        var path: String?
        var count = 0
    }

    private let state = Mutex(State())
    private let environment: [String: String]

    /// ssh appends 17 characters to a socket's path while it makes it, of 107 that there are (unix(7)).
    private static let pathLimit = 80

    init(environment: [String: String]) { self.environment = environment }

    func newSocket(host: String) throws(RemoteError) -> String {
        let path = state.withLock { state -> String? in
            if state.path == nil { state.path = make() }
            state.count += 1
            return state.path.map { "\($0)/\(state.count)" }
        }
        guard let path else {
            throw RemoteError(
                .configuration,
                host: host,
                "No folder could be made for ssh's control sockets in $XDG_RUNTIME_DIR or /tmp. Make "
                    + "one of them writable."
            )
        }
        return path
    }

    func remove(_ socket: String) {
        // Gone already where the master ended by itself.
        try? FileManager.default.removeItem(atPath: socket)
    }

    func removeAll() {
        state.withLock { state in
            // Empty sockets' folder of this process alone: what stays is harmless and gone with /tmp.
            if let path = state.path { try? FileManager.default.removeItem(atPath: path) }
            state.path = nil
        }
    }

    private func make() -> String? {
        let parents = [environment["XDG_RUNTIME_DIR"], "/tmp"].compactMap { $0 }
        for parent in parents where parent.utf8.count < Self.pathLimit - 30 {
            let path = "\(parent)/drill-ssh-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
            do {
                try FileManager.default.createDirectory(
                    atPath: path,
                    withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o700]
                )
                return path
            } catch {
                continue
            }
        }
        return nil
    }
}
