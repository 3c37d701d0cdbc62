internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// A host over OpenSSH's own `ssh`: one master process that logs in, and a client process a command.
///
/// It brings what libssh2 lacks: RSA keys, certificates, hardened hosts, jumps, all of ssh_config. The
/// master ends by itself when this program dies, since its standard input is a pipe from here.
actor OpenSSHRemote: Remote, LossTelling {
    nonisolated let host: String
    let arguments: OpenSSHArguments
    let environment: [String: String]
    let children = Children.shared
    private let why: String
    private let setup: SSHSetup
    private let folder: SocketFolder

    struct Master {
        var child: Int
        var socket: String
        /// sshd's MaxSessions is 10 by default: eight commands, the master's own, and one to kill.
        let gate = Gate(width: 8)
        let killing = Gate(width: 1)
    }

    private var master: Master?
    private var opening: Task<Result<Master, RemoteError>, Never>?
    /// What was given up and is being ended on the host, by the client that ran it.
    var endings: [Int: Task<Void, Never>] = [:]
    private var forwards: [String: (address: String, port: Int, local: Int)] = [:]
    private var isClosed = false
    private var lastLossNs: Int64?
    /// The last log-in that failed: a probe every 20 ms must not start as many processes.
    private var lastRefusal: (atNs: Int64, error: RemoteError)?

    private static let patience = Span.seconds(20)
    private static let refusalNs: Int64 = 500_000_000
    private static let partingNs: Int64 = 3_000_000_000

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
            guard isStale(error), BootClock.nowNs() < deadline.ns else { throw error }
            return try await attempt(line, input, deadline, outputLimitBytes)
        }
    }

    /// Lost while idle, which the first command after it finds out.
    nonisolated func isStale(_ error: RemoteError) -> Bool {
        error.code == .disconnected && error.nothingStarted
    }

    func way() async throws(RemoteError) -> Way {
        _ = try await opened(deadlineNs: BootClock.nowNs() + Self.patience.ns)
        // ssh doesn't tell which key it accepted: where only one is known, it was that.
        let name = arguments.endpoint.knownName
        let keys = Set(
            setup.knownHosts.entries(for: name).filter { $0.marker != .revoked }.map(\.key)
        )
        let key = keys.count == 1 ? keys.first : nil
        return Way(
            transport: "openssh",
            why: why,
            hostKey: key.flatMap { setup.knownHosts.known($0, of: name) }
        )
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

    func lastLoss() async -> Instant? { lastLossNs.map { Instant(ns: $0) } }

    func check(deadline: Instant) async throws(RemoteError) {
        _ = try await run(":", input: [], deadline: deadline, outputLimitBytes: 1024)
    }

    func close() async {
        isClosed = true
        // What was given up would go on there, with nobody left to tell. Tasks of their own: whoever closes may
        // be cancelled already, and would wait for nothing.
        let latestNs = BootClock.nowNs() + Self.partingNs
        for ending in endings.values {
            _ = await Task { await Deadline.first(of: ending, deadlineNs: latestNs) }.value
        }
        guard let master else { return }
        self.master = nil
        await children.end(master.child)
        folder.remove(master.socket)
    }
}

extension OpenSSHRemote {
    /// The master, started unless it runs; several callers share one start, each with its deadline.
    func opened(deadlineNs: Int64) async throws(RemoteError) -> Master {
        guard !isClosed else { throw SSHMessages.error(.cancelled, arguments.endpoint) }
        if let master {
            if await children.isAlive(master.child) { return master }
            await drop(master)
        }
        if let lastRefusal, BootClock.nowNs() < lastRefusal.atNs + Self.refusalNs {
            throw lastRefusal.error
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

    /// Gives up a master that is dead or can't be spoken to.
    func drop(_ old: Master) async {
        guard master?.child == old.child else { return }
        master = nil
        lastLossNs = BootClock.nowNs()
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
        } catch var error as RemoteError {
            if error.code == .notAuthorised {
                // Otherwise nobody would know why it isn't libssh2 that says so.
                error.cause = [error.cause, "asked by OpenSSH's ssh: \(why)"].compactMap { $0 }
                    .joined(separator: "; ")
            }
            lastRefusal = (BootClock.nowNs(), error)
            return .failure(error)
        } catch {
            return .failure(
                RemoteError(.protocolError, host: host, "ssh failed.", cause: "\(error)")
            )
        }
    }

    func error(of failure: ChildFailure) -> RemoteError {
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
        if failure.code == .notStarted {
            error.message =
                "OpenSSH's ssh could not be started here. Install it: apt-get install "
                + "openssh-client"
        }
        return error
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
