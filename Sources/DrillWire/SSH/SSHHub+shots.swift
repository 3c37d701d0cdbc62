/// Names a command that a host holds ready.
package struct SSHShot: Hashable, Sendable {
    let id: Int
}

/// What became of a command that was to be held ready.
package enum SSHLoading: Sendable {
    case ready(SSHShot)
    /// It ended instead, and so did nothing.
    case ended(SSHOutcome)
}

extension SSHHub {
    /// Has a host hold a command ready, whose order names its `readyLine`.
    ///
    /// A session that turns out to be lost is replaced, once. Whatever is thrown, nothing has begun.
    package func load(
        _ order: SSHOrder,
        on link: SSHLink,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHLoading {
        try order.check()
        let wasReady = try session(for: link).isReady
        do {
            return try await hold(order, on: link, deadlineNs: deadlineNs)
        } catch {
            guard wasReady, error.isOfStaleSession, BootClock.nowNs() < deadlineNs else {
                throw error
            }
            return try await hold(order, on: link, deadlineNs: deadlineNs)
        }
    }

    /// Tells hosts to begin with what they hold ready, one right after the other: nothing else is done on
    /// this thread between the first and the last.
    package func fire(_ shots: [SSHShot]) {
        undisturbed {
            for shot in shots {
                guard let held = self.shots[shot.id] else { continue }
                held.command?.fire()
                held.session.pump()
            }
        }
    }

    /// Waits for the end of what was fired; asked for once.
    package func outcome(
        of shot: SSHShot,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHOutcome {
        guard let held = shots[shot.id] else {
            throw SSHFailure(.cancelled, .running, "it was unloaded")
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<SSHHeld.End, Never>) in
                if let command = held.command {
                    command.deadlineNs = deadlineNs
                    command.timer = loop.at(deadlineNs, held.session.handlers.wake)
                }
                held.wait { waiter.resume(returning: $0) }
            }
        } onCancel: {
            loop.perform { self.assumeIsolated { $0.cancel(shot.id) } }
        }
        shots[shot.id] = nil
        return try result.get()
    }

    /// Ends what is held ready: it has done nothing, and does nothing any more.
    package func unload(_ shot: SSHShot) {
        guard let held = shots.removeValue(forKey: shot.id), let command = held.command else {
            return
        }
        held.session.giveUp(command, .cancelled, "it was unloaded")
        held.session.pump()
    }

    private func hold(
        _ order: SSHOrder,
        on link: SSHLink,
        deadlineNs: Int64
    ) async throws(SSHFailure) -> SSHLoading {
        let session = try session(for: link)
        let id = newID()
        let ended = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<SSHHeld.End?, Never>) in
                let held = SSHHeld(session) { waiter.resume(returning: $0) }
                shots[id] = held
                let command = SSHCommand(id: id, order, deadlineNs: deadlineNs) { held.end($0) }
                command.ready = { [loop, weak command] in
                    if let timer = command?.timer { loop.cancel(timer: timer) }
                    command?.deadlineNs = .max
                    held.isReady()
                }
                command.timer = loop.at(deadlineNs, session.handlers.wake)
                held.command = command
                session.waiting.append(command)
                session.pump()
            }
        } onCancel: {
            loop.perform { self.assumeIsolated { $0.cancel(id) } }
        }
        guard let ended else { return .ready(SSHShot(id: id)) }
        shots[id] = nil
        return .ended(try ended.get())
    }
}

/// A command that a host is to hold ready, and who waits for what becomes of it.
final class SSHHeld {
    typealias End = Result<SSHOutcome, SSHFailure>

    let session: SSHSession
    /// Nil once it has ended.
    var command: SSHCommand?
    private var loaded: ((End?) -> Void)?
    private var known: End?
    private var waiter: ((End) -> Void)?

    /// `loaded` is told nil when it is ready, else how it ended before.
    init(_ session: SSHSession, loaded: @escaping (End?) -> Void) {
        self.session = session
        self.loaded = loaded
    }

    func isReady() {
        loaded?(nil)
        loaded = nil
    }

    func end(_ end: End) {
        command = nil
        known = end
        loaded?(end)
        loaded = nil
        waiter?(end)
        waiter = nil
    }

    func wait(_ waiter: @escaping (End) -> Void) {
        if let known { waiter(known) } else { self.waiter = waiter }
    }
}

extension SSHOrder {
    func check() throws(SSHFailure) {
        guard line.utf8.count <= Self.lineLimitBytes else {
            throw SSHFailure(.lineTooLong, .opening, "\(line.utf8.count) bytes")
        }
    }
}

extension SSHFailure {
    /// Its session was lost before the command was sent: another one may do.
    var isOfStaleSession: Bool {
        (code == .disconnected || code == .channelRefused) && nothingStarted
    }
}
