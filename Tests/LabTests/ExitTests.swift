import Foundation
import Testing

extension LabTests {
    /// Each exit code of the command, produced for real (0 and 1: `Experiments`; 4: `Death`).
    @Suite(.serialized) struct Exits {
        static func experiment(fault: String, more: String = "") -> String {
            """
            experiment: exits
            inventory: lab/inventory.yaml
            probes:
              storefront:
                measures: service
                http: { url: "http://${host.edge}:8080/live", status: 200 }
            steady: { for: 200ms, within: 2s }
            method:
            \(fault)
            \(more)
            """
        }

        @Test("2: a fault that did nothing proves nothing")
        func inconclusive() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    fault: """
                          - fault: run
                            target: { host: app-west }
                            inject: [touch, /tmp/drill-exits]
                            undo: [rm, -f, /tmp/drill-exits]
                            effective: [test, -e, /tmp/drill-nowhere]
                            settled: [test, "!", -e, /tmp/drill-exits]
                        """
                )
            )
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 2, "\(ended.all.suffix(3000))")
            #expect(try drill.record()["verdict"] as? String == "inconclusive")
        }

        @Test("3: no steady state, nothing touched")
        func notSteady() async throws {
            let drill = try DrillCommand()
            let text = Self.experiment(
                fault: "  - { fault: kill-container, target: { host: app-west } }"
            ).replacing(":8080/live", with: ":8080/nowhere")
            let ended = try await drill.run("run", try drill.experiment(text))
            #expect(ended.exit == 3, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("404"), "it doesn't say what was seen: \(ended.all)")
            try await Lab.expectWhole(drill, "no steady state")
        }

        @Test(
            "3: a guard refuses",
            arguments: [
                ("{ region: [us-east-1, us-west-2, us-central-1] }", "blast"),
                ("{ host: edge }", "protect"),
            ]
        )
        func guarded(target: String, word: String) async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(fault: "  - { fault: kill-container, target: \(target) }")
            )
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 3, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains(word), "\(ended.all)")
        }

        @Test("4: stop-when and longest end the run, all undone")
        func stopped() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    fault:
                        "  - { fault: kill-container, target: { host: app-west } }\n  - wait: 60s",
                    more: "guards: { longest: 3s }"
                )
            )
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 4, "\(ended.all.suffix(3000))")
            #expect(ended.all.contains("longest"), "\(ended.all)")
            try await drill.labUp()
            try await Lab.expectWhole(drill, "longest")
        }

        @Test("4: a halt ends the run, all undone, and says so")
        func halted() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    fault:
                        "  - { fault: partition, target: { host: app-west }, from: { host: lb-west } }\n"
                        + "  - wait: 60s"
                )
            )
            let run = try drill.start(["run", file])
            #expect(try await run.says("step: wait"), "it never waited")
            let halted = try await drill.run("halt", "--why", "a test")
            #expect(halted.exit == 0, "\(halted.all)")
            #expect(halted.output.contains(": stopped, exit 4; nothing is left broken"))
            let ended = try await run.end(within: 10)
            #expect(ended.exit == 4, "\(ended.all.suffix(3000))")
            #expect(ended.output.contains("every run was halted by"), "\(ended.all.suffix(3000))")
            try await Lab.expectWhole(drill, "a halt")
        }

        @Test("5: what can't be seen to be gone is not restored, until it is")
        func notRestored() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(
                    fault: """
                          - fault: run
                            target: { host: app-west }
                            inject: [touch, /tmp/drill-stuck]
                            undo: [rm, -f, /tmp/drill-stuck]
                            effective: [test, -e, /tmp/drill-stuck]
                            settled: [test, -e, /tmp/drill-mended]
                            timeout: 2s
                        """
                )
            )
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 5, "\(ended.all.suffix(3000))")
            let still = try await drill.run("heal")
            #expect(still.exit == 5, "\(still.all)")
            #expect(still.all.contains("rm -f /tmp/drill-stuck"), "not by hand: \(still.all)")
            _ = try await Lab.ssh("10.77.2.41", "touch /tmp/drill-mended")
            let healed = try await drill.run("heal")
            #expect(healed.exit == 0, "\(healed.all)")
            let shown = try await drill.run("show")
            #expect(shown.output.hasPrefix("FAILED"), "\(shown.all)")
            #expect(shown.output.contains("not restored by the run itself"), "\(shown.all)")
            _ = try await Lab.ssh("10.77.2.41", "rm -f /tmp/drill-mended")
        }

        @Test("64: a file with problems, and wrong usage")
        func usage() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(fault: "  - wait: { until: storefornt, within: 3s }")
            )
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 64)
            #expect(ended.errors.contains(#"did you mean "storefront"?"#), "\(ended.all)")
            #expect(ended.errors.contains("test.yaml:9:"), "\(ended.all)")
            #expect(try await drill.run("run", "--nonsense").exit == 64)
        }

        @Test("70: what can't be recorded isn't begun")
        func unrecordable() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                Self.experiment(fault: "  - { fault: kill-container, target: { host: app-west } }")
            )
            let ended = try await drill.run("run", file, environment: ["DRILL_HOME": "/dev/null/x"])
            #expect(ended.exit == 70, "\(ended.all)")
            #expect(ended.all.contains("nothing was touched"), "\(ended.all)")
        }
    }
}
