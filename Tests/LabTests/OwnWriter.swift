import Foundation
import Testing

/// One write that a database said it had: when it was sent and when the answer was there, in seconds of
/// CLOCK_BOOTTIME (proc_uptime(5)).
struct Acknowledged: Sendable {
    var number: Int
    var sent: Double
    var done: Double
}

/// A client of the test's own, beside drill's ledger.
///
/// It writes one row after another by psql into a table of its own and logs what was acknowledged. No code
/// of drill's has a hand in it.
final class OwnWriter: Sendable {
    let table: String
    private let folder: String
    private let running: DrillCommand.Running

    init(_ drill: DrillCommand) async throws {
        table = "own_\(Int.random(in: 0...999_999))"
        folder = drill.home
        _ = try await Lab.sql("create table \(table) (number bigint)")
        let script = """
            cd \(folder); number=0
            while [ ! -e own.stop ]; do
                number=$((number + 1))
                read -r sent _ </proc/uptime
                if timeout 3 psql -qX -h 10.77.9.10 -U shop -d shop \
                    -c "insert into \(table) values ($number)" >/dev/null 2>&1; then
                    read -r done _ </proc/uptime
                    echo "$number $sent $done" >>own.log
                fi
                sleep 0.05
            done
            """
        running = try drill.start(
            ["-c", script],
            environment: ["PGCONNECT_TIMEOUT": "2"],
            program: "/bin/bash"
        )
    }

    /// Ends it: what was acknowledged, and the numbers that are there.
    func end() async throws -> (acknowledged: [Acknowledged], there: Set<Int>) {
        try Data().write(to: URL(filePath: "\(folder)/own.stop"))
        _ = try await running.end(within: 20)
        let log = try String(contentsOfFile: "\(folder)/own.log", encoding: .utf8)
        let acknowledged = log.split(separator: "\n").compactMap { line -> Acknowledged? in
            let words = line.split(separator: " ")
            guard words.count == 3, let number = Int(words[0]), let sent = Double(words[1]),
                let done = Double(words[2])
            else { return nil }
            return Acknowledged(number: number, sent: sent, done: done)
        }
        let there = try await Lab.numbers(in: table)
        _ = try await Lab.sql("drop table \(table)")
        return (acknowledged, there)
    }
}

extension Lab {
    /// The numbers in a table, by psql.
    static func numbers(in table: String) async throws -> Set<Int> {
        Set(
            try await sql("select distinct number from \(table)").split(separator: "\n")
                .compactMap { Int($0) }
        )
    }
}

/// Asserts of two clients of one database that lost its last moments that their logs tell one story.
///
/// A database commits in one order. What was acknowledged before a kept write was sent came before that
/// one, and is kept; what was sent after the answer to a lost write came after it, and is lost.
func expectOneStory(
    own: (acknowledged: [Acknowledged], there: Set<Int>),
    ledger: (acknowledged: [Acknowledged], there: Set<Int>)
) throws {
    let lost = ledger.acknowledged.filter { !ledger.there.contains($0.number) }
    let begin = try #require(lost.map(\.done).min())
    let end = try #require(lost.map(\.done).max())
    let kept = try #require(
        ledger.acknowledged.filter { ledger.there.contains($0.number) && $0.sent < begin }
            .map(\.sent).max()
    )
    let ownLost = own.acknowledged.filter { !own.there.contains($0.number) }
    #expect(ownLost.count > 10, "the test's own writer lost \(ownLost.count)")
    // /proc/uptime counts hundredths of a second.
    let grain = 0.02
    for write in own.acknowledged where write.done + grain < kept {
        #expect(own.there.contains(write.number), "lost before the ledger lost any: \(write)")
    }
    for write in own.acknowledged where write.sent > begin + grain && write.done < end - grain {
        #expect(!own.there.contains(write.number), "kept while the ledger lost all: \(write)")
    }
    // Its connections are new ones each, and it waits for each answer: some spacings may lie between.
    let ownEnd = try #require(ownLost.map(\.done).max())
    #expect(abs(ownEnd - end) < 1, "losses end at \(end) s for the ledger, at \(ownEnd) s here")
}
