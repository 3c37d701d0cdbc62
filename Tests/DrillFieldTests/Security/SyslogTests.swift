import DrillEngine
import DrillModel
import DrillWire
import Foundation
import Testing

/// Each action leaves a line in the syslog of its host: with a real `logger` and a real socket.
@Suite(.serialized)
struct SyslogTests {
    /// Listens at `/dev/log` of every host, or holds it so full that whoever writes there hangs.
    private static func listener(_ folder: String, hangs: Bool) -> String {
        let reading =
            hangs
            ? """
            out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            out.setblocking(False)
            try:
                while True: out.sendto(b"x", path)
            except BlockingIOError: pass
            open("\(folder)/ready", "w").close()
            time.sleep(120)
            """
            : """
            open("\(folder)/ready", "w").close()
            with open("\(folder)/syslog", "ab", 0) as log:
                while True: log.write(inlet.recv(4096) + b"\\n")
            """
        return """
            import os, socket, time
            path = "\(folder)/dev/log"
            inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            inlet.bind(path)
            os.chmod(path, 0o666)
            \(reading)
            """
    }

    private func withLog(
        hangs: Bool = false,
        _ body: (Namespaces) async throws -> Void
    ) async throws {
        let spaces = try await Namespaces()
        do {
            let folder = spaces.scratch.path
            let script = Self.listener(folder, hangs: hangs)
            _ = try await Sh.root(
                """
                mkdir \(folder)/dev
                timeout 120 python3 -c \(Shell.quoted(script)) </dev/null >\(folder)/said 2>&1 &
                echo $! >>\(folder)/servers
                """
            )
            for _ in 0..<200 where !spaces.scratch.has("ready") {
                try await Task.sleep(for: .milliseconds(20))
            }
            try #require(spaces.scratch.has("ready"), "\(spaces.scratch.lines("said"))")
            try await body(spaces)
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    private let facts = Facts(
        hosts: Dictionary(
            uniqueKeysWithValues: Namespaces.hosts.map {
                ($0, HostFacts(isRoot: true, tools: ["setsid": "/usr/bin/setsid"]))
            }
        )
    )

    private func plan(
        _ spaces: Namespaces,
        _ rest: [Step] = [Step(.undo("note"))],
        lease: Span = .seconds(10),
        syslog: Bool? = nil
    ) throws -> Plan {
        let secret = Text(parts: [.literal(": "), .environment("TOKEN")])
        let step = FaultStep(
            id: "note",
            fault: "run",
            target: Selector(hosts: ["a"]),
            values: Values([
                "inject": .command(Command(.shell(secret), sudo: true)),
                "effective": .command(.list(["true"])), "undo": .command(.list(["true"])),
                "settled": .command(.list(["true"])),
            ])
        )
        return try SmallWorld.plan(
            spaces.inventory(),
            [Step(.fault(step))] + rest,
            facts: facts,
            lease: lease,
            syslog: syslog
        )
    }

    /// Runs it, and what the hosts logged once `count` lines are there, or 3 s have gone by.
    private func lines(_ plan: Plan, _ spaces: Namespaces, count: Int) async throws -> [String] {
        let small = SmallWorld()
        let world = try small.world(
            SpaceHosts(spaces),
            who: "maria@ops",
            secrets: [.environment("TOKEN"): "s3cr3t-t0k3n"]
        )
        let judgement = Judge.judge(plan, await small.run(plan, in: world))
        #expect(judgement.verdict == .passed, "\(judgement.reasons)")
        for _ in 0..<150 where spaces.scratch.lines("syslog").count < count {
            try await Task.sleep(for: .milliseconds(20))
        }
        return spaces.scratch.lines("syslog")
    }

    @Test("arming, injecting, a runbook's step and the undo: run, operator, what; looks leave none")
    func told() async throws {
        try await withLog { spaces in
            let runbook = Runbook(
                name: "mend",
                file: "mend.yaml",
                steps: [RunbookStep(title: "promote it", host: "b", run: .list(["true"]))]
            )
            let plan = try plan(spaces, [Step(.runbook(runbook)), Step(.undo("note"))])
            let lines = try await lines(plan, spaces, count: 4)
            let told = lines.map { $0.components(separatedBy: " drill: ").last ?? "" }
            let from = "run 20261123T141500Z-field-7f3a, by maria@ops: "
            // Each is logged on its own: in whichever order they arrive.
            #expect(
                Set(told) == [
                    from + "note: arm the undo with a lease of 10s", from + "mend: promote it",
                    from + "note: inject: " + plan.faults[0].procedures[0].inject[0].what,
                    from + "note: undo through the lease",
                ],
                "\(lines)"
            )
            #expect(lines.allSatisfy { !$0.contains("s3cr3t") })
        }
    }

    @Test("`syslog: false` leaves no line")
    func silent() async throws {
        try await withLog { spaces in
            let lines = try await lines(plan(spaces, syslog: false), spaces, count: 1)
            #expect(lines == [])
        }
    }

    @Test("a host that heals itself says so")
    func lapsed() async throws {
        try await withLog { spaces in
            let plan = try plan(spaces)
            let wound = plan.faults[0].procedures[0]
            let told = Syslog.message(run: "r", who: "maria@ops", what: "note: the lease ran out")
            let undo = try wound.undoScript(saved: [:], told: told) { _ throws(Sh.Missing) in "" }
            let remote = try await SpaceHosts(spaces)
                .remote(to: try #require(spaces.inventory().host("a")))
            for (fault, isAsked) in [("asked", true), ("left", false)] {
                let lease = Lease(run: "r", fault: fault, host: "a")
                let arm = try CommandLine(
                    lease.arm(undo: undo, lasts: .seconds(1), who: "me")
                ) { _ throws(SecretError) in "" }
                let armed = try await remote.run(arm.line, input: arm.input)
                #expect(armed.outputText.contains("drill-lease armed"), "\(armed.errorText)")
                if isAsked {
                    let heal = try CommandLine(lease.heal(patience: .seconds(5))) {
                        _ throws(SecretError) in ""
                    }
                    let healed = try await remote.run(heal.line)
                    #expect(Lease.Healed(healed.outputText) == .healed(log: ""))
                }
            }
            try await Task.sleep(for: .seconds(2.5))
            let lines = spaces.scratch.lines("syslog")
            #expect(lines.count == 1, "\(lines)")
            #expect(lines.first?.hasSuffix(" drill: " + told) == true, "\(lines)")
        }
    }

    @Test("a log that hangs, or no logger at all, holds nothing up and changes no exit code")
    func hanging() async throws {
        try await withLog(hangs: true) { spaces in
            let remote = try await SpaceHosts(spaces)
                .remote(to: try #require(spaces.inventory().host("a")))
            for path in ["$PATH", "/none"] {
                var sent = try CommandLine(.shell("echo done; exit 7")) {
                    _ throws(SecretError) in ""
                }
                sent.log("anything")
                let begun = BootClock.nowNs()
                let answer = try await remote.run("PATH=\(path); " + sent.line)
                // The logger would be waited for until its patience of 5 s is over.
                #expect(BootClock.nowNs() - begun < 3_000_000_000)
                #expect(answer.exit == .code(7))
                #expect(answer.outputText == "done\n" && answer.errorText == "")
            }
            try await Task.sleep(for: .seconds(6))
            let left = try await Sh.root("ps -eo args | grep '[l]ogger -t drill -- anything'")
            #expect(left.output == "", "given up after some seconds")
        }
    }
}
