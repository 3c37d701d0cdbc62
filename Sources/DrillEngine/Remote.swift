package import DrillModel

/// A way to one host: SSH by libssh2, OpenSSH's `ssh`, or the controller itself.
///
/// A command's non-zero exit is a value, not an error. Errors mean that nothing is known of how the
/// command ended. Every call ends by its deadline.
package protocol Remote: Sendable {
    var host: String { get }

    /// Runs one command line through the host's login shell (`sh -c` on the controller).
    ///
    /// `line` is already quoted: the caller resolved all `${...}` and added `sudo -n` where needed.
    /// `input` is standard input, closed after it. `deadline`, on the controller's boot-time clock,
    /// covers everything, connecting included. What goes beyond `outputLimitBytes` of a stream is
    /// dropped and marked.
    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult

    /// The same, and then asks the command as `ask` does: for one that first tells and then answers.
    ///
    /// A way that can't hold a conversation asks nothing.
    func run(
        _ line: String,
        input: [UInt8],
        then questions: [String],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> (result: CommandResult, answers: [CommandAnswer])

    /// Asks a command one question after the other, the next once the one before has been answered.
    ///
    /// `line` says `Ready.line`, alone on a line, and then answers each line of its input with one that
    /// begins with it and a blank; it ends with its input. What was answered by the deadline, or until the
    /// command or the connection ended, is returned; errors mean that nothing was.
    func ask(
        _ questions: [String],
        of line: String,
        deadline: Instant
    ) async throws(RemoteError) -> [CommandAnswer]

    /// What the survey tells of this way: `libssh2`, `openssh` or `local`, and why it was chosen.
    func way() async throws(RemoteError) -> Way

    /// Opens a TCP connection from the host to `address:port` and relays it: used by `via:` probes.
    ///
    /// - Returns: a local socket address (loopback) that is relayed for as long as the remote lives.
    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint

    func close() async
}

package struct LocalEndpoint: Hashable, Sendable {
    package var address: String
    package var port: Int

    package init(address: String, port: Int) {
        self.address = address
        self.port = port
    }
}

/// Which transport was taken to a host, and why.
package struct Way: Hashable, Codable, Sendable {
    package var transport: String
    package var why: String
    /// The key that the host showed; nil where the transport can't tell.
    package var hostKey: HostKey?

    package init(transport: String, why: String, hostKey: HostKey? = nil) {
        self.transport = transport
        self.why = why
        self.hostKey = hostKey
    }
}

/// How a command ended.
package struct CommandResult: Hashable, Codable, Sendable {
    package enum Exit: Hashable, Codable, Sendable {
        case code(Int)
        /// The name without SIG: `KILL`, `TERM`.
        case signal(String)
    }

    package var exit: Exit
    package var output: [UInt8]
    package var errors: [UInt8]
    /// True when a stream went over its limit and its rest was dropped.
    package var isTruncated: Bool
    /// When the request to execute was handed to the socket.
    package var sent: Instant
    /// When the exit was known.
    package var done: Instant

    package init(
        exit: Exit,
        output: [UInt8],
        errors: [UInt8],
        isTruncated: Bool = false,
        sent: Instant,
        done: Instant
    ) {
        self.exit = exit
        self.output = output
        self.errors = errors
        self.isTruncated = isTruncated
        self.sent = sent
        self.done = done
    }

    package var isSuccess: Bool { exit == .code(0) }
    /// Whether its output is text, byte for byte.
    package var isText: Bool {
        !output.contains(0) && String(validating: output, as: UTF8.self) != nil
    }
    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
}

/// Why a host couldn't be worked with: what went wrong and what to do about it.
package struct RemoteError: Error, Hashable, Codable, Sendable {
    package enum Code: String, Codable, Sendable {
        case unreachable, refused, timedOut, unresolvable
        case hostKeyUnknown, hostKeyChanged, hostKeyRevoked
        case notAuthorised, noKey, unsupported
        case disconnected, protocolError, configuration
        /// The caller's task was cancelled; what it had started was ended where that was possible.
        case cancelled
    }

    package var code: Code
    package var host: String
    /// One or two sentences: what went wrong, then what to do.
    package var message: String
    /// What the library or system said, word for word.
    package var cause: String?
    /// True when it is certain that the command never started.
    package var nothingStarted: Bool

    package init(
        _ code: Code,
        host: String,
        _ message: String,
        cause: String? = nil,
        nothingStarted: Bool = true
    ) {
        self.code = code
        self.host = host
        self.message = message
        self.cause = cause
        self.nothingStarted = nothingStarted
    }
}

/// All ways to all hosts of an inventory; opens each once and keeps it.
package protocol Hosts: Sendable {
    /// The way to a host, opened when first used.
    func remote(to host: Host) async throws(RemoteError) -> any Remote
    /// Has commands that hosts hold ready begin: sends them all off before it waits for anything.
    func fire(_ shots: [any Shot]) async
    func close() async
}

extension Hosts {
    /// Where no way can load there is nothing to fire.
    package func fire(_ shots: [any Shot]) async {
        precondition(shots.isEmpty, "hosts whose ways load must say how to fire")
    }
}
