import Foundation
import Testing

extension LabTests {
    /// The experiments that the project ships, as a newcomer runs them.
    @Suite(.serialized) struct Experiments {
        /// Those whose budgets the lab keeps; the lab is whole again after each.
        ///
        /// Steps of runbooks that say that they are idempotent are done twice, to see that.
        @Test(
            "an experiment passes, and the lab is whole again",
            arguments: [
                "region-loss", "zone-loss", "primary-killed", "split-brain", "app-hang", "watch",
                "who-notices", "standby-promoted", "standby-diverged", "standby-lost", "blue-green",
                "canary-promoted", "canary-rolled-back", "zone-drained",
            ]
        )
        func passes(name: String) async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let ended = try await drill.run("run", "--twice", "Experiments/\(name).yaml")
            #expect(ended.exit == 0, "\(ended.all.suffix(4000))")
            let record = try drill.record()
            #expect(record["verdict"] as? String == "passed")
            let run = try drill.lastRun()
            for file in ["report.html", "report.md", "junit.xml", "timeline.jsonl", "plan.json"] {
                #expect(FileManager.default.fileExists(atPath: "\(run)/\(file)"), "no \(file)")
            }
            for fault in try #require(record["faults"] as? [[String: Any]]) {
                #expect(fault["effective"] as? Bool == true, "\(fault)")
                #expect(fault["settled"] as? Bool == true, "\(fault)")
            }
            if name == "zone-loss" {
                let ledgers = try #require(record["ledgers"] as? [[String: Any]])
                #expect(ledgers.first?["lost"] as? Int == 0)
            }
            // The other experiments leave the lead where Patroni put it.
            try await Lab.expectWhole(drill, name, leads: name == "region-loss" ? "db-east-a" : nil)
        }

        @Test("a budget that can't be kept makes the run red")
        func tooTight() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let ended = try await drill.run("run", "Experiments/too-tight.yaml")
            #expect(ended.exit == 1, "\(ended.all.suffix(4000))")
            #expect(try drill.record()["verdict"] as? String == "failed")
            let junit = try String(contentsOfFile: drill.lastRun() + "/junit.xml", encoding: .utf8)
            #expect(junit.contains("<failure"))
            try await Lab.expectWhole(drill, "too-tight")
        }

        /// Plain SQL over what the database kept, against the ledger's log of what was acknowledged; and
        /// that log against the log of a client that is none of drill's.
        @Test("lost orders are counted as plain SQL counts them and as another client lost its own")
        func lagging() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let text = try String(
                contentsOfFile: "\(DrillCommand.root)/Experiments/region-loss-lagging.yaml",
                encoding: .utf8
            )
            let table = "kept_\(Int.random(in: 0...999_999))"
            let file = try drill.experiment(
                text.replacing("../Runbooks", with: "\(DrillCommand.root)/Runbooks").replacing(
                    "ledger: { postgres: \"postgresql://shop@${host.edge}:5432/shop\" }",
                    with: """
                        ledger: { postgres: "postgresql://shop@${host.edge}:5432/shop", \
                        table: \(table), keep: true }
                        """
                )
            )
            let writer = try await OwnWriter(drill)
            let ended = try await drill.run("run", file)
            let own = try await writer.end()
            #expect(ended.exit == 0, "\(ended.all.suffix(4000))")
            let record = try drill.record()
            let ledger = try #require((record["ledgers"] as? [[String: Any]])?.first)

            let acknowledged = try Self.acknowledged(drill.lastRun() + "/ledger/orders.jsonl")
            let there = try await Lab.numbers(in: table)
            _ = try await Lab.sql("drop table \(table)")
            let lost = acknowledged.count { !there.contains($0.number) }
            #expect(ledger["acknowledged"] as? Int == acknowledged.count)
            #expect(ledger["lost"] as? Int == lost)
            #expect(ledger["kept"] as? Int == acknowledged.count - lost)
            #expect(lost > 0, "replication was cut for 5 s, and yet nothing was lost")
            try expectOneStory(own: own, ledger: (acknowledged, there))

            // The link was cut for 5 s before the disaster; what was acknowledged in that time is gone.
            let rpo = try #require(
                (record["figures"] as? [[String: Any]])?.first { $0["name"] as? String == "rpo" }
            )
            let high = try #require(rpo["high_ns"] as? Int)
            let low = try #require(rpo["low_ns"] as? Int)
            #expect(low > 2_000_000_000, "rpo from \(low) ns, though the link was cut for 5 s")
            #expect(high < 20_000_000_000, "rpo up to \(high) ns, though the link was cut for 5 s")
            try await Lab.expectWhole(drill, "region-loss-lagging", leads: "db-east-a")
        }

        /// What was acknowledged, read from the ledger's file by no code of drill's.
        static func acknowledged(_ path: String) throws -> [Acknowledged] {
            var writes: [Int: Acknowledged] = [:]
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for line in text.split(separator: "\n") {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                guard let write = value as? [String: Any],
                    write["answer"] as? String == "acknowledged",
                    let number = write["number"] as? Int, let sent = write["sent"] as? Int,
                    let done = write["done"] as? Int
                else { continue }
                writes[number] = Acknowledged(
                    number: number,
                    sent: Double(sent) / 1e9,
                    done: Double(done) / 1e9
                )
            }
            return Array(writes.values)
        }
    }
}
