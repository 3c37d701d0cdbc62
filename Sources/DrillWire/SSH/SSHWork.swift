internal import CSSH

/// One channel's worth of work on a session; `step` never blocks.
///
/// libssh2 keeps a half-sent packet in the session: whoever's call was cut short must repeat that very
/// call before any other call on the session (libssh2 transport.c, send_existing). That is `halfSent`.
/// Waiting for an answer keeps its state in the channel and holds up nobody.
protocol SSHWork: AnyObject {
    func step(_ session: SSHSession) -> SSHStep
}

enum SSHStep {
    /// Nothing to do until more comes in.
    case idle
    /// Something was read, sent or reached; step again.
    case moved
    /// The same call must come next on this session.
    case halfSent
    /// Done; drop it.
    case finished
}

/// How a libssh2 call ended.
enum SSHCall {
    case done(Int)
    case waiting
    case halfSent
    case failed(code: Int32, text: String)
}

extension SSHSession {
    /// Sorts out a return code (or count) of the session's last call.
    func sort(_ code: Int) -> SSHCall {
        if code >= 0 { return .done(code) }
        guard code == Int(LIBSSH2_ERROR_EAGAIN) else {
            return .failed(code: Int32(code), text: lastErrorText())
        }
        let isOutbound =
            libssh2_session_block_directions(raw) & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0
        return isOutbound ? .halfSent : .waiting
    }

    /// The same for calls that return a pointer, nil on failure.
    func sort(_ pointer: OpaquePointer?) -> SSHCall {
        if pointer != nil { return .done(0) }
        let code = libssh2_session_last_errno(raw)
        return sort(code == 0 ? Int(LIBSSH2_ERROR_ALLOC) : Int(code))
    }

    /// libssh2's own words for its last error, with its number.
    func lastErrorText() -> String {
        var text: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        let code = libssh2_session_last_error(raw, &text, &length, 0)
        guard let text else { return "libssh2 error \(code)" }
        return "\(String(cString: text)) (libssh2 \(code))"
    }
}

/// Closes and frees a channel, which takes a round trip.
final class SSHClosing: SSHWork {
    private let channel: OpaquePointer

    init(_ channel: OpaquePointer) { self.channel = channel }

    func step(_ session: SSHSession) -> SSHStep {
        switch session.sort(Int(libssh2_channel_free(channel))) {
        case .waiting: return .idle
        case .halfSent: return .halfSent
        // The channel is freed whatever the host said to it.
        case .done, .failed:
            session.openChannels -= 1
            return .finished
        }
    }
}

/// Opens a channel: a spare one for the next command, or a TCP connection for a relay.
final class SSHOpening: SSHWork {
    /// How long the host may take to reach a relay's target once nobody waits for it any more.
    static let stuckNs: Int64 = 1_000_000_000

    let relay: SSHRelay?
    let startedNs = BootClock.nowNs()

    /// The host is still connecting for a relay that has been given up, and libssh2 opens nothing else
    /// on the session meanwhile (channel.c, `open_state`).
    func isStuck(_ nowNs: Int64) -> Bool {
        relay?.isClosed == true && nowNs >= startedNs + Self.stuckNs
    }

    init(for relay: SSHRelay? = nil) { self.relay = relay }

    func step(_ session: SSHSession) -> SSHStep {
        let channel =
            if let relay {
                libssh2_channel_direct_tcpip_ex(
                    session.raw,
                    relay.address,
                    Int32(relay.port),
                    "127.0.0.1",
                    0
                )
            } else {
                libssh2_channel_open_ex(
                    session.raw,
                    "session",
                    7,
                    2 * 1024 * 1024,
                    32768,
                    nil,
                    0
                )
            }
        switch session.sort(channel) {
        case .waiting: return .idle
        case .halfSent: return .halfSent
        case .done:
            session.opened(channel, by: self)
            return .finished
        case .failed(let code, let text):
            session.openingFailed(self, code: code, text)
            return .finished
        }
    }
}

/// Reads on the spare channel while no command does: key re-exchange, keep-alives, the host's close.
final class SSHSpareReading: SSHWork {
    func step(_ session: SSHSession) -> SSHStep {
        guard let spare = session.spare else { return .idle }
        var byte: CChar = 0
        switch session.sort(libssh2_channel_read_ex(spare, 0, &byte, 1)) {
        case .waiting, .done: break
        case .halfSent: return .halfSent
        case .failed(_, let text):
            session.die(SSHFailure(.disconnected, .running, text))
            return .finished
        }
        guard libssh2_channel_eof(spare) == 1 else { return .idle }
        session.spare = nil
        session.add(SSHClosing(spare))
        return .moved
    }
}
