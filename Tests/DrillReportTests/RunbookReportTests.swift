import DrillModel
import Testing

@testable import DrillReport

/// What reports tell of a runbook's steps: where they lie, how often they were tried, who did them, and how
/// machines' time and people's come apart.
@Suite struct RunbookReportTests {
    private static func at(_ seconds: Int64) -> Instant { Instant(ns: 0) + .seconds(seconds) }

    private static func report(
        _ path: [Int],
        _ title: String,
        _ from: Int64,
        _ to: Int64,
        _ result: Event.StepResult = .done,
        change: (inout RunbookStepReport) -> Void = { _ in }
    ) -> RunbookStepReport {
        var report = RunbookStepReport(
            runbook: "promote-us-west-2",
            number: path.last ?? 1,
            count: 3,
            title: title,
            host: nil,
            started: at(from),
            done: at(to),
            budget: nil,
            result: result,
            isOptional: false
        )
        report.path = path
        change(&report)
        return report
    }

    static let reports = [
        report([1], "take the LSN", 0, 2) {
            $0.attempts = 3
            $0.saved = ["lsn": "0/3000060"]
        },
        report([2, 1], "tell customers", 2, 10) {
            $0.isHuman = true
            $0.answeredBy = "ann <ops>"
        },
        report([2, 2], "drain", 2, 6),
        report([2], "at once", 2, 10),
        report([3], "may it", 10, 10, .skipped("nobody was there")) { $0.isHuman = true },
        report([1], "take the LSN", 11, 12) { $0.isUndo = true },
    ]

    private static var record: Record {
        var record = Specimen().record
        record.timeline.events.removeAll {
            if case .runbookStep = $0.kind { true } else { false }
        }
        record.timeline.events += reports.map { Event(at: $0.done, .runbookStep($0)) }
        return record
    }

    @Test func words() {
        #expect(Self.reports.map(\.progress) == ["1/3", "2.1", "2.2", "2/3", "3/3", "1/3"])
        #expect(
            Self.reports.map(\.told) == [
                "take the LSN (3 tries, lsn = 0/3000060)", "tell customers (by ann <ops>)", "drain",
                "at once", "may it", "undo: take the LSN",
            ]
        )
    }

    @Test("each moment counts once, a person's as a person's")
    func time() {
        let time = WorkTime(Self.reports)
        #expect(time.human == .seconds(8))
        #expect(time.machine == .seconds(3))
        #expect(
            time.shown
                == "machine time \(Span.seconds(3).shown); human time \(Span.seconds(8).shown)"
        )
        #expect(WorkTime([]).shown.hasSuffix("human time 0 s: no step was done by a person"))
    }

    @Test func pages() {
        let html = HTMLReport.html(Self.record)
        #expect(TagBalance.problem(in: html) == nil)
        for words in [
            "3 tries, lsn = 0/3000060", "by ann &lt;ops&gt;", "○ skipped", "undo: take the LSN",
            WorkTime(Self.reports).shown,
        ] { #expect(html.contains(words), "\(words)") }
        let markdown = MarkdownReport.markdown(Self.record)
        #expect(markdown.contains("In all: \(WorkTime(Self.reports).shown)."))
        #expect(markdown.contains("skipped: nobody was there"))
    }

    @Test("steps inside of others, and those taken back, don't move the live view on")
    func live() {
        var progress = RunProgress(plan: Self.record.plan)
        for report in Self.reports.dropLast(3) {
            progress.take(Event(at: report.done, .runbookStep(report)))
        }
        #expect(progress.runbook?.number == 2)
        for report in Self.reports.suffix(3) {
            progress.take(Event(at: report.done, .runbookStep(report)))
        }
        #expect(progress.runbook?.number == 4)
        #expect(progress.runbook?.failed == false)
    }
}
