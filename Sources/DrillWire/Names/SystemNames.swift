internal import Glibc
internal import Synchronization

/// Names looked up as the system does it: hosts file, resolvers, whatever nsswitch.conf says.
///
/// getaddrinfo(3) blocks, for as long as the resolvers' own time-outs, and can't be cancelled: each
/// call has a thread of its own, which ends by itself. Over `threadsMax` hanging ones a further
/// look-up never answers, and its caller's deadline tells.
package enum SystemNames {
    package struct Failure: Error, Hashable, Sendable {
        package var message: String
    }

    private static let threadsMax = 256
    private static let running = Mutex(0)

    /// Calls `done` from a thread of its own with the addresses, in the system's order.
    package static func look(
        up name: String,
        _ done: @escaping @Sendable (Result<[String], Failure>) -> Void
    ) {
        let isAllowed = running.withLock { running in
            guard running < threadsMax else { return false }
            running += 1
            return true
        }
        guard isAllowed else { return }
        let started = DetachedThread.start {
            done(addresses(of: name))
            running.withLock { $0 -= 1 }
        }
        guard !started else { return }
        running.withLock { $0 -= 1 }
        done(.failure(Failure(message: "no thread can be started to look up \(name)")))
    }

    private static func addresses(of name: String) -> Result<[String], Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let why =
                code == EAI_SYSTEM ? SystemError.words(errno) : String(cString: gai_strerror(code))
            return .failure(Failure(message: "\(name) has no address: \(why)"))
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
            return .failure(Failure(message: "\(name) has no address"))
        }
        return .success(found)
    }
}
