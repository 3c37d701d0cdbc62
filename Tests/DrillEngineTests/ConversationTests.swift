import DrillModel
import Synchronization
import Testing

@testable import DrillEngine

/// Questions to a way that can't hold a conversation: one command each.
@Suite struct ConversationTests {
    private static let gone = RemoteError(.disconnected, host: "a", "the connection was lost")

    private func ask(_ says: [Result<String, RemoteError>]) async throws -> [CommandAnswer] {
        let remote = OneByOne(says)
        let answers = try await remote.ask(["q-1", "q-2"], of: "loop", deadline: Instant(ns: 9))
        #expect(remote.inputs == Array(["q-1\n", "q-2\n"].prefix(says.count)))
        return answers
    }

    @Test func eachQuestionIsACommandOfItsOwn() async throws {
        let answers = try await ask([
            .success("welcome\ndrill-ready\nq-1 one word\n"), .success("drill-ready\nq-2 two\n"),
        ])
        #expect(
            answers == [
                CommandAnswer(text: "one word", sent: Instant(ns: 10), done: Instant(ns: 15)),
                CommandAnswer(text: "two", sent: Instant(ns: 20), done: Instant(ns: 25)),
            ]
        )
    }

    @Test func whatAnswersNothingIsPassedOver() async throws {
        let answers = try await ask([.success("q-2 two\nq-10 ten\n"), .success("q-2 two\n")])
        #expect(answers.map(\.text) == ["two"])
    }

    @Test func whatWasAnsweredBeforeALossIsKept() async throws {
        let answers = try await ask([.success("q-1 one\n"), .failure(Self.gone)])
        #expect(answers.map(\.text) == ["one"])
    }

    @Test func aLossBeforeAnyAnswerIsAnError() async {
        await #expect(throws: Self.gone) { try await ask([.failure(Self.gone)]) }
    }
}

/// Runs commands, and nothing more; the *n*th is sent at 10·*n* ns and done 5 ns later.
private final class OneByOne: Remote {
    let host = "a"
    private let says: [Result<String, RemoteError>]
    private let given = Mutex<[String]>([])

    init(_ says: [Result<String, RemoteError>]) { self.says = says }

    var inputs: [String] { given.withLock { $0 } }

    func run(
        _ line: String,
        input: [UInt8],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> CommandResult {
        let count = given.withLock { given in
            given.append(String(decoding: input, as: UTF8.self))
            return given.count
        }
        let sent = Instant(ns: Int64(10 * count))
        return CommandResult(
            exit: .code(0),
            output: Array(try says[count - 1].get().utf8),
            errors: [],
            sent: sent,
            done: sent + Span(ns: 5)
        )
    }

    func way() async throws(RemoteError) -> Way { Way(transport: "fake", why: "a test") }

    func forward(to address: String, port: Int) async throws(RemoteError) -> LocalEndpoint {
        throw RemoteError(.unsupported, host: host, "no forwarding here")
    }

    func close() async {}
}
