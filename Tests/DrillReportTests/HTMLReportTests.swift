import DrillModel
import DrillReport
import Testing

@Suite struct HTMLReportTests {
    private static let record = Specimen().record
    private static let html = HTMLReport.html(record)

    @Test func everyTagIsClosedInItsTurn() {
        #expect(TagBalance.problem(in: Self.html) == nil)
        #expect(TagBalance.problem(in: "<p><b></p></b>") != nil)
    }

    @Test func firstScreenHasEveryFigureWithBudgetAndVerdict() throws {
        let end = try #require(Self.html.firstRange(of: "Availability over time"))
        let first = Self.html[..<end.lowerBound]
        for figure in Self.record.judgement.figures {
            #expect(first.contains(">\(figure.name.rawValue)</th>"))
            if let budget = figure.budget { #expect(first.contains("≤ \(budget.shown)")) }
        }
        for figure in Self.record.judgement.figures {
            var shown = figure.shown
            if case .span(let low, _, let high) = figure.amount {
                shown = FigureText.interval(low, high, unit: .seconds)
            }
            #expect(first.contains("<b>\(shown)</b>"), "\(figure.name): \(shown)")
        }
        #expect(first.contains("? inconclusive"))
        #expect(first.contains("maria"))
        #expect(first.contains("2026-11-23 14:15:00"))
        let last = FigureText.interval(.milliseconds(14_890), .milliseconds(14_990), unit: .seconds)
        #expect(first.contains(">\(last)</td>"), "the last run's downtime")
    }

    @Test func dataComesBeforeFiguresAndAddsUp() throws {
        let count = try #require(Self.record.judgement.ledgers.first)
        #expect(count.acknowledged == count.kept + count.lost)
        let words = "5,240 acknowledged = 5,222 kept + 18 lost"
        #expect(count.acknowledged == 5240 && count.lost == 18)
        let data = try #require(Self.html.firstRange(of: words))
        let figures = try #require(Self.html.firstRange(of: "<h2>Figures"))
        #expect(data.lowerBound < figures.lowerBound)
    }

    @Test func lostWritesAreNamed() {
        #expect(Self.html.contains("982–999"))
    }

    @Test func verdictIsSaidOnceInItsSentence() {
        #expect(Self.html.contains("INCONCLUSIVE") == false)
        #expect(!Self.html.contains("inconclusive</span> inconclusive:"))
    }

    @Test("a look that came back once the undo had begun says nothing of the effect")
    func lateLook() throws {
        var record = Self.record
        let undoing = try #require(
            record.timeline.events.firstIndex { event in
                if case .undoing("blackout", _) = event.kind { true } else { false }
            }
        )
        let host = try #require(record.judgement.faults.first?.targets.first)
        record.timeline.events.insert(
            Event(
                at: record.timeline.events[undoing].at,
                .proof(fault: "blackout", host: host, .fails("too late"))
            ),
            at: undoing + 1
        )
        #expect(!HTMLReport.html(record).contains("not so: too late"))
    }

    @Test("a note has a row of its own; an inconclusive figure's stands where it is decided")
    func notes() {
        let notes = Self.html.matches(of: #/<tr class="note"><td colspan="7">([^<]*)</#)
        #expect(notes.map { String($0.1) } == ["no gap longer than 41 ms"])
        #expect(Self.html.count(of: "<tr class=\"noted\">") == 1)
    }

    @Test("of a source's lines the first are told, and how many more there are")
    func sightings() {
        var record = Self.record
        record.timeline.events += (0..<51).map { number in
            let at = Specimen.at(1000 + Int64(number) * 100)
            let told = Sighting("line \(number) of the log", sent: at, done: at)
            return Event(at: at, .sighted(probe: number == 7 ? "alarm" : "by-log", told))
        }
        let html = HTMLReport.html(record)
        #expect(html.contains("line 4 of the log") && !html.contains("line 5 of the log"))
        #expect(html.contains("line 7 of the log"))
        #expect(html.count(of: " of the log") == 6)
        let rest =
            "<p>by-log told 45 more lines, the last by the look of +6.00 s; record.json has them all.</p>"
        #expect(html.contains(rest) && !html.contains("alarm told"))
    }

    @Test("that sudo is left out for root is told where a command has it")
    func sudo() {
        let words = "<code>sudo -n</code> is left out where the login user is root."
        #expect(!Self.html.contains(words))
        var record = Self.record
        record.plan.faults[0].procedures[0].undo = [
            Action("undo it", .command(host: "db-east-a", .list(["true"], sudo: true)))
        ]
        #expect(HTMLReport.html(record).count(of: words) == 1)
    }

    @Test func localTimeStandsBesideUTC() {
        let html = HTMLReport.html(Self.record, zone: .init(name: "CET", offset: 3600))
        #expect(html.contains("2026-11-23 15:15:00</b> CET (2026-11-23 14:15:00 UTC)"))
    }

    @Test func everyCommandThatWasRunIsThere() {
        var count = 0
        for event in Self.record.timeline.events {
            guard case .action(let action) = event.kind else { continue }
            count += 1
            #expect(Self.html.contains(">\(action.command)</code>"), "\(action.command)")
        }
        #expect(count == 66)
        #expect(Self.html.contains("66 commands"))
        #expect(Self.html.contains("8 times, last +34.7"))
    }

    @Test func everyChartHasItsNumbersAsATable() {
        let charts = Self.html.count(of: "<figure>")
        #expect(charts == 3)
        #expect(Self.html.count(of: "<summary>These numbers as a table") == charts)
        // On paper nobody can click: each stands there too, shorter, and says so.
        let papers = Self.html.split(separator: "<div class=\"paper\">").dropFirst()
            .compactMap { $0.split(separator: "</div>").first.map(String.init) }
        #expect(papers.count == charts)
        for paper in papers {
            #expect((4...41).contains(paper.count(of: "<tr>")))
            #expect(paper.contains("The chart's numbers"))
        }
        #expect(papers.contains { $0.contains("In the report's file a row is 1.00 s") })
        let print = Self.html.split(separator: "@media print").last.map(String.init) ?? ""
        #expect(print.contains("details:not([open]){display:none}.paper{display:block}"))
        // What fails is told by kind, in the chart and in words.
        #expect(Self.html.contains("402 status, 200 timeout, 150 refused, 22 reset"))
    }

    @Test func nothingIsFetchedOrRun() {
        for word in ["<script", "src=", "href=", "@import", "<link", "<iframe", "onload"] {
            #expect(!Self.html.contains(word), "\(word)")
        }
        #expect(Self.html.count(of: "url(") == Self.html.count(of: "url(#"))
    }

    @Test(arguments: Specimen.hostile)
    func namesFromFilesCannotBecomeMarkup(_ hostile: String) {
        var specimen = Specimen()
        specimen.storefront = hostile
        specimen.east = hostile
        specimen.output = hostile
        let html = HTMLReport.html(specimen.record)
        #expect(TagBalance.problem(in: html) == nil)
        #expect(!html.contains("<script"))
        #expect(!html.contains("<img"))
        #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
        #expect(!html.unicodeScalars.contains("\u{202E}"))
    }

    @Test func runThatNeverStartedHasAReport() {
        let html = HTMLReport.html(Specimen.notStarted)
        #expect(TagBalance.problem(in: html) == nil)
        #expect(html.contains("not started"))
        #expect(html.contains("storefront was down before anything was broken"))
        #expect(html.contains("nothing was measured"))
        #expect(html.contains("nothing was touched"))
    }

    @Test func runbooksThatActedAreToldWhereNoFaultWentIn() {
        var record = Specimen.notStarted
        let steps = Specimen().record.timeline.events.filter {
            if case .runbookStep = $0.kind { true } else { false }
        }
        record.timeline.events += steps
        let html = HTMLReport.html(record)
        #expect(html.contains("no fault went in; runbooks acted on db-west and edge"))
        #expect(!html.contains("nothing was touched"))
        // The third only looks.
        record.timeline.events =
            Array(record.timeline.events.dropLast(steps.count)) + steps.suffix(1)
        #expect(HTMLReport.html(record).contains("nothing was touched"))
    }

    /// An ordinary run's report takes 50 ms at most in release.
    ///
    /// Without the optimiser it takes some 0.1 s; the bound leaves room for a machine that is busy
    /// with other builds, and still fails for anything quadratic in 30,000 samples.
    @Test func reportIsSmallAndQuick() {
        let record = Self.record
        var html = ""
        let took = ContinuousClock().measure { html = HTMLReport.html(record) }
        #expect(html.utf8.count < 2_000_000)
        #expect(html.utf8.count > 50_000)
        #expect(took < .seconds(3))
    }
}

extension Specimen {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&b<c>'d'",
        "\u{1B}[31mred\u{07}\u{0}", "\u{202E}txt.exe", "-->]]></style>", "one\ntwo\ttabs",
        "`code` | bar \\ back", "名前がとても長いプローブ",
    ]

    /// The steady state didn't hold: no sample, no figure, nothing broken.
    static var notStarted: Record {
        let specimen = Specimen()
        var record = specimen.record
        let why = "storefront was down before anything was broken"
        record.timeline = Timeline(events: [
            Event(at: start, .started(specimen.start)), Event(at: start, .phase(.steady)),
            Event(at: start + .seconds(60), .steadyFailed(why)),
            Event(at: start + .seconds(60), .ended),
        ])
        record.judgement = Judgement(verdict: .notStarted, reasons: ["not started: \(why)"])
        record.last = nil
        return record
    }
}

extension String {
    /// How often `part` is in it, without overlaps.
    func count(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
