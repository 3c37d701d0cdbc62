import DrillEngine
import DrillField
import DrillModel
import DrillWire
import Foundation
import Testing

/// No name in a file is ever obeyed by a shell: over a real sshd, by every transport, and by the real
/// engine.
@Suite("Security: hostile names", .serialized)
struct HostileNameTests {
    static let ways: [DrillModel.Host.Transport] = [.libssh2, .openssh]

    /// `CANARY` stands for a file that must not come to be.
    static let names = [
        "two words", "it's", "a \"quoted\" one", "line\nbreak", "\n", "-n", "--", "-rf /",
        "$(touch CANARY)", "`touch CANARY`", "; touch CANARY;", "& touch CANARY &",
        "| touch CANARY", "> CANARY", "'; touch CANARY; '", "\"; touch CANARY; \"",
        "\n touch CANARY\n", "$HOME ${PATH} $$ $IFS", "%s %n %%", "ünïcode ☃ 日本", "\\", "\\n\\0",
        "* ? [a-z]", "~root", "# no comment", "!! !1", "tab\there", "{a,b}", "\u{202E}reversed",
        "\r", "a=b", "(sub)", "END", "EOF\n", ".",
    ]

    private func hostile(_ canary: String) -> [String] {
        Self.names.map { $0.replacing("CANARY", with: canary) }
    }

    private func withRemote(
        _ way: DrillModel.Host.Transport,
        _ body: (any Remote, TestSSHD) async throws -> Void
    ) async throws {
        try await withServer { server in
            let hosts = server.hosts()
            try await body(try await hosts.remote(to: server.host(way)), server)
            await hosts.close()
        }
    }

    private func sent(_ command: DrillModel.Command) throws -> CommandLine {
        try CommandLine(command) { part throws(SecretError) in
            guard case .environment(let value) = part else { throw SecretError("none") }
            return value
        }
    }

    private func run(
        _ command: DrillModel.Command,
        by remote: any Remote
    ) async throws
        -> CommandResult
    {
        let sent = try sent(command)
        return try await remote.run(sent.line, input: sent.input)
    }

    @Test("in lists, in strings and as secrets they arrive to the letter", arguments: ways)
    func exact(_ way: DrillModel.Host.Transport) async throws {
        try await withRemote(way) { remote, server in
            let canary = server.folder + "/canary"
            let words = hostile(canary)
            let printf = ["printf", "%s\\0"].map { Text($0) }
            let forms: [(String, [Text.Part])] = [
                ("values", words.map { .value($0) }), ("secrets", words.map { .environment($0) }),
            ]
            for (form, parts) in forms {
                let list = printf + parts.map { Text(parts: [$0]) }
                let string = Text(
                    parts: [.literal("printf '%s\\0'")] + parts.flatMap { [.literal(" "), $0] }
                )
                let commands = [
                    DrillModel.Command(.list(list)), DrillModel.Command(.list(list), sudo: true),
                    DrillModel.Command(.shell(string)),
                    DrillModel.Command(.shell(string), sudo: true),
                ]
                for command in commands {
                    let result = try await run(command, by: remote)
                    let said = result.outputText.components(separatedBy: "\0").dropLast()
                    #expect(Array(said) == words, "\(form), \(result.errorText)")
                }
            }
            #expect(!FileManager.default.fileExists(atPath: canary))
        }
    }

    @Test(
        "as names, files and services of processes they find nobody, as patterns only who matches",
        arguments: ways
    )
    func processes(_ way: DrillModel.Host.Transport) async throws {
        try await withRemote(way) { remote, server in
            let canary = server.folder + "/canary"
            let host = DrillModel.Host(name: "h", address: server.address)
            let scene = Scene(
                inventory: Inventory(name: "i", hosts: [host]),
                facts: Facts(hosts: ["h": HostFacts(isRoot: true, serviceManager: "sysv")]),
                run: "r"
            )
            let odd = hostile(canary) + ["$(kill -9 $PPID)", "--help", "-e.", "/dev/null"]
            for (index, key) in ["name", "pattern", "pid-file", "service"].enumerated() {
                // Each by one of the ways: every look goes through all of /proc.
                for (offset, value) in odd.enumerated()
                where (index + offset) % 2 == Self.ways.firstIndex(of: way) {
                    let step = FaultStep(
                        id: "f",
                        fault: "pause-process",
                        target: Selector(hosts: ["h"]),
                        values: Values([key: .word(value)])
                    )
                    let procedure: Procedure
                    do throws(Problems) {
                        procedure = try PauseProcess.procedure(step, on: host, in: scene)
                    } catch {
                        // What is refused says why and where.
                        #expect(!error.list.isEmpty)
                        continue
                    }
                    guard let find = procedure.capture.first,
                        case .command(_, let command) = find.verb
                    else { continue }
                    let result = try await run(command, by: remote)
                    let isFound =
                        key == "pattern"
                        && result.outputText.wholeMatch(of: /(\d+:\d+ ?)+\n/) != nil
                    #expect(!result.isSuccess || isFound, "\(key) \(value): \(result.outputText)")
                }
            }
            #expect(!FileManager.default.fileExists(atPath: canary))
        }
    }

    /// The reader lets none of them through; the journal is a file, too.
    @Test("as run, fault, host and operator of a lease they are only its names", arguments: ways)
    func lease(_ way: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let canary = server.folder + "/canary"
            let names = hostile(canary)
            let undone = server.folder + "/undone"
            for start in stride(from: way == Self.ways[0] ? 0 : 2, to: names.count - 3, by: 4) {
                let (run, fault, name) = (names[start], names[start + 1], names[start + 2])
                let hosts = server.hosts()
                let remote = try await hosts.remote(to: server.host(way, name: name))
                let lease = Lease(
                    run: run,
                    fault: fault,
                    host: name,
                    places: [server.folder + "/leases"]
                )
                let told = Syslog.message(run: run, who: names[start + 3], what: fault)
                func send(_ command: DrillModel.Command) async throws -> String {
                    var sent = try sent(command)
                    sent.log(told)
                    let result = try await remote.run(sent.line, input: sent.input)
                    return result.outputText
                }
                let undo = "touch \(Shell.quoted(undone))\n"
                let armed = try await send(
                    lease.arm(undo: undo, lasts: .seconds(30), who: names[start + 3])
                )
                guard case .armed = Lease.Armed(armed) else {
                    Issue.record("\(run), \(fault), \(name): \(armed)")
                    continue
                }
                let state = Lease.State(try await send(lease.state))
                #expect(state.phase == .armed && state.isAlive)
                let healed = try await send(lease.heal(patience: .seconds(5)))
                #expect(Lease.Healed(healed) == .healed(log: ""), "\(fault): \(healed)")
                let cleaned = try await send(lease.clean)
                #expect(Lease.Cleaned(cleaned) == .cleaned, "\(fault): \(cleaned)")
                #expect(FileManager.default.fileExists(atPath: undone))
                try? FileManager.default.removeItem(atPath: undone)
                #expect(!FileManager.default.fileExists(atPath: server.folder + "/leases"))
                await hosts.close()
            }
            #expect(!FileManager.default.fileExists(atPath: canary))
        }
    }

    @Test("paths of keys and known hosts may hold whatever a file system allows", arguments: ways)
    func paths(_ way: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let canary = server.folder + "/canary"
            let odd = server.folder + "/it's $(touch canary) ; `x` 100%h \"q\" \\ ü"
            try FileManager.default.createDirectory(
                atPath: odd,
                withIntermediateDirectories: true
            )
            for name in ["key", "key.pub", "known_hosts"] {
                try FileManager.default.copyItem(
                    atPath: "\(server.folder)/\(name)",
                    toPath: "\(odd)/\(name)"
                )
            }
            let host = server.host(way, key: odd + "/key")
            let hosts = FieldHosts(
                inventory: Inventory(name: "i", knownHosts: odd + "/known_hosts", hosts: [host]),
                environment: ["HOME": server.folder, "PATH": "/usr/bin:/bin", "USER": server.user],
                configFile: server.config
            )
            let result = try await hosts.remote(to: host).run("echo in")
            #expect(result.outputText == "in\n")
            await hosts.close()
            #expect(!FileManager.default.fileExists(atPath: canary))
        }
    }

    @Test("an address or user that ssh would take for an option is none", arguments: ways)
    func options(_ way: DrillModel.Host.Transport) async throws {
        try await withServer { server in
            let canary = server.folder + "/canary"
            for odd in ["-oProxyCommand=touch \(canary)", "$(touch \(canary))", "a b", "x;y"] {
                var byAddress = server.host(way)
                byAddress.address = odd
                for host in [byAddress, server.host(way, user: odd)] {
                    let hosts = server.hosts([host])
                    await #expect(throws: RemoteError.self) {
                        _ = try await hosts.remote(to: host).run("true", within: 5)
                    }
                    await hosts.close()
                }
            }
            #expect(!FileManager.default.fileExists(atPath: canary))
        }
    }

    /// The engine's own rule: a letter or digit, then letters, digits, `_`, `.` and `-`.
    @Test("the real engine is never asked about a name that it couldn't have given")
    func engine() async throws {
        let client = EngineClient(try EngineAddress(environment: [:]))
        let soon = Instant(ns: BootClock.nowNs()) + .seconds(20)
        do {
            #expect(try await client.version(deadline: soon) != "")
        } catch {
            await client.close()
            throw error
        }
        let canary = NSTemporaryDirectory() + "drill-canary-\(UUID().uuidString)"
        let paths = ["../networks/none", "x/../y", "x?force=1", "x/json#", "..", "", "a%2Fb"]
        for name in hostile(canary) + paths where name != "END" {
            let error = await #expect(throws: EngineError.self) {
                try await client.kill(name, signal: "KILL", deadline: soon)
            }
            #expect(error?.code == .noSuchContainer, "\(name)")
            let message = error?.message ?? ""
            #expect(message.contains("can't be the name of a container"), "\(name): \(message)")
        }
        // The longest and oddest that it permits: asked, and not there.
        for name in ["0", "a-._", "A" + String(repeating: "_", count: 254)] {
            let error = await #expect(throws: EngineError.self) {
                _ = try await client.inspect("drill-none-" + name.suffix(200), deadline: soon)
            }
            #expect(error?.code == .noSuchContainer)
        }
        await client.close()
        #expect(!FileManager.default.fileExists(atPath: canary))
    }
}
