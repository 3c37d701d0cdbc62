internal import DrillEngine
internal import DrillModel

extension FieldProbers {
    /// A prober of a TCP port.
    func tcp(
        _ look: TCPLook,
        timeout: Span,
        isDetection: Bool,
        via: Host?,
        it: Host?
    ) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret, it: it)
        let address = try text.filled(look.address)
        if address.isEmpty || URLCharacters.firstWrong(inHost: address) != nil {
            throw ProbeMistake(
                "\(look.address.shown) is no host's name or address once it is filled in"
            )
        }
        guard let via else {
            return TCPProber(
                host: address,
                port: look.port,
                text: text,
                route: try route(via: nil, isPinned: look.pinsName ?? false),
                loop: loop,
                isDetection: isDetection
            )
        }
        let hosts = hosts
        let prober = CommandProber(
            line: RemoteTCP.script(address: address, port: look.port, patience: timeout),
            input: [],
            text: text,
            expectation: .connection(isDetection: isDetection),
            remote: { () async throws(RemoteError) in try await hosts.remote(to: via) },
            loop: loop
        )
        return watched(prober, by: via, isRelayed: false)
    }

    /// A prober by command; nil runs it on the controller.
    func command(
        _ look: CommandLook,
        on host: Host?,
        it: Host?
    ) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret, it: it)
        let sent: CommandLine
        do throws(SecretError) {
            sent = try CommandLine(look.command, it: it) { part throws(SecretError) in
                try text.noted(part)
            }
        } catch {
            throw ProbeMistake(error.message)
        }
        let hosts = hosts
        let prober = CommandProber(
            line: sent.line,
            input: sent.input,
            text: text,
            expectation: .exit(look.exit, pattern: try pattern(look.match)),
            remote: { () async throws(RemoteError) -> any Remote in
                guard let host else { return LocalRemote(host: "the controller") }
                return try await hosts.remote(to: host)
            },
            loop: loop
        )
        return watched(prober, by: host, isRelayed: false)
    }
}
