import DrillModel
import Foundation

extension ContainerEngine {
    /// Carries out a verb; looking verbs answer what they saw, the others an empty string.
    func perform(
        _ verb: ContainerVerb,
        on container: String,
        deadline: Instant
    ) async throws(EngineError) -> String {
        switch verb {
        case .start: try await start(container, deadline: deadline)
        case .kill(let signal): try await kill(container, signal: signal, deadline: deadline)
        case .pause: try await pause(container, deadline: deadline)
        case .unpause: try await unpause(container, deadline: deadline)
        case .id: return try await inspect(container, deadline: deadline).id
        case .state: return try await inspect(container, deadline: deadline).status
        case .networks:
            return try encoded(await inspect(container, deadline: deadline).attachments)
        case .disconnect:
            for attachment in try await inspect(container, deadline: deadline).attachments {
                try await disconnect(container, network: attachment.network, deadline: deadline)
            }
        case .connect(let saved):
            for attachment in try decoded(saved, container) {
                try await connect(container, attachment: attachment, deadline: deadline)
            }
        }
        return ""
    }

    private func encoded(_ attachments: [NetworkAttachment]) throws(EngineError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(attachments), as: UTF8.self)
        } catch {
            throw EngineError(
                .unexpectedAnswer,
                "the networks can't be written down",
                cause: "\(error)"
            )
        }
    }

    private func decoded(
        _ saved: Text,
        _ container: String
    ) throws(EngineError) -> [NetworkAttachment] {
        do {
            return try JSONDecoder().decode([NetworkAttachment].self, from: Data(saved.shown.utf8))
        } catch {
            throw EngineError(
                .unexpectedAnswer,
                container: container,
                """
                \(container): its saved networks can't be read; reconnect it by hand: \
                \(saved.shown)
                """,
                cause: "\(error)"
            )
        }
    }
}
