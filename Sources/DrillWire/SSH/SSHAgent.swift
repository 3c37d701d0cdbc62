internal import Glibc

/// One question to an ssh-agent and its answer, without blocking the loop.
///
/// libssh2's own agent calls block, so an agent that asks its user would stop every session. The
/// protocol is draft-miller-ssh-agent: each message is a length and a body whose first byte says
/// what it is.
// Lives on the loop's thread: made, used and dropped there.
final class SSHAgentQuestion {
    enum Request {
        case identities
        case sign(key: [UInt8], data: [UInt8])
    }

    private let loop: IOLoop
    private let descriptor: Int32
    private var outgoing: ArraySlice<UInt8>
    private var incoming: [UInt8] = []
    private var done: ((Result<[UInt8], SSHFailure>) -> Void)?

    /// Far above what an agent with hundreds of keys says.
    private static let answerLimitBytes = 1 << 20

    /// Asks; `done` gets the answer's body.
    ///
    /// `proceed` must be called whenever the descriptor is ready, which `watch` arranges.
    init(
        socket path: String,
        _ request: Request,
        loop: IOLoop,
        watch: (_ descriptor: Int32) -> Void,
        done: @escaping (Result<[UInt8], SSHFailure>) -> Void
    ) throws(SSHFailure) {
        self.loop = loop
        self.done = done
        outgoing = SSHBytes.string(Self.body(of: request))[...]
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(errorText(errno)) }
        setNonBlocking(descriptor)
        guard let address = Self.address(path),
            address.withPointer({ connect(descriptor, $0, $1) }) == 0
        else {
            let cause = errorText(errno)
            Glibc.close(descriptor)
            throw Self.failure(cause)
        }
        watch(descriptor)
    }

    func proceed() {
        guard done != nil else { return }
        while !outgoing.isEmpty {
            let count = outgoing.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EAGAIN { return }
            guard count > 0 else { return finish(.failure(Self.failure(errorText(errno)))) }
            outgoing = outgoing.dropFirst(count)
        }
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EAGAIN { break }
            guard count > 0 else {
                return finish(.failure(Self.failure("it closed the connection")))
            }
            incoming += buffer[..<count]
        }
        loop.change(descriptor, .read)
        var reader = SSHBytes(incoming[...])
        if let body = reader.string() {
            finish(.success(Array(body)))
        } else if incoming.count > Self.answerLimitBytes {
            finish(.failure(Self.failure("its answer is too long")))
        }
    }

    func close() {
        guard done != nil else { return }
        done = nil
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
    }

    private func finish(_ result: Result<[UInt8], SSHFailure>) {
        let done = done
        close()
        done?(result)
    }

    private static func body(of request: Request) -> [UInt8] {
        switch request {
        case .identities: [11]
        case .sign(let key, let data):
            [13] + SSHBytes.string(key) + SSHBytes.string(data) + [0, 0, 0, 0]
        }
    }

    private static func address(_ path: String) -> SocketAddress? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        return fits ? SocketAddress(copying: address) : nil
    }

    private static func failure(_ cause: String) -> SSHFailure {
        SSHFailure(.failed, .authenticating, "the ssh-agent did not answer: \(cause)")
    }
}

extension SSHAgentQuestion {
    /// The keys of an answer to `.identities` (message 12).
    static func keys(in body: [UInt8], socket: String) -> [SSHAgentKey] {
        var reader = SSHBytes(body[...])
        guard reader.byte() == 12, let count = reader.number() else { return [] }
        var keys: [SSHAgentKey] = []
        for _ in 0..<min(count, 1000) {
            guard let key = reader.string(), let comment = reader.string() else { break }
            keys.append(
                SSHAgentKey(
                    socket: socket,
                    key: Array(key),
                    comment: String(decoding: comment, as: UTF8.self)
                )
            )
        }
        return keys
    }

    /// The bare signature of an answer to `.sign` (message 14), as libssh2 wants it.
    static func signature(in body: [UInt8]) -> [UInt8]? {
        var reader = SSHBytes(body[...])
        guard reader.byte() == 14, let whole = reader.string() else { return nil }
        var inner = SSHBytes(whole)
        guard inner.string() != nil, let signature = inner.string() else { return nil }
        return Array(signature)
    }
}

/// Reads and writes SSH's basic types (RFC 4251 5).
package struct SSHBytes {
    private var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    package mutating func byte() -> UInt8? { rest.popFirst() }

    package mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        let value = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        rest = rest.dropFirst(4)
        return value
    }

    package mutating func string() -> ArraySlice<UInt8>? {
        guard let count = number(), rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    package static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let count = UInt32(bytes.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes
    }
}
