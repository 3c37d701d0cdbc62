import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Testing

/// The same commands over every way to a host.
@Suite("Remotes", .serialized)
struct RemoteTests {
    enum Means: String, CaseIterable, Sendable { case local, libssh2, openssh }

    /// Runs a body with a remote of that kind.
    func with(
        _ means: Means,
        _ body: (any Remote, TestSSHD) async throws -> Void
    ) async throws {
        try await withServer { server in
            let host =
                switch means {
                case .local: Host(name: "here", isLocal: true)
                case .libssh2: server.host(.libssh2)
                case .openssh: server.host(.openssh)
                }
            let hosts = server.hosts()
            try await body(try await hosts.remote(to: host), server)
            await hosts.close()
        }
    }

    @Test(arguments: Means.allCases)
    func endsWithItsExitCode(_ means: Means) async throws {
        try await with(means) { remote, _ in
            for code in [0, 1, 2, 127, 128, 137, 254, 255] {
                let result = try await remote.run("exit \(code)")
                #expect(result.exit == .code(code))
                #expect(result.output.isEmpty)
                #expect(result.errors.isEmpty, "\(result.errorText)")
                #expect(result.sent < result.done)
            }
            #expect(try await remote.way().transport == means.rawValue)
        }
    }

    @Test("what a person is told to type does the same, through a jump host, too")
    func typed() async throws {
        try await withServer { server in
            let door = server.host(.auto, name: "door")
            let words = ["printf", "%s|", "a 'b'", "$c", "d\"\\\nline two", "*"]
            let table: [(Command, String)] = [
                (.list(words), "a 'b'|$c|d\"\\\nline two|*|"),
                (.shell("echo \"$((1 + 1))\"; printf '%s' 'x'"), "2\nx"),
                (
                    Command(.shell("cat; echo end"), input: Text("it's\nhere\n")),
                    "it's\nhere\nend\n"
                ),
                (.list(["id", "-u"], sudo: true), "0\n"),
            ]
            for host in [server.host(.auto), server.host(.auto, jump: "door")] {
                let hosts = server.hosts([door, host])
                for (command, output) in table {
                    let line = try hosts.typed(command, on: host)
                    #expect(line.hasPrefix("ssh "), "\(line)")
                    #expect(await shell(line) == output, "\(line)")
                }
                await hosts.close()
            }
        }
    }

    @Test(arguments: Means.allCases)
    func endsWithItsSignal(_ means: Means) async throws {
        try await with(means) { remote, _ in
            for name in ["KILL", "TERM", "SEGV"] {
                let result = try await remote.run("kill -\(name) $$")
                #expect(result.exit == .signal(name))
            }
        }
    }

    @Test(arguments: Means.allCases)
    func keepsTheStreamsApart(_ means: Means) async throws {
        try await with(means) { remote, _ in
            let result = try await remote.run(
                "printf out1; printf err1 >&2; printf out2; printf err2 >&2; exit 3"
            )
            #expect(result.outputText == "out1out2")
            #expect(result.errorText == "err1err2")
            #expect(result.exit == .code(3))
            #expect(!result.isTruncated)
        }
    }

    @Test(arguments: Means.allCases)
    func boundsWhatIsKept(_ means: Means) async throws {
        try await with(means) { remote, _ in
            let result = try await remote.run(
                "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2; exit 7",
                outputLimitBytes: 100_000
            )
            #expect(result.exit == .code(7))
            #expect(result.output.count == 100_000)
            #expect(result.errors.count == 100_000)
            #expect(result.isTruncated)
            let whole = try await remote.run(
                "head -c 5000000 /dev/zero",
                outputLimitBytes: 5_000_000
            )
            #expect(whole.output.count == 5_000_000)
            #expect(!whole.isTruncated)
        }
    }

    @Test(arguments: Means.allCases)
    func givesItsInput(_ means: Means) async throws {
        try await with(means) { remote, _ in
            #expect(try await remote.run("cat; echo end").outputText == "end\n")
            let text = [UInt8]("a\0b\n\u{e9}".utf8)
            #expect(try await remote.run("cat", input: text).output == text)
            let much = [UInt8]((0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            let back = try await remote.run("cat", input: much, outputLimitBytes: 5_000_000)
            #expect(back.output == much)
            // Not read at all: no hang, no failure.
            #expect(try await remote.run("exit 4", input: much).exit == .code(4))
        }
    }

    @Test(arguments: Means.allCases)
    func endsByItsDeadline(_ means: Means) async throws {
        try await with(means) { remote, _ in
            _ = try await remote.run("true")
            let startNs = BootClock.nowNs()
            let mark = "9\(Int.random(in: 1000...9999)).5"
            await #expect { try await remote.run("sleep \(mark); true", within: 0.5) } throws: {
                let error = $0 as? RemoteError
                return error?.code == .timedOut && error?.nothingStarted == false
            }
            #expect(BootClock.nowNs() - startNs < 1_000_000_000)
            // What was given up doesn't stay on the host.
            #expect(await isGone("sleep \(mark)"))
            #expect(try await remote.run("echo on").outputText == "on\n")
        }
    }

    @Test(arguments: Means.allCases)
    func endsWhenItsTaskIsCancelled(_ means: Means) async throws {
        try await with(means) { remote, _ in
            _ = try await remote.run("true")
            let mark = "9\(Int.random(in: 1000...9999)).5"
            let startNs = BootClock.nowNs()
            let task = Task { try await remote.run("sleep \(mark); true", within: 20) }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            await #expect { try await task.value } throws: {
                ($0 as? RemoteError)?.code == .cancelled
            }
            #expect(BootClock.nowNs() - startNs < 2_000_000_000)
            #expect(await isGone("sleep \(mark)"))
        }
    }

    @Test(
        "what is given up last is ended on the host before drill leaves",
        arguments: Means.allCases
    )
    func endsWhatIsGivenUpLast(_ means: Means) async throws {
        try await withServer { server in
            let host =
                means == .local
                ? Host(name: "here", isLocal: true)
                : server.host(means == .libssh2 ? .libssh2 : .openssh)
            for isCancelled in [false, true] {
                let hosts = server.hosts()
                let remote = try await hosts.remote(to: host)
                _ = try await remote.run("true")
                let mark = "9\(Int.random(in: 1000...9999)).5"
                // Closed by a task that is cancelled itself, as a run is that somebody stops.
                let task = Task {
                    _ = try? await remote.run("sleep \(mark); true", within: isCancelled ? 20 : 0.5)
                    await hosts.close()
                }
                if isCancelled {
                    try await Task.sleep(for: .milliseconds(300))
                    task.cancel()
                }
                await task.value
                #expect(await isGone("sleep \(mark)"), "\(means), \(isCancelled)")
            }
        }
    }

    @Test(arguments: Means.allCases)
    func outlivesABackgroundChildThatKeepsItsOutput(_ means: Means) async throws {
        try await with(means) { remote, _ in
            _ = try await remote.run("true")
            let startNs = BootClock.nowNs()
            do {
                let result = try await remote.run("sleep 30 & echo done", within: 1.5)
                #expect(result.outputText == "done\n")
            } catch let error as RemoteError {
                // Over SSH the host doesn't tell that the command has ended.
                #expect(error.code == .timedOut)
                #expect(means != .local)
            }
            #expect(BootClock.nowNs() - startNs < 2_000_000_000)
        }
    }

    @Test(arguments: Means.allCases)
    func bearsHostileWords(_ means: Means) async throws {
        let words = [
            "a b", "", "'", "\"", "\n", "a\nb\n", "-n", "--", "$(touch /tmp/x)", "`id`", "\\",
            "\\n",
            "!!", "*", "~", "#c", "&", ";", "|", "é😀", "\t", "$HOME", "%h", "a=b", "\u{1b}[0m",
        ]
        try await with(means) { remote, _ in
            let line = "printf '%s\\0' " + words.map(Shell.quoted).joined(separator: " ")
            let result = try await remote.run(line)
            let back = result.output.split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            #expect(back == words + [""])
        }
    }

    @Test(arguments: [Means.libssh2, .openssh])
    func refusesALineThatIsTooLong(_ means: Means) async throws {
        try await with(means) { remote, _ in
            let fits = "true " + String(repeating: "x", count: 30_000)
            let result = try await remote.run(fits)
            #expect(result.isSuccess)
            await #expect { try await remote.run(fits + fits) } throws: {
                let error = $0 as? RemoteError
                return error?.code == .configuration
                    && error?.message.contains("standard input") == true
            }
        }
    }

    /// A session whose other end has stopped is left behind; the host is asked for a new one.
    @Test func leavesASilentSession() async throws {
        try await with(.libssh2) { remote, server in
            _ = try await remote.run("true")
            await server.signalSessions("STOP")
            for within in [0.5, 3.5] {
                let startNs = BootClock.nowNs()
                await #expect { try await remote.run("echo off", within: within) } throws: {
                    ($0 as? RemoteError)?.code == .timedOut
                }
                #expect(BootClock.nowNs() - startNs < Int64((within + 0.5) * 1e9))
            }
            let result = try await remote.run("echo new")
            #expect(result.outputText == "new\n")
        }
    }

    @Test(arguments: Means.allCases)
    func runsTwentyAtOnce(_ means: Means) async throws {
        try await with(means) { remote, _ in
            let startNs = BootClock.nowNs()
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await remote.run("sleep 0.2; echo \(number)", within: 20).outputText
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(texts) == Set((0..<20).map { "\($0)\n" }))
            // Eight at a time over SSH, and never one after another.
            #expect(BootClock.nowNs() - startNs < 4_000_000_000)
        }
    }

    @Test(arguments: [Means.libssh2, .openssh])
    func tellsOfALostConnectionAndComesBack(_ means: Means) async throws {
        try await with(means) { remote, server in
            _ = try await remote.run("true")
            let task = Task { try await remote.run("sleep 20", within: 15) }
            try await Task.sleep(for: .milliseconds(500))
            let startNs = BootClock.nowNs()
            await server.killSessions()
            await #expect { try await task.value } throws: {
                let error = $0 as? RemoteError
                return error?.code == .disconnected && error?.nothingStarted == false
            }
            #expect(BootClock.nowNs() - startNs < 2_000_000_000)
            #expect(try await remote.run("echo back").outputText == "back\n")
            // Lost while idle: the next command doesn't notice.
            await server.killSessions()
            #expect(try await remote.run("echo again").outputText == "again\n")
        }
    }

    /// Whatever is given up in whatever state, each call ends by its deadline with its output or a reason.
    ///
    /// The session stays good.
    @Test(arguments: [Means.libssh2, .openssh])
    func bearsRandomDeadlinesAndCancellations(_ means: Means) async throws {
        let seed = UInt64.random(in: 0...9_999_999)
        var random = SplitMix(state: seed)
        let plans = (0..<(means == .libssh2 ? 200 : 60)).map { _ in
            (
                sleep: Double.random(in: 0...0.15, using: &random),
                within: Double.random(in: 0.02...0.6, using: &random),
                cancel: Double.random(in: 0...1, using: &random) < 0.2,
                bytes: Int.random(in: 0...200_000, using: &random)
            )
        }
        try await with(means) { remote, _ in
            _ = try await remote.run("true")
            await withTaskGroup(of: Void.self) { group in
                for (number, plan) in plans.enumerated() {
                    group.addTask {
                        let startNs = BootClock.nowNs()
                        let task = Task {
                            try await remote.run(
                                "sleep \(plan.sleep); head -c \(plan.bytes) /dev/zero; echo \(number)",
                                within: plan.within
                            )
                        }
                        if plan.cancel { task.cancel() }
                        switch await task.result {
                        case .success(let result):
                            #expect(result.output.count == plan.bytes + "\(number)\n".utf8.count)
                        case .failure(let error):
                            let code = (error as? RemoteError)?.code
                            #expect(
                                code == .timedOut || plan.cancel && code == .cancelled,
                                "seed \(seed): \(error)"
                            )
                        }
                        let tookNs = BootClock.nowNs() - startNs
                        #expect(tookNs < Int64((plan.within + 1) * 1e9), "seed \(seed)")
                    }
                    if number % 10 == 9 { await group.next() }
                }
            }
            let result = try await remote.run("echo good")
            #expect(result.outputText == "good\n", "seed \(seed)")
        }
    }

    /// True when no such process is left within two seconds.
    private func isGone(_ command: String) async -> Bool {
        for _ in 0..<40 {
            if await shell("pgrep -xf '\(command)'").isEmpty { return true }
            _ = await shell("sleep 0.05")
        }
        return false
    }
}

extension Remote {
    func run(
        _ line: String,
        input: [UInt8] = [],
        within: Double = 10,
        outputLimitBytes: Int = 1 << 20
    ) async throws -> CommandResult {
        try await run(
            line,
            input: input,
            deadline: seconds(within),
            outputLimitBytes: outputLimitBytes
        )
    }
}

/// A small generator that a printed seed starts again (Steele, Lea, Flood: SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
