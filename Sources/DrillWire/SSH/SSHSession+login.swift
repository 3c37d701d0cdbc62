internal import CSSH
internal import Glibc

/// From a name to a logged-in session.
extension SSHSession {
    /// Goes on with what the resolver found.
    func connect(to answer: Resolver.Answer) {
        guard case .resolving = stage else { return }
        switch answer {
        case .failure(let text): die(SSHFailure(.unresolvable, .resolving, text))
        case .addresses(let addresses): tryNext(addresses[...], after: nil)
        }
        pump()
    }

    private func tryNext(_ addresses: ArraySlice<SocketAddress>, after failure: SSHFailure?) {
        var failure = failure
        for (index, address) in zip(addresses.indices, addresses) {
            let new = socket(
                address.family,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
                0
            )
            guard new >= 0 else {
                failure = SSHFailure(.unreachable, .connecting, errorText(errno))
                continue
            }
            setNonBlocking(new)
            setOptions(new)
            let code = address.withPointer { Glibc.connect(new, $0, $1) }
            if code == 0 || errno == EINPROGRESS {
                descriptor = new
                stage = .connecting(rest: Array(addresses[(index + 1)...]))
                loop.watch(new, .write, handlers.isReady)
                startedWatching(.write)
                return
            }
            failure = connectFailure(errno)
            close(new)
        }
        die(failure ?? SSHFailure(.unresolvable, .resolving, "the name has no address"))
    }

    /// A dead host must be noticed without anybody asking: probes of the kernel when idle, and an end
    /// to what it resends when not (tcp(7)).
    private func setOptions(_ new: Int32) {
        func set(_ level: Int, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(new, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let tcp = Int(IPPROTO_TCP)
        set(tcp, TCP_NODELAY, 1)
        set(Int(SOL_SOCKET), SO_KEEPALIVE, 1)
        set(tcp, TCP_KEEPIDLE, 4)
        set(tcp, TCP_KEEPINTVL, 2)
        set(tcp, TCP_KEEPCNT, 3)
        set(tcp, TCP_USER_TIMEOUT, 10_000)
    }

    func proceedConnecting() {
        guard case .connecting(let rest) = stage else { return }
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
        if failure != 0 {
            loop.unwatch(descriptor)
            close(descriptor)
            descriptor = -1
            return tryNext(rest[...], after: connectFailure(failure))
        }
        var state = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &state, &size)
        // Not only `established`: the host may have closed it by now, which the greeting will tell.
        guard state.tcpi_state != UInt8(TCP_SYN_SENT) else { return }
        greet()
    }

    private func connectFailure(_ code: Int32) -> SSHFailure {
        switch code {
        case ECONNREFUSED: SSHFailure(.refused, .connecting, errorText(code))
        case ETIMEDOUT: SSHFailure(.timedOut, .connecting, errorText(code))
        default: SSHFailure(.unreachable, .connecting, errorText(code))
        }
    }

    private func greet() {
        raw = libssh2_session_init_ex(nil, nil, nil, nil)
        guard raw != nil else {
            return die(SSHFailure(.failed, .greeting, "libssh2 could not make a session"))
        }
        libssh2_session_set_blocking(raw, 0)
        if !target.hostKeyAlgorithms.isEmpty {
            // Else a host with an ecdsa and an ed25519 key shows the one that nobody has noted.
            libssh2_session_method_pref(
                raw,
                LIBSSH2_METHOD_HOSTKEY,
                target.hostKeyAlgorithms.joined(separator: ",")
            )
        }
        stage = .greeting
        proceedLogin()
    }

    /// Steps the greeting and the login until they need something from outside.
    func proceedLogin() {
        while true {
            acknowledgeQuickly()
            switch stage {
            case .greeting:
                guard shakeHands() else { return }
            case .authenticating(let next):
                guard question == nil, authenticate(next) else { return }
            default:
                return
            }
        }
    }

    /// Delayed acknowledgements would cost 40 ms at each of the greeting's turns; the kernel forgets
    /// the wish after a while (tcp(7)), so it is said again.
    private func acknowledgeQuickly() {
        var yes: Int32 = 1
        setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_QUICKACK,
            &yes,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }

    private func shakeHands() -> Bool {
        switch sort(Int(libssh2_session_handshake(raw, descriptor))) {
        case .waiting, .halfSent: return false
        case .failed(let code, let text):
            die(SSHFailure(greetingCode(code), .greeting, text))
            return false
        case .done: break
        }
        var length = 0
        var type: Int32 = 0
        guard let bytes = libssh2_session_hostkey(raw, &length, &type) else {
            die(SSHFailure(.failed, .greeting, "the host showed no key"))
            return false
        }
        let blob = bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
            Array(UnsafeBufferPointer(start: $0, count: length))
        }
        let hostKey = SSHHostKey(blob: blob)
        guard target.accepts(hostKey) else {
            die(SSHFailure(.hostKeyRefused, .greeting, "host key refused", hostKey: hostKey))
            return false
        }
        stage = .authenticating(next: 0)
        self.hostKey = hostKey
        return true
    }

    private func greetingCode(_ code: Int32) -> SSHFailure.Code {
        switch code {
        case LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
            LIBSSH2_ERROR_METHOD_NONE:
            .keyExchange
        case LIBSSH2_ERROR_BANNER_RECV, LIBSSH2_ERROR_SOCKET_DISCONNECT,
            LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_PROTO:
            .notSSH
        default: .failed
        }
    }

    /// - Returns: whether the stage has changed.
    private func authenticate(_ next: Int) -> Bool {
        guard target.identities.indices.contains(next) else {
            let said =
                rejections.isEmpty ? "there is no key to try" : rejections.joined(separator: "; ")
            die(SSHFailure(.notAuthorised, .authenticating, said))
            return false
        }
        let identity = target.identities[next]
        let code =
            switch identity {
            case .file(let path):
                libssh2_userauth_publickey_fromfile_ex(
                    raw,
                    target.user,
                    UInt32(target.user.utf8.count),
                    nil,
                    path,
                    nil
                )
            case .agent(let key): authenticate(by: key)
            }
        switch sort(Int(code)) {
        case .waiting, .halfSent:
            return false
        case .done:
            if let hostKey { peer = SSHPeer(hostKey: hostKey, identity: identity) }
            becomeReady()
            return true
        case .failed(let code, let text):
            signing = nil
            rejections.append(text)
            let isBroken = [
                LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV,
                LIBSSH2_ERROR_SOCKET_SEND,
            ].contains(code)
            if isBroken, rejections.count == 1 {
                die(SSHFailure(.disconnected, .authenticating, text))
                return false
            }
            // A host that has heard enough wrong keys hangs up (MaxAuthTries).
            stage = .authenticating(next: isBroken ? target.identities.count : next + 1)
            return true
        }
    }

    private func becomeReady() {
        stage = .ready
        lastHeardNs = BootClock.nowNs()
        signing = nil
        let greeters = greeters.values
        self.greeters = [:]
        guard let peer else { return }
        for greet in greeters { greet(.success(peer)) }
    }
}

/// The library's loading and its own start, once in the program's life.
enum LibSSH2 {
    /// Why it can't be used; nil where it can.
    static let missing: String? = {
        if let why = drill_load_libssh2() { return String(cString: why) }
        let code = libssh2_init(0)
        return code == 0 ? nil : "it could not be started (libssh2 \(code))"
    }()
}
