package import DrillModel

/// A way that can have its host hold a command ready, so that it begins at one moment with others.
package protocol Loading: Remote {
    /// Has the host hold a command ready, and returns once the host has said so.
    ///
    /// `line` says `Ready.line` when it is ready, alone on a line, and begins with the first line of
    /// `input`, which is held back until then (`CommandLine.hold`). An error means that nothing has begun
    /// and nothing will.
    func load(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> any Shot
}

/// A command that a host holds ready.
///
/// ```
///  load ─▶ Hosts.fire, with all others at once ─▶ outcome
///     └──▶ unload, or the connection ends: it ends, and has done nothing
/// ```
/// Whoever loads one asks for its outcome or unloads it, once.
package protocol Shot: Sendable {
    /// Waits for the end of what was fired; `sent` is when it was told to begin.
    func outcome(by deadline: Instant) async throws(RemoteError) -> CommandResult
    func unload() async
}

extension RemoteError {
    /// The command ended instead of being held ready.
    package static func notReady(_ host: String, _ result: CommandResult) -> RemoteError {
        let said = result.errorText.trimmed
        return RemoteError(
            .protocolError,
            host: host,
            "\(host) did not hold the command ready: \(said.isEmpty ? result.exit.shown : said)"
        )
    }
}
