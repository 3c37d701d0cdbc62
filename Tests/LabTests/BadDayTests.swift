import Foundation
import Glibc
import Testing

extension LabTests {
    /// What befalls the controller, its engine and its hosts in the middle of a run.
    ///
    /// Two of a kind are elsewhere: a stepped clock (`SteppedClockTests`), and two drills in one state
    /// folder (`HealTests`).
    @Suite(.serialized) struct BadDays {
        private static func experiment(_ steps: String, lease: String = "30s") -> String {
            """
            experiment: bad-day
            inventory: lab/inventory.yaml
            probes:
              storefront:
                measures: service
                http: { url: "http://${host.edge}:8080/live", status: 200 }
            steady: { for: 200ms, within: 30s }
            method:
            \(steps)
            lease: \(lease)
            """
        }

        private static let kill =
            "  - { fault: kill-container, id: dark, target: { host: app-west } }"
        private static let cut = """
              - { fault: partition, id: cut, target: { host: app-west }, from: { host: lb-west } }
            """

        /// When the container last began to run.
        private func startedAt(_ container: String) async throws -> String {
            try await DrillCommand().start(
                ["inspect", "-f", "{{.State.Status}} {{.State.StartedAt}}", container],
                program: "/usr/bin/docker"
            ).end().output
        }

        private func shell(_ command: String) async throws -> DrillCommand.Ended {
            try await DrillCommand().start(["-c", command], program: "/bin/sh").end(within: 60)
        }

        private func expectWhole(_ drill: DrillCommand, _ what: String) async throws {
            let heal = try await drill.run("heal")
            #expect(heal.exit == 0, "after \(what): \(heal.all)")
            try await drill.labUp()
            try await Lab.expectWhole(drill, what)
        }

        @Test("the disk is full when the fault's turn comes: it isn't applied")
        func fullDisk() async throws {
            let drill = try DrillCommand()
            let disk = "\(drill.home)/disk"
            try FileManager.default.createDirectory(
                atPath: disk,
                withIntermediateDirectories: true
            )
            let mounted = try await shell("mount -t tmpfs -o size=3m,mode=0700 none \(disk)")
            try #require(mounted.exit == 0, "\(mounted.all)")
            let before = try await startedAt("lab-app-west")
            let file = try drill.experiment(Self.experiment("  - wait: 2s\n" + Self.kill))
            let running = try drill.start(["run", file], environment: ["DRILL_HOME": disk])
            #expect(try await running.says("step: wait"))
            // The journal's next line is to need a page of its own; empty lines are none. dd ends with an
            // error once nothing more goes in.
            let filled = try await shell(
                """
                cd \(disk)/runs/*/ || exit 1
                size=$(stat -c %s journal.jsonl)
                head -c $((4096 - size % 4096)) /dev/zero | tr '\\0' '\\n' >>journal.jsonl
                dd if=/dev/zero of=\(disk)/filler bs=4k 2>/dev/null
                [ $(stat -c %s journal.jsonl) = 4096 ]
                """
            )
            #expect(filled.exit == 0, "\(filled.all)")
            let ended = try await running.end(within: 60)
            _ = try await shell("umount \(disk)")
            #expect(ended.exit == 70, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("nothing was touched"), "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("No space left on device"), "\(ended.all.suffix(3000))")
            #expect(try await startedAt("lab-app-west") == before)
        }

        @Test("the engine restarts with a container down: it is started all the same")
        func engineRestarts() async throws {
            let drill = try DrillCommand()
            // What drill sees of an engine that restarts: its socket goes, and comes back.
            let socket = "\(drill.home)/engine.sock"
            let engine = ["UNIX-LISTEN:\(socket),fork", "UNIX-CONNECT:/var/run/docker.sock"]
            var proxy = try drill.start(engine, program: "/usr/bin/socat")
            while !FileManager.default.fileExists(atPath: socket) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let file = try drill.experiment(Self.experiment(Self.kill + "\n  - wait: 500ms"))
            let running = try drill.start(
                ["run", file],
                environment: ["DOCKER_HOST": "unix://\(socket)"]
            )
            #expect(try await running.says("step: wait"))
            proxy.signal(SIGKILL)
            _ = try await proxy.end()
            try? FileManager.default.removeItem(atPath: socket)
            #expect(try await running.says("undoing dark"))
            try await Task.sleep(for: .seconds(3))
            proxy = try drill.start(engine, program: "/usr/bin/socat")
            let ended = try await running.end(within: 120)
            proxy.signal(SIGKILL)
            _ = try await proxy.end()
            #expect(ended.exit == 0, "\(ended.all.suffix(3000))")
            try await expectWhole(drill, "a restart of the engine")
        }

        @Test("our own fault cuts SSH: others see it, and the host undoes it when its time is over")
        func ownPathCut() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    """
                      - fault: partition
                        id: alone
                        target: { host: app-west }
                        include-control: true
                        for: 12s
                      - wait: 8s
                    """
                )
            )
            let running = try drill.start(["run", file])
            // It cuts the way that its own answer would take.
            #expect(try await running.says("app-west can't be reached since alone was sent there"))
            // Given up well before the cut is over: a second SYN would come through after it.
            let cut = try await shell("timeout 2 bash -c 'exec 3<>/dev/tcp/10.77.2.41/22'")
            #expect(cut.exit != 0, "the host still answers")
            let ended = try await running.end(within: 120)
            #expect(ended.exit == 0, "\(ended.all.suffix(3000))")
            #expect(
                ended.all.contains("seen: alone is in effect on app-west"),
                "\(ended.all.suffix(3000))"
            )
            try await expectWhole(drill, "a cut of drill's own path")
        }

        @Test("a host is rebooted while it is cut off: the run sees it and ends with all as before")
        func hostReboots() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(Self.experiment(Self.cut + "\n  - wait: 6s"))
            let running = try drill.start(["run", file])
            #expect(try await running.says("step: wait"))
            let restarted = try await shell("docker restart -t 0 lab-app-west")
            #expect(restarted.exit == 0, "\(restarted.all)")
            let ended = try await running.end(within: 120)
            #expect(ended.exit == 2, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("was gone before its undo"), "\(ended.all.suffix(3000))")
            try await expectWhole(drill, "a reboot")
        }

        @Test("two drills of two state folders on one container: one never starts")
        func twoControllers() async throws {
            let drills = [try DrillCommand(), try DrillCommand()]
            let text = Self.experiment(Self.kill + "\n  - wait: 2s")
            let both = try drills.map { try $0.start(["run", try $0.experiment(text)]) }
            let first = try await both[0].end()
            let second = try await both[1].end()
            #expect([first.exit, second.exit].sorted() == [0, 3], "\(first.all)\n\(second.all)")
            let refused = first.exit == 3 ? first : second
            #expect(refused.all.contains("(kept in "), "\(refused.all)")
            for drill in drills { try await expectWhole(drill, "two controllers") }
        }

        @Test("asleep for longer than the lease: the run sees that it lapsed, and says so")
        func asleep() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(Self.cut + "\n  - wait: 3s", lease: "3s")
            )
            let running = try drill.start(["run", file])
            #expect(try await running.says("step: wait"))
            running.signal(SIGSTOP)
            // The lease, and two seconds for a busy machine to carry out what is due.
            try await Task.sleep(for: .seconds(5))
            let rules = try await Lab.ssh("10.77.2.41", "sudo -n iptables-save | grep -c DRILL-")
            #expect(rules.output.hasPrefix("0"), "not healed by its lease: \(rules.all)")
            running.signal(SIGCONT)
            let ended = try await running.end(within: 120)
            #expect(ended.exit == 2, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("the lease of cut"), "\(ended.all.suffix(3000))")
            try await expectWhole(drill, "a long sleep")
        }

        @Test("the terminal is closed: all undone, and kept as stopped")
        func terminalCloses() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(Self.experiment(Self.kill + "\n  - wait: 60s"))
            // script(1) is the terminal; killed, it closes like a window does.
            let terminal = try drill.start(
                ["-qec", "\(DrillCommand.binary) run \(file)", "/dev/null"],
                environment: ["TERM": "xterm"],
                program: "/usr/bin/script"
            )
            #expect(try await terminal.says("BROKEN NOW"), "no live view")
            terminal.signal(SIGKILL)
            _ = try await terminal.end()
            let record = try drill.lastRun() + "/record.json"
            for _ in 0..<600 where !FileManager.default.fileExists(atPath: record) {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try drill.record()["verdict"] as? String == "stopped")
            try await expectWhole(drill, "a closed terminal")
        }

        @Test("out of file descriptors in the middle: nothing stays broken")
        func outOfDescriptors() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    Self.kill + "\n"
                        + Self.cut.replacing("app-west", with: "app-east-b")
                        .replacing("lb-west", with: "lb-east-b") + "\n  - wait: 3s"
                )
            )
            let running = try drill.start(["run", file])
            #expect(try await running.says("step: wait"))
            // Fewer than it has open: whatever it has goes on, and nothing can be opened any more.
            let limited = try await shell("prlimit --pid \(running.process) --nofile=8:8")
            #expect(limited.exit == 0, "\(limited.all)")
            // libdispatch ends a process that can't look into /proc any more; then it is its guardian that
            // heals. Otherwise it can't write its reports, and says so.
            let ended = try await running.end(within: 240)
            #expect(ended.isSignal || [5, 70].contains(ended.exit), "\(ended.all.suffix(3000))")
            try await expectWhole(drill, "no descriptors")
        }
    }
}
