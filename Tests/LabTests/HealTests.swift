import Foundation
import Testing

extension LabTests {
    /// What `drill heal` and the next run make of journals: held, damaged, lost.
    @Suite(.serialized) struct Heal {
        static let dark = """
            experiment: dark
            inventory: lab/inventory.yaml
            probes:
              storefront:
                measures: service
                http: { url: "http://${host.edge}:8080/live", status: 200 }
            steady: { for: 200ms, within: 30s }
            method:
              - { fault: kill-container, id: dark, target: { host: app-west } }
              - wait: 2s
            """

        /// A run that was killed while its container was down.
        private func killed(_ drill: DrillCommand) async throws -> String {
            let file = try drill.experiment(Self.dark)
            let running = try drill.start(["run", file])
            #expect(try await running.says("injected dark"), "never injected")
            try running.killWithGuardian()
            _ = try await running.end()
            return file
        }

        private func bringBack(_ drill: DrillCommand) async throws {
            try await drill.labUp()
            try await Lab.expectWhole(drill, "healing")
        }

        @Test("of two runs at once on one host one goes on and the other never starts")
        func together() async throws {
            let drill = try DrillCommand()
            let file = try drill.experiment(Self.dark)
            let both = [try drill.start(["run", file]), try drill.start(["run", file])]
            let first = try await both[0].end()
            let second = try await both[1].end()
            #expect([first.exit, second.exit].sorted() == [0, 3], "\(first.all)\n\(second.all)")
            let refused = first.exit == 3 ? first : second
            #expect(refused.all.contains("is at work on app-west"), "\(refused.all)")
            try await bringBack(drill)
        }

        @Test("heal leaves a run that goes on alone, and doesn't call it whole")
        func running() async throws {
            let drill = try DrillCommand()
            let running = try drill.start(["run", try drill.experiment(Self.dark)])
            #expect(try await running.says("injected dark"), "never injected")
            let heal = try await drill.run("heal")
            #expect(heal.exit == 5, "\(heal.all)")
            #expect(heal.output.contains("kill -TERM"), "\(heal.all)")
            #expect(try await running.end().exit == 0)
            #expect(try await drill.run("heal").exit == 0)
            try await bringBack(drill)
        }

        @Test("a damaged line hides no other, and is struck only by --forget")
        func damaged() async throws {
            let drill = try DrillCommand()
            let file = try await killed(drill)
            let journal = "\(try drill.lastRun())/journal.jsonl"
            let text = try String(contentsOfFile: journal, encoding: .utf8)
            try ("{\"half\n" + text).write(toFile: journal, atomically: true, encoding: .utf8)
            let heal = try await drill.run("heal")
            #expect(heal.exit == 5, "\(heal.all)")
            #expect(heal.output.contains("dark on app-west: healed"), "\(heal.all)")
            #expect(heal.output.contains("journal.jsonl:1: "), "\(heal.all)")
            let refused = try await drill.run("run", file)
            #expect(refused.exit == 3, "\(refused.all)")
            #expect(refused.all.contains("--forget"), "\(refused.all)")
            let run = URL(filePath: journal).deletingLastPathComponent().lastPathComponent
            #expect(try await drill.run("heal", run, "--forget").exit == 0)
            let shown = try await drill.run("show", run).output
            #expect(shown.contains("struck ") && !shown.contains("next "), "\(shown)")
            #expect(try await drill.run("heal").exit == 0)
            try await bringBack(drill)
            #expect(try await drill.run("plan", file).exit == 0)
        }

        @Test("a lost journal is told from the timeline, with the commands that undo it")
        func lost() async throws {
            let drill = try DrillCommand()
            _ = try await killed(drill)
            try FileManager.default.removeItem(atPath: "\(try drill.lastRun())/journal.jsonl")
            let heal = try await drill.run("heal")
            #expect(heal.exit == 5, "\(heal.all)")
            #expect(heal.output.contains("  docker start lab-app-west\n"), "\(heal.all)")
            try await bringBack(drill)
        }

        @Test("where nothing can be read nobody says that nothing is broken")
        func unreadable() async throws {
            let drill = try DrillCommand()
            let file = try await drill.run("heal", environment: ["DRILL_HOME": "/etc/passwd"])
            #expect(file.exit == 5, "\(file.all)")
            let none = try await drill.run("heal", environment: ["DRILL_HOME": "\(drill.home)/x"])
            #expect(none.exit == 64 && none.all.contains("does not exist"), "\(none.all)")
            let unknown = try await drill.run("heal", "nope")
            #expect(unknown.exit == 64, "\(unknown.all)")
        }
    }
}
