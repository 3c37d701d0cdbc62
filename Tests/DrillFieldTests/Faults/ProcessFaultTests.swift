import DrillModel
import Foundation
import Testing

/// The commands of `kill-process`, `pause-process` and `stop-service` on real processes.
@Suite(.serialized)
struct ProcessFaultTests {
    static let shells = LeaseTests.shells

    let scratch: Scratch
    /// At most 15 characters, so that it is the process's whole name.
    let name = "drt" + String(UInt32.random(in: 0...0xff_ffff), radix: 16)

    init() throws { scratch = try Scratch() }

    private let host = Host(name: "h", address: "10.0.0.1")

    private func scene(_ manager: String? = nil) -> Scene {
        Scene(
            inventory: Inventory(name: "i", hosts: [host]),
            facts: Facts(hosts: ["h": HostFacts(isRoot: true, serviceManager: manager)]),
            run: "r"
        )
    }

    private func step(_ fault: any Fault.Type, _ values: [String: Values.Value]) -> FaultStep {
        FaultStep(
            id: "f",
            fault: fault.name,
            target: Selector(hosts: ["h"]),
            values: Values(values)
        )
    }

    /// A process of its own name, started in its own session, that does nothing.
    private func start(_ arguments: String = "", file: String = "sleeper") async throws -> Int {
        let script = """
            [ -e \(scratch.path)/\(name) ] || cp "$(readlink -f "$(command -v bash)")" \(scratch.path)/\(name)
            setsid \(scratch.path)/\(name) -c 'while :; do sleep 1; done' \(arguments) </dev/null >/dev/null 2>&1 &
            echo $!
            """
        let answer = try await Sh()(script)
        let pid = try #require(
            Int(answer.output.trimmingCharacters(in: .whitespacesAndNewlines)),
            "\(answer)"
        )
        var tries = 0
        while try await Sh()("grep -qx \(name) /proc/\(pid)/comm").exit != 0, tries < 100 {
            tries += 1
            try await Task.sleep(for: .milliseconds(20))
        }
        return pid
    }

    private func state(_ pid: Int) async throws -> String {
        try await Sh()("sed 's/.*) \\(.\\).*/\\1/' /proc/\(pid)/stat 2>/dev/null").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A signal is sent when kill(2) returns; the process stops when its next turn comes.
    private func stops(_ pid: Int) async throws -> Bool {
        for _ in 1...40 {
            if try await state(pid) == "T" { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func isGone(_ pid: Int) async throws -> Bool {
        try await ["", "Z"].contains(state(pid))
    }

    private func end(_ pids: [Int]) async {
        for pid in pids { _ = try? await Sh()("kill -KILL \(pid)") }
        scratch.remove()
    }

    private func perform(_ actions: [Action], _ sh: Sh = Sh()) async throws -> [Sh.Answer] {
        var answers: [Sh.Answer] = []
        for action in actions {
            guard case .command(_, let command) = action.verb else { continue }
            answers.append(try await sh(command))
        }
        return answers
    }

    private func captured(_ procedure: Procedure, _ sh: Sh = Sh()) async throws -> Procedure {
        var saved: [String: String] = [:]
        for action in procedure.capture {
            guard case .command(_, let command) = action.verb, let name = action.saves else {
                continue
            }
            let answer = try await sh(command)
            try #require(answer.exit == 0, "\(answer)")
            saved[name] = answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return procedure.filled(saved: saved)
    }

    @Test("killed, proven, and seen to be back only when it is", arguments: shells)
    func kill(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let pid = try await start()
        let spared = try await Sh()("setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $!")
        let bystander = Int(spared.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        defer { Task { [self] in await end([pid, bystander]) } }
        let plan = try KillProcess.procedure(
            step(KillProcess.self, ["name": .word(name)]),
            on: host,
            in: scene()
        )
        let filled = try await captured(plan, sh)
        #expect(try await perform(filled.effective, sh).map(\.exit) == [1])
        #expect(try await perform(filled.inject, sh).map(\.exit) == [0])
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await isGone(pid))
        #expect(try await !isGone(bystander))
        #expect(try await perform(filled.effective, sh).map(\.exit) == [0])
        #expect(try await perform(filled.settled, sh).map(\.exit) == [1])
        // Nothing of those that were captured is left: a second inject says so.
        #expect(try await perform(filled.inject, sh).map(\.exit) == [1])
        let again = try await start()
        #expect(try await perform(filled.settled, sh).map(\.exit) == [0])
        #expect(try await perform(filled.effective, sh).map(\.exit) == [0])
        await end([again, bystander])
    }

    /// A server's death takes its children with it, between the look at one and its signal.
    @Test(
        "what ended before its signal came is killed; what is there still isn't",
        arguments: shells
    )
    func endsByItself(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let pid = try await start()
        let plan = try KillProcess.procedure(
            step(KillProcess.self, ["name": .word(name)]),
            on: host,
            in: scene()
        )
        let filled = try await captured(plan, sh)
        guard case .command(_, let command)? = filled.inject.first?.verb else {
            Issue.record("\(filled.inject)")
            return
        }
        var words = try command.words { part throws(Sh.Missing) in throw Sh.Missing(part: part) }
        let script = try #require(words.firstIndex(of: "-c")) + 1
        let act = words[script]
        for (killed, exit) in [("", 1), ("command kill \"$@\"; sleep 0.1;", 0)] {
            words[script] = "kill() { \(killed) echo no such process; return 1; }\n" + act
            let answer = try await sh(words.map(Shell.quoted).joined(separator: " "))
            #expect(answer.exit == exit && answer.errors.isEmpty == (exit == 0), "\(answer)")
        }
        #expect(try await isGone(pid))
        await end([pid])
    }

    /// Stopped, it would keep the host from ever undoing by itself.
    @Test("no fault finds the sleep that a dead-man waits for", arguments: shells)
    func deadMansSleep(shell: [String]) async throws {
        defer { scratch.remove() }
        let sh = Sh(shell: shell)
        let lease = Lease(run: "r", fault: "f", host: "h", places: [scratch.path + "/leases"])
        let armed = Lease.Armed(
            try await sh(lease.arm(undo: "true", lasts: .seconds(30), who: "me")).output
        )
        guard case .armed(let deadMan, _, _) = armed else {
            Issue.record("\(armed)")
            return
        }
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, ["name": .word("sleep")]),
            on: host,
            in: scene()
        )
        // It starts a new one every half a second.
        for _ in 1...3 {
            let found = try await perform(plan.capture, sh).first?.output ?? ""
            for process in found.split(whereSeparator: \.isWhitespace) {
                let pid = process.prefix { $0 != ":" }
                let parent = try await sh("cut -d' ' -f4 /proc/\(pid)/stat 2>/dev/null").output
                #expect(parent != "\(deadMan)\n")
            }
        }
        _ = try await sh(lease.heal(patience: .seconds(10)))
    }

    @Test("an id that another process was given is not touched", arguments: shells)
    func reusedId(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let pid = try await start()
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, ["name": .word(name)]),
            on: host,
            in: scene()
        )
        let filled = plan.filled(saved: ["processes": "\(pid):12345"])
        #expect(try await perform(filled.inject, sh).map(\.exit) == [1])
        #expect(try await perform(filled.effective, sh).map(\.exit) == [1])
        #expect(try await perform(filled.undo, sh).map(\.exit) == [0])
        #expect(try await !["T", "", "Z"].contains(state(pid)))
        await end([pid])
    }

    @Test("restart: runs only where nothing is there", arguments: shells)
    func restart(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let pid = try await start()
        let restart = Command.list(["touch", "\(scratch.path)/it's restarted"])
        let plan = try KillProcess.procedure(
            step(KillProcess.self, ["name": .word(name), "restart": .command(restart)]),
            on: host,
            in: scene()
        )
        #expect(plan.healing == .lease)
        let filled = try await captured(plan, sh)
        let undo = try filled.undoScript(saved: [:]) { part throws(Sh.Missing) in
            throw Sh.Missing(part: part)
        }
        #expect(try await sh(undo).exit == 0)
        #expect(!scratch.has("it's restarted"))
        _ = try await perform(filled.inject, sh)
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await sh(undo).exit == 0)
        #expect(scratch.has("it's restarted"))
        await end([pid])
    }

    @Test(
        "chosen by pattern, pid file and port; paused, proven, woken",
        arguments: ["pattern", "pid-file", "port"],
        shells
    )
    func pause(by: String, shell: [String]) async throws {
        let sh = Sh(shell: shell)
        let value: Values.Value
        let pid: Int
        switch by {
        case "port":
            let port = Int.random(in: 20000...29999)
            let started = try await Sh()(
                """
                setsid python3 -c 'import socket, time
                s = socket.create_server(("127.0.0.1", \(port)))
                time.sleep(60)' </dev/null >/dev/null 2>&1 &
                echo $!
                """
            )
            pid = try #require(Int(started.output.trimmingCharacters(in: .whitespacesAndNewlines)))
            var tries = 0
            while try await Sh()("bash -c ': </dev/tcp/127.0.0.1/\(port)' 2>/dev/null").exit != 0,
                tries < 100
            {
                tries += 1
                try await Task.sleep(for: .milliseconds(50))
            }
            value = .integer(port)
        case "pid-file":
            pid = try await start()
            _ = try await Sh()("echo \(pid) >\(scratch.path)/own.pid")
            value = .word("\(scratch.path)/own.pid")
        default:
            pid = try await start("--marked-\(name)")
            value = .word("marked-\(name)$")
        }
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, [by: value]),
            on: host,
            in: scene()
        )
        let filled = try await captured(plan, sh)
        #expect(try await perform(filled.effective, sh).map(\.exit) == [1])
        #expect(try await perform(filled.inject, sh).map(\.exit) == [0])
        #expect(try await stops(pid))
        #expect(try await perform(filled.effective, sh).map(\.exit) == [0])
        #expect(try await perform(filled.settled, sh).map(\.exit) == [1])
        for _ in 1...2 {
            #expect(try await perform(filled.undo, sh).map(\.exit) == [0])
            #expect(try await state(pid) != "T")
            #expect(try await perform(filled.settled, sh).map(\.exit) == [0])
        }
        await end([pid])
    }

    @Test("what was stopped before is none of ours to wake")
    func stoppedBefore() async throws {
        let pid = try await start()
        _ = try await Sh()("kill -STOP \(pid)")
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, ["name": .word(name)]),
            on: host,
            in: scene()
        )
        #expect(try await perform(plan.capture).map(\.exit) == [1])
        await end([pid])
    }

    @Test("sshd, init, drill and what the script runs under are refused", arguments: shells)
    func refused(shell: [String]) async throws {
        let sh = Sh(shell: shell)
        func find(_ values: [String: Values.Value]) async throws -> Sh.Answer {
            let plan = try PauseProcess.procedure(
                step(PauseProcess.self, values),
                on: host,
                in: scene()
            )
            return try await perform(plan.capture, sh)[0]
        }
        _ = try await Sh()("echo 1 >\(scratch.path)/init.pid")
        let first = try await find(["pid-file": .word(scratch.path + "/init.pid")])
        #expect(first.exit == 2 && first.errors.contains("never touches process 1"))

        let own = ProcessInfo.processInfo.processIdentifier
        _ = try await Sh()("echo \(own) >\(scratch.path)/own.pid")
        let ancestor = try await find(["pid-file": .word(scratch.path + "/own.pid")])
        #expect(ancestor.exit == 2 && ancestor.errors.contains("which it runs under"))

        for name in ["sshd", "drill"] {
            let started = try await Sh()(
                """
                cp "$(readlink -f "$(command -v sleep)")" \(scratch.path)/\(name)
                setsid \(scratch.path)/\(name) 60 >/dev/null 2>&1 </dev/null & echo $!
                """
            )
            let pid = started.output.trimmingCharacters(in: .whitespacesAndNewlines)
            try await Task.sleep(for: .milliseconds(100))
            _ = try await Sh()("echo \(pid) >\(scratch.path)/\(name).pid")
            let answer = try await find(["pid-file": .word("\(scratch.path)/\(name).pid")])
            #expect(answer.exit == 2 && answer.errors.contains("(\(name))"), "\(answer)")
            _ = try await Sh()("kill \(pid)")
        }
        let missing = try await find(["name": .word("nobody-here")])
        #expect(
            missing.exit == 1 && missing.errors.contains("no process found by name nobody-here")
        )
        scratch.remove()
    }

    @Test("the pattern never finds the search for it", arguments: shells)
    func ownSearch(shell: [String]) async throws {
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, ["pattern": .word("unique-\(name)")]),
            on: host,
            in: scene()
        )
        let answer = try await perform(plan.capture, Sh(shell: shell))[0]
        #expect(answer.exit == 1, "\(answer)")
        scratch.remove()
    }

    @Test("a name may be as strange as it likes")
    func strangeName() async throws {
        let evil = "a) S 1 (`x`"
        let made = try await Sh()(
            """
            cp "$(readlink -f "$(command -v sleep)")" '\(scratch.path)/\(evil)'
            setsid '\(scratch.path)/\(evil)' 60 >/dev/null 2>&1 </dev/null & echo $!
            """
        )
        let pid = try #require(Int(made.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await Task.sleep(for: .milliseconds(200))
        let plan = try PauseProcess.procedure(
            step(PauseProcess.self, ["name": .word(evil)]),
            on: host,
            in: scene()
        )
        let filled = try await captured(plan)
        #expect(try await perform(filled.inject).map(\.exit) == [0])
        #expect(try await Sh()("grep -q '^State:.T' /proc/\(pid)/status").exit == 0)
        #expect(try await perform(filled.undo).map(\.exit) == [0])
        await end([pid])
    }

    /// Stand-ins that keep a service's state in a file, with the words of the real commands.
    private func standIns() async throws -> Sh {
        let script = """
            mkdir \(scratch.path)/bin && cd \(scratch.path)/bin && echo up >../state
            cat >sv <<'END'
            #!/bin/sh
            [ "$1" = -w ] && shift 2
            for name; do :; done
            [ "$name" = web ] || { echo "fail: $name: unable to change to service directory"; exit 1; }
            read -r state <\(scratch.path)/state
            case $1 in
            status) if [ $state = up ]; then echo "run: web: (pid 4000000) 3s; run: log: (pid 1) 5s"; else echo "down: web: 1s"; fi;;
            start) echo up >\(scratch.path)/state; echo start >>\(scratch.path)/calls;;
            stop) echo down >\(scratch.path)/state; echo stop >>\(scratch.path)/calls;;
            esac
            END
            cat >systemctl <<'END'
            #!/bin/sh
            for name; do :; done
            read -r state <\(scratch.path)/state
            case $1 in
            cat) [ "$name" = web ];;
            is-active) if [ $state = up ]; then echo active; else echo inactive; exit 3; fi;;
            show) echo 0;;
            start) echo up >\(scratch.path)/state; echo start >>\(scratch.path)/calls;;
            stop) echo down >\(scratch.path)/state; echo stop >>\(scratch.path)/calls;;
            esac
            END
            chmod +x sv systemctl
            """
        let made = try await Sh()(script)
        try #require(made.exit == 0, "\(made)")
        return Sh(before: ["env", "PATH=\(scratch.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
    }

    @Test(
        "a service is stopped, and started again only if it ran",
        arguments: ["systemd", "runit"]
    )
    func service(manager: String) async throws {
        let sh = try await standIns()
        defer { scratch.remove() }
        let plan = try StopService.procedure(
            step(StopService.self, ["service": .word("web")]),
            on: host,
            in: scene(manager)
        )
        var filled = try await captured(plan, sh)
        #expect(try await perform(filled.inject, sh).map(\.exit) == [0])
        #expect(
            try await perform(filled.effective, sh).map { $0.output }.first == "inactive\n"
        )
        #expect(try await perform(filled.undo, sh).map(\.exit) == [0])
        #expect(try await perform(filled.settled, sh).map(\.output) == ["active\n"])
        #expect(filled.settled.map(\.expect) == [.output(["active"])])
        #expect(scratch.lines("calls") == ["stop", "start"])

        _ = try await Sh()("echo down >\(scratch.path)/state")
        filled = try await captured(plan, sh)
        #expect(filled.inject.isEmpty && filled.undo.isEmpty)
        #expect(filled.settled.map(\.expect) == [.output(["inactive"])])

        let unknown = try StopService.procedure(
            step(StopService.self, ["service": .word("nope")]),
            on: host,
            in: scene(manager)
        )
        let answer = try await perform(unknown.capture, sh)[0]
        #expect(answer.exit == 1 && answer.errors.contains("no service nope"))
    }
}
