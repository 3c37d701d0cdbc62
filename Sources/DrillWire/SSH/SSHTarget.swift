/// Where an SSH session goes and as whom; all of it decided by the caller beforehand.
package struct SSHTarget: Sendable {
    /// A name or an address.
    package var address: String
    package var port: Int
    package var user: String
    /// Tried in this order; a server counts each against its MaxAuthTries, so keep it short.
    package var identities: [SSHIdentity]
    /// Host key algorithms in the order of preference; empty leaves it to libssh2.
    package var hostKeyAlgorithms: [String]
    /// Whether the host's key is the one that it should have; asked once, before anything is told.
    package var accepts: @Sendable (SSHHostKey) -> Bool
    /// From the first packet to the login; a caller's own deadline may be earlier.
    package var connectTimeoutNs: Int64

    package init(
        address: String,
        port: Int,
        user: String,
        identities: [SSHIdentity],
        hostKeyAlgorithms: [String],
        connectTimeoutNs: Int64 = 15_000_000_000,
        accepts: @escaping @Sendable (SSHHostKey) -> Bool
    ) {
        self.address = address
        self.port = port
        self.user = user
        self.identities = identities
        self.hostKeyAlgorithms = hostKeyAlgorithms
        self.connectTimeoutNs = connectTimeoutNs
        self.accepts = accepts
    }
}

/// A key to log in with.
package enum SSHIdentity: Hashable, Sendable {
    /// A private key file without a passphrase.
    case file(path: String)
    /// A key that an agent holds; `key` is its public part as on the wire (RFC 4253 6.6).
    case agent(SSHAgentKey)
}

package struct SSHAgentKey: Hashable, Sendable {
    package var socket: String
    package var key: [UInt8]
    package var comment: String

    package init(socket: String, key: [UInt8], comment: String) {
        self.socket = socket
        self.key = key
        self.comment = comment
    }
}

/// The public key that a host showed, as on the wire (RFC 4253 6.6).
package struct SSHHostKey: Hashable, Sendable {
    package var blob: [UInt8]

    package init(blob: [UInt8]) { self.blob = blob }
}

/// A command line for a host's login shell.
package struct SSHOrder: Sendable {
    package var line: String
    /// Standard input; the stream is closed after it.
    package var input: [UInt8]
    /// Of each stream; what goes beyond is read and dropped.
    package var outputLimitBytes: Int
    /// What the command says, alone on a line of its output, when it is held ready; nil where it isn't held.
    ///
    /// Its input is kept back until it is fired; one that is asked `questions` isn't held.
    package var readyLine: [UInt8]?
    /// The lines that it is given behind `input`, one at a time, from `readyLine` on, each once it has
    /// answered the one before.
    package var questions: [String]

    package init(
        line: String,
        input: [UInt8] = [],
        outputLimitBytes: Int,
        readyLine: [UInt8]? = nil,
        questions: [String] = []
    ) {
        self.line = line
        self.input = input
        self.outputLimitBytes = outputLimitBytes
        self.readyLine = readyLine
        self.questions = questions
    }

    /// What a line may have: libssh2 1.10 sends it as one packet of at most 35000 bytes.
    package static let lineLimitBytes = 34_000
}

/// How a command on a host ended.
package struct SSHOutcome: Sendable {
    package enum Exit: Hashable, Sendable {
        case code(Int)
        /// The name without SIG (RFC 4254 6.10).
        case signal(String)
    }

    package var exit: Exit
    package var output: [UInt8]
    package var errors: [UInt8]
    package var isTruncated: Bool
    package var answers: [SSHAnswer]
    package var sentNs: Int64
    package var doneNs: Int64
}

/// What a session found on the other side.
package struct SSHPeer: Sendable {
    package var hostKey: SSHHostKey
    /// The identity that was accepted.
    package var identity: SSHIdentity
}

/// What went wrong between here and a host, and at which stage.
package struct SSHFailure: Error, Sendable {
    package enum Code: Sendable {
        case unresolvable, unreachable, refused, timedOut, disconnected, cancelled
        /// What answers there doesn't speak SSH, or broke off the greeting.
        case notSSH
        /// No common algorithm, as far as libssh2's go.
        case keyExchange
        /// `SSHTarget.accepts` said no.
        case hostKeyRefused
        /// No identity was accepted.
        case notAuthorised
        /// The host won't open one more channel, or won't execute.
        case channelRefused
        case lineTooLong
        /// libssh2 itself can't be loaded here.
        case noLibrary
        /// The library failed in another way.
        case failed
    }

    package enum Stage: String, Sendable {
        case resolving, connecting, greeting, authenticating, opening, executing, running
    }

    package var code: Code
    package var stage: Stage
    /// What the library or the system said, word for word.
    package var cause: String
    /// True when it is certain that the command never started.
    package var nothingStarted: Bool
    package var hostKey: SSHHostKey?
    /// What it had answered by then.
    package var answers: [SSHAnswer] = []

    package init(
        _ code: Code,
        _ stage: Stage,
        _ cause: String,
        nothingStarted: Bool = true,
        hostKey: SSHHostKey? = nil
    ) {
        self.code = code
        self.stage = stage
        self.cause = cause
        self.nothingStarted = nothingStarted
        self.hostKey = hostKey
    }
}

/// Names one way to one host inside the hub; a session is opened with the first use and again after
/// it was lost.
package struct SSHLink: Hashable, Sendable {
    let id: Int
}
