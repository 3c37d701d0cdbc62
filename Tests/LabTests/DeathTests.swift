import Foundation
import Testing

extension LabTests {
    /// drill dies or is told to stop, in the middle; the lab must come back.
    @Suite(.serialized) struct Death {
        static let partition = """
            experiment: cut
            inventory: lab/inventory.yaml
            probes:
              storefront:
                measures: service
                http: { url: "http://${host.edge}:8080/live", status: 200 }
            steady: { for: 200ms, within: 30s }
            method:
              - fault: partition
                id: cut
                target: { host: app-west }
                from: { host: lb-west }
              - wait: 60s
            lease: 8s
            """

        static let zone = """
            experiment: dark
            inventory: lab/inventory.yaml
            probes:
              storefront:
                measures: service
                http: { url: "http://${host.edge}:8080/live", status: 200 }
            steady: { for: 200ms, within: 30s }
            method:
              - fault: fail-zone
                id: dark
                target: { zone: us-east-1/b }
              - wait: 60s
            """

        @Test("kill -9 during a partition: the host heals itself when the lease ends")
        func lease() async throws {
            let drill = try DrillCommand()
            let running = try drill.start(["run", try drill.experiment(Self.partition)])
            #expect(try await running.says("cut is in effect on app-west"), "never in effect")
            let before = try await Lab.ssh("10.77.2.41", "sudo -n iptables-save | grep -c DRILL-")
            #expect(before.exit == 0, "no rule was there: \(before.all)")
            running.signal(SIGKILL)
            _ = try await running.end()
            // The lease is 8 s; the rest is the time that a busy machine may take to notice.
            try await Task.sleep(for: .seconds(12))
            let after = try await Lab.ssh("10.77.2.41", "sudo -n iptables-save | grep -c DRILL-")
            #expect(after.output.hasPrefix("0"), "rules are still there: \(after.all)")
            let healed = try await drill.run("heal")
            #expect(healed.exit == 0, "\(healed.all)")
            try await Lab.expectWhole(drill, "kill -9 during a partition")
        }

        @Test("kill -9 with a zone killed: the next run refuses, drill heal brings it back")
        func heal() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(Self.zone)
            let running = try drill.start(["run", file])
            #expect(try await running.says("injected dark"), "never injected")
            running.signal(SIGKILL)
            _ = try await running.end()
            let refused = try await drill.run("run", file)
            #expect(refused.exit == 3, "\(refused.all)")
            #expect(refused.all.contains("drill heal"), "\(refused.all)")
            let dry = try await drill.run("heal", "--dry-run")
            #expect(dry.output.contains("start lab-db-east-b"), "\(dry.all)")
            let healed = try await drill.run("heal")
            #expect(healed.exit == 0, "\(healed.all)")
            let again = try await drill.run("heal")
            #expect(again.exit == 0 && again.output.contains("Nothing is broken"), "\(again.all)")
            try await drill.labUp()
            try await Lab.expectWhole(drill, "drill heal")
        }

        /// One test a kind of event, by the words that announce it.
        static let events = [
            "-- survey", "-- steady", "-- prepare", "-- method", "step: partition", "lease of",
            "inject:", "injected link", "link is in effect", "step: wait", "step: kill-container",
            "injected dark", "step: runbook", "undoing dark",
        ]

        @Test(
            "a signal at any kind of event: all undone, exit 4, record and report written",
            arguments: events.map { ($0, SIGINT) } + [
                ("link is in effect", SIGHUP), ("injected dark", SIGTERM),
            ]
        )
        func interrupt(event: String, signal: Int32) async throws {
            let drill = try DrillCommand()
            try """
            runbook: look
            steps:
              - step: look around
                host: edge
                run: sleep 5
                budget: 20s
            """.write(toFile: "\(drill.home)/look.yaml", atomically: true, encoding: .utf8)
            let file = try drill.experiment(
                """
                experiment: interrupted
                inventory: lab/inventory.yaml
                probes:
                  storefront:
                    measures: service
                    http: { url: "http://${host.edge}:8080/live", status: 200 }
                steady: { for: 500ms, within: 30s }
                prepare:
                  - fault: partition
                    id: link
                    target: { host: app-west }
                    from: { host: lb-west }
                  - wait: 1s
                method:
                  - fault: kill-container
                    id: dark
                    target: { host: app-east-b }
                  - runbook: look.yaml
                  - undo: dark
                  - wait: 30s
                lease: 20s
                """
            )
            let running = try drill.start(["run", file])
            #expect(try await running.says(event), "it never said \(event)")
            running.signal(signal)
            try await Self.expectStopped(drill, running, "signal \(signal) at \(event)")
        }

        private static func expectStopped(
            _ drill: DrillCommand,
            _ running: DrillCommand.Running,
            _ what: String
        ) async throws {
            let ended = try await running.end(within: 90)
            #expect(ended.exit == 4, "\(what): exit \(ended.exit): \(ended.all.suffix(3000))")
            #expect(try drill.record()["verdict"] as? String == "stopped", "\(what)")
            #expect(FileManager.default.fileExists(atPath: try drill.lastRun() + "/report.html"))
            try await drill.labUp()
            try await Lab.expectWhole(drill, what)
        }

        @Test(
            "Ctrl-C once the method is over: all undone, exit 4, record and report written",
            arguments: ["undoing dark: the run ends", "undone dark", "-- read-back"]
        )
        func interruptLate(event: String) async throws {
            let drill = try DrillCommand()
            let table = "late_\(Int.random(in: 0...999_999))"
            // It looks on for 3 s at least, for 6 s at most.
            let file = try drill.experiment(
                """
                experiment: interrupted-late
                inventory: lab/inventory.yaml
                probes:
                  storefront:
                    measures: service
                    http: { url: "http://${host.edge}:8080/live", status: 200 }
                  orders:
                    ledger:
                      postgres: "postgresql://shop@${host.edge}:5432/shop"
                      table: \(table)
                steady: { for: 3s, within: 6s }
                method:
                  - fault: kill-container
                    id: dark
                    target: { host: app-east-b }
                """
            )
            let running = try drill.start(["run", file])
            if event == "-- read-back" {
                // Reading back takes a moment, too short to be met: the lock makes it wait.
                #expect(try await running.says("undone dark"), "it never undid")
                let lock = try drill.start(
                    [
                        "-qX", "-h", "10.77.9.10", "-U", "shop", "-d", "shop", "-c",
                        "begin; lock table \(table); select pg_sleep(12); commit",
                    ],
                    program: "/usr/bin/psql"
                )
                #expect(try await running.says(event), "it never said \(event)")
                #expect(lock.isRunning, "the lock was gone before")
            }
            #expect(try await running.says(event), "it never said \(event)")
            running.signal(SIGINT)
            try await Self.expectStopped(drill, running, "Ctrl-C at \(event)")
        }
    }
}

extension DrillCommand {
    /// A container that was killed comes back before its service does: waits until the lab serves.
    func labUp() async throws {
        let up = try await run("lab", "up")
        #expect(up.exit == 0, "\(up.all)")
    }
}
