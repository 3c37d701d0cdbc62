internal import DrillEngine
internal import DrillModel
internal import DrillWire

// Commands that the host holds ready, each in a client of its own whose input is kept back.
extension OpenSSHRemote: Loading {
    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        do {
            return try await loadOnce(line, input, deadline, outputLimitBytes)
        } catch {
            guard isStale(error), BootClock.nowNs() < deadline.ns else { throw error }
            return try await loadOnce(line, input, deadline, outputLimitBytes)
        }
    }

    private func loadOnce(
        _ line: String,
        _ input: [UInt8],
        _ deadline: Instant,
        _ outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        try await inAPlace(for: line, deadline) { master throws(RemoteError) in
            try await self.held(WrappedLine(line), input, deadline, outputLimitBytes, master)
        }
    }

    /// Keeps the place of the gate for as long as the command is held and runs.
    private func held(
        _ line: WrappedLine,
        _ input: [UInt8],
        _ deadline: Instant,
        _ outputLimitBytes: Int,
        _ master: Master
    ) async throws(RemoteError) -> End<any Shot> {
        let order = ChildOrder(
            arguments.command(line.text, socket: master.socket),
            environment: environment,
            keepsInputOpen: true,
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
        if await children.says(Array(Ready.line.utf8), child, deadlineNs: deadline.ns) {
            return .ended(
                OpenSSHShot(
                    child: child,
                    input: input,
                    remote: self,
                    line: line,
                    outputLimitBytes: outputLimitBytes,
                    master: master
                )
            )
        }
        let end: End<CommandResult>
        do {
            end = try await finished(child, line, deadline, outputLimitBytes, master)
        } catch {
            var error = error
            error.nothingStarted = true
            throw error
        }
        switch end {
        case .ended(let result): throw .notReady(host, result)
        case .lost(let error, let isGone): return .lost(error, isGone: isGone)
        case .refused(let error): return .refused(error)
        }
    }

    fileprivate func outcome(
        of shot: OpenSSHShot,
        by deadline: Instant
    ) async throws(RemoteError) -> CommandResult {
        switch try await finished(
            shot.child,
            shot.line,
            deadline,
            shot.outputLimitBytes,
            shot.master
        ) {
        case .ended(let result): return result
        case .refused(let error): throw error
        case .lost(let error, let isGone):
            if isGone { await drop(shot.master) }
            throw error
        }
    }

    /// Its input ends, and so does the shell on the host; nobody waits for that.
    fileprivate func unload(_ shot: OpenSSHShot) async {
        await children.feed([(shot.child, [])])
        Task {
            let deadline = Instant(ns: BootClock.nowNs() + 5_000_000_000)
            // Whatever it says: nothing was begun.
            _ = try? await finished(
                shot.child,
                shot.line,
                deadline,
                shot.outputLimitBytes,
                shot.master
            )
        }
    }
}

struct OpenSSHShot: Shot {
    let child: Int
    let input: [UInt8]
    fileprivate let remote: OpenSSHRemote
    fileprivate let line: WrappedLine
    fileprivate let outputLimitBytes: Int
    fileprivate let master: OpenSSHRemote.Master

    func outcome(by deadline: Instant) async throws(RemoteError) -> CommandResult {
        try await remote.outcome(of: self, by: deadline)
    }

    func unload() async { await remote.unload(self) }
}
