import Foundation
import Testing

extension LabTests {
    /// The experiments that the project ships, as a newcomer runs them.
    @Suite(.serialized) struct Experiments {
        /// Those whose budgets the lab keeps; the lab is whole again after each.
        @Test(
            "an experiment passes, and the lab is whole again",
            arguments: [
                "region-loss", "zone-loss", "primary-killed", "split-brain", "app-hang", "watch",
            ]
        )
        func passes(name: String) async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let ended = try await drill.run("run", "Experiments/\(name).yaml")
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
            try await Lab.expectWhole(drill, name)
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

        /// The ledger's own log on the client against plain SQL over what the database kept.
        @Test("lost orders are counted as plain SQL counts them")
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
            let ended = try await drill.run("run", file)
            #expect(ended.exit == 0, "\(ended.all.suffix(4000))")
            let record = try drill.record()
            let ledger = try #require((record["ledgers"] as? [[String: Any]])?.first)

            let acknowledged = try Self.acknowledged(drill.lastRun() + "/ledger/orders.jsonl")
            let there = Set(
                try await Lab.sql("select distinct number from \(table)").split(separator: "\n")
                    .compactMap { Int($0) }
            )
            _ = try await Lab.sql("drop table \(table)")
            let lost = acknowledged.subtracting(there).count
            #expect(ledger["acknowledged"] as? Int == acknowledged.count)
            #expect(ledger["lost"] as? Int == lost)
            #expect(ledger["kept"] as? Int == acknowledged.count - lost)
            #expect(lost > 0, "replication was cut for 5 s, and yet nothing was lost")

            // The link was cut for 5 s before the disaster; what was acknowledged in that time is gone.
            let rpo = try #require(
                (record["figures"] as? [[String: Any]])?.first { $0["name"] as? String == "rpo" }
            )
            let high = try #require(rpo["high_ns"] as? Int)
            let low = try #require(rpo["low_ns"] as? Int)
            #expect(low > 2_000_000_000, "rpo from \(low) ns, though the link was cut for 5 s")
            #expect(high < 20_000_000_000, "rpo up to \(high) ns, though the link was cut for 5 s")
            try await Lab.expectWhole(drill, "region-loss-lagging")
        }

        /// Numbers that were acknowledged, read from the client's log by no code of drill's.
        private static func acknowledged(_ path: String) throws -> Set<Int> {
            var numbers: Set<Int> = []
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for line in text.split(separator: "\n") {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                guard let write = value as? [String: Any],
                    write["answer"] as? String == "acknowledged",
                    let number = write["number"] as? Int
                else { continue }
                numbers.insert(number)
            }
            return numbers
        }
    }
}
