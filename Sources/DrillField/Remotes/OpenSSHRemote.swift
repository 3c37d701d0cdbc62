internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// A host over OpenSSH's own `ssh`: one master process that logs in, and a client process a command.
///
/// It brings what libssh2 lacks: RSA keys, certificates, hardened hosts, jumps, all of ssh_config. The
/// master ends by itself when this program dies, since its standard input is a pipe from here.
actor OpenSSHRemote: Remote {
    nonisolated let host: String
    private let arguments: OpenSSHArguments
    private let why: String
    private let setup: SSHSetup
    private let environment: [String: String]
    private let folder: SocketFolder
    private let children = Children.shared
    /// sshd's MaxSessions is 10 by default: eight commands, the master's own, and one to kill.
    private let gate = Gate(width: 8)

    private struct Master {
        var child: Int
        var socket: String
    }

    private var master: Master?
    private var opening: Task<Result<Master, RemoteError>, Never>?
    private var forwards: [String: (address: String, port: Int, local: Int)] = [:]
    private var isClosed = false

    private static let patience = Span.seconds(20)

    init(
        _ arguments: OpenSSHArguments,
        why: String,
        setup: SSHSetup,
        folder: SocketFolder
    ) {
        host = arguments.endpoint.host
        self.arguments = arguments
        self.why = why
        self.setup = setup
        self.folder = folder
        environment = setup.environment
    }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        do {
            return try await attempt(line, input, deadline, outputLimitBytes)
        } catch {
            let isStale = error.code == .disconnected && error.nothingStarted
            guard isStale, BootClock.nowNs() < deadline.ns else { throw error }
            return try await attempt(line, input, deadline, outputLimitBytes)
        }
    }

    func way() async throws(RemoteError) -> Way {
        _ = try await opened(deadlineNs: BootClock.nowNs() + Self.patience.ns)
        return Way(transport: "openssh", why: why)
    }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        let deadlineNs = BootClock.nowNs() + Self.patience.ns
        let master = try await opened(deadlineNs: deadlineNs)
        let name = "\(address):\(port)"
        if let known = forwards[name] {
            return LocalEndpoint(address: "127.0.0.1", port: known.local)
        }
        var said: [UInt8] = []
        // Somebody else may take the port between its choice and ssh's use of it.
        for _ in 0..<5 {
            guard let local = LocalPort.free() else { break }
            let order = ChildOrder(
                arguments.forward(
                    localPort: local,
                    to: address,
                    port: port,
                    socket: master.socket
                ),
                environment: environment,
                outputLimitBytes: 4096
            )
            // A child that could not be run is told below, as a forward that could not be had.
            guard let outcome = try? await children.run(order, deadlineNs: deadlineNs) else {
                break
            }
            if outcome.exit == .code(0) {
                forwards[name] = (address, port, local)
                return LocalEndpoint(address: "127.0.0.1", port: local)
            }
            said = outcome.errors
        }
        throw RemoteError(
            .protocolError,
            host: host,
            "ssh would not forward a port to \(name) by way of \(arguments.endpoint.shown). Does its "
                + "sshd allow it (AllowTcpForwarding)?",
            cause: lastLine(of: said)
        )
    }

    func close() async {
        isClosed = true
        guard let master else { return }
        self.master = nil
        await children.end(master.child)
        folder.remove(master.socket)
    }
}

extension OpenSSHRemote {
    private func attempt(
        _ line: String,
        _ input: [UInt8],
        _ deadline: Instant,
        _ outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        guard line.utf8.count <= SSHOrder.lineLimitBytes else {
            throw SSHMessages.error(
                for: SSHFailure(.lineTooLong, .opening, "\(line.utf8.count) bytes"),
                arguments.endpoint
            )
        }
        let master = try await opened(deadlineNs: deadline.ns)
        guard await gate.enter(deadlineNs: deadline.ns) else {
            throw Task.isCancelled
                ? SSHMessages.error(.cancelled, arguments.endpoint)
                : SSHMessages.error(
                    for: SSHFailure(.timedOut, .opening, "too many commands at once"),
                    arguments.endpoint
                )
        }
        let wrapped = WrappedLine(line)
        let order = ChildOrder(
            arguments.command(wrapped.text, socket: master.socket),
            environment: environment,
            input: input,
            outputLimitBytes: outputLimitBytes
        )
        let result: Result<ChildOutcome, ChildFailure>
        do {
            result = .success(try await children.run(order, deadlineNs: deadline.ns))
        } catch {
            result = .failure(error)
        }
        await gate.leave()
        switch result {
        case .success(let outcome): return try await judge(outcome, wrapped, master)
        case .failure(let failure):
            end(failure, wrapped, master)
            throw error(of: failure)
        }
    }

    /// Tells the command's own end from ssh's: both say 255.
    private func judge(
        _ outcome: ChildOutcome,
        _ wrapped: WrappedLine,
        _ master: Master
    ) async throws(RemoteError) -> CommandResult {
        var result = CommandResult(outcome)
        let isOurs = wrapped.unwrap(&result, lastErrors: outcome.lastErrors)
        if isOurs || outcome.exit != .code(255) { return result }
        let said = result.errorText
        // Only these are said before the request to execute goes out.
        let nothingStarted = [
            "kex_exchange_identification", "Connection closed by UNKNOWN", "refused by peer",
            "Control socket",
        ].contains { said.contains($0) }
        if nothingStarted { await drop(master) }
        var error = SSHMessages.error(.disconnected, arguments.endpoint, running: !nothingStarted)
        error.nothingStarted = nothingStarted
        error.cause = lastLine(of: result.errors)
        throw error
    }

    private func error(of failure: ChildFailure) -> RemoteError {
        let code: SSHFailure.Code =
            switch failure.code {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .notStarted: .failed
            }
        var error = SSHMessages.error(
            for: SSHFailure(
                code,
                .running,
                lastLine(of: failure.errors) ?? failure.cause,
                nothingStarted: failure.code == .notStarted
            ),
            arguments.endpoint
        )
        if failure.code == .notStarted { error.message = Self.noSSH }
        return error
    }

    private static let noSSH =
        "OpenSSH's ssh could not be started here. Install it: apt-get install openssh-client"

    /// Ends what a given-up command left on the host; nobody waits for it.
    private func end(_ failure: ChildFailure, _ wrapped: WrappedLine, _ master: Master) {
        guard failure.code != .notStarted else { return }
        let order = ChildOrder(
            arguments.command(wrapped.killing, socket: master.socket),
            environment: environment,
            outputLimitBytes: 0
        )
        let children = children
        Task {
            // The answer changes nothing: what could be done has been done.
            _ = try? await children.run(order, deadlineNs: BootClock.nowNs() + 10_000_000_000)
        }
    }
}

extension OpenSSHRemote {
    /// The master, started unless it runs; several callers share one start, each with its deadline.
    private func opened(deadlineNs: Int64) async throws(RemoteError) -> Master {
        guard !isClosed else { throw SSHMessages.error(.cancelled, arguments.endpoint) }
        if let master {
            if await children.isAlive(master.child) { return master }
            await drop(master)
        }
        let task = opening ?? Task { await open() }
        opening = task
        let result = await Deadline.first(of: task, deadlineNs: deadlineNs)
        guard let result else {
            throw SSHMessages.error(
                for: SSHFailure(.timedOut, .connecting, "ssh had not logged in by the deadline"),
                arguments.endpoint
            )
        }
        return try result.get()
    }

    private func drop(_ old: Master) async {
        guard master?.child == old.child else { return }
        master = nil
        await children.end(old.child)
        folder.remove(old.socket)
    }

    private func open() async -> Result<Master, RemoteError> {
        defer { opening = nil }
        do {
            let new = try await start()
            if isClosed {
                await children.end(new.child)
                throw SSHMessages.error(.cancelled, arguments.endpoint)
            }
            master = new
            for forward in forwards.values {
                let order = ChildOrder(
                    arguments.forward(
                        localPort: forward.local,
                        to: forward.address,
                        port: forward.port,
                        socket: new.socket
                    ),
                    environment: environment,
                    outputLimitBytes: 4096
                )
                // One that can't be had again shows in the probe that uses it.
                _ = try? await children.run(
                    order,
                    deadlineNs: BootClock.nowNs() + 5_000_000_000
                )
            }
            return .success(new)
        } catch let error as RemoteError {
            return .failure(error)
        } catch {
            return .failure(
                RemoteError(.protocolError, host: host, "ssh failed.", cause: "\(error)")
            )
        }
    }

    private func start() async throws(RemoteError) -> Master {
        let socket = try folder.newSocket(host: host)
        let deadlineNs = BootClock.nowNs() + Self.patience.ns
        let order = ChildOrder(
            arguments.master(socket: socket),
            environment: environment,
            keepsInputOpen: true,
            outputLimitBytes: 16384
        )
        let child: Int
        do {
            child = try await children.start(order)
        } catch {
            throw self.error(of: error)
        }
        if await children.speaks(child, deadlineNs: deadlineNs) {
            return Master(child: child, socket: socket)
        }
        do {
            let outcome = try await children.outcome(
                of: child,
                deadlineNs: BootClock.nowNs() + 100_000_000
            )
            throw OpenSSHMessages.error(
                from: String(decoding: outcome.errors, as: UTF8.self),
                arguments.endpoint,
                setup
            )
        } catch let failure as ChildFailure {
            let said = String(decoding: failure.errors, as: UTF8.self)
            throw OpenSSHMessages.error(
                from: said.isEmpty ? "Connection timed out" : said,
                arguments.endpoint,
                setup
            )
        } catch let error as RemoteError {
            throw error
        } catch {
            throw RemoteError(.protocolError, host: host, "ssh failed.", cause: "\(error)")
        }
    }
}
