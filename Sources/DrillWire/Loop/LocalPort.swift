internal import Glibc

/// Ports of the loopback address.
package enum LocalPort {
    /// A port that nobody listens at right now; another may take it the next moment.
    package static func free() -> Int? {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return nil }
        defer { close(probe) }
        guard SocketAddress.loopback(port: 0).withPointer({ bind(probe, $0, $1) }) == 0 else {
            return nil
        }
        return localPort(of: probe).map(Int.init)
    }

    /// The port that a bound socket has.
    static func localPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        return code == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }
}
