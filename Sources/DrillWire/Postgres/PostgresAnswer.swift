/// What came of one question to a PostgreSQL server.
package struct PostgresAnswer: Sendable {
    package enum Result: Sendable {
        /// Every statement succeeded; the rows of the last one, as text.
        case rows([[String?]])
        /// The server answered an error to the statement.
        case error(PostgresError)
        /// There was no connection, and nothing was sent.
        case notConnected(PostgresError)
        /// Sent, and the connection ended without an answer.
        case lost(String)
        /// The deadline came first; `sentNs` tells whether it was sent.
        case late
        /// As many connections as are allowed are busy; nothing was sent.
        case busy
        /// The caller's task was cancelled; `sentNs` tells whether it was sent.
        case cancelled
    }

    package var result: Result
    /// When connecting began, where a new connection was made.
    package var connectNs: Int64?
    /// When the statement was handed to the socket.
    package var sentNs: Int64?
    /// When the answer, or the knowledge that there is none, was there.
    package var doneNs: Int64
    /// Warnings that came with it.
    package var warnings: [String] = []

    package init(result: Result, doneNs: Int64) {
        self.result = result
        self.doneNs = doneNs
    }
}

/// An error that a PostgreSQL server or libpq reports.
package struct PostgresError: Error, Hashable, Sendable {
    /// `ERROR`, `FATAL` or `PANIC`, whatever the server's language; nil for libpq's own.
    package var severity: String?
    /// Five characters (PostgreSQL documentation, appendix A); nil for libpq's own.
    package var code: String?
    package var message: String

    package init(severity: String? = nil, code: String? = nil, message: String) {
        self.severity = severity
        self.code = code
        self.message = message
    }
}
