import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Testing

/// Questions to a command on a host, over real sshd.
@Suite("Remotes: conversations", .serialized)
struct ConversationTests {
    private static let questions = ["q-1", "q-2", "q-3"]

    /// A word by which the command's processes are found, and a file that it may make.
    private struct Mark {
        let word = "drill-talk-\(UUID().uuidString.prefix(8))"
        var file: String { NSTemporaryDirectory() + word }
        var isMade: Bool { FileManager.default.fileExists(atPath: file) }

        /// Two seconds are a lot for what takes milliseconds, and little beside what it waits for else.
        func isGone() async -> Bool {
            // The brackets keep the pattern from finding itself.
            let pattern = "[d]" + word.dropFirst()
            return await becomes {
                await shell("grep -lae '\(pattern)' /proc/[0-9]*/cmdline 2>/dev/null").isEmpty
            }
        }

        func becomes(_ isSo: () async -> Bool) async -> Bool {
            for _ in 0..<40 {
                if await isSo() { return true }
                _ = await shell("sleep 0.05")
            }
            return false
        }
    }

    private func with(
        _ transport: DrillModel.Host.Transport = .libssh2,
        options: [String] = [],
        _ body: (any Remote, TestSSHD) async throws -> Void
    ) async throws {
        try await withServer(options: options) { server in
            let hosts = server.hosts()
            try await body(try await hosts.remote(to: server.host(transport)), server)
            await hosts.close()
        }
    }

    @Test(
        "asks in order; libssh2 in one command, OpenSSH in one for each question",
        arguments: [
            (DrillModel.Host.Transport.libssh2, 1), (.auto, 1), (.openssh, 3),
        ]
    )
    func inOrder(_ transport: DrillModel.Host.Transport, _ commands: Int) async throws {
        try await with(transport, options: ["LogLevel VERBOSE"]) { remote, server in
            // OpenSSH's master, once opened, holds a command of its own.
            _ = try await remote.way()
            let before = try begun(on: server)
            let answers = try await remote.ask(
                Self.questions,
                of: "echo \(Ready.line); while read -r q; do echo $q is $q; done",
                deadline: seconds(10)
            )
            #expect(answers.map(\.text) == Self.questions.map { "is \($0)" })
            #expect(answers.allSatisfy { $0.sent < $0.done })
            #expect(zip(answers, answers.dropFirst()).allSatisfy { $0.done <= $1.sent })
            #expect(try begun(on: server) - before == commands)
        }
    }

    /// How many commands a server that logs verbosely has begun.
    private func begun(on server: TestSSHD) throws -> Int {
        let log = try String(contentsOfFile: "\(server.folder)/log", encoding: .utf8)
        return log.matches(of: /Starting session: command/).count
    }

    @Test("what a slow start says is no answer, and its time is no answer's")
    func start() async throws {
        // In place of start-up files, which belong to the login shell; it goes on talking behind them.
        let start =
            "ForceCommand printf 'welcome\\nq-1 none\\n'; sleep 0.2; "
            + "for n in 1 2 3; do sleep 0.05; echo q-10 none; done & sh -c \"$SSH_ORIGINAL_COMMAND\""
        try await with(options: [start]) { remote, _ in
            let answers = try await remote.ask(
                Self.questions,
                of: "echo \(Ready.line); while read -r q; do sleep 0.06; echo $q heard; done",
                deadline: seconds(10)
            )
            #expect(answers.map(\.text) == ["heard", "heard", "heard"])
            // Without the start's 0.2 s: 60 ms of its own, the rest is a busy machine's.
            let shortest = try #require(answers.map { $0.done - $0.sent }.min())
            #expect(shortest >= .milliseconds(60) && shortest < .milliseconds(160))
        }
    }

    @Test("what hangs after an answer is ended at the deadline, and the answer is kept")
    func hanging() async throws {
        try await with { remote, _ in
            let mark = Mark()
            let begun = BootClock.nowNs()
            let answers = try await remote.ask(
                Self.questions,
                of: "echo \(Ready.line); read -r q; echo $q one; sleep 30; : \(mark.word)",
                deadline: seconds(1)
            )
            #expect(answers.map(\.text) == ["one"])
            // A second of its own, the rest is a busy machine's.
            #expect(BootClock.nowNs() - begun < 3_000_000_000)
            #expect(await mark.isGone())
            #expect(try await remote.run("echo on").outputText == "on\n")
        }
    }

    @Test("what never is ready is an error at the deadline", arguments: ["sleep 30", "cat"])
    func silent(_ line: String) async throws {
        try await with { remote, _ in
            await #expect {
                try await remote.ask(Self.questions, of: line, deadline: seconds(0.5))
            } throws: {
                ($0 as? RemoteError)?.code == .timedOut
            }
        }
    }

    @Test("what ends by itself has answered what it has")
    func ending() async throws {
        try await with { remote, _ in
            let begun = BootClock.nowNs()
            let answers = try await remote.ask(
                Self.questions,
                of: "echo \(Ready.line); read -r q; echo $q one; exit 1",
                deadline: seconds(10)
            )
            #expect(answers.map(\.text) == ["one"])
            let none = try await remote.ask(
                Self.questions,
                of: "no-such-command",
                deadline: seconds(10)
            )
            #expect(none.isEmpty)
            // Long before the deadline.
            #expect(BootClock.nowNs() - begun < 5_000_000_000)
        }
    }

    @Test("a connection that ends takes the command along, and the answer is kept")
    func cutOff() async throws {
        try await with { remote, server in
            let mark = Mark()
            // The second question is heard and not answered, the third never comes.
            let line =
                "echo \(Ready.line); read -r q; echo $q one; read -r q; touch \(mark.file); read -r q"
            async let answers = remote.ask(Self.questions, of: line, deadline: seconds(10))
            #expect(await mark.becomes { mark.isMade })
            await server.killSessions()
            let kept = try await answers
            #expect(kept.map(\.text) == ["one"])
            #expect(await mark.isGone())
        }
    }

    @Test("cancelled, it ends on its host, and the answer is kept")
    func cancelled() async throws {
        try await with { remote, _ in
            let mark = Mark()
            let line =
                "echo \(Ready.line); read -r q; echo $q one; touch \(mark.file); sleep 30; :"
            let task = Task {
                try await remote.ask(Self.questions, of: line, deadline: seconds(20))
            }
            #expect(await mark.becomes { mark.isMade })
            task.cancel()
            let kept = try await task.value
            #expect(kept.map(\.text) == ["one"])
            #expect(await mark.isGone())
        }
    }
}
