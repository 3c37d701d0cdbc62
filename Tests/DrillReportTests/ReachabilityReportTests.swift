import DrillModel
import DrillReport
import Testing

/// Who reached whom, in the reports.
@Suite struct ReachabilityReportTests {
    /// A made-up cut of one zone, of which one way stayed open and one host couldn't look.
    static let record: Record = {
        var record = Specimen().record
        let names = ["app-west", "lb-west", "db-east-a", "app-east-a"]
        record.plan.faults[0].reachability = Reachability(
            hosts: names.map { .init(name: $0, address: "10.0.0.\($0.count)", port: 22) },
            cuts: Dictionary(
                uniqueKeysWithValues: ["app-west", "lb-west"].map {
                    ($0, ["db-east-a", "app-east-a"])
                }
            ),
            leftOut: ["etcd-w"]
        )
        record.judgement.faults[0].targets = ["app-west", "lb-west"]
        func cells(
            _ sight: (String, String) -> Reachability.Sight
        ) -> [Reachability.Cell] {
            names.flatMap { from in
                names.filter { $0 != from && (from.hasSuffix("west") || $0.hasSuffix("west")) }
                    .map { .init(from: from, to: $0, sight(from, $0)) }
            }
        }
        func isAcross(_ from: String, _ to: String) -> Bool {
            from.hasSuffix("west") != to.hasSuffix("west")
        }
        let moments: [(Reachability.Moment, Int64, [Reachability.Cell])] = [
            (.before, -20, cells { $1 == "app-east-a" ? .refused : .reached }),
            (
                .during, 2000,
                cells { from, to in
                    if from == "app-east-a" { return .unseen("timed out after 5 s") }
                    if from == "lb-west", to == "db-east-a" { return .reached }
                    return isAcross(from, to)
                        ? .nothing : to == "app-east-a" ? .refused : .reached
                }
            ),
            (.after, 42_000, cells { $1 == "app-east-a" ? .refused : .reached }),
        ]
        record.timeline.events += moments.map { moment, at, cells in
            Event(
                at: Specimen.at(at),
                .reachability(fault: "blackout", moment: moment, cells: cells)
            )
        }
        record.timeline.events.sort { $0.at < $1.at }
        return record
    }()

    @Test("three matrices side by side, and what changed in words")
    func html() {
        let html = HTMLReport.html(Self.record)
        #expect(TagBalance.problem(in: html) == nil)
        for moment in Reachability.Moment.allCases {
            #expect(html.contains("<caption>\(moment.rawValue)</caption>"))
        }
        #expect(html.contains("<td title=\"app-west → db-east-a\" class=\"changed\">✗</td>"))
        #expect(html.contains("<td title=\"lb-west → db-east-a\">✓</td>"))
        #expect(html.contains("<td title=\"db-east-a → app-east-a\">·</td>"))
        #expect(
            html.contains(
                "Cut: app-west ↔ db-east-a; app-west → app-east-a; lb-west → app-east-a; db-east-a → lb-west."
            )
        )
        #expect(html.contains("not cut, though it was to be: lb-west → db-east-a"))
        #expect(
            html.contains("Not looked from app-east-a during the fault: timed out after 5 s")
        )
        #expect(html.contains("Left out, to keep it readable: etcd-w."))
        #expect(!HTMLReport.html(Specimen().record).contains("class=\"matrices\""))
    }

    @Test("in Markdown one table holds all three")
    func markdown() {
        let text = MarkdownReport.markdown(Self.record)
        #expect(text.contains("### Who reached whom, blackout"))
        #expect(text.contains("| from, to | 1 | 2 | 3 | 4 |"))
        #expect(text.contains("| 1 app-west | – | ✓ ✓ ✓ | ✓ ✗ ✓ | ○ ✗ ○ |"))
        #expect(text.contains("| 4 app-east-a | ✓ ? ✓ |"))
        #expect(text.contains("- ✗ **unexpected**: not cut, though it was to be: lb-west"))
    }

    @Test("the record for other tools has them, in snake case")
    func record() throws {
        let file = RecordFile(Self.record)
        let entry = try #require(file.reachability?.first)
        #expect(entry.fault == "blackout" && entry.during?.count == 10)
        #expect(entry.leftOut == ["etcd-w"])
        #expect(entry.unexpected == ["not cut, though it was to be: lb-west → db-east-a"])
    }
}
