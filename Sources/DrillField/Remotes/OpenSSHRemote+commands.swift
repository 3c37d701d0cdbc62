internal import DrillEngine
internal import DrillModel
internal import DrillWire

// One command through the master.
extension OpenSSHRemote {
    /// Runs a command; where the host has no session to spare, waits for one until the deadline.
    func attempt(
        _ line: String,
        _ input: [UInt8],
        _ deadline: Instant,
        _ outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        try await inAPlace(for: line, deadline) { master throws(RemoteError) in
            try await self.ran(WrappedLine(line), input, deadline, outputLimitBytes, master)
        }
    }

    /// Does something in a place of the master's gate; where the host has no session to spare, tries again
    /// until the deadline.
    func inAPlace<Value>(
        for line: String,
        _ deadline: Instant,
        _ body: (Master) async throws(RemoteError) -> End<Value>
    ) async throws(RemoteError) -> Value {
        guard line.utf8.count <= SSHOrder.lineLimitBytes else {
            throw SSHMessages.error(
                for: SSHFailure(.lineTooLong, .opening, "\(line.utf8.count) bytes"),
                arguments.endpoint
            )
        }
        let firstNs = BootClock.nowNs()
        while true {
            let master = try await opened(deadlineNs: deadline.ns)
            guard await master.gate.enter(deadlineNs: deadline.ns) else {
                throw Task.isCancelled
                    ? SSHMessages.error(.cancelled, arguments.endpoint)
                    : SSHMessages.error(
                        for: SSHFailure(.timedOut, .opening, "too many commands at once"),
                        arguments.endpoint
                    )
            }
            switch try await body(master) {
            case .ended(let value): return value
            case .lost(let error, let isGone):
                if isGone { await drop(master) }
                throw error
            case .refused(let error):
                // Some of its sessions are others' affair, or a hardened sshd allows fewer than usual.
                let nowNs = BootClock.nowNs()
                let patienceNs = await master.gate.isInUse ? Int64.max : firstNs + Self.scarceNs
                guard nowNs < min(deadline.ns, patienceNs), !Task.isCancelled else { throw error }
                await Deadline.pause(untilNs: min(deadline.ns, nowNs + 100_000_000))
            }
        }
    }

    /// How long to ask again for a session when no command of ours holds one.
    private static let scarceNs: Int64 = 2_000_000_000

    enum End<Value> {
        case ended(Value)
        /// `isGone`: the master took nothing in, so it is dead or dying.
        case lost(RemoteError, isGone: Bool)
        /// The host won't open one more session; nothing has started.
        case refused(RemoteError)
    }

    /// Runs the command in a place of the gate, and leaves it when the host is rid of the command.
    ///
    /// A client that nobody waits for any more lives on until the host has been told to kill what it
    /// started: it would start all the same, and read the end of a half-given input.
    private func ran(
        _ line: WrappedLine,
        _ input: [UInt8],
        _ deadline: Instant,
        _ outputLimitBytes: Int,
        _ master: Master
    ) async throws(RemoteError) -> End<CommandResult> {
        let order = ChildOrder(
            arguments.command(line.text, socket: master.socket),
            environment: environment,
            input: input,
            outlivesItsDeadline: true,
            outputLimitBytes: outputLimitBytes + WrappedLine.marksBytes
        )
        let child: Int
        do {
            child = try await children.start(order)
        } catch {
            await master.gate.leave()
            throw self.error(of: error)
        }
        return try await finished(child, line, deadline, outputLimitBytes, master)
    }

    /// Waits for the end of what runs in a place of the gate.
    func finished(
        _ child: Int,
        _ line: WrappedLine,
        _ deadline: Instant,
        _ outputLimitBytes: Int,
        _ master: Master
    ) async throws(RemoteError) -> End<CommandResult> {
        do {
            let outcome = try await children.outcome(of: child, deadlineNs: deadline.ns)
            await master.gate.leave()
            return judged(outcome, line, limit: outputLimitBytes)
        } catch {
            endings[child] = Task {
                await end(child, line, master)
                await master.gate.leave()
                endings[child] = nil
            }
            throw self.error(of: error)
        }
    }

    /// Tells the command's own end from ssh's: both say 255.
    private func judged(
        _ outcome: ChildOutcome,
        _ line: WrappedLine,
        limit: Int
    ) -> End<CommandResult> {
        var result = CommandResult(outcome)
        let isOurs = line.unwrap(&result, lastErrors: outcome.lastErrors)
        result.cut(to: limit)
        if isOurs { return .ended(result) }
        // Without marks: a forced command, a shell that isn't POSIX.
        if case .code(let code) = result.exit, code != 255 { return .ended(result) }
        let said = String(decoding: result.errors + outcome.lastErrors, as: UTF8.self)
        // The master may have passed the command on before it was lost.
        let nothingStarted =
            !outcome.isFed
            || said.contains(OpenSSHArguments.noSession)
                && !said.contains("read from master failed")
        let cause = lastLine(of: result.errors.filter { $0 != UInt8(ascii: "\r") })
        if nothingStarted, said.contains("refused by peer") {
            return .refused(
                SSHMessages.error(
                    for: SSHFailure(.channelRefused, .opening, cause ?? "no session"),
                    arguments.endpoint
                )
            )
        }
        var error = SSHMessages.error(.disconnected, arguments.endpoint, running: !nothingStarted)
        error.nothingStarted = nothingStarted
        error.cause = cause
        return .lost(error, isGone: nothingStarted)
    }

    /// Ends what a given-up command does on the host, then its client; nobody waits for it.
    func end(_ child: Int, _ line: WrappedLine, _ master: Master) async {
        // Before it has begun there is nothing to be found and killed.
        _ = await children.speaks(child, on: .errors, deadlineNs: BootClock.nowNs() + Self.killNs)
        if await children.isAlive(child) {
            let deadlineNs = BootClock.nowNs() + Self.killNs
            let order = ChildOrder(
                arguments.command(line.killing, socket: master.socket),
                environment: environment,
                outputLimitBytes: 0
            )
            if await master.killing.enter(deadlineNs: deadlineNs) {
                // The answer changes nothing: what could be done has been done.
                _ = try? await children.run(order, deadlineNs: deadlineNs)
                await master.killing.leave()
            }
        }
        await children.end(child)
    }

    /// How long a command that was given up may take to begin, and then to be killed.
    private static let killNs: Int64 = 10_000_000_000
}

extension CommandResult {
    /// Cuts what was kept beyond the limit to make room for the marks.
    fileprivate mutating func cut(to limitBytes: Int) {
        if output.count > limitBytes || errors.count > limitBytes { isTruncated = true }
        output = Array(output.prefix(limitBytes))
        errors = Array(errors.prefix(limitBytes))
    }
}
