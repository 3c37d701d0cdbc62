internal import DrillEngine
internal import DrillModel
internal import DrillWire

/// A host over SSH by libssh2, through the hub that all such hosts share.
struct LibSSH2Remote: Remote, LossTelling {
    let endpoint: SSHEndpoint
    let why: String
    private let setup: SSHSetup
    private let hub: SSHHub
    private let link: SSHLink
    /// How long a call without a deadline of its own may take to open the session.
    private static let patience = Span.seconds(20)

    var host: String { endpoint.host }

    init(_ endpoint: SSHEndpoint, identities: [SSHIdentity], why: String, setup: SSHSetup) async {
        self.endpoint = endpoint
        self.why = why
        self.setup = setup
        hub = .shared
        let name = endpoint.knownName
        let types = setup.knownHosts.types(for: name).filter(SSHKeyBlob.isForLibSSH2)
        link = await hub.link(
            to: SSHTarget(
                address: endpoint.address,
                port: endpoint.port,
                user: endpoint.user,
                identities: identities,
                hostKeyAlgorithms: types,
                accepts: { [knownHosts = setup.knownHosts] key in
                    knownHosts.verdict(on: key.blob, of: name) == .known
                }
            )
        )
    }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        let order = SSHOrder(line: line, input: input, outputLimitBytes: outputLimitBytes)
        do {
            let outcome = try await hub.run(order, on: link, deadlineNs: deadline.ns)
            return CommandResult(outcome)
        } catch {
            throw remoteError(error)
        }
    }

    func run(
        _ line: String,
        input: [UInt8],
        then questions: [String],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> (result: CommandResult, answers: [CommandAnswer]) {
        let order = SSHOrder(
            line: line,
            input: input,
            outputLimitBytes: outputLimitBytes,
            readyLine: Array(Ready.line.utf8),
            questions: questions
        )
        do {
            let outcome = try await hub.run(order, on: link, deadlineNs: deadline.ns)
            return (CommandResult(outcome), outcome.answers.map(CommandAnswer.init))
        } catch {
            throw remoteError(error)
        }
    }

    func ask(
        _ questions: [String],
        of line: String,
        deadline: Instant
    ) async throws(RemoteError) -> [CommandAnswer] {
        let order = SSHOrder(
            line: line,
            outputLimitBytes: 4096,
            readyLine: Array(Ready.line.utf8),
            questions: questions
        )
        do {
            let outcome = try await hub.run(order, on: link, deadlineNs: deadline.ns)
            return outcome.answers.map(CommandAnswer.init)
        } catch {
            guard error.answers.isEmpty else { return error.answers.map(CommandAnswer.init) }
            throw remoteError(error)
        }
    }

    func way() async throws(RemoteError) -> Way {
        do {
            let peer = try await hub.connect(
                link,
                deadlineNs: BootClock.nowNs() + Self.patience.ns
            )
            let key = setup.knownHosts.known(peer.hostKey.blob, of: endpoint.knownName)
            return Way(transport: "libssh2", why: why, hostKey: key)
        } catch {
            throw remoteError(error)
        }
    }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        do {
            let local = try await hub.forward(
                link,
                to: address,
                port: port,
                deadlineNs: BootClock.nowNs() + Self.patience.ns
            )
            return LocalEndpoint(address: "127.0.0.1", port: Int(local))
        } catch {
            throw remoteError(error)
        }
    }

    func lastLoss() async -> Instant? {
        await hub.lastLossNs(of: link).map { Instant(ns: $0) }
    }

    func check(deadline: Instant) async throws(RemoteError) {
        let order = SSHOrder(line: ":", outputLimitBytes: 1024)
        do {
            for link in await hub.linksInUse(of: link) {
                _ = try await hub.run(order, on: link, deadlineNs: deadline.ns)
            }
        } catch {
            throw remoteError(error)
        }
    }

    func close() async { await hub.close(link) }

    private func remoteError(_ failure: SSHFailure) -> RemoteError {
        if failure.code == .hostKeyRefused, let key = failure.hostKey,
            let error = HostKeyAdvice.error(on: key.blob, of: endpoint, setup)
        {
            return error
        }
        return SSHMessages.error(for: failure, endpoint)
    }
}

extension LibSSH2Remote: Loading {
    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot {
        let order = SSHOrder(
            line: line,
            input: input,
            outputLimitBytes: outputLimitBytes,
            readyLine: Array(Ready.line.utf8)
        )
        let loading: SSHLoading
        do {
            loading = try await hub.load(order, on: link, deadlineNs: deadline.ns)
        } catch {
            throw remoteError(error)
        }
        switch loading {
        case .ready(let shot): return LibSSH2Shot(shot: shot, remote: self)
        case .ended(let outcome): throw .notReady(host, CommandResult(outcome))
        }
    }

    fileprivate func outcome(
        of shot: SSHShot,
        by deadline: Instant
    ) async throws(RemoteError) -> CommandResult {
        do {
            return CommandResult(try await hub.outcome(of: shot, deadlineNs: deadline.ns))
        } catch {
            throw remoteError(error)
        }
    }

    fileprivate func unload(_ shot: SSHShot) async { await hub.unload(shot) }
}

struct LibSSH2Shot: Shot {
    let shot: SSHShot
    fileprivate let remote: LibSSH2Remote

    func outcome(by deadline: Instant) async throws(RemoteError) -> CommandResult {
        try await remote.outcome(of: shot, by: deadline)
    }

    func unload() async { await remote.unload(shot) }
}

extension CommandAnswer {
    init(_ answer: SSHAnswer) {
        self.init(
            text: answer.text,
            sent: Instant(ns: answer.sentNs),
            done: Instant(ns: answer.doneNs)
        )
    }
}

extension CommandResult {
    init(_ outcome: SSHOutcome) {
        let exit: Exit =
            switch outcome.exit {
            case .code(let code): .code(code)
            case .signal(let name): .signal(name)
            }
        self.init(
            exit: exit,
            output: outcome.output,
            errors: outcome.errors,
            isTruncated: outcome.isTruncated,
            sent: Instant(ns: outcome.sentNs),
            done: Instant(ns: outcome.doneNs)
        )
    }
}
