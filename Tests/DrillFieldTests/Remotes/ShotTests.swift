import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Testing

/// Commands that hosts hold ready, over both transports and real sshd.
@Suite("Remotes: shots", .serialized)
struct ShotTests {
    enum Means: String, CaseIterable, Sendable {
        case libssh2, openssh

        var transport: Host.Transport { self == .libssh2 ? .libssh2 : .openssh }
    }

    /// A file that the command makes, and a mark by which its processes are found.
    private struct Mark {
        let word = "drill-shot-\(UUID().uuidString.prefix(8))"
        var file: String { NSTemporaryDirectory() + word }

        /// As `CommandLine.hold` does it, without a lease.
        var line: String {
            """
            : \(word)
            echo \(Ready.line)
            IFS= read -r word && [ "$word" = \(Ready.word) ] || exit 75
            cat >\(file); echo done; echo told >&2; exit 3
            """
        }

        var input: [UInt8] { Array("\(Ready.word)\nwhat it\nreads\n".utf8) }
        var isMade: Bool { FileManager.default.fileExists(atPath: file) }

        /// Until no process carries the mark: two seconds are a lot for an input that ends.
        func isGone() async -> Bool {
            for _ in 0..<40 {
                // The brackets keep the pattern from finding itself.
                let pattern = "[d]" + word.dropFirst()
                if await shell("grep -lae '\(pattern)' /proc/[0-9]*/cmdline 2>/dev/null").isEmpty {
                    return true
                }
                _ = await shell("sleep 0.05")
            }
            return false
        }
    }

    private func with(
        _ means: Means,
        _ body: (any Loading, FieldHosts, TestSSHD) async throws -> Void
    ) async throws {
        try await withServer { server in
            let hosts = server.hosts()
            let remote = try await hosts.remote(to: server.host(means.transport))
            try await body(try #require(remote as? any Loading), hosts, server)
            await hosts.close()
        }
    }

    private func load(_ mark: Mark, _ remote: any Loading) async throws -> any Shot {
        try await remote.load(
            mark.line,
            input: mark.input,
            deadline: seconds(10),
            outputLimitBytes: 1000
        )
    }

    @Test(
        "does nothing until it is fired, and then is a command like any other",
        arguments: Means.allCases
    )
    func fired(_ means: Means) async throws {
        try await with(means) { remote, hosts, _ in
            let mark = Mark()
            let shot = try await load(mark, remote)
            try await Task.sleep(for: .milliseconds(300))
            #expect(!mark.isMade)
            let before = BootClock.nowNs()
            await hosts.fire([shot])
            let result = try await shot.outcome(by: seconds(10))
            #expect(result.exit == .code(3))
            #expect(result.outputText == "done\n" && result.errorText == "told\n")
            #expect(
                try String(contentsOfFile: mark.file, encoding: .utf8) == "what it\nreads\n"
            )
            #expect(result.sent.ns >= before && result.sent <= result.done)
            #expect(await mark.isGone())
        }
    }

    @Test("unloaded, it ends and has done nothing", arguments: Means.allCases)
    func unloaded(_ means: Means) async throws {
        try await with(means) { remote, _, _ in
            let mark = Mark()
            let shot = try await load(mark, remote)
            await shot.unload()
            #expect(await mark.isGone())
            #expect(!mark.isMade)
            #expect(try await remote.run("echo on").outputText == "on\n")
        }
    }

    @Test("a connection that ends takes it along, and nothing has begun", arguments: Means.allCases)
    func cutOff(_ means: Means) async throws {
        try await with(means) { remote, hosts, server in
            let mark = Mark()
            let shot = try await load(mark, remote)
            await server.killSessions()
            #expect(await mark.isGone())
            await hosts.fire([shot])
            await #expect {
                try await shot.outcome(by: seconds(5))
            } throws: {
                ($0 as? RemoteError)?.nothingStarted == true
            }
            #expect(!mark.isMade)
        }
    }

    @Test("what is lost after it was fired may have begun", arguments: Means.allCases)
    func unanswered(_ means: Means) async throws {
        try await with(means) { remote, hosts, server in
            let line = "echo \(Ready.line); read -r word; sleep 30"
            let shot = try await remote.load(
                line,
                input: Array("\(Ready.word)\n".utf8),
                deadline: seconds(10),
                outputLimitBytes: 1000
            )
            await hosts.fire([shot])
            try await Task.sleep(for: .milliseconds(300))
            await server.killSessions()
            await #expect {
                try await shot.outcome(by: seconds(5))
            } throws: {
                ($0 as? RemoteError)?.nothingStarted == false
            }
        }
    }

    @Test("what ends instead of being ready says why", arguments: Means.allCases)
    func notReady(_ means: Means) async throws {
        try await with(means) { remote, _, _ in
            await #expect {
                try await remote.load(
                    "echo the lease is over >&2; exit 75",
                    input: [],
                    deadline: seconds(10),
                    outputLimitBytes: 1000
                )
            } throws: {
                let error = $0 as? RemoteError
                return error?.message == "db did not hold the command ready: the lease is over"
                    && error?.nothingStarted == true
            }
            let begun = BootClock.nowNs()
            await #expect {
                try await remote.load(
                    "sleep 30",
                    input: [],
                    deadline: seconds(1),
                    outputLimitBytes: 1000
                )
            } throws: {
                let error = $0 as? RemoteError
                return error?.code == .timedOut && error?.nothingStarted == true
            }
            #expect(BootClock.nowNs() - begun < 3_000_000_000)
        }
    }

    @Test("shots of both transports begin together, only when all are fired")
    func together() async throws {
        try await withServer { server in
            let hosts = server.hosts()
            var shots: [(Mark, any Shot)] = []
            for (number, means) in (Means.allCases + Means.allCases).enumerated() {
                let host = server.host(means.transport, name: "h\(number)")
                let remote = try await hosts.remote(to: host)
                let mark = Mark()
                shots.append((mark, try await load(mark, try #require(remote as? any Loading))))
            }
            #expect(shots.allSatisfy { !$0.0.isMade })
            await hosts.fire(shots.map { $0.1 })
            for (mark, shot) in shots {
                #expect(try await shot.outcome(by: seconds(10)).exit == .code(3))
                #expect(mark.isMade)
            }
            await hosts.close()
        }
    }
}
