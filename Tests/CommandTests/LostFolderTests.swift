import DrillEngine
import DrillHistory
import DrillModel
import DrillWire
import Foundation
import Glibc
import Testing

/// A run whose folder goes while it goes on; what is broken is a machine that a file stands for.
@Suite struct LostFolderTests {
    let drill: Command
    let file: String

    init() throws {
        drill = try Command()
        let power = "\(drill.folder)/power"
        // Claims hold for the whole machine.
        let port = Int.random(in: 2000...30_000)
        _ = try drill.write("on\n", to: "power")
        _ = try drill.write(
            """
            inventory: shop
            regions:
              here:
                zones:
                  a:
                    one:
                      address: 192.0.2.1
                      port: \(port)
                      roles: [web]
                      power: { off: "echo off >\(power)", on: "echo on >\(power)", state: "cat \(power)" }
                  b: { two: { address: 192.0.2.2, port: \(port), roles: [web] } }
            """,
            to: "inventory.yaml"
        )
        file = try drill.write(
            """
            experiment: dark
            inventory: inventory.yaml
            probes: { here: { command: { run: "true" }, every: 100ms } }
            steady: { for: 1s, within: 20s }
            method:
              - { fault: fail-zone, target: { zone: here/a } }
              - wait: 60s
            """,
            to: "dark.yaml"
        )
    }

    private func power() throws -> String {
        try String(contentsOfFile: "\(drill.folder)/power", encoding: .utf8)
    }

    private func runs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(drill.folder)/runs")
    }

    @Test("the guardian of a run that died heals from the journal that it held")
    func guardian() async throws {
        let run = try drill.begin(["run", file])
        let isSeen = try await run.says("injected fail-zone")
        try #require(isSeen)
        #expect(try power() == "off\n")
        let all = try runs()
        let name = try #require(all.first)
        try FileManager.default.removeItem(atPath: "\(drill.folder)/runs/\(name)")
        kill(run.id, SIGKILL)
        _ = try run.wait()
        // As long as it may wait for the dead process, and look.
        for _ in 0..<600 where try power() != "on\n" {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try power() == "on\n")
        var heal = try drill.run(["heal"])
        for _ in 0..<100 where heal.exit != 0 {
            try await Task.sleep(for: .milliseconds(50))
            heal = try drill.run(["heal"])
        }
        #expect(heal.exit == 0, "\(heal)")
        let journal = try drill.newest("journal.jsonl")
        #expect(journal.contains("broken") && journal.contains("healed"), "\(journal)")
    }

    @Test("a folder that goes before anything is broken keeps it from being broken")
    func before() async throws {
        let run = try drill.begin(["run", file])
        let isSeen = try await run.says("-- steady")
        try #require(isSeen)
        let all = try runs()
        let name = try #require(all.first)
        let away = "\(drill.folder)/away"
        try FileManager.default.moveItem(atPath: "\(drill.folder)/runs/\(name)", toPath: away)
        let ended = try await run.end()
        #expect(ended.exit == 70, "\(ended)")
        #expect(ended.output.contains("ERROR  dark: "), "\(ended)")
        #expect(ended.output.contains("was removed, moved away or replaced"), "\(ended)")
        #expect(try power() == "on\n")
        #expect(!FileManager.default.fileExists(atPath: "\(away)/record.json"))
        #expect(try drill.run(["heal"]).exit == 0)
    }

    @Test("a run that died and whose journal and timeline are emptied can't be told")
    func emptied() async throws {
        let run = try drill.begin(["run", file])
        let isSeen = try await run.says("injected fail-zone")
        try #require(isSeen)
        // Neither may heal it, nor start who would.
        kill(run.id, SIGSTOP)
        let children = try drill.shell("pgrep -P \(run.id) -f ' guardian '").output
        let guardian = Int32(children.split(separator: "\n").first ?? "")
        kill(try #require(guardian), SIGKILL)
        kill(run.id, SIGKILL)
        _ = try run.wait()
        let all = try runs()
        let name = try #require(all.first)
        for file in ["journal", "timeline"] {
            try Data().write(to: URL(filePath: "\(drill.folder)/runs/\(name)/\(file).jsonl"))
        }
        let heal = try drill.run(["heal"])
        #expect(heal.exit == 5, "\(heal)")
        #expect(
            heal.output.contains("fail-zone: the plan names it; journal and timeline"),
            "\(heal)"
        )
        #expect(heal.output.contains("echo on >\(drill.folder)/power"), "\(heal)")
        #expect(try drill.run(["heal", name, "--forget"]).exit == 0)
        #expect(try drill.run(["heal"]).exit == 0)
    }

    @Test("what was captured and is lost is to be put in, and stands in no line to paste")
    func captured() async throws {
        let undo = Text("echo ") + .saved("captured") + Text(" >/tmp/file")
        let procedure = Procedure(
            target: "one",
            inject: [],
            effective: [],
            undo: [
                Action("undo", .command(host: Action.controller, DrillModel.Command(.shell(undo))))
            ],
            settled: [],
            healing: .lease
        )
        let fault = PlannedFault(
            id: "mine",
            fault: "run",
            procedures: [procedure],
            lease: .seconds(30)
        )
        try await keep(fault)
        let lines = try drill.run(["heal", "--dry-run"]).output.split(separator: "\n")
        let line = lines.first { $0.contains("echo") }
        let words = "(not to be typed as it is: what ${captured} stood for is lost"
        #expect(line?.contains(words) ?? false, "\(lines)")
    }

    /// Its lock goes with the folder, as that of a run that died.
    private func keep(_ fault: PlannedFault) async throws {
        let folder = try RunStore(drill.folder).create("20260101T000000Z-dark-0001")
        let experiment = Experiment(name: "dark")
        let plan = Plan(run: folder.run, experiment: experiment, seed: 1, faults: [fault])
        try await folder.write("plan.json", json: plan)
        folder.record(Event(at: Instant(ns: 1), .injecting(fault: "mine")))
        #expect(await folder.finish() == nil)
    }
}
