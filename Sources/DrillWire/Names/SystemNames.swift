internal import Glibc

/// Names looked up as the system does it: hosts file, resolvers, whatever nsswitch.conf says.
///
/// getaddrinfo(3) blocks, for as long as the resolvers' own time-outs, and can't be cancelled: each
/// call has a thread, and one that hangs outlives whoever asked, whose deadline tells.
package enum SystemNames {
    package enum Failure: Error, Hashable, Sendable {
        /// The name has no address, or nobody can tell.
        case none(String)
        /// It couldn't even be asked for.
        case notAsked(String)
    }

    private static let lookups = SharedLookups(resolve: addresses)

    /// Calls `done` with the addresses, in the system's order.
    package static func look(
        up name: String,
        _ done: @escaping @Sendable (Result<[String], Failure>) -> Void
    ) {
        lookups.look(up: name, done)
    }

    private static func addresses(of name: String) -> Result<[String], Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let why =
                code == EAI_SYSTEM ? SystemError.words(errno) : String(cString: gai_strerror(code))
            return .failure(.none("\(name) has no address: \(why)"))
        }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.ai_addr,
                entry.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            ) == 0 {
                found.append(
                    String(
                        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                        as: UTF8.self
                    )
                )
            }
            next = entry.ai_next
        }
        guard !found.isEmpty else {
            return .failure(.none("\(name) has no address"))
        }
        return .success(found)
    }
}
