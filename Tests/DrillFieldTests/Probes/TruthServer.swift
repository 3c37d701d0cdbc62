import DrillModel
import DrillWire
import Foundation
import Glibc
import Synchronization

/// A small HTTP server on loopback that goes down and up at instants it knows.
///
/// What is answered depends on the state at the moment at which a request is answered; state and
/// stamp change together, under the lock that every answer is written under. So no good answer is
/// ever written between `down` and `up`, and none but good ones after `up`: an interval that claims
/// to hold an edge must hold the instant that these return. Raw sockets, one thread of its own.
final class TruthServer: Sendable {
    /// The ways a service can fail.
    enum Failing: Hashable, Sendable {
        /// The listener is gone and every connection is reset: a killed process.
        case refuse
        /// Connections are accepted and reset at the request.
        case reset
        /// Requests are never answered; with `later`, those that still wait are at `up`.
        case hang(later: Bool = false)
        /// Half an answer, and no more of it.
        case hangMidway
        /// Half an answer, then the connection is closed.
        case cutMidway
        /// An answer with this status.
        case error(Int = 500)
        /// Status 200 with the wrong body.
        case wrongBody
        /// The right answer, this much later.
        case slow(Span)
        /// What no HTTP server says.
        case nonsense
    }

    struct Edge: Hashable, Sendable {
        /// Nil when it went up.
        var failing: Failing?
        var at: Instant
    }

    /// What a good answer's body holds; a wrong one doesn't.
    static let word = "in order"

    let port: Int
    private let listener: Int32
    private let state: Mutex<State>
    private let woken: Int32
    private let wake: Int32

    init() throws {
        // A port that is asked for by number stays bound through shutdown; one that the kernel chose
        // doesn't (inet_csk_listen_stop in the kernel), so it is asked for a second time.
        let (first, chosen) = try Self.bound(to: 0)
        close(first)
        (listener, port) = try Self.bound(to: chosen)
        guard listen(listener, 1024) == 0 else { throw POSIXError(.EADDRINUSE) }
        Self.unblock(listener)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        ends.forEach(Self.unblock)
        (woken, wake) = (ends[0], ends[1])
        state = Mutex(State())
        let thread = Thread { self.serve() }
        thread.name = "truth"
        thread.start()
    }

    var url: String { "http://127.0.0.1:\(port)/orders" }
    var edges: [Edge] { state.withLock { $0.edges } }
    /// Requests that came in, answered or not.
    var requests: Int { state.withLock { $0.requests } }
    /// The newest request's line and headers.
    var lastHead: String { state.withLock { $0.lastHead } }
    /// Connections that are open at the moment.
    var connections: Int { state.withLock { $0.connections.count } }

    /// Goes down; the truth is the instant returned.
    @discardableResult
    func down(_ failing: Failing) -> Instant {
        state.withLock { state in
            if state.failing == .refuse, failing != .refuse { listenAgain() }
            let at = Self.now()
            let isListening = state.failing != .refuse
            state.failing = failing
            state.edges.append(Edge(failing: failing, at: at))
            // A second shutdown would mark all later connections as shut down too.
            if failing == .refuse, isListening {
                // shutdown, not close: the poll of the serving thread still holds a reference, and
                // the port stays ours while it is down.
                shutdown(listener, Int32(SHUT_RDWR))
                for connection in state.connections.values { connection.reset() }
                state.connections = [:]
            }
            poke()
            return at
        }
    }

    /// Goes up; the truth is the instant returned.
    @discardableResult
    func up() -> Instant {
        state.withLock { state in
            let was = state.failing
            if was == .refuse { listenAgain() }
            let at = Self.now()
            state.failing = nil
            state.edges.append(Edge(failing: nil, at: at))
            if was == .hang(later: true) {
                for connection in state.connections.values {
                    connection.answerWaiting(failing: nil, now: at)
                }
            }
            poke()
            return at
        }
    }

    /// Goes down and up again `times` times; every edge is in `edges`.
    func flap(_ failing: Failing, times: Int, down: Duration, up: Duration) async throws {
        for _ in 0..<times {
            self.down(failing)
            try await Task.sleep(for: down)
            self.up()
            try await Task.sleep(for: up)
        }
    }

    /// Ends the serving thread and closes everything.
    func stop() {
        state.withLock { $0.isStopped = true }
        poke()
    }

    private static func bound(to port: Int) throws -> (Int32, Int) {
        let descriptor = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        var on: Int32 = 1
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_REUSEADDR,
            &on,
            socklen_t(MemoryLayout<Int32>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, length) == 0 && getsockname(descriptor, plain, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func listenAgain() {
        precondition(listen(listener, 1024) == 0, "the port was taken while the server was down")
    }

    private func poke() {
        var one: UInt8 = 1
        write(wake, &one, 1)
    }

    private static func now() -> Instant { Instant(ns: BootClock.nowNs()) }

    private static func unblock(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private func serve() {
        while true {
            var polled: [pollfd] = []
            var wait: Int64 = 1_000_000_000
            let isStopped = state.withLock { state in
                polled = [pollfd(fd: woken, events: Int16(POLLIN), revents: 0)]
                if state.failing != .refuse {
                    polled.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
                }
                for connection in state.connections.values {
                    polled.append(
                        pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
                    )
                    if let due = connection.due {
                        wait = min(wait, max(0, (due - Self.now()).ns))
                    }
                }
                return state.isStopped
            }
            if isStopped { break }
            poll(&polled, nfds_t(polled.count), Int32((wait + 999_999) / 1_000_000))
            var drained = [UInt8](repeating: 0, count: 64)
            while read(woken, &drained, drained.count) > 0 {}
            state.withLock { state in
                state.accept(from: listener)
                state.read(polled.filter { $0.revents != 0 }.map(\.fd))
                state.answerDue(now: Self.now())
            }
        }
        state.withLock { state in
            for connection in state.connections.values { connection.close() }
            state.connections = [:]
            close(listener)
        }
        close(wake)
        close(woken)
    }

    private struct State {
        var failing: Failing?
        var edges: [Edge] = []
        var requests = 0
        var lastHead = ""
        var isStopped = false
        var connections: [Int32: Connection] = [:]

        mutating func accept(from listener: Int32) {
            guard failing != .refuse else { return }
            while true {
                let descriptor = Glibc.accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                TruthServer.unblock(descriptor)
                connections[descriptor] = Connection(descriptor: descriptor)
            }
        }

        mutating func read(_ descriptors: [Int32]) {
            for descriptor in descriptors {
                guard let connection = connections[descriptor] else { continue }
                requests += connection.receive(&lastHead)
                if connection.waiting > 0, connection.due == nil {
                    connection.answerWaiting(failing: failing, now: TruthServer.now())
                }
                if connection.hasEnded { connection.close() }
                if connection.isClosed { connections[descriptor] = nil }
            }
        }

        mutating func answerDue(now: Instant) {
            for (descriptor, connection) in connections {
                guard let due = connection.due, due <= now else { continue }
                connection.due = nil
                connection.answerWaiting(failing: nil, now: now)
                if connection.isClosed { connections[descriptor] = nil }
            }
        }
    }

    /// One connection; only touched under the server's lock.
    private final class Connection {
        let descriptor: Int32
        var received: [UInt8] = []
        var waiting = 0
        var due: Instant?
        /// The client closed its side.
        var hasEnded = false
        var isClosed = false

        init(descriptor: Int32) {
            self.descriptor = descriptor
            var on: Int32 = 1
            setsockopt(
                descriptor,
                Int32(IPPROTO_TCP),
                TCP_NODELAY,
                &on,
                socklen_t(MemoryLayout<Int32>.size)
            )
        }

        /// How many requests are complete now that were not before.
        func receive(_ head: inout String) -> Int {
            var buffer = [UInt8](repeating: 0, count: 8192)
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                guard count > 0 else {
                    if count == 0 || (errno != EAGAIN && errno != EINTR) { hasEnded = true }
                    break
                }
                received += buffer[..<count]
            }
            var complete = 0
            while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                head = String(decoding: received[..<end.upperBound], as: UTF8.self)
                received.removeSubrange(..<end.upperBound)
                complete += 1
            }
            waiting += complete
            return complete
        }

        func answerWaiting(failing: Failing?, now: Instant) {
            guard waiting > 0, !isClosed else { return }
            let whole = Self.answer(200, "all \(TruthServer.word)\n")
            switch failing {
            case nil:
                for _ in 0..<waiting { say(whole) }
            case .refuse, .reset: return reset()
            case .hang: return
            case .hangMidway: say(Array(whole.prefix(whole.count - 4)))
            case .cutMidway:
                say(Array(whole.prefix(whole.count - 4)))
                return close()
            case .error(let status): say(Self.answer(status, "out of order\n"))
            case .wrongBody: say(Self.answer(200, "sold out\n"))
            case .slow(let span):
                due = now + span
                return
            case .nonsense: say(Array("220 mail.example ESMTP\r\n\r\n".utf8))
            }
            waiting = 0
        }

        private func say(_ bytes: [UInt8]) {
            send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        func reset() {
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_LINGER,
                &abort,
                socklen_t(MemoryLayout<linger>.size)
            )
            close()
        }

        func close() {
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }

        private static func answer(_ status: Int, _ body: String) -> [UInt8] {
            Array(
                "HTTP/1.1 \(status) truth\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8
            )
        }
    }
}
