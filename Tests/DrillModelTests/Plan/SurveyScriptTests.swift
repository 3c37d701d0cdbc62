import Foundation
import Testing

@testable import DrillModel

@Suite struct SurveyScriptTests {
    @Test func readsAnAnswer() throws {
        let held = "20260101T000000Z-x-1111"
        let facts = try SurveyScript.read(
            """
            Welcome to host 7! uid 0
            drill-survey begin
            user drill
            uid 1000
            sudo yes
            tool iptables /usr/sbin/iptables
            iptables iptables-legacy
            chain iptables-legacy \(Partition.Wall.chain(run: held, fault: "cut", host: "db-a"))
            chain iptables-legacy DRILL-1111-cut-00000000
            tool odd /opt/my tools/odd
            ssh 10.77.0.1 50022 10.77.1.11 22
            boot d1ceb541-6094:24
            network net:[4026531833]
            container 0a1b
            uptime 1787.57
            services runit
            system Debian GNU/Linux 12 (bookworm)
            kernel Linux 6.1
            logger no
            lease /run tmpfs
            room / 100 40
            room /run torn
            drill-lease lock 20260101T000000Z-x-1111 ops
            drill-lease lease armed alive 20260101T000000Z-x-1111 cut db-a
            drill-lease lease failed gone 20260101T000000Z-x-1111 split db-a
            drill-lease lease healed gone 20260101T000000Z-z-3333 cut db-a
            drill-lease lease firing alive 20260101T000000Z-y-2222 cut db-a
            drill-survey end
            """
        )
        #expect(
            facts
                == HostFacts(
                    user: "drill",
                    isRoot: false,
                    hasSudo: true,
                    tools: ["iptables": "/usr/sbin/iptables", "odd": "/opt/my tools/odd"],
                    iptables: "iptables-legacy",
                    sshConnection: ["10.77.0.1", "50022", "10.77.1.11", "22"],
                    boot: "d1ceb541-6094:24",
                    network: "net:[4026531833]",
                    container: "0a1b",
                    uptime: .milliseconds(1_787_570),
                    serviceManager: "runit",
                    leftovers: ["20260101T000000Z-x-1111", "20260101T000000Z-y-2222"],
                    system: "Debian GNU/Linux 12 (bookworm)",
                    kernel: "Linux 6.1",
                    hasLogger: false,
                    leasePlace: "/run",
                    leaseFileSystem: "tmpfs",
                    rooms: ["/": Room(freeBytes: 40 * 1024, totalBytes: 100 * 1024)],
                    chains: [RuleChain(tool: "iptables-legacy", name: "DRILL-1111-cut-00000000")]
                )
        )
    }

    @Test(arguments: [
        ("", "the survey's script did not start: is there a POSIX `sh` for the login user?"),
        (
            "This account is currently not available.\n",
            "the survey's script did not start: is there a POSIX `sh` for the login user?"
                + " It answered: This account is currently not available."
        ),
        ("drill-survey begin\nuser x\n", "the survey's script did not come to its end"),
    ])
    func saysWhyAnAnswerIsNone(_ output: String, _ message: String) {
        #expect(throws: Problem(message)) { try SurveyScript.read(output) }
    }

    @Test func quotesTools() {
        #expect(SurveyScript.line(tools: []) == "exec sh -s --")
        #expect(SurveyScript.line(tools: ["pgrep", "a b"]) == "exec sh -s -- pgrep 'a b'")
    }

    static let second: Int64 = 1_000_000_000

    @Test(arguments: [
        // The host reads its clock halfway through 40 ms.
        ("1700000000020000000\n", 1_700_000_000 * second, 40, Span.zero, Span.milliseconds(20)),
        ("1700000005000000000", 1_700_000_000 * second, 10, .milliseconds(4995), .milliseconds(5)),
        ("1699999999000000000", 1_700_000_000 * second, 0, .milliseconds(-1000), .zero),
        // No nanoseconds: the second alone is known.
        ("1700000000", 1_700_000_000 * second, 40, .milliseconds(480), .milliseconds(520)),
        ("1700000000%N", 1_700_000_000 * second, 40, .milliseconds(480), .milliseconds(520)),
        ("Hello!\n1700000000020000000\n", 1_700_000_000 * second, 40, .zero, .milliseconds(20)),
    ])
    func holdsClocksTogether(
        _ answer: String,
        _ sent: Int64,
        _ tripMs: Int64,
        _ offset: Span,
        _ bound: Span
    ) {
        let look = ClockLook(
            answer: answer,
            sentWallNs: sent,
            doneWallNs: sent + tripMs * 1_000_000
        )
        #expect(look?.offset == offset)
        #expect(look?.bound == bound)
    }

    @Test(arguments: ["", "date: not found", "17", "1700000000x"])
    func doesNotTakeNonsenseForATime(_ answer: String) {
        #expect(ClockLook(answer: answer, sentWallNs: 0, doneWallNs: 1) == nil)
    }

    /// Wherever in the round trip the host reads its clock, the truth is within the bound.
    @Test func theBoundHoldsTheTruth() throws {
        for seed in UInt64(0)..<500 {
            var random = SplitMix64(seed: seed)
            let sent = 1_700_000_000 * Self.second + Int64(random.below(1_000_000_000))
            let there = Int64(random.below(300_000_000))
            let back = Int64(random.below(300_000_000))
            let truth = Int64(random.below(7_200_000)) * 1_000_000 - 3_600_000_000_000
            let exact = sent + there + truth
            for answer in ["\(exact)", "\(exact / Self.second)"] {
                let look = try #require(
                    ClockLook(
                        answer: answer,
                        sentWallNs: sent,
                        doneWallNs: sent + there + back
                    )
                )
                let miss = abs(look.offset.ns - truth)
                #expect(miss <= look.bound.ns, "seed \(seed): off by \(miss), \(look)")
            }
        }
    }

    // Run by a real shell, on this machine and in front of stand-ins for its tools.

    @Test func runsHere() async throws {
        let facts = try SurveyScript.read(
            try await Self.run(tools: ["sh", "no-such-tool"], path: nil)
        )
        #expect(facts.user == NSUserName())
        #expect(facts.tools.keys.sorted() == ["sh"])
        #expect(facts.boot?.contains(":") == true)
        #expect(facts.network?.hasPrefix("net:[") == true)
        #expect(facts.iptables == nil, "iptables was not asked for")
        #expect(facts.kernel?.hasPrefix("Linux ") == true)
        #expect(facts.system != nil && facts.hasLogger != nil)
        #expect(facts.isLeaseInMemory != nil)
        let room = try #require(facts.rooms?["/"])
        #expect(0 < room.freeBytes && room.freeBytes < room.totalBytes)
    }

    @Test(
        arguments: [
            // uid, sudo works, variants of iptables that work; is root, has sudo, chosen variant
            (0, false, ["iptables"], true, true, "iptables"),
            (1000, true, ["iptables", "iptables-legacy"], false, true, "iptables"),
            (1000, true, ["iptables-legacy"], false, true, "iptables-legacy"),
            (1000, true, [], false, true, nil),
            (1000, false, ["iptables"], false, false, nil),
        ] as [(Int, Bool, [String], Bool, Bool, String?)]
    )
    func findsWhatWorks(
        _ uid: Int,
        _ sudo: Bool,
        _ working: [String],
        _ isRoot: Bool,
        _ hasSudo: Bool,
        _ variant: String?
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("drill-survey-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func tool(_ name: String, _ body: String) throws {
            let file = folder.appendingPathComponent(name)
            try Data("#!/bin/sh\n\(body)\n".utf8).write(to: file)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: file.path
            )
        }
        try tool("id", "[ \"$1\" = -u ] && echo \(uid) || echo someone")
        try tool("sudo", sudo ? "[ \"$1\" = -n ] && shift && AS_ROOT=1 exec \"$@\"" : "exit 1")
        for name in ["iptables", "iptables-legacy", "iptables-nft"] {
            let needsRoot = uid == 0 ? "" : "[ -n \"$AS_ROOT\" ] || exit 4\n"
            try tool(
                name,
                needsRoot + "[ \"$*\" = '-w 1 -S' ] && exit \(working.contains(name) ? 0 : 3)"
            )
        }
        let facts = try SurveyScript.read(
            try await Self.run(tools: ["iptables"], path: folder.path)
        )
        #expect(facts.isRoot == isRoot)
        #expect(facts.hasSudo == hasSudo)
        #expect(facts.iptables == variant)
        #expect(facts.tools["iptables"] == folder.path + "/iptables")
        #expect(facts.user == "someone")
    }

    static func run(tools: [String], path: String?) async throws -> String {
        try await shell(
            SurveyScript.script,
            SurveyScript.line(tools: tools),
            environment: path.map { ["PATH": $0 + ":/usr/bin:/bin"] }
        )
    }

    /// What a POSIX shell prints that runs `line` with `input` at hand.
    static func shell(
        _ input: String,
        _ line: String = "exec sh -s",
        environment: [String: String]? = nil
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        if let environment { process.environment = environment }
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in done.resume() }
            do {
                try process.run()
                // Both fit into the pipes' buffers, so neither side waits for the other.
                stdin.fileHandleForWriting.write(Data(input.utf8))
                try stdin.fileHandleForWriting.close()
            } catch {
                done.resume(throwing: error)
            }
        }
        let data = try stdout.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
