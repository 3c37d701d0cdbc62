internal import DrillEngine
internal import DrillModel

/// Runs a command, here or on a host, and looks at its exit and its output.
struct CommandProber: Prober {
    /// What a command's end means.
    struct Expectation: Sendable {
        var judge: @Sendable (CommandResult, ProbeText) -> Outcome
    }

    let line: String
    let input: [UInt8]
    let text: ProbeText
    let expectation: Expectation
    let remote: @Sendable () async throws(RemoteError) -> any Remote
    let loop: ProbeLoop
    var outputLimitBytes = Self.outputLimitBytes

    /// Longer output is cut: it is for matching, not for keeping.
    static let outputLimitBytes = 256 * 1024

    func look(deadline: Instant) async -> Look {
        let start = loop.now()
        switch await result(by: deadline) {
        case .success(let result):
            let outcome = expectation.judge(result, text)
            return Look(
                sent: result.sent,
                done: result.done,
                outcome: outcome,
                answer: text.shown(result.outputText.prefix(400))
            )
        case .failure(let error):
            return Look(sent: start, done: loop.now(), outcome: outcome(error))
        }
    }

    func close() async {}

    /// How the command ended, by `deadline` in any case.
    func result(by deadline: Instant) async -> Result<CommandResult, RemoteError> {
        let late = RemoteError(
            .timedOut,
            host: "",
            "no answer in time",
            nothingStarted: false
        )
        let none = Result<CommandResult, RemoteError>.failure(late)
        return await loop.first(by: deadline, late: none) { [self] in
            await ran(deadline: deadline)
        }
    }

    private func ran(deadline: Instant) async -> Result<CommandResult, RemoteError> {
        do throws(RemoteError) {
            return .success(
                try await remote().run(
                    line,
                    input: input,
                    deadline: deadline,
                    outputLimitBytes: outputLimitBytes
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// A command that ran too long is a finding; not to have got it started is none.
    func outcome(_ error: RemoteError) -> Outcome {
        if Task.isCancelled || error.code == .cancelled { return .unsent }
        if error.code == .timedOut, !error.nothingStarted {
            return .bad(.timeout, "the command hadn't ended in time")
        }
        return .bad(.blind, text.shown(error.message))
    }
}

extension CommandProber.Expectation {
    /// An exit code, and output that holds a pattern.
    static func exit(_ code: Int, pattern: Pattern?) -> Self {
        Self { result, text in
            let said = lastLine(of: result.errors).map { ": \($0)" } ?? ""
            switch result.exit {
            case .signal(let name): return .bad(.status, text.shown("ended by SIG\(name)\(said)"))
            // POSIX's shell: found and not to be run, or not found (2.8.2).
            case .code(let found) where found != code && [126, 127].contains(found):
                return .bad(.blind, text.shown("it couldn't be run: exit code \(found)\(said)"))
            case .code(let found) where found != code:
                return .bad(.status, text.shown("exit code \(found), not \(code)\(said)"))
            case .code:
                return pattern?.outcome(of: result.outputText, called: "output") ?? .good
            }
        }
    }

    /// A TCP connection tried by a tool of the host.
    static func connection(isDetection: Bool) -> Self {
        Self { result, text in
            guard case .code(let code) = result.exit else {
                return .bad(.blind, "the tool was ended")
            }
            let words = lastLine(of: result.errors) ?? "exit code \(code)"
            guard let failure = RemoteTCP.failure(exit: code, words: words) else { return .good }
            return failure.ofPort(isDetection: isDetection, text)
        }
    }
}
