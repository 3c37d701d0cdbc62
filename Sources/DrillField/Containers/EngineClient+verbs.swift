package import DrillEngine
package import DrillModel
internal import FoundationEssentials
internal import NIOHTTP1

/// The verbs of faults and runbooks.
///
/// The engine's own answers to "it is so already" differ from version to version (304, 409, 403, 500), so
/// where it refuses, a look decides: what was to be reached and is so, is success.
extension EngineClient {
    package func inspect(
        _ container: String,
        deadline: Instant
    ) async throws(EngineError) -> ContainerState {
        let path = try "/containers/\(segment(container))/json"
        let answer = try await ask(.GET, path, about: container, deadline: deadline)
        return try answer.decoded(InspectAnswer.self).state
    }

    package func start(_ container: String, deadline: Instant) async throws(EngineError) {
        try await post("start", container, accepting: [304], deadline: deadline)
    }

    package func stop(_ container: String, deadline: Instant) async throws(EngineError) {
        try await post("stop", container, accepting: [304], deadline: deadline)
    }

    package func restart(_ container: String, deadline: Instant) async throws(EngineError) {
        try await post("restart", container, deadline: deadline)
    }

    package func kill(
        _ container: String,
        signal: String,
        deadline: Instant
    ) async throws(EngineError) {
        try await reach(container, deadline: deadline) { state in
            state.status != "running" && state.status != "paused"
        } by: { () async throws(EngineError) in
            let verb = "kill?signal=\(percentEncoded(signal))"
            try await self.post(verb, container, deadline: deadline)
        }
    }

    package func pause(_ container: String, deadline: Instant) async throws(EngineError) {
        try await reach(container, deadline: deadline) {
            $0.status == "paused"
        } by: { () async throws(EngineError) in
            try await self.post("pause", container, deadline: deadline)
        }
    }

    /// Resumes a paused container; one that isn't paused, running or not, is left as it is.
    package func unpause(_ container: String, deadline: Instant) async throws(EngineError) {
        try await reach(container, deadline: deadline) {
            $0.status != "paused"
        } by: { () async throws(EngineError) in
            try await self.post("unpause", container, deadline: deadline)
        }
    }

    private func post(
        _ verb: String,
        _ container: String,
        accepting: Set<UInt> = [],
        deadline: Instant
    ) async throws(EngineError) {
        let path = try "/containers/\(segment(container))/\(verb)"
        _ = try await ask(
            .POST,
            path,
            accepting: accepting,
            about: container,
            deadline: deadline
        )
    }

    package func disconnect(
        _ container: String,
        network: String,
        deadline: Instant
    ) async throws(EngineError) {
        let path = try "/networks/\(segment(network))/disconnect"
        let body = try encoded(DisconnectQuestion(container: container))
        try await reach(container, deadline: deadline) { state in
            !state.attachments.contains { $0.network == network }
        } by: { () async throws(EngineError) in
            _ = try await self.ask(
                .POST,
                path,
                body: .json(body),
                about: container,
                deadline: deadline
            )
        }
    }

    /// Hangs a container on a network with the address and the names it had there.
    package func connect(
        _ container: String,
        attachment: NetworkAttachment,
        deadline: Instant
    ) async throws(EngineError) {
        let path = try "/networks/\(segment(attachment.network))/connect"
        let body = try encoded(
            ConnectQuestion(container: container, endpoint: EndpointShape(attachment))
        )
        try await reach(container, deadline: deadline) { state in
            state.attachments.contains {
                $0.network == attachment.network
                    && (attachment.address == nil || $0.address == attachment.address)
            }
        } by: { () async throws(EngineError) in
            _ = try await self.ask(
                .POST,
                path,
                body: .json(body),
                about: container,
                deadline: deadline
            )
        }
    }

    /// Acts; when the engine refuses, looks whether what was wanted is so already.
    private func reach(
        _ container: String,
        deadline: Instant,
        _ isReached: (ContainerState) -> Bool,
        by act: () async throws(EngineError) -> Void
    ) async throws(EngineError) {
        do throws(EngineError) {
            try await act()
        } catch {
            guard error.code == .refused || error.code == .unexpectedAnswer else { throw error }
            guard isReached(try await inspect(container, deadline: deadline)) else { throw error }
        }
    }

    /// A container's or network's name or id as a path segment.
    ///
    /// - Throws: for what no name can be: nothing else of the API can be reached through a name.
    func segment(_ name: String) throws(EngineError) -> String {
        let isFine =
            name.utf8.count <= 255
            && name.unicodeScalars.first.map { isASCIIAlphanumeric($0) } == true
            && name.unicodeScalars.allSatisfy {
                isASCIIAlphanumeric($0) || "_.-".unicodeScalars.contains($0)
            }
        guard isFine else {
            throw EngineError(
                .noSuchContainer,
                container: name,
                "\"\(name)\" can't be the name of a container or network: letters, digits, _ . - "
                    + "only, beginning with a letter or digit"
            )
        }
        return name
    }

    private func isASCIIAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}
