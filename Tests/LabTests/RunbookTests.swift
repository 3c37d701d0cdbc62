import Foundation
import Glibc
import Testing

extension LabTests {
    /// The lab's runbooks by themselves: checked, broken, interrupted and taken back.
    @Suite(.serialized) struct Runbooks {
        private static let folder = "\(DrillCommand.root)/Runbooks"

        /// What it printed, without white space around it; everything it said where it failed.
        private static func docker(_ words: String...) async throws -> String {
            let ended = try await DrillCommand().start(words, program: "/usr/bin/docker")
                .end(within: 60)
            #expect(ended.exit == 0, "docker \(words): \(ended.all)")
            let said = ended.exit == 0 ? ended.output : ended.all
            return said.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private static func check(_ runbook: String) async throws -> DrillCommand.Ended {
            try await DrillCommand().run("runbook", "check", "\(folder)/\(runbook)")
        }

        @Test("every runbook passes the check")
        func all() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let ended = try await drill.run("runbook", "check", Self.folder, "--json")
            #expect(ended.exit == 0, "\(ended.all)")
            let found = try #require(
                try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
            )
            #expect(found["errors"] as? Int == 0, "\(ended.all)")
            let runbooks = try #require(found["runbooks"] as? [[String: Any]])
            #expect(runbooks.count >= 14)
            #expect(runbooks.allSatisfy { $0["looked"] as? Bool == true }, "\(ended.output)")
        }

        struct Damage: Sendable, CustomTestStringConvertible {
            var name: String
            var runbook: String
            /// Done in the container, and undone.
            var container: String
            var breaks: String
            var mends: String
            var finding: String
            var testDescription: String { name }
        }

        private static let damages = [
            Damage(
                name: "a tool is renamed",
                runbook: "promote-us-west-2.yaml",
                container: "lab-db-west",
                breaks: "mv /usr/local/bin/patronictl /usr/local/bin/patronictl.old ||"
                    + " mv /usr/bin/patronictl /usr/bin/patronictl.old",
                mends: "mv /usr/local/bin/patronictl.old /usr/local/bin/patronictl ||"
                    + " mv /usr/bin/patronictl.old /usr/bin/patronictl",
                finding: "db-west: there is no patronictl"
            ),
            Damage(
                name: "a script gets a mistake",
                runbook: "open-every-region.yaml",
                container: "lab-edge",
                breaks:
                    "test -e /root/kept || cp -p /usr/local/bin/lab-traffic /root/kept;"
                    + " echo 'if' >> /usr/local/bin/lab-traffic",
                mends: "cp -p /root/kept /usr/local/bin/lab-traffic && rm /root/kept",
                finding: "edge: lab-traffic can't be run: "
            ),
            Damage(
                name: "a key isn't let in any more",
                runbook: "promote-local-standby.yaml",
                container: "lab-db-east-b",
                breaks: "mv /home/drill/.ssh/authorized_keys /home/drill/.ssh/kept",
                mends: "mv /home/drill/.ssh/kept /home/drill/.ssh/authorized_keys",
                finding: "db-east-b: "
            ),
        ]

        @Test("what breaks a runbook is found, at the line of its step", arguments: damages)
        func broken(it: Damage) async throws {
            _ = try await Self.docker("exec", it.container, "sh", "-c", it.breaks)
            let ended = try await Self.check(it.runbook)
            let mended = try await Self.docker("exec", it.container, "sh", "-c", it.mends)
            #expect(mended.isEmpty, "\(mended)")
            #expect(ended.exit == 1, "\(ended.all)")
            let line = try #require(
                ended.output.split(separator: "\n").first { $0.contains("error: \(it.finding)") },
                "\(ended.all)"
            )
            #expect(line.contains("Runbooks/\(it.runbook):"), "\(line)")
            let again = try await Self.check(it.runbook)
            #expect(again.exit == 0, "\(again.all)")
        }

        @Test("a host that is stopped is found, once for all steps that need it")
        func stopped() async throws {
            _ = try await Self.docker("stop", "-t", "2", "lab-backup")
            let ended = try await Self.check("back-up.yaml")
            _ = try await Self.docker("start", "lab-backup")
            #expect(ended.exit == 1, "\(ended.all)")
            #expect(ended.output.split(separator: "error: backup: ").count == 2, "\(ended.all)")
            #expect(ended.output.contains("(also step 2)"), "\(ended.all)")
            try await DrillCommand().labUp()
        }

        @Test("a credential that is changed is found")
        func credential() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                """
                runbook: look
                inventory: lab/inventory.yaml
                steps:
                  - step: look
                    sql: { url: "postgresql://nobody:wrong@${host.db-west}:5432/shop", query: select 1 }
                """,
                name: "look.yaml"
            )
            let ended = try await drill.run("runbook", "check", file)
            #expect(ended.exit == 1, "\(ended.all)")
            #expect(ended.output.contains("look.yaml:5:"), "\(ended.all)")
            #expect(ended.output.contains("refuses what it is asked with"), "\(ended.all)")
            #expect(!ended.all.contains("wrong"), "\(ended.all)")
        }

        @Test("a step that exits 0 and did nothing is caught by its verify")
        func unverified() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(
                """
                runbook: pretend
                inventory: lab/inventory.yaml
                steps:
                  - step: promote the standby
                    host: db-west
                    run: "true"
                    verify:
                      sql:
                        url: "postgresql://shop@${host.db-west}:5432/shop"
                        query: select pg_is_in_recovery()
                        equals: "f"
                      within: 2s
                """
            )
            let ended = try await drill.run("runbook", "run", file)
            #expect(ended.exit == 1, "\(ended.all)")
            #expect(ended.output.contains("it ran, but did not work"), "\(ended.all)")
        }

        @Test("a failed step in the middle leaves the lab as before where it says undo")
        func undone() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let file = try drill.experiment(
                """
                runbook: half
                inventory: lab/inventory.yaml
                on-failure: undo
                steps:
                  - step: send no more shoppers to zone a
                    host: edge
                    run: lab-traffic drain us-east-1/a
                    undo: lab-traffic open
                  - step: stop the shop there
                    container: { host: app-east-a, do: stop }
                    undo: { container: { host: app-east-a, do: start } }
                  - step: fail
                    host: db-west
                    run: "false"
                  - { step: never, host: db-west, run: touch /tmp/never }
                """
            )
            let before = try await Self.traffic()
            let ended = try await drill.run("runbook", "run", file)
            #expect(ended.exit == 1, "\(ended.all)")
            #expect(ended.output.contains("2 undone"), "\(ended.all)")
            #expect(try await Self.traffic() == before)
            let state = try await Self.docker(
                "inspect",
                "-f",
                "{{.State.Running}}",
                "lab-app-east-a"
            )
            #expect(state == "true")
            let never = try await Self.docker(
                "exec",
                "lab-db-west",
                "sh",
                "-c",
                "test ! -e /tmp/never && echo no"
            )
            #expect(never == "no")
            try await drill.labUp()
            #expect(try await drill.run("lab", "status").exit == 0)
        }

        @Test("`drill test` that is interrupted in the middle of a fault undoes it")
        func interrupted() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let test = try drill.start(["test", "Experiments/app-hang.yaml"])
            for _ in 0..<1200 where test.isRunning {
                // Not yet there is no mistake.
                let runs = try? FileManager.default.contentsOfDirectory(
                    atPath: "\(drill.home)/runs"
                )
                let run = runs?.first.map { "\(drill.home)/runs/\($0)" }
                let timeline = run.flatMap {
                    try? String(contentsOfFile: "\($0)/timeline.jsonl", encoding: .utf8)
                }
                if timeline?.contains("\"injected\"") == true { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            test.signal(SIGINT)
            let ended = try await test.end()
            #expect(ended.exit == 4, "\(ended.all)")
            let fault = try #require((try drill.record()["faults"] as? [[String: Any]])?.first)
            #expect(fault["settled"] as? Bool == true, "\(fault)")
            try await Lab.expectWhole(drill, "app-hang, interrupted")
        }

        /// Where the edge lets shoppers in: its servers and whether they are drained.
        private static func traffic() async throws -> [String] {
            try await docker(
                "exec",
                "lab-edge",
                "sh",
                "-c",
                "echo 'show servers state' | socat - /run/haproxy.sock"
            )
            .split(separator: "\n").map { line in
                line.split(separator: " ").enumerated().filter { [1, 3, 6].contains($0.offset) }
                    .map(\.element).joined(separator: " ")
            }
        }

        @Test("drill is killed in the middle, and another one goes on")
        func resumed() async throws {
            let drill = try DrillCommand()
            let mark = "/tmp/drill-\(Int.random(in: 0...999_999))"
            let file = try drill.experiment(
                """
                runbook: two-hosts
                inventory: lab/inventory.yaml
                steps:
                  - { step: one, host: edge, run: "echo one >> \(mark) && hostname", save: where }
                  - { step: two, host: lb-west, run: "until test -e \(mark).go; do sleep 0.1; done" }
                  - { step: three, host: edge, run: "echo ${where} >> \(mark) && cat \(mark)" }
                """
            )
            let first = try drill.start(["runbook", "run", file])
            #expect(try await first.says("two-hosts 1/3 one"))
            first.signal(SIGKILL)
            _ = try await first.end()
            _ = try await Self.docker("exec", "lab-lb-west", "touch", "\(mark).go")
            let second = try await drill.run("runbook", "run", file, "--resume", "last")
            #expect(second.exit == 0, "\(second.all)")
            let written = try await Self.docker("exec", "lab-edge", "cat", mark)
            #expect(written.split(separator: "\n").count == 2, "\(written)")
            #expect(written.hasPrefix("one\n"))
            _ = try await Self.docker("exec", "lab-edge", "rm", mark)
            _ = try await Self.docker("exec", "lab-lb-west", "rm", "\(mark).go")
        }
    }
}
