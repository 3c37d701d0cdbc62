import DrillEngine
import DrillField
import DrillModel
import Testing

/// A command on this machine that a test needs beside it; `stop` ends its whole process group.
final class Background: Sendable {
    private let task: Task<String, Never>

    /// Runs `line` until it ends by itself, or for five minutes.
    init(_ line: String) {
        task = Task {
            do throws(RemoteError) {
                let result = try await LocalRemote(host: "test").run(
                    line,
                    input: [],
                    deadline: now() + .minutes(5),
                    outputLimitBytes: 65536
                )
                return result.outputText + result.errorText
            } catch {
                return error.cause ?? error.message
            }
        }
    }

    func stop() async {
        task.cancel()
        _ = await task.value
    }

    /// What it said, when it has ended by itself.
    var words: String {
        get async { await task.value }
    }

    /// Runs a command to its end.
    static func run(_ line: String) async throws -> String {
        let result = try await LocalRemote(host: "test").run(
            line,
            input: [],
            deadline: now() + .seconds(60),
            outputLimitBytes: 1 << 20
        )
        try #require(result.isSuccess, "\(line): \(result.errorText)")
        return result.outputText
    }
}
