import DrillModel

/// Carries out single actions on hosts and containers, and says how each went.
struct Actor: Sendable {
    private let hosts: [String: Host]
    private let world: World
    /// Whose actions leave a line in the hosts' syslog; nil where none are to.
    private let run: String?
    /// Where commands on the controller are carried out; nil is where this process is.
    private let directory: String?

    init(hosts: [Host], world: World, syslog run: String?, directory: String? = nil) {
        self.run = run
        self.directory = directory
        self.hosts = Dictionary(
            hosts.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.world = world
    }

    init(_ plan: Plan, world: World) {
        self.init(
            hosts: plan.experiment.inventory?.hosts ?? [],
            world: world,
            syslog: plan.experiment.syslog == false ? nil : plan.run
        )
    }

    /// How an action went: what it answered, and whether that is what it must answer.
    struct Answer: Sendable {
        var report: ActionReport
        /// Trimmed standard output, or a container's status or networks; empty where it failed.
        var output: String
        /// True when it is not known what happened: the host or engine couldn't be asked.
        var isUnknown: Bool
        /// It was sent, and no answer came: it may have been carried out all the same.
        var isUnanswered = false
        /// What the timeline should say of it beside the report.
        var note: String?
    }

    func perform(
        _ action: Action,
        of fault: String,
        target: String,
        stage: ActionReport.Stage,
        behind lease: Lease? = nil,
        goingIn: GoingIn? = nil,
        shot: (any Shot)? = nil,
        deadline: Instant? = nil
    ) async -> Answer {
        let latest = deadline ?? (world.now() + action.timeout)
        switch action.verb {
        case .command(let host, let command):
            return await run(
                command,
                on: host,
                for: action,
                of: fault,
                stage: stage,
                behind: lease,
                goingIn: goingIn,
                shot: shot,
                deadline: latest
            )
        case .container(let name, let verb):
            return await ask(
                name,
                verb,
                for: action,
                of: fault,
                target: target,
                stage: stage,
                deadline: latest
            )
        }
    }

    private func run(
        _ command: Command,
        on name: String,
        for action: Action,
        of fault: String,
        stage: ActionReport.Stage,
        behind lease: Lease?,
        goingIn: GoingIn?,
        shot: (any Shot)?,
        deadline: Instant
    ) async -> Answer {
        var report = ActionReport(
            of: fault,
            host: name,
            stage: stage,
            what: action.what,
            command: action.shown,
            sent: world.now(),
            done: world.now(),
            result: "",
            isAsExpected: false
        )
        do {
            let told = stage.isDeed ? "\(fault): \(stage.rawValue): \(action.what)" : nil
            let result =
                if let shot {
                    try await outcome(of: shot, by: deadline)
                } else {
                    try await execute(
                        command,
                        on: name,
                        deadline: deadline,
                        told: told,
                        behind: lease,
                        goingIn: goingIn
                    )
                }
            report.sent = result.sent
            report.done = result.done
            report.result = result.exit.shown
            let output = result.outputText.trimmed
            report.isAsExpected = action.expect.holds(exit: result.exit, output: output)
            let worthTelling = report.isAsExpected ? output : (result.errorText + output).trimmed
            report.output = shown(worthTelling, most: 600)
            if action.saves != nil, report.isAsExpected, let why = result.unsavable {
                report.isAsExpected = false
                report.output = why
            }
            return Answer(report: report, output: output, isUnknown: false)
        } catch {
            report.done = world.now()
            report.result = error.message
            report.output = error.cause
            report.isAsExpected = action.expect == .anything
            return Answer(
                report: report,
                output: "",
                isUnknown: true,
                isUnanswered: !error.nothingStarted
            )
        }
    }

    /// What a command printed, as it may be recorded; nil where that is nothing.
    func shown(_ output: String, most: Int) -> String? {
        output.isEmpty ? nil : String(world.concealed.shown(output).prefix(most))
    }

    /// Runs a command on a host, `local` ones on the controller.
    ///
    /// The answer is as it came; what is recorded of it goes through `shown`. `told` is what the host's
    /// syslog is to say of it. On the controller its shell carries the mark of what is `goingIn`.
    func execute(
        _ command: Command,
        on name: String?,
        deadline: Instant,
        told: String? = nil,
        behind lease: Lease? = nil,
        goingIn: GoingIn? = nil
    ) async throws(RemoteError) -> CommandResult {
        let host = try host(name)
        var sent = try line(of: command, on: host)
        if host.name == Action.controller {
            if let goingIn { sent.carry(goingIn) }
        } else if let message = syslog(told) {
            sent.log(message)
        }
        if host.isLocal, let directory { sent.go(to: directory) }
        if let lease { sent.goBehind(lease) }
        do throws(RemoteError) {
            let remote = try await world.hosts.remote(to: host)
            return try await remote.run(
                sent.line,
                input: sent.input,
                deadline: deadline,
                outputLimitBytes: Self.outputLimitBytes
            )
        } catch {
            throw world.concealed.shown(error)
        }
    }

    /// Has a host hold an action's command ready behind a lease; `perform` with the shot, once that was
    /// fired, tells how it went.
    ///
    /// - Returns: nil where the way to the host can't hold one, or it is no command.
    func load(
        _ action: Action,
        of fault: String,
        behind lease: Lease,
        deadline: Instant
    ) async throws(RemoteError) -> (any Shot)? {
        guard case .command(let name, let command) = action.verb else { return nil }
        let host = try host(name)
        do throws(RemoteError) {
            guard let remote = try await world.hosts.remote(to: host) as? any Loading else {
                return nil
            }
            var sent = try line(of: command, on: host)
            sent.hold(behind: lease)
            // Its own process would stand between the word and the command.
            if let message = syslog("\(fault): ready to inject: \(action.what)") {
                sent.log(message)
            }
            return try await remote.load(
                sent.line,
                input: sent.input,
                deadline: deadline,
                outputLimitBytes: Self.outputLimitBytes
            )
        } catch {
            throw world.concealed.shown(error)
        }
    }

    private static let outputLimitBytes = 1 << 20

    private func outcome(
        of shot: any Shot,
        by deadline: Instant
    ) async throws(RemoteError) -> CommandResult {
        do throws(RemoteError) {
            return try await shot.outcome(by: deadline)
        } catch {
            throw world.concealed.shown(error)
        }
    }

    private func line(
        of command: Command,
        on host: Host
    ) throws(RemoteError) -> CommandLine {
        do {
            return try CommandLine(command, secret: world.secret)
        } catch {
            throw RemoteError(.configuration, host: host.name, error.message)
        }
    }

    /// A line of the hosts' syslog: run, operator, what; nil where none is wanted.
    func syslog(_ told: String?) -> String? {
        guard let told, let run, let who = world.who else { return nil }
        return Syslog.message(run: run, who: who, what: world.concealed.shown(told))
    }

    private func host(_ name: String?) throws(RemoteError) -> Host {
        guard let name, name != Action.controller else {
            return Host(name: Action.controller, isLocal: true)
        }
        if let host = hosts[name] { return host }
        throw RemoteError(.configuration, host: name, "\(name) is not in the inventory")
    }

    private func ask(
        _ container: String,
        _ verb: ContainerVerb,
        for action: Action,
        of fault: String,
        target: String,
        stage: ActionReport.Stage,
        deadline: Instant
    ) async -> Answer {
        var report = ActionReport(
            of: fault,
            host: target,
            stage: stage,
            what: action.what,
            command: action.shown,
            sent: world.now(),
            done: world.now(),
            result: "",
            isAsExpected: false
        )
        do {
            let output = try await world.containers.perform(
                verb,
                on: action.containerID ?? container,
                deadline: deadline
            )
            report.done = world.now()
            report.result = output.isEmpty ? "done" : output
            report.isAsExpected = action.expect.holds(exit: .code(0), output: output)
            return Answer(report: report, output: output, isUnknown: false)
        } catch {
            report.done = world.now()
            if error.code == .noSuchContainer, let id = action.containerID,
                stage == .undo || stage == .settled
            {
                return await successor(of: id, named: container, action, report, deadline)
            }
            report.result = error.message
            report.output = error.cause
            report.isAsExpected = action.expect == .anything
            return Answer(report: report, output: "", isUnknown: true)
        }
    }

    /// Looks who has the name of a container that is gone, and with it what was broken there.
    ///
    /// What was made anew in its place and runs is as good as undone.
    private func successor(
        of id: String,
        named container: String,
        _ action: Action,
        _ told: ActionReport,
        _ deadline: Instant
    ) async -> Answer {
        var report = told
        let gone = "the container that was broken, \(container) (\(id.prefix(12))), is gone"
        do throws(EngineError) {
            let state = try await world.containers.inspect(container, deadline: deadline)
            report.done = world.now()
            var isWhole = state.status == "running"
            if case .container(_, .state) = action.verb {
                isWhole = action.expect.holds(exit: .code(0), output: state.status)
            }
            report.isAsExpected = isWhole
            report.result =
                "\(gone); another has its name and is \(state.status)"
                + (isWhole ? "" : ": see to it by hand")
            return Answer(
                report: report,
                output: "",
                isUnknown: false,
                note: isWhole ? report.result : nil
            )
        } catch {
            report.done = world.now()
            let isNone = error.code == .noSuchContainer
            report.result =
                isNone ? "\(gone), and none has its name: make it again" : error.message
            report.output = isNone ? nil : error.cause
            return Answer(report: report, output: "", isUnknown: !isNone)
        }
    }
}

extension CommandResult {
    /// Why what was printed couldn't be given back as it was; nil where it can.
    fileprivate var unsavable: String? {
        if isTruncated {
            return "it printed more than can be kept: let it keep that on the host, and print where"
        }
        // A shell's arguments end at a NUL, and what isn't UTF-8 is no text of JSON (RFC 8259, 8.1).
        guard output.contains(0) || String(validating: output, as: UTF8.self) == nil else {
            return nil
        }
        return
            "what it printed is no text (bytes that aren't UTF-8, or a NUL) and couldn't be given back"
            + " as it is: let it print base64, say"
    }
}

extension Action.Expect {
    func holds(exit: CommandResult.Exit, output: String) -> Bool {
        switch self {
        case .exit(let code): exit == .code(code)
        case .exitNot(let code): exit != .code(code)
        case .output(let wanted): exit == .code(0) && wanted.contains(output)
        case .outputNot(let unwanted): exit == .code(0) && !unwanted.contains(output)
        // The saved value was put in when the procedure was filled; open, it was never saved.
        case .outputSaved: false
        case .anything: true
        }
    }
}

extension CommandResult.Exit {
    /// The end for people: `exit 0`, `signal KILL`.
    package var shown: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let name): "signal \(name)"
        }
    }
}

extension String {
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

extension ActionReport.Stage {
    /// Whether it changes something on the host, instead of only looking.
    var isDeed: Bool {
        switch self {
        case .arm, .inject, .undo, .runbook: true
        case .capture, .effective, .renew, .settled: false
        }
    }
}
