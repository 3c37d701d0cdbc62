internal import Glibc

/// A socket address of either family.
struct SocketAddress: Sendable {
    var storage = sockaddr_storage()
    var length: socklen_t = 0

    var family: Int32 { Int32(storage.ss_family) }

    /// Hands the address to a system call.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    static func loopback(port: UInt16) -> SocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return SocketAddress(copying: address)
    }

    /// An address of the kind that a system call filled in.
    init<Concrete>(copying address: Concrete) {
        length = socklen_t(MemoryLayout<Concrete>.size)
        withUnsafeMutableBytes(of: &storage) { storage in
            withUnsafeBytes(of: address) { storage.copyMemory(from: $0) }
        }
    }

    init?(_ info: addrinfo) {
        guard let address = info.ai_addr,
            Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
        else { return nil }
        length = info.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { storage in
            storage.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }
}

/// Turns names into addresses without holding up the loop (getaddrinfo(3) blocks and can't be told
/// to stop: it gets a thread of its own, and whoever waits has a deadline).
enum Resolver {
    enum Answer: Sendable {
        case addresses([SocketAddress])
        case failure(String)
    }

    /// Calls `done` on the loop's thread, at once for a numeric address.
    static func resolve(
        _ name: String,
        port: Int,
        on loop: IOLoop,
        _ done: @escaping @Sendable (Answer) -> Void
    ) {
        if case .addresses(let addresses) = look(up: name, port: port, AI_NUMERICHOST) {
            return done(.addresses(addresses))
        }
        detachThread {
            let answer = look(up: name, port: port, AI_ADDRCONFIG)
            loop.perform { done(answer) }
        }
    }

    private static func look(up name: String, port: Int, _ flags: Int32) -> Answer {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(name, String(port), &hints, &list)
        guard failure == 0 else { return .failure(String(cString: gai_strerror(failure))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            if let address = SocketAddress(info) { addresses.append(address) }
            next = info.ai_next
        }
        return addresses.isEmpty ? .failure("the name has no address") : .addresses(addresses)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func detachThread(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let failure = pthread_create(
            &thread,
            nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            },
            body.toOpaque()
        )
        if failure == 0 { pthread_detach(thread) } else { body.takeRetainedValue().run() }
    }
}
