internal import Glibc

/// Starts processes of the controller, gives them input, keeps what they say and ends them in time.
///
/// Each child leads a session of its own; a deadline or a cancelled task ends its whole process
/// group with SIGKILL, unless the order says that it outlives them. A grandchild that left the group and holds a pipe can't hold up an answer: once
/// the child itself has ended, the pipes get `afterExitNs` to run dry.
package actor Children {
    package static let shared = Children(loop: .shared)

    /// How long after a child's end its pipes are still read when a grandchild keeps them open.
    static let afterExitNs: Int64 = 300_000_000

    private let loop: IOLoop
    private var children: [Int: Child] = [:]
    private var lastID = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    package init(loop: IOLoop) { self.loop = loop }

    /// Runs a process to its end.
    package func run(
        _ order: ChildOrder,
        deadlineNs: Int64
    ) async throws(ChildFailure) -> ChildOutcome {
        let id = try start(order)
        return try await outcome(of: id, deadlineNs: deadlineNs)
    }

    /// Starts a process whose end is asked for later, by `outcome` or `end`.
    package func start(_ order: ChildOrder) throws(ChildFailure) -> Int {
        let spawned = try Spawned.start(order.words, environment: order.environment)
        lastID += 1
        let id = lastID
        children[id] = Child(spawned, order: order)
        for descriptor in [spawned.output, spawned.errors, spawned.pidfd] {
            loop.watch(descriptor, .read) { [weak self] _ in
                self?.assumeIsolated { $0.ready(id, descriptor) }
            }
        }
        loop.watch(spawned.input, .write) { [weak self] _ in
            self?.assumeIsolated { $0.ready(id, spawned.input) }
        }
        return id
    }

    /// Waits for a process's end; at the deadline it is killed with its whole group, unless it outlives it.
    package func outcome(
        of id: Int,
        deadlineNs: Int64
    ) async throws(ChildFailure) -> ChildOutcome {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                expect(id, deadlineNs: deadlineNs, waiter)
            }
        } onCancel: {
            loop.perform {
                self.assumeIsolated { $0.stopWaiting(id, .cancelled, "the task was cancelled") }
            }
        }
        return try result.get()
    }

    /// Waits until the child has said something on a stream, has ended, or the deadline.
    ///
    /// - Returns: true when it has said something.
    package func speaks(
        _ id: Int,
        on stream: ChildStream = .output,
        deadlineNs: Int64
    ) async -> Bool {
        while let child = children[id], !child.hasSpoken(on: stream), !child.hasEnded,
            BootClock.nowNs() < deadlineNs
        {
            await withCheckedContinuation { waiter in
                child.listeners.append(waiter)
                loop.at(deadlineNs) { [weak self] in
                    self?.assumeIsolated { $0.children[id]?.wakeListeners() }
                }
            }
        }
        return children[id]?.hasSpoken(on: stream) == true
    }

    /// Waits until a line of the child's output reads so, and takes that out of it.
    ///
    /// - Returns: false when the child has ended or the deadline has come without it.
    package func says(_ line: [UInt8], _ id: Int, deadlineNs: Int64) async -> Bool {
        let timer = loop.at(deadlineNs) { [weak self] in
            self?.assumeIsolated { $0.children[id]?.wakeListeners() }
        }
        defer { loop.cancel(timer: timer) }
        while let child = children[id] {
            if child.output.remove(line: line) { return true }
            guard !child.hasEnded, BootClock.nowNs() < deadlineNs, !Task.isCancelled else { break }
            await withCheckedContinuation { child.listeners.append($0) }
        }
        return false
    }

    /// Gives processes whose input was kept open what they wait for, one right after the other, and closes
    /// it behind that.
    package func feed(_ inputs: [(id: Int, bytes: [UInt8])]) {
        undisturbed { for (id, bytes) in inputs { feed(id, bytes) } }
    }

    private func feed(_ id: Int, _ bytes: [UInt8]) {
        guard let child = children[id], child.feed(bytes, loop), child.isWriting else {
            return
        }
        let input = child.spawned.input
        loop.watch(input, .write) { [weak self] _ in
            self?.assumeIsolated { $0.ready(id, input) }
        }
    }

    /// The system's number of a process that has not been forgotten yet.
    package func process(of id: Int) -> Int? { children[id].map { Int($0.spawned.pid) } }

    /// Whether the process still runs, as far as the kernel has told.
    package func isAlive(_ id: Int) -> Bool { children[id]?.hasEnded == false }

    /// Kills a process with its group; what it said is dropped.
    package func end(_ id: Int) { giveUp(id, .cancelled, "ended by the caller") }

    /// Has it go on where somebody has stopped it; else nothing.
    package func wake(_ id: Int) {
        guard let child = children[id], !child.hasEnded else { return }
        kill(-child.spawned.pid, SIGCONT)
    }

    /// Sends the process itself a signal, while it runs.
    package func signal(_ id: Int, _ number: Int32) {
        guard let child = children[id], !child.hasEnded else { return }
        kill(child.spawned.pid, number)
    }

    private func expect(
        _ id: Int,
        deadlineNs: Int64,
        _ waiter: CheckedContinuation<Result<ChildOutcome, ChildFailure>, Never>
    ) {
        guard let child = children[id] else {
            let failure = ChildFailure(code: .cancelled, cause: "the process was ended before")
            return waiter.resume(returning: .failure(failure))
        }
        child.waiter = waiter
        child.timer = loop.at(deadlineNs) { [weak self] in
            self?.assumeIsolated { $0.stopWaiting(id, .timedOut, "its time was up") }
        }
        finishIfDone(id, child)
    }

    private func ready(_ id: Int, _ descriptor: Int32) {
        guard let child = children[id] else { return }
        switch descriptor {
        case child.spawned.pidfd: reap(id, child)
        case child.spawned.input: child.write(loop)
        default: child.read(descriptor, loop)
        }
        finishIfDone(id, child)
    }

    private func reap(_ id: Int, _ child: Child) {
        var status: Int32 = 0
        guard waitpid(child.spawned.pid, &status, WNOHANG) == child.spawned.pid else { return }
        let signal = Int(status & 0x7f)
        child.exit = signal == 0 ? .code(Int(status >> 8) & 0xff) : .signal(SignalName.of(signal))
        child.doneNs = BootClock.nowNs()
        child.closePidfd(loop)
        child.closeInput(loop)
        child.wakeListeners()
        for descriptor in [child.spawned.output, child.spawned.errors] {
            child.read(descriptor, loop)
        }
        loop.at(child.doneNs + Self.afterExitNs) { [weak self] in
            self?.assumeIsolated { hub in
                guard let child = hub.children[id] else { return }
                child.closePipes(hub.loop)
                hub.finishIfDone(id, child)
            }
        }
    }

    private func finishIfDone(_ id: Int, _ child: Child) {
        guard let exit = child.exit, child.isDry else { return }
        if child.isAbandoned {
            children[id] = nil
        } else if let waiter = child.waiter {
            children[id] = nil
            if let timer = child.timer { loop.cancel(timer: timer) }
            waiter.resume(returning: .success(child.outcome(exit)))
        }
    }

    private func stopWaiting(_ id: Int, _ code: ChildFailure.Code, _ cause: String) {
        guard let child = children[id], child.outlivesItsDeadline, !child.isAbandoned else {
            return giveUp(id, code, cause)
        }
        if let timer = child.timer { loop.cancel(timer: timer) }
        child.timer = nil
        child.waiter?.resume(
            returning: .failure(ChildFailure(code: code, cause: cause, errors: child.errors.bytes))
        )
        child.waiter = nil
    }

    private func giveUp(_ id: Int, _ code: ChildFailure.Code, _ cause: String) {
        guard let child = children[id], !child.isAbandoned else { return }
        child.isAbandoned = true
        if let timer = child.timer { loop.cancel(timer: timer) }
        child.wakeListeners()
        // Not reaped yet means that the number still is this group's and nobody else's.
        if !child.hasEnded { kill(-child.spawned.pid, SIGKILL) }
        child.closePipes(loop)
        child.waiter?.resume(
            returning: .failure(ChildFailure(code: code, cause: cause, errors: child.errors.bytes))
        )
        child.waiter = nil
        finishIfDone(id, child)
    }
}
