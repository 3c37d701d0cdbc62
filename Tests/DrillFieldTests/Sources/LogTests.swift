import DrillEngine
import DrillModel
import DrillWire
import Foundation
import Testing

@testable import DrillField

/// Logs over a real sshd: rotated, cut short, and while the way to them is gone.
@Suite("Logs", .serialized, .timeLimit(.minutes(3)))
struct LogTests {
    private func prober(
        _ log: LogLook,
        _ server: TestSSHD,
        _ hosts: FieldHosts,
        _ host: Host,
        secrets: [String: String] = [:]
    ) async throws -> any Prober {
        try await fieldProbers(
            secrets: secrets,
            inventory: Inventory(name: "test", knownHosts: server.knownHosts, hosts: [host]),
            hosts: hosts
        ).prober(for: probe(.log(log), timeout: .seconds(5)))
    }

    private func look(_ prober: any Prober, within patience: Span = .seconds(5)) async -> Look {
        await prober.look(deadline: now() + patience)
    }

    /// The first look that isn't blind.
    private func sees(_ prober: any Prober) async -> Look {
        let end = now() + .seconds(15)
        while true {
            let look = await look(prober)
            if look.outcome.failure != .blind || now() > end { return look }
            _ = await shell("sleep 0.05")
        }
    }

    @Test(arguments: [Host.Transport.libssh2, .openssh])
    func noLineIsMissed(_ transport: Host.Transport) async throws {
        try await withServer { server in
            let host = server.host(transport, name: "app")
            let hosts = server.hosts([host])
            let folder = server.folder + "/log of it's"
            let file = folder + "/app.log"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            try "DOWN before\n".write(toFile: file, atomically: false, encoding: .utf8)
            func write(_ text: String, to name: String = "app.log") async {
                _ = await shell("printf '%b' '\(text)' >>\(Shell.quoted("\(folder)/\(name)"))")
            }
            func run(_ line: String) async {
                _ = await shell("cd \(Shell.quoted(folder)) && \(line)")
            }
            // Quiet again at once: each look tells what was new to it alone.
            let log = LogLook(
                host: "app",
                source: .file(Text(file)),
                match: "^DOWN",
                quietAfter: .milliseconds(1)
            )
            let prober = try await prober(log, server, hosts, host)
            func news() async -> [String] { await sees(prober).sightings.map(\.words) }

            #expect(await look(prober).outcome == .bad(.body, "0 new lines, none like ^DOWN"))
            await write("all is well\\nno DOWN\\nDOW")
            #expect(await look(prober).outcome.failure == .body)
            await write("N 1\\nDOWN 2\\n")
            let before = now()
            let fired = await look(prober)
            #expect(fired.sightings.map(\.words) == ["DOWN 1", "DOWN 2"], "\(fired)")
            #expect(fired.outcome == .good && before <= fired.sent && fired.sent < fired.done)

            // Rotated: the old file's last lines, and those of a writer that hasn't heard of it.
            await write("DOWN 3\\n")
            await run("mv app.log app.log.1")
            await write("DOWN 4\\n", to: "app.log.1")
            await write("DOWN 5\\n")
            #expect(await news() == ["DOWN 3", "DOWN 4", "DOWN 5"])
            await write("DOWN 6\\n", to: "app.log.1")
            #expect(await news() == ["DOWN 6"])
            await run("gzip app.log.1")
            await write("DOWN 7\\n")
            #expect(await news() == ["DOWN 7"])
            // The name is free for a while.
            await run("mv app.log app.log.1")
            #expect(await look(prober).outcome.failure == .body)
            await write("DOWN 8\\n")
            #expect(await news() == ["DOWN 8"])

            // Copied and cut short: what was last in it isn't known, so it isn't quiet.
            await write("a long line that is cut away with the rest\\n")
            await run("cp app.log app.log.2 && : >app.log")
            let cut = await look(prober)
            #expect(
                cut.outcome.failure == .blind && cut.outcome.words.contains("cut short"),
                "\(cut)"
            )
            #expect(await look(prober).outcome.failure == .body)

            // The session dies, and its lines are read as soon as the way is back.
            await server.killSessions()
            await write("DOWN 9\\n")
            #expect(await news() == ["DOWN 9"])
            await server.signalAll("STOP")
            await write("DOWN 10\\n")
            let silent = await look(prober, within: .seconds(1))
            #expect(silent.outcome.failure == .blind, "\(silent)")
            await server.signalAll("CONT")
            #expect(await news() == ["DOWN 10"])
            await prober.close()
            await hosts.close()
        }
    }

    @Test func itStaysFiredUnlessToldOtherwise() async throws {
        try await withServer { server in
            let host = server.host(.libssh2, name: "app")
            let hosts = server.hosts([host])
            let file = server.folder + "/app.log"
            let source = LogLook.Source.file(
                Text(parts: [.literal(server.folder + "/"), .environment("NAME")])
            )
            let secrets = ["NAME": "app.log", "TOKEN": "hunter22"]
            func prober(_ log: LogLook) async throws -> any Prober {
                try await self.prober(log, server, hosts, host, secrets: secrets)
            }
            var log = LogLook(host: "app", source: source, match: "DOWN")
            let staying = try await prober(log)
            log.quietAfter = .milliseconds(300)
            let passing = try await prober(log)
            log.source = .file(Text(server.folder + "/none.log"))
            let missing = try await prober(log)
            #expect(await look(missing).outcome.words.hasSuffix("there is no such file"))
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            for prober in [staying, passing] {
                #expect(await look(prober).outcome.failure == .body)
            }
            try "DOWN: app.log says so\n".write(toFile: file, atomically: false, encoding: .utf8)
            // What the probe was given as a secret isn't told, wherever it comes from.
            let fired = await look(staying)
            #expect(fired.sightings.map(\.words) == ["DOWN: ${env:NAME} says so"])
            #expect(await look(passing).outcome == .good)
            _ = await shell("sleep 0.4")
            let later = await look(staying)
            #expect(later.outcome == .good && later.sightings.isEmpty)
            #expect(await look(passing).outcome.failure == .body)
            await hosts.close()
        }
    }

    /// Two looks at once would read the same: they take turns, and all lines are told once.
    @Test func looksTakeTurns() async throws {
        try await withServer { server in
            let host = server.host(.libssh2, name: "app")
            let hosts = server.hosts([host])
            let file = server.folder + "/app.log"
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            let log = LogLook(host: "app", source: .file(Text(file)), match: "DOWN")
            let prober = try await prober(log, server, hosts, host)
            _ = await look(prober)
            try (0..<50).map { "DOWN \($0)\n" }.joined()
                .write(toFile: file, atomically: false, encoding: .utf8)
            let told = await withTaskGroup(of: Look.self) { group in
                for _ in 0..<8 { group.addTask { await self.look(prober) } }
                var told: [String] = []
                for await look in group { told += look.sightings.map(\.words) }
                return told
            }
            #expect(told == (0..<50).map { "DOWN \($0)" })
            await hosts.close()
        }
    }

    /// Lost lines may have matched: it isn't quiet any more, until it fires.
    @Test(arguments: [
        // Cut short, or written anew, and grown past the place that was reached, by whoever has it open.
        "seq 1 100 >app.log; echo DOWN >>app.log; seq 100 900 >>app.log; : >app.log; seq 1000 2000 >app.log",
        "cp app.log app.log.1; seq 3000 4000 >app.log",
        // Rotated twice between two looks.
        "mv app.log app.log.2; echo DOWN >app.log; mv app.log app.log.1; echo x >app.log",
        // Removed, and its inode another's.
        "mv app.log other.log; echo x >app.log; seq 1 900 >other.log",
    ])
    func whatMayHaveBeenMissedStaysInDoubt(_ mishap: String) async throws {
        let scratch = try Scratch()
        func run(_ line: String) async { _ = await shell("cd \(scratch.path) && \(line)") }
        await run("echo before >app.log")
        let log = LogLook(source: .file(Text(scratch.path + "/app.log")), match: "DOWN")
        let probers = fieldProbers()
        let staying = try await probers.prober(for: probe(.log(log), timeout: .seconds(5)))
        var passingLog = log
        passingLog.quietAfter = .seconds(1)
        let passing = try await probers.prober(for: probe(.log(passingLog), timeout: .seconds(5)))
        for prober in [staying, passing] {
            #expect(await look(prober).outcome.failure == .body)
        }
        await run(mishap)
        for _ in 0..<3 {
            #expect(await look(staying).outcome.failure == .blind)
        }
        #expect(await look(passing).outcome.failure == .blind)
        _ = await shell("sleep 1.2")
        #expect(await look(passing).outcome.failure == .body)
        #expect(await look(staying).outcome.failure == .blind)
        await run("echo now DOWN >>app.log")
        let fired = await look(staying)
        #expect(fired.outcome == .good && fired.sightings.map(\.words) == ["now DOWN"], "\(fired)")
        await probers.close()
        scratch.remove()
    }

    /// A runbook's step is no notice of what it is about.
    @Test func whatDrillItselfLogsDoesntCount() async throws {
        let scratch = try Scratch()
        let log = LogLook(source: .file(Text(scratch.path + "/syslog")), match: "promot")
        _ = await shell("echo begin >\(scratch.path)/syslog")
        let probers = fieldProbers()
        let prober = try await probers.prober(for: probe(.log(log), timeout: .seconds(5)))
        #expect(await look(prober).outcome.failure == .body)
        let own = Syslog.message(
            run: "20261123T141500Z-region-loss-7f3a",
            who: "maria@ops",
            what: "promote-us-west-2: promote the standby"
        )
        for line in ["Nov 26 19:31:55 db drill: \(own)", "<13>1 2026 db drill - - - \(own)"] {
            _ = await shell("echo \(Shell.quoted(line)) >>\(scratch.path)/syslog")
            #expect(await look(prober).outcome == .bad(.body, "1 new line, none like promot"))
        }
        // A tool of the same name is none of ours.
        _ = await shell("echo 'db drill: run of db-west, by promotion' >>\(scratch.path)/syslog")
        #expect(await look(prober).outcome == .good)
        await probers.close()
        scratch.remove()
    }

    /// The tools of a small host, and more lines than one look reads.
    @Test func busyboxReadsTheSame() async throws {
        let scratch = try Scratch()
        let log = LogLook(source: .file(Text(scratch.path + "/app.log")), match: "x")
        let command = LogScript.command(log)
        var tools = Sh(before: ["env", "PATH=\(scratch.path)/bin"])
        tools.shell = ["\(scratch.path)/bin/sh"]
        _ = await shell(
            "cd \(scratch.path) && mkdir bin && for t in sh stat find head tail dirname env; do"
                + " ln -s $(command -v busybox) bin/$t; done; seq 1 200000 >app.log"
        )
        func read(_ input: String) async throws -> [UInt8] {
            var command = command
            command.input = Text(input)
            let answer = try await tools(command)
            #expect(answer.exit == 0, "\(answer)")
            return Array(answer.output.utf8)
        }
        var follower = LogFollower()
        _ = try follower.take(try await read(follower.input), done: now())
        #expect(follower.input.hasSuffix(" 1288639 256\n"), "\(follower.input)")
        _ = await shell(
            "cd \(scratch.path) && mv app.log app.log.1 && echo tail >>app.log.1 && seq 1 200000 >app.log"
        )
        var lines: [String] = []
        var looks = 0
        repeat {
            let news = try follower.take(try await read(follower.input), done: now())
            lines += news.lines
            looks += 1
            if news.doubt == nil { break }
        } while looks < 9
        #expect(looks == 3, "half a MiB at a time")
        #expect(lines == ["tail"] + (1...200_000).map(String.init))
        scratch.remove()
    }

    /// A journald of the test's own, in a mount namespace.
    private struct Journal {
        let scratch: Scratch
        let journald: Background
        let pid: String
        var inside: Sh { Sh(before: Sh.root.before + ["nsenter", "-m", "-t", pid]) }

        init() async throws {
            let scratch = try Scratch()
            let root = Sh.root.before.joined(separator: " ")
            journald = Background(
                "exec \(root) unshare -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/log"
                    + " && mkdir -p /run/systemd/journal /run/log/journal && echo $$ >\(scratch.path)/pid"
                    + " && exec /lib/systemd/systemd-journald'"
            )
            #expect(
                try await eventually(within: .seconds(20)) { !scratch.lines("pid").isEmpty }
            )
            self.scratch = scratch
            pid = try #require(scratch.lines("pid").first)
            let end = now() + .seconds(20)
            while (try? await inside("test -S /run/systemd/journal/socket"))?.exit != 0, now() < end
            {}
        }

        /// The fields of a core dump: the one way to write for a unit without being it.
        func say(_ message: String, of unit: String = "shop.service") async throws {
            let fields = [
                "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1", "COREDUMP_UNIT=\(unit)",
                "MESSAGE=\(message)",
            ]
            let answer = try await inside(
                "printf '%s\\n' \(fields.map(Shell.quoted).joined(separator: " ")) | logger --journald"
                    + " && journalctl --sync"
            )
            #expect(answer.exit == 0, "\(answer)")
        }

        func end() async throws {
            _ = try await Sh.root("kill \(pid)")
            await journald.stop()
            scratch.remove()
        }
    }

    @Test(arguments: [Host.Transport.libssh2, .openssh])
    func aJournalIsFollowedOverSSH(_ transport: Host.Transport) async throws {
        let journal = try await Journal()
        let enter = (Sh.root.before + ["nsenter", "-m", "-t", journal.pid])
            .joined(separator: " ")
        // Who logs in there has that journal.
        let options = ["ForceCommand \(enter) sh -c \"$SSH_ORIGINAL_COMMAND\""]
        try await withServer(options: options) { server in
            let host = server.host(transport, name: "db")
            let hosts = server.hosts([host])
            try await journal.say("promoted before")
            let log = LogLook(host: "db", source: .journal("shop"), match: "promoted", sudo: false)
            let prober = try await prober(log, server, hosts, host)
            #expect(await look(prober).outcome == .bad(.body, "0 new lines, none like promoted"))
            try await journal.say("promoted", of: "other.service")
            try await journal.say("all is well")
            #expect(await look(prober).outcome == .bad(.body, "1 new line, none like promoted"))
            await server.killSessions()
            let before = now()
            try await journal.say("promoted to primary")
            let fired = await sees(prober)
            #expect(fired.sightings.map(\.words) == ["promoted to primary"], "\(fired)")
            #expect(fired.outcome == .good && before <= fired.sent)
            await prober.close()
            await hosts.close()
        }
        try await journal.end()
    }

    @Test func aUnitsJournalIsFollowed() async throws {
        let journal = try await Journal()
        let inside = journal.inside
        var follower = JournalFollower()
        var looksInPart = 0
        func news() async throws -> [String] {
            var command = LogScript.command(LogLook(source: .journal("shop"), match: "x"))
            command.input = Text(follower.input)
            let answer = try await inside(command)
            #expect(answer.exit == 0, "\(answer)")
            let news = try follower.take(answer.output, errors: answer.errors)
            if news.doubt != nil { looksInPart += 1 }
            return news.lines
        }
        /// journald takes in what it is sent when it gets to it.
        func news(of count: Int) async throws -> [String] {
            var lines: [String] = []
            let end = now() + .seconds(10)
            while lines.count < count, now() < end { lines += try await news() }
            return lines
        }
        try await journal.say("before")
        #expect(try await news().isEmpty)
        try await journal.say("of another", of: "other.service")
        try await journal.say("first")
        try await journal.say("second")
        #expect(try await news(of: 2) == ["first", "second"])
        #expect(try await news().isEmpty)
        try await journal.say("third")
        #expect(try await news(of: 1) == ["third"])

        // More than a look reads: each look reads a part, and none of it is left out.
        _ = try await inside(
            """
            long=$(head -c 40000 /dev/zero | tr '\\0' x); i=0; while [ $i -lt 60 ]; do i=$((i+1))
            printf '%s\n' MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 COREDUMP_UNIT=shop.service \
              "MESSAGE=$i $long" | logger --journald; done; journalctl --sync
            """
        )
        let numbers = try await news(of: 60).map { $0.prefix { $0 != " " } }
        #expect(numbers == (1...60).map { Substring("\($0)") })
        #expect(looksInPart >= 2, "2.4 MB, and a look reads 1 MiB")
        try await journal.end()
    }
}
