import Foundation
import Testing

extension LabTests {
    /// drill is told to stop in the middle of a long run; `EndTests` ends runs of each kind of fault.
    @Suite(.serialized) struct Death {
        /// One test a kind of event, by the words that announce it.
        static let events = [
            "-- survey", "-- prepare", "-- method", "step: partition", "step: runbook",
            "injected dark",
        ]

        @Test(
            "a signal at an event: all undone, exit 4, record and report written",
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
