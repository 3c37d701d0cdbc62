internal import DrillEngine
internal import DrillModel
internal import DrillWire

// Sources that are on hosts, and the databases and name servers themselves.
extension FieldProbers {
    /// A log; nil is the controller's.
    func log(_ look: LogLook, on host: Host?) throws(ProbeMistake) -> any Prober {
        guard let pattern = try pattern(look.match) else {
            throw ProbeMistake("a log's look lacks its pattern")
        }
        let reading = LogScript.command(look)
        // What it can't be made of is told now, not in every look.
        _ = try commandProber(reading, on: host)
        let prober = LogProber(look, pattern: pattern, loop: loop) {
            [self] input throws(ProbeMistake) in
            var command = reading
            command.input = Text(input)
            return try commandProber(command, on: host, outputLimitBytes: Self.logBytesMax)
        }
        return SourceProber(
            prober: watched(prober, by: host, isRelayed: false),
            name: "the log"
        )
    }

    /// Room for some files that were rotated away, with the lines between them.
    private static let logBytesMax = 4 * LogScript.pieceBytesMax

    /// A prober by command, for what it prints rather than how it ends.
    func commandProber(
        _ command: Command,
        on host: Host?,
        outputLimitBytes: Int = CommandProber.outputLimitBytes
    ) throws(ProbeMistake) -> CommandProber {
        var text = ProbeText(secret: secret)
        let sent: CommandLine
        do throws(SecretError) {
            sent = try CommandLine(command) { part throws(SecretError) in try text.noted(part) }
        } catch {
            throw ProbeMistake(error.message)
        }
        let hosts = hosts
        return CommandProber(
            line: sent.line,
            input: sent.input,
            text: text,
            expectation: .exit(0, pattern: nil),
            remote: { () async throws(RemoteError) -> any Remote in
                guard let host else { return LocalRemote(host: "the controller") }
                return try await hosts.remote(to: host)
            },
            loop: loop,
            outputLimitBytes: outputLimitBytes
        )
    }

    /// One name server's answer; where that is what is measured, its failures are findings.
    func dns(_ look: DNSLook, isMeasured: Bool) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret)
        let name = try text.filled(look.name)
        guard let resolver = try resolver(look.resolver) else {
            throw ProbeMistake("a dns probe lacks its resolver")
        }
        guard let question = DNSQuestion(name: name, kind: look.type.kind, resolver: resolver)
        else {
            throw ProbeMistake("\(look.name.shown) is no domain name once it is filled in")
        }
        let prober = DNSProber(question: question, look: look, text: text, loop: loop)
        if isMeasured { return prober }
        return SourceProber(prober: prober, name: "the resolver \(look.resolver)")
    }

    /// Who of several PostgreSQL servers takes writes.
    func postgresRole(_ look: PostgresRoleLook, via: Host?) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret)
        var servers: [PostgresRoleProber.Server] = []
        for url in look.urls {
            let address = try text.filled(url)
            let target: PostgresTarget
            do {
                target = try PostgresTarget(address)
            } catch {
                // libpq quotes what it can't read, and that may be a piece of a secret.
                let reason = text.holdsSecrets ? "it can't be taken apart" : error.message
                throw ProbeMistake("\(url.shown) can't be used as a PostgreSQL address: \(reason)")
            }
            if let via, target.servers.contains(where: \.isLocal) {
                throw ProbeMistake(
                    "\(url.shown) leads to a unix socket, which can't be reached via \(via.name)"
                )
            }
            for server in target.servers {
                var one = target
                one.servers = [server]
                // Each is asked for what it is: none may be passed over.
                one.options["target_session_attrs"] = nil
                servers.append(
                    PostgresRoleProber.Server(
                        name: text.shown("\(server.host):\(server.port)"),
                        host: server.host,
                        door: PostgresDoor(
                            target: one,
                            route: try route(via: via),
                            loop: loop,
                            connectionsMax: 4
                        )
                    )
                )
            }
        }
        let prober = PostgresRoleProber(
            servers: servers,
            wanted: try wanted(look.writers, among: servers),
            text: text,
            loop: loop
        )
        return SourceProber(prober: watched(prober, by: via), name: "the database")
    }

    /// The servers that the file's `writer` names.
    private func wanted(
        _ writers: [String],
        among servers: [PostgresRoleProber.Server]
    ) throws(ProbeMistake) -> Set<String> {
        var wanted: Set<String> = []
        for writer in writers {
            let address = inventory?.host(writer)?.address
            let meant = servers.filter { server in
                [server.name, server.host].contains(writer) || server.host == address
            }
            guard !meant.isEmpty else {
                throw ProbeMistake(
                    "no URL of it leads to the writer \(writer); they lead to"
                        + " \(servers.map(\.name).listed)"
                )
            }
            wanted.formUnion(meant.map(\.name))
        }
        return wanted
    }
}

extension DNSLook.RecordType {
    fileprivate var kind: DNSMessage.Kind {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .cname: .cname
        }
    }
}
