package import DrillModel

/// Looks whether a runbook would work, and changes nothing: hosts, tools, files, scripts, credentials,
/// servers, containers, secrets.
///
/// All hosts at once, one script each; all servers at once, one look each. It never throws: what can't be
/// looked at is a finding.
package struct RunbookSurvey: Sendable {
    private let hosts: any Hosts
    private let containers: any ContainerEngine
    private let probers: any Probers
    private let secret: @Sendable (Text.Part) throws(SecretError) -> String
    private let now: @Sendable () -> Instant
    private let within: Span

    /// `within` is how long one host may take, connecting included.
    package init(
        hosts: any Hosts,
        containers: any ContainerEngine,
        probers: any Probers,
        secret: @escaping @Sendable (Text.Part) throws(SecretError) -> String,
        now: @escaping @Sendable () -> Instant,
        within: Span = .seconds(20)
    ) {
        self.hosts = hosts
        self.containers = containers
        self.probers = probers
        self.secret = secret
        self.now = now
        self.within = within
    }

    /// What would keep it from working, in the order of its steps.
    package func look(_ runbook: Runbook) async -> [RunbookFinding] {
        let inquiry = RunbookInquiry(runbook)
        async let ofHosts = together(inquiry.hosts.map { Asked($0.name, $0.questions) }) { asked in
            await self.ask(asked, of: runbook)
        }
        async let ofLooks = together(inquiry.looks) { await self.look($0) }
        async let ofContainers = together(inquiry.containers) { await self.look(at: $0) }
        let secrets = inquiry.secrets.flatMap(findings)
        let found =
            await ofHosts.flatMap(\.1) + ofLooks.flatMap(\.1) + ofContainers.flatMap(\.1) + secrets
            + Self.note(inquiry, of: runbook)
        return found.sorted { one, other in
            (one.step?.path ?? []).lexicographicallyPrecedes(other.step?.path ?? [])
        }
    }

    private struct Asked: Hashable, Sendable {
        var name: String
        var questions: [RunbookInquiry.Question]

        init(_ name: String, _ questions: [RunbookInquiry.Question]) {
            self.name = name
            self.questions = questions
        }
    }

    // MARK: Hosts

    private func ask(_ asked: Asked, of runbook: Runbook) async -> [RunbookFinding] {
        let isHere = asked.name == Action.controller
        let places = runbook.places.filter { $0.step.works(on: isHere ? nil : asked.name) }
            .map(\.place)
        func whole(
            _ message: String,
            _ severity: RunbookFinding.Severity = .error,
            fix: String? = nil
        ) -> [RunbookFinding] {
            [
                RunbookFinding(
                    severity,
                    message + Self.others(places),
                    step: places.first,
                    host: asked.name,
                    fix: fix
                )
            ]
        }
        let host: Host
        if isHere {
            host = Host(name: Action.controller, isLocal: true)
        } else if let known = runbook.inventory?.host(asked.name) {
            host = known
        } else {
            guard runbook.inventory == nil else {
                return whole(
                    "the inventory has no \(asked.name)",
                    fix: "add it there, or mend the step's `host`"
                )
            }
            return whole(
                "no inventory says where \(asked.name) is, so it wasn't looked at",
                .warning,
                fix: "give `inventory: FILE` in the runbook, or -i FILE"
            )
        }
        guard host.runsCommands || isHere else {
            return whole(
                "the inventory gives \(asked.name) no `address:`",
                fix: "give \(asked.name) an address in the inventory"
            )
        }
        do throws(RemoteError) {
            let remote = try await hosts.remote(to: host)
            let result = try await remote.run(
                RunbookScript.line,
                input: Array(RunbookScript.script(asked.questions).utf8),
                deadline: now() + within,
                outputLimitBytes: 262_144
            )
            guard let answers = RunbookScript.read(result.outputText) else {
                let said = result.errorText.trimmed.prefix(200)
                return whole("\(asked.name) can't be asked: its shell ended early: \(said)")
            }
            return asked.questions.enumerated().compactMap { index, question in
                finding(question, answers[index] ?? .unknown, on: asked.name)
            }
        } catch {
            let cause = error.cause.map { " (\($0))" } ?? ""
            return whole("\(asked.name): \(error.message)\(cause)")
        }
    }

    private func finding(
        _ question: RunbookInquiry.Question,
        _ answer: RunbookScript.Answer,
        on host: String
    ) -> RunbookFinding? {
        let place = host == Action.controller ? "this machine" : host
        let others = Self.others(question.steps)
        func error(_ message: String, fix: String? = nil) -> RunbookFinding {
            RunbookFinding(
                .error,
                "\(place): \(message)\(others)",
                step: question.steps.first,
                host: host,
                fix: fix
            )
        }
        switch (question.kind, answer) {
        case (_, .yes): return nil
        case (_, .unknown):
            return RunbookFinding(
                .note,
                "\(place): \(question.kind.subject) can't be seen by the login user",
                step: question.steps.first,
                host: host
            )
        case (.tool(let name), .no):
            return error(
                "there is no \(name)",
                fix: name.contains("/")
                    ? "put it there, or mend the path" : "install it there, or write its whole path"
            )
        case (.tool(let name), .bad(let why)): return error("\(name) can't be run: \(why)")
        case (.file(let path), _), (.script(_, let path), .no):
            return error("there is no \(path)", fix: "put it there, or mend the path")
        case (.script(_, let path), .bad(let why)): return error("\(path) doesn't parse: \(why)")
        case (.parses, .bad(let why)):
            return error("the command doesn't parse: \(why)", fix: "mend it in the runbook")
        case (.parses, .no): return error("the command doesn't parse")
        case (.mayRun, .bad(let why)):
            return error(
                "sudo doesn't let the login user run this without a password: \(why)",
                fix: "allow it there with a NOPASSWD rule"
            )
        case (.mayRun, .no): return error("sudo doesn't let the login user run this")
        }
    }

    /// The other steps that it is about, as in `(also steps 4 and 7)`.
    private static func others(_ steps: [RunbookStepPlace]) -> String {
        let rest = steps.dropFirst().map(\.place).unique.filter { $0 != steps.first?.place }
        guard !rest.isEmpty else { return "" }
        return rest.count == 1
            ? " (also step \(rest[0]))" : " (also steps \(rest.listed))"
    }

    private static func note(_ inquiry: RunbookInquiry, of runbook: Runbook) -> [RunbookFinding] {
        guard let first = inquiry.open.first else { return [] }
        let names = inquiry.openNames
        let what = names.isEmpty ? "what only the run knows" : names.map { "${\($0)}" }.listed
        let inputs = names.filter(runbook.inputs.contains)
        return [
            RunbookFinding(
                .note,
                "\(what) is known only when it is carried out: what needs it wasn't looked at"
                    + others(inquiry.open),
                step: first,
                fix: inputs.isEmpty
                    ? nil : "give \(inputs.map { "--var \($0)=VALUE" }.joined(separator: " "))"
            )
        ]
    }

    // MARK: Servers, containers, secrets

    private func look(_ look: RunbookInquiry.Look) async -> [RunbookFinding] {
        let texts = look.kind.texts.flatMap(\.parts)
        // A secret that isn't there is told by itself.
        guard
            texts.allSatisfy({ part in
                switch part {
                case .environment, .file: (try? secret(part)) != nil
                case .literal, .value, .it, .saved: true
                }
            })
        else { return [] }
        let latest = now() + .seconds(5)
        let seen = await abandonable { await probers.look(look.kind, it: nil, deadline: latest) }
        guard case .bad(let failure, let detail) = seen?.outcome else { return [] }
        let said = Plain.once(failure.rawValue, detail)
        let others = Self.others(look.steps)
        switch failure {
        case .refused, .reset, .timeout:
            return [
                RunbookFinding(
                    .warning,
                    "\(look.kind.asked) doesn't answer now: \(said)\(others)",
                    step: look.steps.first,
                    fix: look.isDeed
                        ? nil
                        : "nothing, where the runbook is what brings it up; else mend the look"
                )
            ]
        case .blind, .unresolvable, .tls:
            return [
                RunbookFinding(
                    .error,
                    "\(look.kind.asked) can't be asked: \(said)\(others)",
                    step: look.steps.first
                )
            ]
        case .status where look.kind.isRefusal(detail):
            return [
                RunbookFinding(
                    .error,
                    "\(look.kind.asked) refuses what it is asked with: \(said)\(others)",
                    step: look.steps.first,
                    fix: "give it credentials that are accepted"
                )
            ]
        case .status, .body, .slow: return []
        }
    }

    private func look(at container: RunbookInquiry.Container) async -> [RunbookFinding] {
        do throws(EngineError) {
            _ = try await containers.inspect(container.name, deadline: now() + .seconds(5))
            return []
        } catch {
            return [
                RunbookFinding(
                    .error,
                    error.message + (error.cause.map { " (\($0))" } ?? "")
                        + Self.others(container.steps),
                    step: container.steps.first
                )
            ]
        }
    }

    private func findings(_ asked: RunbookInquiry.Secret) -> [RunbookFinding] {
        do throws(SecretError) {
            _ = try secret(asked.part)
            return []
        } catch {
            return [
                RunbookFinding(
                    .error,
                    error.message + Self.others(asked.steps),
                    step: asked.steps.first
                )
            ]
        }
    }
}

extension RunbookInquiry.Question.Kind {
    /// For sentences.
    fileprivate var subject: String {
        switch self {
        case .tool(let name): name
        case .file(let path), .script(_, let path): path
        case .parses: "whether the command parses"
        case .mayRun: "what sudo allows"
        }
    }
}

extension Probe.Kind {
    /// Who is asked, for sentences; a password in an address isn't in it.
    fileprivate var asked: String {
        guard case .sql(let look) = self else { return shown }
        let url = look.url.shown
        guard let start = url.firstRange(of: "://") else { return "the database" }
        let authority = url[start.upperBound...].prefix { !"/?".contains($0) }
        let server = authority.split(separator: "@").last.map(String.init) ?? ""
        return server.isEmpty ? "the database" : "PostgreSQL at \(server)"
    }

    /// Whether a status says that what it was asked with isn't accepted: an answer of another kind is the
    /// system's, and may be what the runbook mends.
    fileprivate func isRefusal(_ detail: String?) -> Bool {
        switch self {
        case .sql, .postgresRole, .ledger: true
        default: ["401", "403", "407"].contains { detail?.contains("status \($0)") ?? false }
        }
    }
}

extension RunbookStep {
    /// Whether a command of it, or a look of its, runs there; nil is this machine.
    fileprivate func works(on host: String?) -> Bool {
        let deeds = [deed, undo].contains { deed in
            if case .command(let place, _) = deed { place == host } else { false }
        }
        return deeds || looks.flatMap(\.commands).contains { $0.1 == host }
    }
}
