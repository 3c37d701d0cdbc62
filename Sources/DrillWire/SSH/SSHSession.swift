internal import CSSH
internal import Glibc

/// One SSH connection by libssh2, non-blocking; lives on the loop's thread inside the hub.
///
/// Whatever happens (a descriptor ready, a timer, a new command) ends in `pump`, which steps all that
/// can go on and then says what to wait for.
///
/// ```
/// resolving ─▶ connecting ─▶ greeting ─▶ authenticating ─▶ ready ─▶ dead
///                            (key exchange, host key)        │
///                     commands ─▶ waiting ─▶ spare channel ─▶ works
/// ```
final class SSHSession {
    enum Stage {
        case resolving
        case connecting(rest: [SocketAddress])
        case greeting
        case authenticating(next: Int)
        case ready
        case dead(SSHFailure)
    }

    /// sshd's MaxSessions is 10 by default: eight commands, a spare channel, and one to kill.
    static let commandLimit = 8

    let target: SSHTarget
    let loop: IOLoop
    let handlers: Handlers
    let startedNs = BootClock.nowNs()

    // The library's session: nil only until the greeting, and libssh2's calls bear nil.
    var raw: OpaquePointer?
    var descriptor: Int32 = -1
    var stage = Stage.resolving
    var peer: SSHPeer?
    /// Takes no new commands, being silent or out of channels; running ones go on.
    var isRetired = false

    /// Greeted when the session is ready or dead.
    var greeters: [Int: (Result<SSHPeer, SSHFailure>) -> Void] = [:]
    var waiting: [SSHCommand] = []
    var relaysWaiting: [SSHRelay] = []
    var works: [any SSHWork] = []
    var held: (any SSHWork)?
    var opening: SSHOpening?
    var spare: OpaquePointer?
    var openChannels = 0
    /// After a refusal, when to ask for a channel again.
    var nextOpeningNs: Int64 = 0
    var lastHeardNs = BootClock.nowNs()
    var buffer = [UInt8](repeating: 0, count: 32768)

    // What the login is doing.
    var hostKey: SSHHostKey?
    var rejections: [String] = []
    var signing: SSHSigning?
    var question: SSHAgentQuestion?

    let spareReading = SSHSpareReading()
    private var isPumping = false
    private var watched: IOEvents?

    init(_ target: SSHTarget, loop: IOLoop, handlers: Handlers) {
        self.target = target
        self.loop = loop
        self.handlers = handlers
    }

    /// How the loop gets back to this session: by way of the hub, which owns it.
    struct Handlers: Sendable {
        /// Pumps the session.
        var wake: @Sendable () -> Void
        var isReady: @Sendable (IOEvents) -> Void
        var agentIsReady: @Sendable () -> Void
        /// What was under way on the session was cut off.
        var isLost: @Sendable () -> Void
        /// The link needs another session for what waits on this one.
        var moveRelays: @Sendable () -> Void
        var relayIsReady: @Sendable (_ descriptor: Int32) -> Void
    }

    var isReady: Bool { if case .ready = stage { true } else { false } }
    var isDead: Bool { if case .dead = stage { true } else { false } }
    var isUsable: Bool { !isDead && !isRetired }
    /// Nothing but, maybe, a channel that nobody will use.
    var isCarryingNothing: Bool {
        waiting.isEmpty && relaysWaiting.isEmpty
            && works.allSatisfy { $0 is SSHClosing || $0 === opening && opening?.relay != nil }
    }
    var running: [SSHCommand] { works.compactMap { $0 as? SSHCommand } }
    /// Whether something that nobody waits for any more is still to be ended on the host.
    var isOwingAnEnd: Bool {
        isReady
            && (waiting.contains(where: \.isUrgent)
                || running.contains { $0.isUrgent || $0.isAnswered })
    }

    /// Goes on with everything that can go on.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        expire()
        switch stage {
        case .resolving, .dead: break
        case .connecting: proceedConnecting()
        case .greeting, .authenticating: proceedLogin()
        case .ready: break
        }
        if isReady { work() }
        if isRetired && isReady && isCarryingNothing {
            die(SSHFailure(.disconnected, .running, "closed, since it was of no use any more"))
        }
        arrange()
    }

    /// The descriptor is ready; called by the hub.
    func ready(_ events: IOEvents) {
        if events.contains(.read) { lastHeardNs = BootClock.nowNs() }
        pump()
        guard !isDead, !events.isDisjoint(with: [.peerClosed, .hangUp, .error]) else { return }
        if case .connecting = stage { return }
        // All that was still to be read has been read by the pump.
        die(SSHFailure(.disconnected, .running, "the host closed the connection"))
    }

    /// Ends the session: everybody who waits is told why, and the descriptor is closed.
    func die(_ failure: SSHFailure) {
        guard !isDead else { return }
        let wasReady = isReady
        if wasReady && !(isRetired && isCarryingNothing) { handlers.isLost() }
        stage = .dead(failure)
        question?.close()
        let greeters = greeters.values
        self.greeters = [:]
        for greet in greeters { greet(.failure(failure)) }
        let commands = waiting + running
        let relays = relaysWaiting + works.compactMap { $0 as? SSHRelay } + relaysOpening
        waiting = []
        relaysWaiting = []
        works = []
        held = nil
        opening = nil
        for command in commands {
            if let timer = command.timer { loop.cancel(timer: timer) }
            // Before the session was ready its own failure is the reason, not a lost connection.
            command.fail(wasReady ? .disconnected : failure.code, failure)
        }
        for relay in relays { relay.abort() }
        dispose()
    }

    private var relaysOpening: [SSHRelay] { opening?.relay.map { [$0] } ?? [] }

    private func dispose() {
        if descriptor >= 0 {
            loop.unwatch(descriptor)
            // After this no libssh2 call can wait for the host any more.
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
        if let raw {
            for _ in 0..<1000 where libssh2_session_free(raw) != LIBSSH2_ERROR_EAGAIN { break }
        }
        if descriptor >= 0 { close(descriptor) }
        raw = nil
        descriptor = -1
        spare = nil
    }

    /// Answers all whose time is up.
    private func expire() {
        let nowNs = BootClock.nowNs()
        if !isReady, !isDead, nowNs >= startedNs + target.connectTimeoutNs {
            return die(timeout(of: connectStage))
        }
        if isUsable, let opening, opening.isStuck(nowNs) {
            isRetired = true
            handlers.moveRelays()
        }
        for command in waiting + running where !command.isAnswered && nowNs >= command.deadlineNs {
            giveUp(command, .timedOut, timeoutCause(command))
        }
    }

    /// Lets go of a command: nobody waits for it any more.
    func giveUp(_ command: SSHCommand, _ code: SSHFailure.Code, _ cause: String) {
        let nowNs = BootClock.nowNs()
        if let timer = command.timer { loop.cancel(timer: timer) }
        command.fail(code, SSHFailure(code, isReady ? .opening : connectStage, cause))
        waiting.removeAll { $0 === command }
        loop.at(command.patienceNs + 1_000_000, handlers.wake)
        // A host that has said nothing for so long may come back, but not for this connection.
        let silenceNs = nowNs - max(lastHeardNs, command.queuedNs)
        guard isReady, silenceNs > 3_000_000_000, !command.hasBegun else { return }
        isRetired = true
        handlers.isLost()
        // What they carry would wait for ever, on a way that nobody else uses any more.
        for case let relay as SSHRelay in works where relay !== held { relay.abort() }
        sendElsewhere("the host has been silent for \(silenceNs / 1_000_000_000) s")
    }

    /// Has the commands that didn't begin start over on a new session.
    func sendElsewhere(_ cause: String) {
        for command in waiting {
            if let timer = command.timer { loop.cancel(timer: timer) }
            command.fail(.channelRefused, SSHFailure(.channelRefused, .opening, cause))
        }
        waiting = []
    }

    func agentIsReady() {
        question?.proceed()
        pump()
    }

    private func timeoutCause(_ command: SSHCommand) -> String {
        isReady ? "no end by the deadline" : timeout(of: connectStage).cause
    }

    private func timeout(of stage: SSHFailure.Stage) -> SSHFailure {
        SSHFailure(.timedOut, stage, "no answer in time while \(stage.rawValue)")
    }

    var connectStage: SSHFailure.Stage {
        switch stage {
        case .resolving: .resolving
        case .connecting: .connecting
        case .greeting: .greeting
        case .authenticating: .authenticating
        case .ready, .dead: .running
        }
    }

    /// Says what to wait for.
    private func arrange() {
        guard descriptor >= 0 else { return }
        let events: IOEvents =
            switch stage {
            case .connecting: [.write]
            case .greeting, .authenticating: loginEvents()
            case .ready where held != nil: [.write]
            case .ready where works.isEmpty && spare == nil: [.peerClosed]
            default: [.read, .peerClosed]
            }
        guard events != watched else { return }
        watched = events
        loop.change(descriptor, events)
    }

    private func loginEvents() -> IOEvents {
        if question != nil { return [.peerClosed] }
        let directions = libssh2_session_block_directions(raw)
        var events: IOEvents = []
        if directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0 { events.insert(.read) }
        if directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 { events.insert(.write) }
        return events.isEmpty ? [.read] : events
    }

    /// A new descriptor is watched from now on.
    func startedWatching(_ events: IOEvents) { watched = events }
}
