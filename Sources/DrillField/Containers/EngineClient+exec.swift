package import DrillEngine
package import DrillModel
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

extension EngineClient {
    /// Runs a command in a container, without a shell, as root or as `user`, and waits for its end.
    package func exec(
        _ container: String,
        _ words: [String],
        user: String? = nil,
        deadline: Instant
    ) async throws(EngineError) -> ExecResult {
        let made = try await ask(
            .POST,
            "/containers/\(segment(container))/exec",
            body: .json(try encoded(ExecQuestion(words: words, user: user))),
            about: container,
            deadline: deadline
        ).decoded(ExecMade.self)
        let streams = try await ask(
            .POST,
            "/exec/\(segment(made.id))/start",
            body: .json(try encoded(ExecStart())),
            about: container,
            deadline: deadline
        )
        let ended = try await ask(
            .GET,
            "/exec/\(segment(made.id))/json",
            about: container,
            deadline: deadline
        ).decoded(ExecEnded.self)
        guard let code = ended.exitCode else {
            throw EngineError(
                .unexpectedAnswer,
                container: container,
                "the container engine doesn't tell how a command in \(container) ended: was the "
                    + "container killed meanwhile?"
            )
        }
        let (output, errors) = demultiplexed(streams.body)
        return ExecResult(exit: code, output: output, errors: errors)
    }

    private struct ExecQuestion: Encodable {
        var words: [String]
        var user: String?
        var attachOutput = true
        var attachErrors = true
        enum CodingKeys: String, CodingKey {
            case words = "Cmd"
            case user = "User"
            case attachOutput = "AttachStdout"
            case attachErrors = "AttachStderr"
        }
    }

    private struct ExecStart: Encodable {
        var detach = false
        var terminal = false
        enum CodingKeys: String, CodingKey {
            case detach = "Detach"
            case terminal = "Tty"
        }
    }

    private struct ExecMade: Decodable {
        var id: String
        enum CodingKeys: String, CodingKey { case id = "Id" }
    }

    private struct ExecEnded: Decodable {
        var exitCode: Int?
        enum CodingKeys: String, CodingKey { case exitCode = "ExitCode" }
    }
}

/// How a command in a container ended.
package struct ExecResult: Hashable, Sendable {
    package var exit: Int
    package var output: String
    package var errors: String
}

/// Takes the engine's mixed stream apart.
///
/// It comes as frames of `[stream, 0, 0, 0, length as 4 bytes]` and content, where stream
/// 1 is standard output and 2 standard error. A frame that was cut off counts as far as it came.
func demultiplexed(_ stream: ByteBuffer) -> (output: String, errors: String) {
    var rest = stream
    var output = ByteBuffer()
    var errors = ByteBuffer()
    while let header = rest.readInteger(as: UInt32.self),
        let length = rest.readInteger(as: UInt32.self)
    {
        guard var content = rest.readSlice(length: min(Int(length), rest.readableBytes)) else {
            break
        }
        switch header >> 24 {
        case 1: output.writeBuffer(&content)
        case 2: errors.writeBuffer(&content)
        default: break
        }
    }
    return (String(buffer: output), String(buffer: errors))
}
