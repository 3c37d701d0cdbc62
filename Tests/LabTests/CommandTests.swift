import Foundation
import Testing

extension LabTests {
    /// The commands that bring the lab up, and those that only read.
    @Suite(.serialized) struct Commands {
        /// The promise, once the image is there.
        static let upMax = Duration.seconds(60)
        /// It looks and finds nothing to do: some HTTP calls and one ssh-free look at each database.
        static let againMax = Duration.seconds(10)

        private func timed(
            _ work: () async throws -> DrillCommand.Ended
        ) async throws -> (ended: DrillCommand.Ended, took: Duration) {
            let begun = ContinuousClock.now
            let ended = try await work()
            return (ended, ContinuousClock.now - begun)
        }

        @Test("the lab goes down and comes up within a minute; up again does nothing, and quickly")
        func upAndDown() async throws {
            let drill = try DrillCommand()
            // With this, the image is there.
            try await drill.labUp()
            let down = try await drill.run("lab", "down")
            #expect(down.exit == 0)
            #expect(down.output.contains("removed 14 containers and 1 network"), "\(down.all)")
            let none = try await drill.run("lab", "status")
            #expect(none.exit == 1)
            #expect(none.output == "There is no lab. `drill lab up` makes it.\n", "\(none.all)")
            let twice = try await drill.run("lab", "down")
            #expect(twice.exit == 0)
            #expect(twice.output.contains("there was none"), "\(twice.all)")

            let (up, took) = try await timed { try await drill.run("lab", "up") }
            #expect(up.exit == 0, "\(up.all)")
            #expect(took < Self.upMax, "up took \(took)")
            let (again, tookAgain) = try await timed { try await drill.run("lab", "up") }
            #expect(again.exit == 0, "\(again.all)")
            #expect(again.output.contains("all 14 hosts run already"), "\(again.all)")
            #expect(tookAgain < Self.againMax, "the second up took \(tookAgain)")
            try await Lab.expectWhole(drill, "lab down and up", leads: "db-east-a")

            let status = try await drill.run("lab", "status")
            #expect(status.exit == 0, "\(status.all)")
            let lines = status.output.split(separator: "\n").map { line in
                line.split(separator: " ").joined(separator: " ")
            }
            for line in [
                "14 of 14 hosts running", "db-east-a us-east-1/a leader - -",
                "etcd-witness us-central-1/a healthy",
                "lb-east-a us-east-1/a us-east-1 app-east-a up, app-east-b up",
                "edge - us-east-1 a up, b up", "edge - us-west-2 a up",
                "edge - leader db-east-a",
                "http://10.77.9.10:8080/orders: 200", "The lab is whole.",
            ] {
                #expect(lines.contains(line), "no line \(line) in: \(status.output)")
            }
            #expect(
                lines.contains { $0.hasPrefix("db-west us-west-2/a standby streaming") },
                "\(status.output)"
            )
            let json = try Self.object(await drill.run("lab", "status", "--json"))
            #expect((json["containers"] as? [Any])?.count == 14)
            #expect((json["lacks"] as? [Any])?.isEmpty == true)
        }

        @Test("a run's folder is read by runs, show and report")
        func reading() async throws {
            let drill = try DrillCommand()
            let empty = try await drill.run("runs")
            #expect(empty.exit == 0)
            #expect(empty.output.contains("no runs yet"), "\(empty.all)")
            #expect(try await drill.run("show").exit == 64)
            let file = try drill.experiment(
                """
                experiment: read
                inventory: lab/inventory.yaml
                budgets: { downtime: 5s }
                probes:
                  storefront:
                    measures: service
                    http: { url: "http://${host.edge}:8080/live", status: 200 }
                steady: { for: 1s, within: 30s }
                method: [{ wait: 1s }]
                """
            )
            let ran = try await drill.run("run", file)
            #expect(ran.exit == 0, "\(ran.all)")
            let folder = try drill.lastRun()
            let run = try #require(folder.split(separator: "/").last.map(String.init))

            let runs = try await drill.run("runs")
            #expect(runs.exit == 0)
            let row = try #require(
                runs.output.split(separator: "\n").first { $0.hasPrefix(run) },
                "\(runs.all)"
            )
            #expect(row.contains("passed") && row.contains("downtime"), "\(row)")
            let listed = try JSONSerialization.jsonObject(
                with: Data(try await drill.run("runs", "--json").output.utf8)
            )
            let only = try #require((listed as? [[String: Any]])?.first)
            #expect(only["run"] as? String == run)
            #expect(only["running"] as? Bool == false && only["unhealed"] as? Int == 0)

            for name in [run, String(run.suffix(4)), "last"] {
                let shown = try await drill.run("show", name)
                #expect(shown.exit == 0)
                #expect(shown.output.hasPrefix("PASSED  read: "), "\(shown.all)")
                #expect(shown.output.hasSuffix("report  \(folder)/report.html\n"), "\(shown.all)")
                // What the run ended with is what it is shown as.
                #expect(ran.output.hasSuffix(shown.output), "\(shown.all)")
            }
            let json = try Self.object(await drill.run("show", "--json"))
            #expect(json as NSDictionary == (try drill.record()) as NSDictionary)
            let nobody = try await drill.run("show", "nobody")
            #expect(nobody.exit == 64)
            #expect(nobody.errors.contains("there is no run nobody"), "\(nobody.all)")

            for (flag, name) in [("--html", "report.html"), ("--md", "report.md")] {
                let kept = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                #expect(try await drill.run("report", "last", flag).output == kept, "\(name)")
            }
            let junit = try await drill.run("report", "--junit").output
            #expect(junit.contains("<testsuite") && !junit.contains("<failure"), "\(junit)")
            try FileManager.default.removeItem(atPath: "\(folder)/report.html")
            #expect(try await drill.run("report").output == "\(folder)/report.html\n")
            #expect(FileManager.default.fileExists(atPath: "\(folder)/report.html"))
        }

        @Test("plan, faults and schema as other tools read them")
        func describing() async throws {
            let drill = try DrillCommand()
            let file = "\(DrillCommand.root)/Experiments/region-loss.yaml"
            let plan = try Self.object(await drill.run("plan", "--json", file))
            let faults = try #require(plan["faults"] as? [[String: Any]])
            #expect(faults.map { $0["id"] as? String } == ["blackout"])
            #expect((faults.first?["procedures"] as? [Any])?.count == 7)
            #expect((plan["refusals"] as? [Any])?.isEmpty == true)
            #expect(!FileManager.default.fileExists(atPath: "\(drill.home)/runs"), "it left a run")

            let names = [
                "kill-process", "pause-process", "stop-service", "partition", "fail-zone",
                "fail-region", "run",
            ]
            let table = try await drill.run("faults")
            for name in names {
                #expect(table.output.contains("\(name)\n"), "no \(name) in: \(table.output)")
            }
            let one = try await drill.run("faults", "partition")
            #expect(one.output.contains("direction") && !one.output.contains("kill-process"))
            #expect(try await drill.run("faults", "patrition").exit == 64)

            for (kind, file) in [
                (nil, "drill"), ("inventory", "inventory"), ("runbook", "runbook"),
            ] as [(String?, String)] {
                let words = ["schema"] + (kind.map { [$0] } ?? [])
                let printed = try await drill.start(words).end()
                let path = "\(DrillCommand.root)/Experiments/\(file).schema.json"
                #expect(printed.output == (try String(contentsOfFile: path, encoding: .utf8)))
            }
        }

        private static func object(_ ended: DrillCommand.Ended) throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(ended.output.utf8))
            return try #require(value as? [String: Any], "\(ended.all)")
        }
    }
}
