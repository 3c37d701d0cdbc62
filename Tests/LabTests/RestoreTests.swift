import Foundation
import Testing

extension LabTests {
    /// The eleven-minute procedure: the database restored from backup into an empty region.
    @Suite(.serialized) struct Restore {
        private static let backup = "10.77.9.20"

        /// What the ledger counts as lost, against the log itself: which of its records were committed before
        /// the position that was restored, and which after.
        @Test(
            "the ledger's RPO is that of the log's position that was restored; each step keeps its budget"
        )
        func position() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let table = "kept_\(Int.random(in: 0...999_999))"
            let file = try drill.experiment(
                try String(
                    contentsOfFile: "\(DrillCommand.root)/Experiments/restore-from-backup.yaml",
                    encoding: .utf8
                )
                .replacing("../Runbooks", with: "\(DrillCommand.root)/Runbooks")
                .replacing(
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
            let acknowledged = try Experiments.acknowledged(
                drill.lastRun() + "/ledger/orders.jsonl"
            )
            let there = try await Lab.numbers(in: table)
            let path = try await Lab.sql("select pg_relation_filepath('\(table)')")
            _ = try await Lab.sql("drop table \(table)")
            let lost = acknowledged.filter { !there.contains($0.number) }
            let oldest = try #require(lost.min { $0.number < $1.number }, "nothing was lost")
            let newest = try #require(lost.max { $0.done < $1.done })
            let ledger = try #require((record["ledgers"] as? [[String: Any]])?.first)
            #expect(ledger["lost"] as? Int == lost.count)

            // A new timeline begins where the restored log was left: here the archive says where that is.
            let fork = try await Self.lastFork()
            let told = try Self.output(of: "lab-restore", in: drill.lastRun() + "/timeline.jsonl")
            #expect(told.contains("restored to \(fork.position), "), "\(fork) but \(told)")

            let commits = try await Self.commits(to: path, on: fork.timeline)
            let restored = try #require(Self.number(fork.position))
            let before = commits.filter { $0.position < restored }
            let after = commits.filter { $0.position >= restored }
            // One writer numbers its records in order, so all below the oldest lost one were written before.
            #expect(before.count == there.count { $0 < oldest.number })
            #expect(after.count >= 1)
            // What was under way to the backup host when the region was lost is in no log.
            let indeterminate = ledger["indeterminate_absent"] as? Int ?? 0
            #expect(after.count <= lost.count + indeterminate)

            let start = try #require(record["start"] as? [String: Any])
            let wall = try #require(start["wall_ns"] as? Int)
            let boot = try #require(start["at_ns"] as? Int)
            let committed = try #require(after.first).time - Double(wall - boot) / 1e9
            // The log has microseconds, and the two clocks were read one after the other.
            #expect(oldest.sent - 0.005 <= committed && committed <= oldest.done + 0.005)
            let rpo = try #require(
                (record["figures"] as? [[String: Any]])?.first { $0["name"] as? String == "rpo" }
            )
            let low = Double(try #require(rpo["low_ns"] as? Int)) / 1e9
            let high = Double(try #require(rpo["high_ns"] as? Int)) / 1e9
            let truth = newest.done - committed
            #expect(low - 0.005 <= truth && truth <= high + 0.005, "\(truth) s: \(low) to \(high)")

            try Self.expectBudgets(drill.lastRun() + "/timeline.jsonl")
            try await Lab.expectWhole(drill, "restore-from-backup", leads: "db-east-a")
        }

        /// Whoever calls the scripts by hand at night, on the wrong host, harms nothing.
        @Test("a script of the lab refuses what would lose data")
        func refuses() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            try await Lab.expectWhole(drill, "what was before", leads: "db-east-a")
            for (address, command, message) in [
                ("10.77.1.11", "lab-empty", "this host leads the database"),
                ("10.77.1.11", "lab-rewind", "this host leads"),
                ("10.77.1.11", "lab-rebuild", "this host leads"),
                ("10.77.1.11", "lab-diverge", "there is no standby here"),
                ("10.77.2.11", "lab-restore latest", "there is a database in"),
                ("10.77.2.11", "lab-forget-cluster", "somebody still leads"),
                ("10.77.9.10", "lab-traffic only us-north-1", "aren't sent to \"us-north-1\""),
                ("10.77.1.51", "lab-release green 101", "\"101\" is no percentage"),
            ] {
                let ended = try await Lab.ssh(address, "sudo -n \(command)")
                #expect(ended.exit == 1, "\(command): \(ended.all)")
                #expect(ended.errors.contains(message), "\(command): \(ended.all)")
            }
            try await Lab.expectWhole(drill, "the refusals", leads: "db-east-a")
        }

        /// What a drill that was interrupted may have left.
        @Test("lab up opens what was shut, and makes what was emptied")
        func mended() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            for (address, command) in [
                ("10.77.9.10", "lab-traffic only us-west-2"),
                ("10.77.1.51", "lab-traffic drain us-east-1/a"),
                ("10.77.1.171", "lab-release green 50"),
                ("10.77.1.41", "lab-errors green 1"),
                ("10.77.2.41", "lab-empty"),
                ("10.77.2.11", "lab-empty"),
                ("10.77.1.139", "sv -w 40 down /etc/service/patroni"),
            ] {
                let ended = try await Lab.ssh(address, "sudo -n \(command)")
                #expect(ended.exit == 0, "\(command): \(ended.all)")
            }
            #expect(try await drill.run("lab", "status").exit == 1)
            let up = try await drill.run("lab", "up")
            #expect(up.exit == 0, "\(up.all)")
            #expect(try await Lab.ssh("10.77.1.171", "lab-release").output == "0\n")
            #expect(try await Lab.ssh("10.77.1.41", "ls /run/lab-errors-*").exit != 0)
            try await Lab.expectWhole(drill, "what lab up mended", leads: "db-east-a")
        }

        /// An archive that can't be reached must not pass for one that ends here.
        @Test("a log that isn't there ends a recovery; an archive that doesn't answer stops it")
        func fetching() async throws {
            let drill = try DrillCommand()
            try await drill.labUp()
            let absent = "lab-fetch-log 00000001000000FF000000FF /tmp/absent; echo $?"
            #expect(try await Lab.ssh("10.77.2.11", absent).output == "1\n")
            let unreachable = """
                sudo -n iptables -I OUTPUT -d \(Self.backup) -j REJECT; \(absent); \
                sudo -n iptables -D OUTPUT -d \(Self.backup) -j REJECT
                """
            #expect(try await Lab.ssh("10.77.2.11", unreachable).output == "126\n")
        }
    }
}

extension LabTests.Restore {
    private struct Commit {
        var position: UInt64
        /// In seconds since 1970.
        var time: Double
    }

    /// `0/5A3B2C0` as one number.
    private static func number(_ position: some StringProtocol) -> UInt64? {
        let halves = position.split(separator: "/").compactMap { UInt64($0, radix: 16) }
        return halves.count == 2 ? halves[0] << 32 | halves[1] : nil
    }

    /// Where the last recovery left the log that it restored, in the words of the archive's newest history.
    private static func lastFork() async throws -> (timeline: Int, position: String) {
        let told = try await Lab.ssh(
            backup,
            "sudo -n sh -c 'cat $(ls /var/lib/backup/wal/*.history | tail -n 1)'"
        )
        let line = try #require(
            told.output.split(separator: "\n").last { $0.contains("before LSN") },
            "\(told.all)"
        )
        let words = line.split(separator: "\t")
        return (try #require(Int(words[0])), String(words[1]))
    }

    /// The commits that inserted into the table at `path`, as the archived log of that timeline has them, in order.
    private static func commits(to path: String, on timeline: Int) async throws -> [Commit] {
        // `base/DATABASE/FILE`; 1663 is the table space of those (pg_tablespace).
        let relation = path.replacing("base/", with: "1663/")
        let told = try await Lab.ssh(
            backup,
            """
            sudo -n python3 - <<'PY'
            import datetime, glob, os, re, subprocess, tempfile
            work = tempfile.mkdtemp()
            for folder in ("wal", "wal/abandoned"):
                for path in glob.glob("/var/lib/backup/%s/%08X????????????????*" % (folder, \(timeline))):
                    name = os.path.join(work, os.path.basename(path).removesuffix(".partial"))
                    if os.path.lexists(name): os.remove(name)
                    os.symlink(path, name)
            files = sorted(os.listdir(work))
            told = subprocess.run(
                ["/usr/lib/postgresql/15/bin/pg_waldump", "--path", work, files[0], files[-1]],
                capture_output=True, text=True).stdout
            writers = set()
            for line in told.splitlines():
                found = re.search(r"tx: +(\\d+), lsn: ([0-9A-F/]+), .* desc: (.*)", line)
                if not found: continue
                if found[3].startswith("INSERT") and "rel \(relation) " in found[3]: writers.add(found[1])
                if found[3].startswith("COMMIT") and found[1] in writers:
                    time = datetime.datetime.fromisoformat(found[3][7:33] + "+00:00")
                    print(found[2], "%.6f" % time.timestamp())
            PY
            """
        )
        #expect(told.exit == 0, "\(told.errors)")
        return told.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let position = number(words[0]), let time = Double(words[1])
            else { return nil }
            return Commit(position: position, time: time)
        }
    }

    private static func events(_ file: String) throws -> [[String: Any]] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap {
            let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            return (line?["event"] as? [String: Any])?["kind"] as? [String: Any]
        }
    }

    /// What the last command of a runbook with `words` in it printed.
    private static func output(of words: String, in file: String) throws -> String {
        let actions = try events(file).compactMap {
            ($0["action"] as? [String: Any])?["_0"] as? [String: Any]
        }
        let action = try #require(
            actions.last {
                ($0["command"] as? String)?.contains(words) == true
                    && $0["stage"] as? String == "runbook"
            }
        )
        return action["output"] as? String ?? ""
    }

    /// Five minutes for the services, three for the database, two for the traffic; and each step took less.
    private static func expectBudgets(_ file: String) throws {
        let steps = try events(file).compactMap {
            ($0["runbookStep"] as? [String: Any])?["_0"] as? [String: Any]
        }.filter { $0["runbook"] as? String == "restore-into-us-west-2" }
        #expect(steps.count == 9)
        var budgets: [Int] = []
        for step in steps {
            let budget = try #require(step["budget"] as? Int, "\(step)")
            let started = try #require(step["started"] as? Int)
            #expect(try #require(step["done"] as? Int) - started <= budget, "\(step)")
            budgets.append(budget / 1_000_000_000)
        }
        guard budgets.count == 9 else { return }
        #expect(budgets[0..<3].reduce(0, +) <= 300)
        #expect(budgets[3..<7].reduce(0, +) <= 180)
        #expect(budgets[7..<9].reduce(0, +) <= 120)
    }
}
