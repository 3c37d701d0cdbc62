package import DrillEngine
package import DrillModel
internal import DrillWire

/// The controller itself: command lines run by `sh -c`, each in a session of its own.
///
/// A deadline or a cancelled task ends the command's whole process group. A background process that
/// keeps a pipe open doesn't hold up the answer; it lives on, and what it says later is lost.
package struct LocalRemote: Remote {
    package let host: String
    private let children: Children

    package init(host: String) {
        self.host = host
        children = .shared
    }

    package func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        let order = ChildOrder(
            ["/bin/sh", "-c", line],
            input: input,
            outputLimitBytes: outputLimitBytes
        )
        do {
            return CommandResult(try await children.run(order, deadlineNs: deadline.ns))
        } catch {
            throw remoteError(error)
        }
    }

    package func way() async throws(RemoteError) -> Way {
        Way(transport: "local", why: "it is the controller itself")
    }

    /// Nothing has to be relayed: the controller can reach the address as it is.
    package func forward(
        to address: String,
        port: Int
    ) async throws(RemoteError) -> LocalEndpoint {
        LocalEndpoint(address: address, port: port)
    }

    package func close() async {}

    private func remoteError(_ failure: ChildFailure) -> RemoteError {
        switch failure.code {
        case .notStarted:
            RemoteError(
                .unsupported,
                host: host,
                "The command could not be started on the controller: \(failure.cause).",
                cause: failure.cause
            )
        case .timedOut:
            RemoteError(
                .timedOut,
                host: host,
                "The command had not ended by its deadline on the controller and was killed with "
                    + "its process group. Give it more time, or look why it hangs.",
                cause: lastLine(of: failure.errors),
                nothingStarted: false
            )
        case .cancelled:
            RemoteError(
                .cancelled,
                host: host,
                "The command on the controller was killed because the run is stopping.",
                cause: lastLine(of: failure.errors),
                nothingStarted: false
            )
        }
    }
}

extension CommandResult {
    init(_ outcome: ChildOutcome) {
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
            sent: Instant(ns: outcome.startedNs),
            done: Instant(ns: outcome.doneNs)
        )
    }
}

/// The last line that says something, for the cause of an error; nil when there is none.
func lastLine(of bytes: [UInt8]) -> String? {
    String(decoding: bytes.suffix(2000), as: UTF8.self)
        .split(whereSeparator: \.isNewline)
        .map { $0.trimmingPrefix { $0.isWhitespace } }
        .last { !$0.isEmpty }
        .map { String($0.prefix(300)) }
}
