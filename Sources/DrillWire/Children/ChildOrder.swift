/// A process to start: what to run, what to give it and how much to keep of what it says.
package struct ChildOrder: Sendable {
    /// The program, looked up in PATH, and its arguments.
    package var words: [String]
    /// The whole environment; nil is this process's own.
    package var environment: [String: String]?
    /// Standard input; closed after it unless `keepsInputOpen`.
    package var input: [UInt8]
    /// Standard input stays open until the child is ended: it reads end-of-file if this process dies.
    package var keepsInputOpen: Bool
    /// At its deadline, or when the task is cancelled, only the caller is answered; the process goes on
    /// until `Children.end`.
    package var outlivesItsDeadline: Bool
    /// Of each stream; what goes beyond is read and dropped.
    package var outputLimitBytes: Int

    package init(
        _ words: [String],
        environment: [String: String]? = nil,
        input: [UInt8] = [],
        keepsInputOpen: Bool = false,
        outlivesItsDeadline: Bool = false,
        outputLimitBytes: Int
    ) {
        self.words = words
        self.environment = environment
        self.input = input
        self.keepsInputOpen = keepsInputOpen
        self.outlivesItsDeadline = outlivesItsDeadline
        self.outputLimitBytes = outputLimitBytes
    }
}

/// What a process speaks on.
package enum ChildStream: Sendable { case output, errors }

/// How a process ended and what it said.
package struct ChildOutcome: Sendable {
    package enum Exit: Hashable, Sendable {
        case code(Int)
        /// The name without SIG, or the bare number of a signal without a name.
        case signal(String)
    }

    package var exit: Exit
    package var output: [UInt8]
    package var errors: [UInt8]
    /// The last 256 bytes of standard error, also of what was dropped.
    package var lastErrors: [UInt8]
    package var isTruncated: Bool
    /// Where it was fed later: when that was.
    package var startedNs: Int64
    package var doneNs: Int64
    /// False where it waited for input that it never got.
    package var isFed: Bool
}

/// Why nothing is known of how a process would have ended.
package struct ChildFailure: Error, Sendable {
    package enum Code: Sendable {
        /// It could not be started; `cause` is the system's word.
        case notStarted
        /// Its time was up: ended with its whole process group, unless it outlives its deadline.
        case timedOut
        /// The caller's task was cancelled: ended likewise.
        case cancelled
    }

    package var code: Code
    package var cause: String
    /// What it had said on standard error by then.
    package var errors: [UInt8] = []
}

/// The names of Linux's signals, as SSH and shells use them (signal(7)).
package enum SignalName {
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]

    /// `KILL` for 9; the number itself where it has no name.
    package static func of(_ number: Int) -> String {
        names.indices.contains(number - 1) ? names[number - 1] : String(number)
    }
}
