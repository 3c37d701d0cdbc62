package import DrillModel

/// The verbs of a container engine that drill needs; every one but `restart` is idempotent.
///
/// Starting what runs, killing what is dead, disconnecting what is not connected: success. The
/// answer tells only what was observed.
package protocol ContainerEngine: Sendable {
    /// What the engine is, or why it can't be used (no socket, no permission), with what to do.
    func version(deadline: Instant) async throws(EngineError) -> String
    func inspect(_ container: String, deadline: Instant) async throws(EngineError) -> ContainerState
    func start(_ container: String, deadline: Instant) async throws(EngineError)
    /// As long as the container itself gives its processes to end; then they are killed.
    func stop(_ container: String, deadline: Instant) async throws(EngineError)
    func restart(_ container: String, deadline: Instant) async throws(EngineError)
    func kill(_ container: String, signal: String, deadline: Instant) async throws(EngineError)
    func pause(_ container: String, deadline: Instant) async throws(EngineError)
    func unpause(_ container: String, deadline: Instant) async throws(EngineError)
    func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError)
    func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError)
}

/// A call to the container engine that failed: what, on which container, what to do.
package struct EngineError: Error, Hashable, Codable, Sendable {
    package enum Code: String, Codable, Sendable {
        case noSocket, noPermission, noSuchContainer, noSuchNetwork, refused, timedOut
        case unexpectedAnswer
    }

    package var code: Code
    package var container: String?
    package var message: String
    package var cause: String?

    package init(_ code: Code, container: String? = nil, _ message: String, cause: String? = nil) {
        self.code = code
        self.container = container
        self.message = message
        self.cause = cause
    }
}
