import DrillEngine
import DrillModel
import Glibc
import Testing

@testable import DrillField

/// What wasn't answered is no answer that all is quiet.
@Suite(.timeLimit(.minutes(1)))
struct UnansweredTests {
    @Test func aToolThatIsMissingLooksAtNothing() async throws {
        let probers = fieldProbers()
        func once(_ script: String, exit: Int = 0) async throws -> Outcome {
            let look = CommandLook(command: .shell(script), exit: exit)
            return try await probers.once(probe(.command(look), timeout: .seconds(3))).outcome
        }
        let missing = try await once("echo show stat | no-such-tool - /run/haproxy.sock")
        #expect(missing.failure == .blind)
        #expect(missing.words.hasPrefix("it couldn't be run: exit code 127: "), "\(missing)")
        #expect(try await once("/etc/passwd").words.hasPrefix("it couldn't be run: exit code 126"))
        #expect(try await once("exit 127", exit: 127) == .good, "what is asked for is an answer")
        await probers.close()
    }

    @Test(arguments: [EHOSTUNREACH, ENETUNREACH, EHOSTDOWN])
    func nobodyOnTheWayThere(_ code: Int32) {
        let text = ProbeText { _ throws(SecretError) in throw SecretError("none") }
        let failure = NetworkFailure(code: code)
        #expect(failure.ofPort(isDetection: false, text).failure == .refused, "nobody is served")
        #expect(failure.ofPort(isDetection: true, text).failure == .blind)
        let refused = NetworkFailure(code: ECONNREFUSED)
        #expect(refused.ofPort(isDetection: true, text).failure == .refused)
    }

    /// The same as a host's own tools say it.
    @Test func nobodyOnTheWayFromAHost() {
        let text = ProbeText { _ throws(SecretError) in throw SecretError("none") }
        let words = "bash: connect: No route to host"
        let failure = RemoteTCP.failure(exit: 1, words: words)
        #expect(failure?.ofPort(isDetection: true, text).failure == .blind)
        #expect(failure?.ofPort(isDetection: false, text).failure == .refused)
    }

    /// A port that refuses is quiet all the same; so a probe is made that knows what it measures.
    @Test func aPortThatRefusesAnswers() async throws {
        let probers = fieldProbers()
        var waits = probe(.tcp(TCPLook(address: "127.0.0.1", port: try freePort())))
        waits.measure = .detection
        #expect(try await probers.once(waits).outcome.failure == .refused)
        await probers.close()
    }
}
