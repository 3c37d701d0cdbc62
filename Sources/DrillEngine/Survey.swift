package import DrillModel

/// Looks at every host and container that a plan needs, before anything is touched.
///
/// All hosts at once, one read-only script each, which then tells the clock three times. It never throws:
/// a host that can't be reached and an engine that can't be used are facts, with what to do about them.
package struct Survey: Sendable {
    package var hosts: any Hosts
    package var containers: any ContainerEngine
    /// The controller's CLOCK_BOOTTIME.
    package var now: @Sendable () -> Instant
    /// Nanoseconds since 1970.
    package var wallNs: @Sendable () -> Int64
    /// The controller's own addresses.
    package var addresses: [String]
    /// How long one host or container may take.
    package var within: Span

    package init(
        hosts: any Hosts,
        containers: any ContainerEngine,
        now: @escaping @Sendable () -> Instant,
        wallNs: @escaping @Sendable () -> Int64,
        addresses: [String] = [],
        within: Span = .seconds(20)
    ) {
        self.hosts = hosts
        self.containers = containers
        self.now = now
        self.wallNs = wallNs
        self.addresses = addresses
        self.within = within
    }

    package func look(_ request: SurveyRequest) async -> Facts {
        async let engine = look(at: request.containers, asked: request.wantsEngine)
        async let controller = look(
            at: Host(name: Action.controller, isLocal: true),
            for: SurveyRequest()
        )
        var facts = Facts(controllerAddresses: addresses)
        facts.hosts = await lookAtHosts(request)
        facts.engine = await engine
        facts.controller = await controller
        return facts
    }

    private func lookAtHosts(_ request: SurveyRequest) async -> [String: HostFacts] {
        await withTaskGroup(of: (String, HostFacts).self) { group in
            // So many at once that a large inventory takes seconds, and few enough for descriptors.
            let atOnceMax = 64
            var waiting = request.hosts[...]
            var found: [String: HostFacts] = [:]
            func begin() {
                guard let host = waiting.popFirst() else { return }
                group.addTask {
                    (host.name, await look(at: host, for: request))
                }
            }
            for _ in 0..<atOnceMax { begin() }
            for await (name, facts) in group {
                found[name] = facts
                begin()
            }
            return found
        }
    }

    private func look(at host: Host, for request: SurveyRequest) async -> HostFacts {
        // For all looks together: a host that hangs holds nobody up for longer.
        let deadline = now() + within
        do throws(RemoteError) {
            let remote = try await hosts.remote(to: host)
            let way = try await remote.way()
            let clocks = ClockReader(now: now, wallNs: wallNs)
            let before = clocks.pair()
            let (result, answers) = try await remote.run(
                SurveyScript.line(tools: request.tools[host.name] ?? []),
                input: Array(SurveyScript.script.utf8),
                then: ClockReader.questions,
                deadline: deadline,
                outputLimitBytes: 65_536
            )
            var clock = clocks.look(answers, since: before)
            var facts = try read(result, of: host)
            facts.transport = way.transport
            facts.transportWhy = way.why
            facts.hostKey = way.hostKey
            // The controller's own clock is the one that others are held against.
            if host.isLocal { clock = ClockLook(offset: .zero, bound: .zero) }
            // By a way that can't hold a conversation each look is a command of its own.
            if clock == nil { clock = await clocks.read(remote, by: deadline) }
            facts.clockOffset = clock?.offset
            facts.clockOffsetBound = clock?.bound
            if let looks = request.looks[host.name], facts.hasSudo {
                facts.absent = await absent(
                    looks.filter { $0.isFor(facts) },
                    on: remote,
                    by: deadline
                )
            }
            return facts
        } catch {
            return HostFacts(
                unreachable: error.message + (error.cause.map { " (\($0))" } ?? ""),
                unreachableCode: error.code.rawValue
            )
        }
    }

    private func read(_ result: CommandResult, of host: Host) throws(RemoteError) -> HostFacts {
        do throws(Problem) {
            return try SurveyScript.read(result.outputText)
        } catch {
            let said = result.errorText.split(whereSeparator: \.isNewline).last.map(String.init)
            throw RemoteError(.unsupported, host: host.name, error.message, cause: said)
        }
    }

    /// Which faults find nothing to break there, and why; a look without an answer says nothing.
    private func absent(
        _ looks: [SurveyLook],
        on remote: any Remote,
        by deadline: Instant
    ) async -> [String: String] {
        var absent: [String: String] = [:]
        for look in looks {
            // A fault whose process or service is named by a secret is looked for by `capture` alone.
            let line = try? CommandLine(look.command) { _ throws(SecretError) -> String in
                throw SecretError("a look takes no secret")
            }
            // Without an answer nothing is known to be absent: `capture` finds it out.
            guard let line,
                let result = try? await remote.run(
                    line.line,
                    input: line.input,
                    deadline: deadline,
                    outputLimitBytes: 4096
                )
            else { continue }
            absent[look.fault] = SurveyLook.absence(
                isGood: result.exit == .code(0),
                output: result.outputText.trimmed,
                errors: result.errorText
            )
        }
        return absent
    }

    /// Nil where neither container nor engine is asked for: then none is needed.
    private func look(at names: [String], asked: Bool) async -> EngineFacts? {
        guard asked || !names.isEmpty else { return nil }
        let deadline = now() + within
        do throws(EngineError) {
            let version = try await containers.version(deadline: deadline)
            var facts = EngineFacts(version: version)
            await withTaskGroup(of: (String, Result<ContainerState, EngineError>).self) { group in
                for name in names {
                    group.addTask { (name, await inspect(name, deadline: deadline)) }
                }
                for await (name, result) in group {
                    switch result {
                    case .success(let state): facts.containers[name] = state
                    case .failure(let error) where error.code == .noSuchContainer: break
                    case .failure(let error): facts.unusable = words(error)
                    }
                }
            }
            return facts
        } catch {
            return EngineFacts(unusable: words(error))
        }
    }

    private func inspect(
        _ name: String,
        deadline: Instant
    ) async -> Result<ContainerState, EngineError> {
        do throws(EngineError) {
            return .success(try await containers.inspect(name, deadline: deadline))
        } catch {
            return .failure(error)
        }
    }

    private func words(_ error: EngineError) -> String {
        error.message + (error.cause.map { " (\($0))" } ?? "")
    }
}
