import DrillEngine
import DrillHistory
import DrillModel
import DrillWire
import Foundation
import Testing

/// `drill heal` where not everything can be undone, and where the run's folder is a copy.
@Suite struct PartialHealTests {
    private static let run = "20260101T000000Z-dark-0001"

    /// A run that died with two faults in place, whose undos are commands on the controller.
    private func broken(_ drill: Command, old: String, new: String) async throws {
        let folder = try RunStore(drill.folder).create(Self.run)
        let port = Int.random(in: 2000...30_000)
        for (fault, undo) in [("old", old), ("new", new)] {
            let action = Action("undo it", .command(host: Action.controller, .shell(undo)))
            let procedure = Procedure(
                target: "web",
                inject: [],
                effective: [],
                undo: [action],
                settled: [],
                healing: .controller(why: "a test")
            )
            let host = DrillModel.Host(name: "web", address: "127.0.0.9", port: port)
            try await folder.append([
                .broken(
                    Wound(
                        run: Self.run,
                        fault: fault,
                        procedure: procedure,
                        lease: nil,
                        hosts: [host],
                        knownHosts: nil
                    )
                )
            ])
        }
        #expect(await folder.finish() == nil)
    }

    /// Its lock goes with the folder, as that of a run that died.
    private func keep(_ wound: Wound, in drill: Command) async throws {
        let folder = try RunStore(drill.folder).create(Self.run)
        try await folder.append([.broken(wound)])
        #expect(await folder.finish() == nil)
    }

    @Test("an undo that fails keeps no other from being tried, newest first, and is told by hand")
    func oneFails() async throws {
        let drill = try Command()
        let order = "\(drill.folder)/order"
        func tried() -> [Substring] {
            ((try? String(contentsOfFile: order, encoding: .utf8)) ?? "").split(separator: "\n")
        }
        try await broken(
            drill,
            old: "echo old >>\(order)",
            new: "echo new >>\(order); false"
        )
        let heal = try drill.begin(["heal"])
        for _ in 0..<1000 where !tried().contains("old") {
            try await Task.sleep(for: .milliseconds(20))
        }
        // Else it would try what fails for half a minute.
        heal.interrupt()
        let ended = try await heal.end(within: 20)
        #expect(ended.exit == 5, "\(ended)")
        #expect(tried().first == "new" && tried().filter { $0 == "old" }.count == 1, "\(tried())")
        #expect(ended.output.contains("new on web: NOT RESTORED"), "\(ended)")
        #expect(ended.output.contains("old on web: healed, and as before"), "\(ended)")
        let told = try #require(ended.output.firstRange(of: "By hand, where drill can't:"))
        let byHand = ended.output[told.upperBound...]
        #expect(byHand.contains("echo new >>\(order); false"), "\(ended)")
        #expect(!byHand.contains("echo old"), "\(ended)")

        // What was healed is no longer open.
        let left = try drill.run(["heal", "--dry-run"])
        #expect(left.exit == 5 && left.output.contains("new on web"), "\(left)")
        #expect(!left.output.contains("old on web"), "\(left)")
    }

    @Test("what was still going in when drill died is waited for; what doesn't end is ended")
    func goingIn() async throws {
        for (length, isEnded) in [("2", false), ("60", true)] {
            let drill = try Command()
            let (off, order) = ("\(drill.folder)/off", "\(drill.folder)/order")
            let inject = "echo going >>\(order); sleep \(length); echo >\(off); echo in >>\(order)"
            func here(_ what: String, _ script: String) -> Action {
                Action(what, .command(host: Action.controller, .shell(script)))
            }
            let wound = Wound(
                run: Self.run,
                fault: "power",
                procedure: Procedure(
                    target: "web",
                    inject: [here("off", inject)],
                    effective: [],
                    undo: [here("on", "rm -f \(off); echo undone >>\(order)")],
                    settled: [],
                    healing: .controller(why: "a test")
                ),
                lease: nil,
                hosts: [
                    DrillModel.Host(
                        name: "web",
                        address: "127.0.0.9",
                        port: Int.random(in: 2000...30_000)
                    )
                ],
                knownHosts: nil
            )
            try await keep(wound, in: drill)

            // As drill sent it before it died.
            var sent = try CommandLine(.shell(inject)) { part throws(SecretError) in
                throw SecretError("there are no secrets here")
            }
            sent.carry(GoingIn(wound))
            let sending = ChildOrder(["/bin/sh", "-c", sent.line], outputLimitBytes: 100)
            let child = try await Children.shared.start(sending)
            func done() -> [Substring] {
                ((try? String(contentsOfFile: order, encoding: .utf8)) ?? "").split(separator: "\n")
            }
            for _ in 0..<500 where done().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            let heal = try drill.run(["heal"])
            #expect(heal.exit == 0, "\(heal)")
            #expect(done() == (isEnded ? ["going", "undone"] : ["going", "in", "undone"]))
            #expect(!FileManager.default.fileExists(atPath: off))
            #expect(await !Children.shared.isAlive(child))
            // On a busy machine the short one has ended before anyone looks.
            guard isEnded else { continue }
            let timeline = try drill.newest("timeline.jsonl")
            let words = "power was still going in after ten seconds: ended"
            #expect(timeline.contains(words), "\(timeline)")
        }
    }

    @Test("a run's folder that was copied over is enough; the first may be gone")
    func copied() async throws {
        let (drill, elsewhere) = (try Command(), try Command())
        let mark = "\(elsewhere.folder)/undone"
        try await broken(drill, old: "echo old >>\(mark)", new: "echo new >>\(mark)")
        let copied = try drill.shell("cp -r \(drill.folder)/runs \(elsewhere.folder)/")
        #expect(copied.exit == 0, "\(copied)")
        try FileManager.default.removeItem(atPath: drill.folder)
        let heal = try elsewhere.run(["heal"])
        #expect(heal.exit == 0, "\(heal)")
        #expect(try String(contentsOfFile: mark, encoding: .utf8) == "new\nold\n")
        let again = try elsewhere.run(["heal"])
        #expect(again.exit == 0 && again.output.contains("Nothing is broken"), "\(again)")
        #expect(try String(contentsOfFile: mark, encoding: .utf8) == "new\nold\n")
    }
}
