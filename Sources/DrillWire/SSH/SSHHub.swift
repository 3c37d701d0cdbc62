internal import CSSH
internal import Glibc

/// All SSH sessions of the program, on the one input/output thread.
///
/// A link names a way to a host; its session is opened with the first use, kept, and opened again after
/// it was lost. Every call ends by its deadline; the state machine behind it goes on alone until the
/// session is clean again.
package actor SSHHub {
    package static let shared = SSHHub(loop: .shared)

    private struct Link {
        var target: SSHTarget
        var session: Int?
        /// When a session of it was last lost, or left behind for its silence.
        var lastLossNs: Int64?
        var listeners: [Int32] = []
        var forwards: [String: (port: UInt16, link: SSHLink)] = [:]
    }

    let loop: IOLoop
    private var links: [Int: Link] = [:]
    /// What hosts hold ready, until whoever loaded it knows how it ended.
    var shots: [Int: SSHHeld] = [:]
    private var sessions: [Int: SSHSession] = [:]
    private var questions: [Int: SSHAgentQuestion] = [:]
    private var lastID = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    package init(loop: IOLoop) { self.loop = loop }

    /// Names a way to a host; nothing is opened yet.
    package func link(to target: SSHTarget) -> SSHLink {
        let id = newID()
        links[id] = Link(target: target)
        return SSHLink(id: id)
    }

    /// Opens the link's session unless it is open.
    package func connect(
        _ link: SSHLink,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHPeer {
        let session = try session(for: link)
        if let peer = session.peer, session.isReady { return peer }
        let id = newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                session.greeters[id] = { waiter.resume(returning: $0) }
                loop.at(deadlineNs) { [weak self] in
                    self?.assumeIsolated { $0.leave(session: link, greeter: id, .timedOut) }
                }
            }
        } onCancel: {
            loop.perform {
                self.assumeIsolated { $0.leave(session: link, greeter: id, .cancelled) }
            }
        }
        return try result.get()
    }

    /// Runs a command line through the host's login shell.
    ///
    /// A session that turns out to be lost before the command was sent is replaced, once.
    package func run(
        _ order: SSHOrder,
        on link: SSHLink,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHOutcome {
        try order.check()
        let wasReady = try session(for: link).isReady
        do {
            return try await attempt(order, on: link, deadlineNs: deadlineNs)
        } catch {
            guard wasReady, error.isOfStaleSession, BootClock.nowNs() < deadlineNs else {
                throw error
            }
            return try await attempt(order, on: link, deadlineNs: deadlineNs)
        }
    }

    /// Makes `address:port`, as seen from the host, reachable at a port of the loopback address.
    ///
    /// Over a session of its own: libssh2 opens one channel at a time, and the host takes minutes to
    /// open one to a target that is cut off.
    package func forward(
        _ link: SSHLink,
        to address: String,
        port: Int,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> UInt16 {
        guard let target = links[link.id]?.target else {
            throw SSHFailure(.cancelled, .opening, "closed by drill")
        }
        let name = "\(address):\(port)"
        if let known = links[link.id]?.forwards[name] {
            _ = try await connect(known.link, deadlineNs: deadlineNs)
            return known.port
        }
        let own = self.link(to: target)
        let (listener, local) = try listen()
        links[own.id]?.listeners.append(listener)
        links[link.id]?.forwards[name] = (local, own)
        loop.watch(listener, .read) { [weak self] _ in
            self?.assumeIsolated { $0.accept(listener, own, address, port) }
        }
        _ = try await connect(own, deadlineNs: deadlineNs)
        return local
    }

    /// When a session of the link was last lost, or left behind for its silence; nil while none was.
    package func lastLossNs(of link: SSHLink) -> Int64? {
        let own = links[link.id]?.forwards.values.map { $0.link } ?? []
        return ([link] + own).compactMap { links[$0.id]?.lastLossNs }.max()
    }

    /// The link and those of its relays that can be asked: one that is being opened shows nothing.
    package func linksInUse(of link: SSHLink) -> [SSHLink] {
        let own = links[link.id]?.forwards.values.map { $0.link } ?? []
        return [link]
            + own.filter { own in
                guard let id = links[own.id]?.session, let session = sessions[id] else {
                    return false
                }
                return session.isReady && session.opening?.relay == nil
            }
    }

    /// Closes the link's session and its listeners; what runs on it is told so.
    ///
    /// What was given up shortly before is first ended on the host: it would go on there, with nobody left to
    /// tell. A host that doesn't answer is waited for no longer than `partingNs`.
    package func close(_ link: SSHLink) async {
        // A task of its own: whoever closes may be cancelled already, and would wait for nothing.
        await Task { await ridHost(of: link) }.value
        closeNow(link)
    }

    private static let partingNs: Int64 = 3_000_000_000

    private func ridHost(of link: SSHLink) async {
        let latestNs = BootClock.nowNs() + Self.partingNs
        while let id = links[link.id]?.session, let session = sessions[id],
            session.isOwingAnEnd, BootClock.nowNs() < latestNs
        {
            await Deadline.pause(untilNs: BootClock.nowNs() + 10_000_000)
        }
    }

    private func closeNow(_ link: SSHLink) {
        guard let old = links.removeValue(forKey: link.id) else { return }
        for forward in old.forwards.values { closeNow(forward.link) }
        for listener in old.listeners {
            loop.unwatch(listener)
            Glibc.close(listener)
        }
        guard let id = old.session, let session = sessions[id] else { return }
        if session.isReady, session.held == nil {
            libssh2_session_disconnect_ex(session.raw, 11, "drill is done", "")
        }
        session.die(SSHFailure(.disconnected, .running, "closed by drill"))
        sessions[id] = nil
    }

    /// The keys that an agent holds.
    package func keys(
        ofAgent socket: String,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> [SSHAgentKey] {
        let id = newID()
        let result: Result<[UInt8], SSHFailure> = await withCheckedContinuation { waiter in
            ask(id, socket, deadlineNs: deadlineNs, waiter)
        }
        return SSHAgentQuestion.keys(in: try result.get(), socket: socket)
    }
}

extension SSHHub {
    func newID() -> Int {
        lastID += 1
        return lastID
    }

    /// The link's session, a new one when there is none that can be used.
    func session(for link: SSHLink) throws(SSHFailure) -> SSHSession {
        guard let target = links[link.id]?.target else {
            throw SSHFailure(.cancelled, .opening, "closed by drill")
        }
        if let id = links[link.id]?.session, let session = sessions[id], session.isUsable {
            return session
        }
        if let why = LibSSH2.missing { throw SSHFailure(.noLibrary, .opening, why) }
        sessions = sessions.filter { !$0.value.isDead }
        let id = newID()
        let session = SSHSession(target, loop: loop, handlers: handlers(of: id, link))
        sessions[id] = session
        links[link.id]?.session = id
        loop.at(session.startedNs + target.connectTimeoutNs + 1_000_000, session.handlers.wake)
        Resolver.resolve(target.address, port: target.port, on: loop) { [weak self] answer in
            self?.assumeIsolated { $0.sessions[id]?.connect(to: answer) }
        }
        if case .dead(let failure) = session.stage { throw failure }
        return session
    }

    /// Relays that wait on a session which can't open them go to a new one.
    private func moveRelays(from id: Int, _ link: SSHLink) {
        guard let old = sessions[id], !old.relaysWaiting.isEmpty else { return }
        let relays = old.relaysWaiting
        old.relaysWaiting = []
        for relay in relays { hand(relay, to: link) }
    }

    private func hand(_ relay: SSHRelay, to link: SSHLink) {
        do {
            let session = try session(for: link)
            session.relaysWaiting.append(relay)
            session.pump()
        } catch {
            relay.abort()
        }
    }

    /// Whoever connected has left before the host had connected on.
    private func giveUp(relayOf local: Int32) {
        for session in sessions.values {
            let all = session.relaysWaiting + [session.opening?.relay].compactMap { $0 }
            guard let relay = all.first(where: { $0.local == local && !$0.isClosed }) else {
                continue
            }
            relay.abort()
            session.relaysWaiting.removeAll { $0 === relay }
            guard let opening = session.opening, opening.relay === relay else { continue }
            loop.at(opening.startedNs + SSHOpening.stuckNs, session.handlers.wake)
        }
    }

    private func handlers(of id: Int, _ link: SSHLink) -> SSHSession.Handlers {
        SSHSession.Handlers(
            wake: { [weak self] in self?.assumeIsolated { $0.sessions[id]?.pump() } },
            isReady: { [weak self] events in
                self?.assumeIsolated { $0.sessions[id]?.ready(events) }
            },
            agentIsReady: { [weak self] in
                self?.assumeIsolated { $0.sessions[id]?.agentIsReady() }
            },
            isLost: { [weak self] in
                self?.assumeIsolated { $0.links[link.id]?.lastLossNs = BootClock.nowNs() }
            },
            moveRelays: { [weak self] in self?.assumeIsolated { $0.moveRelays(from: id, link) } },
            relayIsReady: { [weak self] _ in self?.assumeIsolated { $0.sessions[id]?.pump() } }
        )
    }

    private func attempt(
        _ order: SSHOrder,
        on link: SSHLink,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHOutcome {
        let session = try session(for: link)
        let id = newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let command = SSHCommand(id: id, order, deadlineNs: deadlineNs) {
                    waiter.resume(returning: $0)
                }
                command.timer = loop.at(deadlineNs, session.handlers.wake)
                session.waiting.append(command)
                session.pump()
            }
        } onCancel: {
            loop.perform { self.assumeIsolated { $0.cancel(id) } }
        }
        return try result.get()
    }

    func cancel(_ id: Int) {
        for session in sessions.values {
            guard
                let command = (session.waiting + session.running).first(where: { $0.id == id }),
                !command.isAnswered
            else { continue }
            session.giveUp(command, .cancelled, "the task was cancelled")
            session.pump()
        }
    }

    private func leave(session link: SSHLink, greeter id: Int, _ code: SSHFailure.Code) {
        for session in sessions.values {
            guard let greet = session.greeters.removeValue(forKey: id) else { continue }
            let stage = session.connectStage
            greet(.failure(SSHFailure(code, stage, "no answer in time while \(stage.rawValue)")))
        }
    }

    private func listen() throws(SSHFailure) -> (listener: Int32, port: UInt16) {
        let listener = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        let isBound =
            listener >= 0
            && SocketAddress.loopback(port: 0).withPointer { bind(listener, $0, $1) } == 0
            && Glibc.listen(listener, 128) == 0
        guard isBound, let port = LocalPort.localPort(of: listener) else {
            let cause = errorText(errno)
            if listener >= 0 { Glibc.close(listener) }
            throw SSHFailure(.failed, .opening, "no local port could be opened: \(cause)")
        }
        setNonBlocking(listener)
        return (listener, port)
    }

    private func accept(_ listener: Int32, _ link: SSHLink, _ address: String, _ port: Int) {
        while true {
            let local = accept4(
                listener,
                nil,
                nil,
                Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            )
            guard local >= 0 else { return }
            var yes: Int32 = 1
            setsockopt(
                local,
                Int32(IPPROTO_TCP),
                TCP_NODELAY,
                &yes,
                socklen_t(MemoryLayout<Int32>.size)
            )
            let relay = SSHRelay(local: local, to: address, port: port, loop: loop)
            // Until the relay begins, which then watches for itself.
            loop.watch(local, .peerClosed) { [weak self] _ in
                self?.assumeIsolated { $0.giveUp(relayOf: local) }
            }
            hand(relay, to: link)
        }
    }

    private func ask(
        _ id: Int,
        _ socket: String,
        deadlineNs: Int64,
        _ waiter: CheckedContinuation<Result<[UInt8], SSHFailure>, Never>
    ) {
        let timer = loop.at(deadlineNs) { [weak self] in
            self?.assumeIsolated { hub in
                guard let question = hub.questions.removeValue(forKey: id) else { return }
                question.close()
                waiter.resume(
                    returning: .failure(
                        SSHFailure(
                            .timedOut,
                            .authenticating,
                            "the ssh-agent did not answer in time"
                        )
                    )
                )
            }
        }
        do {
            questions[id] = try SSHAgentQuestion(
                socket: socket,
                .identities,
                loop: loop,
                watch: { descriptor in
                    loop.watch(descriptor, [.read, .write]) { [weak self] _ in
                        self?.assumeIsolated { $0.questions[id]?.proceed() }
                    }
                },
                done: { [weak self] result in
                    self?.assumeIsolated { hub in
                        hub.questions[id] = nil
                        hub.loop.cancel(timer: timer)
                    }
                    waiter.resume(returning: result)
                }
            )
        } catch {
            loop.cancel(timer: timer)
            waiter.resume(returning: .failure(error))
        }
    }
}
