internal import CSSH
internal import Glibc

/// A local connection carried to an address behind the host, over a direct-tcpip channel.
///
/// ```
/// probe ── loopback ──▶ outgoing ──▶ channel ──▶ sshd ──▶ address:port
///       ◀──────────────  incoming ◀── channel ◀──
/// ```
/// Each direction holds a bounded amount and stops reading when the other side is slower.
final class SSHRelay: SSHWork {
    private static let roomBytes = 256 * 1024

    let address: String
    let port: Int

    let local: Int32
    private let loop: IOLoop
    private var channel: OpaquePointer?
    private var incoming: [UInt8] = []
    private var outgoing: ArraySlice<UInt8> = []
    private var localHasEnded = false
    private var channelHasEnded = false
    private var hasSentEnd = false
    /// The local connection has ended; true early where its user gave it up while it waited.
    private(set) var isClosed = false
    private var held = 0
    private var watched: IOEvents?

    init(local: Int32, to address: String, port: Int, loop: IOLoop) {
        self.local = local
        self.address = address
        self.port = port
        self.loop = loop
    }

    func begin(on channel: OpaquePointer?, _ session: SSHSession) {
        self.channel = channel
        guard !isClosed else { return }
        let ready = session.handlers.relayIsReady
        let descriptor = local
        watched = []
        loop.watch(local, []) { _ in ready(descriptor) }
    }

    /// Ends the local connection with a reset: whoever uses it must see that it failed.
    func abort() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(local, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        closeLocal()
    }

    func step(_ session: SSHSession) -> SSHStep {
        guard let channel, !isClosed else { return finish(session) }
        var hasMoved = false
        for turn in held..<3 {
            held = turn
            let step =
                switch turn {
                case 0: readChannel(channel, session)
                case 1: writeChannel(channel, session)
                default: endChannel(channel, session)
                }
            switch step {
            case .halfSent, .finished: return step
            case .moved: hasMoved = true
            case .idle: break
            }
        }
        held = 0
        if exchangeLocal() { hasMoved = true }
        if isClosed || (channelHasEnded && incoming.isEmpty && (hasSentEnd || localHasEnded)) {
            return finish(session)
        }
        if channelHasEnded && incoming.isEmpty { shutdown(local, Int32(SHUT_WR)) }
        arrange()
        return hasMoved ? .moved : .idle
    }

    private func readChannel(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        guard incoming.count < Self.roomBytes, !channelHasEnded else { return .idle }
        let count = session.buffer.withUnsafeMutableBytes { bytes in
            libssh2_channel_read_ex(
                channel,
                0,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count
            )
        }
        switch session.sort(count) {
        case .halfSent: return .halfSent
        case .waiting: return .idle
        case .done(0):
            channelHasEnded = libssh2_channel_eof(channel) == 1
            return channelHasEnded ? .moved : .idle
        case .done(let count):
            incoming += session.buffer[..<count]
            return .moved
        case .failed(_, let text):
            session.die(SSHFailure(.disconnected, .running, text))
            return .finished
        }
    }

    private func writeChannel(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        guard !outgoing.isEmpty else { return .idle }
        let count = outgoing.withUnsafeBytes { bytes in
            libssh2_channel_write_ex(
                channel,
                0,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count
            )
        }
        switch session.sort(count) {
        case .halfSent: return .halfSent
        case .waiting, .done(0): return .idle
        case .done(let count):
            outgoing = outgoing.dropFirst(count)
            return .moved
        case .failed(let code, let text):
            guard SSHSession.isOfChannel(code) else {
                session.die(SSHFailure(.disconnected, .running, text))
                return .finished
            }
            outgoing = []
            localHasEnded = true
            hasSentEnd = true
            return .moved
        }
    }

    private func endChannel(_ channel: OpaquePointer, _ session: SSHSession) -> SSHStep {
        guard localHasEnded, outgoing.isEmpty, !hasSentEnd else { return .idle }
        switch session.sort(Int(libssh2_channel_send_eof(channel))) {
        case .halfSent: return .halfSent
        case .waiting: return .idle
        case .done, .failed:
            hasSentEnd = true
            return .moved
        }
    }

    /// Moves what the local connection has and takes; true when anything moved.
    private func exchangeLocal() -> Bool {
        var hasMoved = false
        if outgoing.isEmpty, !localHasEnded {
            var buffer = [UInt8](repeating: 0, count: 32700)
            let count = recv(local, &buffer, buffer.count, 0)
            if count > 0 {
                outgoing = buffer[..<count]
                hasMoved = true
            } else if count == 0 {
                localHasEnded = true
                hasMoved = true
            } else if errno != EAGAIN && errno != EINTR {
                closeLocal()
                return true
            }
        }
        while !incoming.isEmpty {
            let count = incoming.withUnsafeBytes {
                send(local, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno != EAGAIN && errno != EINTR { closeLocal() }
                break
            }
            incoming.removeFirst(count)
            hasMoved = true
        }
        return hasMoved
    }

    private func arrange() {
        guard !isClosed else { return }
        var events: IOEvents = []
        if outgoing.isEmpty && !localHasEnded { events.insert(.read) }
        if !incoming.isEmpty { events.insert(.write) }
        guard events != watched else { return }
        watched = events
        loop.change(local, events)
    }

    private func finish(_ session: SSHSession) -> SSHStep {
        closeLocal()
        if let channel {
            self.channel = nil
            session.add(SSHClosing(channel))
        }
        return .finished
    }

    private func closeLocal() {
        guard !isClosed else { return }
        isClosed = true
        loop.unwatch(local)
        close(local)
    }
}
