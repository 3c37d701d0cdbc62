import DrillModel
import DrillReport
import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct MarkdownReportTests {
    @Test(arguments: ["storefront"] + Specimen.hostile)
    func everyTableHasAsManyCellsInEachRow(_ name: String) {
        var specimen = Specimen()
        specimen.storefront = name
        specimen.output = name
        let markdown = MarkdownReport.markdown(specimen.record)
        var cells: Int?
        var tables = 0
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                cells = nil
                continue
            }
            let count = Self.bars(line)
            if let cells {
                #expect(count == cells, "\(line)")
            } else {
                tables += 1
                cells = count
            }
        }
        #expect(tables == 6)
        #expect(!markdown.contains("<script"))
    }

    /// Bars that part cells: those without a backslash before them.
    private static func bars(_ line: Substring) -> Int {
        var count = 0
        var isEscaped = false
        for character in line {
            if character == "|" && !isEscaped { count += 1 }
            isEscaped = character == "\\" && !isEscaped
        }
        return count
    }

    @Test func figuresAndDataAreThere() {
        let markdown = MarkdownReport.markdown(Specimen().record)
        #expect(markdown.contains("5,240 acknowledged = 5,222 kept + 18 lost"))
        #expect(markdown.contains("| detect | edge-notices | 5.43–5.82 s | ≤ 10s | ✓ passed |"))
        #expect(markdown.contains("# region-loss: ? inconclusive"))
    }
}

/// What all reports say of a run that somebody must see to, or whose fault didn't last.
@Suite struct NextTests {
    @Test func whatIsNotRestoredSaysWhatToDo() {
        var record = Specimen().record
        let heal = "drill heal \(record.run)"
        for verdict in [RunVerdict.notRestored, .failed] {
            record.judgement.verdict = verdict
            let isTold = verdict == .notRestored
            #expect(RunSummary.text(record, width: .max).contains("run `\(heal)`") == isTold)
            #expect(!RunSummary.text(record, isHealed: true, width: .max).contains(heal))
            #expect(HTMLReport.html(record).contains("Run <code>\(heal)</code>") == isTold)
            #expect(MarkdownReport.markdown(record).contains("**Run `\(heal)`**") == isTold)
        }
    }

    @Test func anEffectThatWasLostWasThereBefore() throws {
        var record = Specimen().record
        record.judgement.faults[0].effective = false
        let undoing = try #require(
            record.timeline.events.firstIndex { event in
                if case .undoing = event.kind { true } else { false }
            }
        )
        let host = record.judgement.faults[0].targets[0]
        let lost = Event(
            at: Specimen.at(12_000),
            .proof(fault: "blackout", host: host, .fails("running"))
        )
        record.timeline.events.insert(lost, at: undoing)
        let words = "took effect, and lost it at T0+12.00 s"
        #expect(RunSummary.text(record, width: .max).contains("blackout: \(words), undone"))
        #expect(MarkdownReport.markdown(record).contains("✗ \(words)"))
        #expect(HTMLReport.html(record).contains("✗ \(words)"))
        record.timeline.events.removeAll { event in
            event.kind == .proof(fault: "blackout", host: host, .holds)
        }
        #expect(RunSummary.text(record, width: .max).contains("DID NOT TAKE EFFECT"))
    }
}

@Suite struct JUnitTests {
    @Test(arguments: ["storefront"] + Specimen.hostile)
    func documentIsWellFormedAndItsCountsAreRight(_ name: String) throws {
        var specimen = Specimen()
        specimen.storefront = name
        specimen.east = name
        let read = try #require(
            JUnitReader.read(JUnit.xml([specimen.record, Specimen.notStarted]))
        )
        #expect(read.suites.count == 2)
        for suite in read.suites {
            #expect(suite.declared == suite.seen)
        }
        var seen = read.suites.reduce(JUnitReader.Counts()) { $0 + $1.seen }
        // The schema has no such attribute on the whole.
        seen.skipped = JUnitReader.absent
        #expect(read.declared == seen)
        #expect(read.strangers.isEmpty, "\(read.strangers)")
    }

    @Test func aStrangeAttributeOrElementIsSeen() throws {
        for xml in [
            "<testsuites skipped=\"1\"/>", "<testsuites><testcase name=\"a\"/></testsuites>",
            "<testsuites><testsuite name=\"a\" tests=\"0\" failures=\"0\"/></testsuites>",
            "<testsuites time=\"-1\"/>",
        ] {
            #expect(try #require(JUnitReader.read(xml)).strangers.count == 1, "\(xml)")
        }
    }

    @Test func inconclusiveFigureIsAFailureOfThatType() {
        let xml = JUnit.xml([Specimen().record])
        #expect(
            xml.contains(
                "name=\"rpo of orders ≤ 500ms\" time=\"0.360\"><failure type=\"inconclusive\""
            )
        )
        #expect(xml.contains("name=\"rto of storefront\" time=\"15.080\"><skipped"))
    }

    /// Whatever its parts say, a run is red exactly where its verdict is.
    @Test(arguments: RunVerdict.allCases)
    func onlyAPassedRunIsGreen(_ verdict: RunVerdict) throws {
        var record = Specimen().record
        record.judgement.figures = record.judgement.figures.map { figure in
            var figure = figure
            if figure.verdict != nil { figure.verdict = .passed }
            return figure
        }
        record.judgement.verdict = verdict
        let read = try #require(JUnitReader.read(JUnit.xml([record])))
        #expect((read.declared.failures + read.declared.errors > 0) == (verdict != .passed))
    }

    /// What a part says already isn't said a second time of the whole.
    @Test(
        arguments: [
            ([.refused("a guard"), .refused("another")], .notStarted, "a guard\nanother"),
            ([.stopping(.signal("SIGINT"))], .stopped, "stopping on SIGINT"),
            ([.defect("the disk is full")], .error, "the disk is full"),
        ] as [([Event.Kind], RunVerdict, String)]
    )
    func aRunThatWasNeverBegunIsRedOnce(_ ending: ([Event.Kind], RunVerdict, String)) throws {
        var record = Specimen.notStarted
        let kinds = [.phase(.guards)] + ending.0 + [.ended]
        record.timeline.events = kinds.map { Event(at: Specimen.start, $0) }
        record.judgement = Judgement(verdict: ending.1, reasons: ["\(ending.1.word): x"])
        let xml = JUnit.xml([record])
        let read = try #require(JUnitReader.read(xml))
        #expect(read.declared.failures + read.declared.errors == 1, "\(xml)")
        #expect(xml.contains(ending.2), "\(xml)")
        #expect(read.strangers.isEmpty, "\(read.strangers)")
    }

    @Test func aRunThatIsNotRestoredSaysSoOnce() throws {
        var record = Specimen().record
        record.judgement.verdict = .notRestored
        for settled in [false, nil] {
            record.judgement.faults[0].settled = settled
            #expect(JUnit.xml([record]).count(of: "type=\"not-restored\"") == 1)
        }
    }

    @Test func budgetWithoutAFigureIsNotGreen() {
        var record = Specimen().record
        record.judgement.figures = []
        let xml = JUnit.xml([record])
        #expect(xml.contains("name=\"detect ≤ 10s\" time=\"0.000\"><failure type=\"inconclusive\""))
        #expect(
            JUnit.xml([Specimen.notStarted]).contains(
                "name=\"detect ≤ 10s\" time=\"0.000\"><skipped"
            )
        )
    }

    @Test func failedProofsAreFailures() {
        var record = Specimen().record
        record.judgement.faults[0].effective = false
        record.judgement.faults[0].settled = false
        let xml = JUnit.xml([record])
        #expect(
            xml.contains("blackout takes effect\" time=\"0.000\"><failure type=\"inconclusive\"")
        )
        #expect(
            xml.contains(
                "all is as before blackout\" time=\"0.000\"><failure type=\"not-restored\""
            )
        )
    }
}

/// Reads JUnit XML with a real parser and counts what is in it.
final class JUnitReader: NSObject, XMLParserDelegate {
    struct Counts: Equatable {
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0

        static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                tests: left.tests + right.tests,
                failures: left.failures + right.failures,
                errors: left.errors + right.errors,
                skipped: left.skipped + right.skipped
            )
        }
    }

    struct Suite {
        var declared: Counts
        var seen = Counts()
    }

    /// What `junit-10.xsd` of Jenkins' xUnit plugin declares, as far as drill writes it: what may stand
    /// in an element, the attributes that it must have, and those that it may.
    static let schema: [String: (inside: Set<String>, must: Set<String>, may: Set<String>)] = [
        "testsuites": (["testsuite"], [], ["name", "time", "tests", "failures", "errors"]),
        "testsuite": (
            ["testsuite", "properties", "testcase", "system-out", "system-err"],
            ["name", "tests", "failures", "errors"],
            [
                "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log",
                "url",
            ]
        ),
        "properties": (["property"], [], []),
        "property": ([], ["name", "value"], []),
        "testcase": (
            ["skipped", "error", "failure", "system-out", "system-err"], ["name"],
            ["time", "classname", "group"]
        ),
        "failure": ([], [], ["type", "message"]),
        "error": ([], [], ["type", "message"]),
        "skipped": ([], [], ["type", "message"]),
    ]

    /// The number of an attribute that isn't there.
    static let absent = -1

    private(set) var declared = Counts()
    private(set) var suites: [Suite] = []
    /// What the schema doesn't allow, in words.
    private(set) var strangers: [String] = []
    private var path: [String] = []

    /// Nil where it isn't well-formed.
    static func read(_ xml: String) -> JUnitReader? {
        let reader = JUnitReader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        return parser.parse() ? reader : nil
    }

    func parser(
        _ parser: XMLParser,
        didStartElement element: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        check(element, attributes)
        path.append(element)
        func number(_ name: String) -> Int { attributes[name].flatMap(Int.init) ?? Self.absent }
        let counts = Counts(
            tests: number("tests"),
            failures: number("failures"),
            errors: number("errors"),
            skipped: number("skipped")
        )
        switch element {
        case "testsuites": declared = counts
        case "testsuite": suites.append(Suite(declared: counts))
        case "testcase" where !suites.isEmpty: suites[suites.count - 1].seen.tests += 1
        case "failure": suites[suites.count - 1].seen.failures += 1
        case "error": suites[suites.count - 1].seen.errors += 1
        case "skipped": suites[suites.count - 1].seen.skipped += 1
        default: break
        }
    }

    func parser(
        _ parser: XMLParser,
        didEndElement element: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        path.removeLast()
    }

    private func check(_ element: String, _ attributes: [String: String]) {
        guard let declared = Self.schema[element] else {
            return strangers.append("<\(element)>")
        }
        let around = path.last.flatMap { Self.schema[$0] }?.inside ?? ["testsuites"]
        if !around.contains(element) { strangers.append("<\(element)> in \(path)") }
        let given = Set(attributes.keys)
        for name in given.subtracting(declared.must).subtracting(declared.may) {
            strangers.append("\(name) of <\(element)>")
        }
        for name in declared.must.subtracting(given) {
            strangers.append("no \(name) of <\(element)>")
        }
        // SUREFIRE_TIME: digits, and at most a point among them.
        if let time = attributes["time"], time.wholeMatch(of: #/[0-9]*(\.[0-9]*)?/#) == nil {
            strangers.append("the time \(time) of <\(element)>")
        }
    }
}

@Suite struct RunListTests {
    @Test func summarySaysVerdictDataAndFigures() {
        let text = RunSummary.text(Specimen().record, width: .max)
        #expect(text.hasPrefix("INCONCLUSIVE  region-loss: 5 of 6 budgets were kept"))
        #expect(text.contains("18 lost"))
        #expect(text.contains("5.43–5.82 s"))
        #expect(!text.contains("\u{1B}"))
        let coloured = RunSummary.text(Specimen().record, width: .max, colour: true)
        #expect(coloured.contains("\u{1B}[33mINCONCLUSIVE"))
    }

    @Test(arguments: [60, 80, 100])
    func summaryFitsTheTerminalAndLosesNoWord(_ width: Int) {
        func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
        let whole = RunSummary.text(Specimen().record, width: .max)
        let wrapped = RunSummary.text(Specimen().record, width: width)
        #expect(words(whole) == words(wrapped))
        let before = whole.split(separator: "\n")
        let lines = wrapped.split(separator: "\n")
        #expect(before.contains { Plain.width(String($0)) > width })
        #expect(lines.count > before.count)
        for line in lines { #expect(Plain.width(String(line)) <= width, "\(line)") }
        // What isn't a line's beginning hangs under it.
        let added = lines.filter { line in !before.contains { $0.hasPrefix(line.prefix(14)) } }
        for line in added { #expect(line.hasPrefix("    "), "\(line)") }
        let coloured = RunSummary.text(Specimen().record, width: width, colour: true)
        #expect(coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == wrapped)
    }

    /// An id is there to be copied, and what must be healed must be seen.
    @Test(arguments: [40, 80, 100, 120])
    func listFitsTheTerminalAndCutsNothing(_ width: Int) {
        let record = Specimen().record
        let id = "20261123T141500Z-\(String(repeating: "long", count: 10))-7f3a"
        func text(_ width: Int) -> String {
            RunList.text(
                [
                    .init(run: record.run, file: RecordFile(record), isRunning: false, unhealed: 0),
                    .init(run: id, file: nil, isRunning: false, unhealed: 2),
                ],
                width: width
            )
        }
        func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
        // Of figures as many as fit, and how many more there are.
        let told = words(text(width))
        #expect(told.filter { $0 == "rpo" || $0 == "healed:" || $0 == Substring(id) }.count == 3)
        #expect(told.contains("…") && told.contains("more"), "\(told)")
        let long = text(width).split(separator: "\n").filter { Plain.width(String($0)) > width }
        #expect(long.allSatisfy { $0.count <= id.count + 13 }, "\(long)")
        #expect(width < 76 || long.isEmpty, "\(long)")
    }

    @Test func whatNothingUndoesIsNotSaidToBeUndone() {
        var record = Specimen().record
        #expect(RunSummary.text(record, width: .max).contains("undone, all as before"))
        for index in record.plan.faults[0].procedures.indices {
            record.plan.faults[0].procedures[index].undo = []
        }
        let text = RunSummary.text(record, width: .max)
        #expect(text.contains("blackout: took effect, all as before, though nothing undid it"))
        #expect(HTMLReport.html(record).contains("nothing undoes it; looked at"))
    }

    @Test func aRunThatWasStoppedBeforeItsFirstStepTellsNoMore() {
        var record = Specimen.notStarted
        record.judgement = Judgement(
            verdict: .stopped,
            reasons: ["stopped: before anything was touched, by SIGINT"],
            faults: Specimen().judgement.faults
        )
        let lines = RunSummary.text(record, width: .max).split(separator: "\n")
        #expect(lines.count == 2, "\(lines)")
        #expect(lines[0] == "STOPPED  region-loss: before anything was touched, by SIGINT")
    }

    @Test("of figures of one name the worst is told, and whose it is")
    func worstOfEachName() {
        var record = Specimen().record
        func figure(
            _ name: FigureName,
            _ probe: String,
            _ high: Int64?,
            _ verdict: Verdict
        ) -> Figure {
            Figure(
                name: name,
                probe: probe,
                amount: .span(low: .seconds(1), best: nil, high: high.map(Span.seconds)),
                budget: .atMost(.seconds(10)),
                verdict: verdict
            )
        }
        record.judgement.figures = [
            figure(.detect, "alarm", 2, .passed), figure(.failover, "site", 3, .passed),
            figure(.failover, "rr", 4, .passed), figure(.rto, "site", 9, .passed),
            figure(.rto, "rr", nil, .inconclusive),
        ]
        func list(_ width: Int) -> String {
            RunList.text(
                [.init(run: "r", file: RecordFile(record), isRunning: false, unhealed: 0)],
                width: width
            )
        }
        let all = #/\? rto of rr ≥ [\d.]+ s, detect [^,]+ s, failover of rr [^,]+ s$/#
        #expect(list(.max).contains(all), "\(list(.max))")
        #expect(list(60).contains(#/\? rto of rr ≥ [\d.]+ s, … 2 more$/#), "\(list(60))")
    }

    @Test func listTellsRunsThatNeedHealing() {
        let record = Specimen().record
        let text = RunList.text([
            .init(run: record.run, file: RecordFile(record), isRunning: false, unhealed: 0),
            .init(run: "died", file: nil, isRunning: false, unhealed: 2),
            .init(run: "alive", file: nil, isRunning: true, unhealed: 1),
            .init(
                run: "newer",
                file: nil,
                unreadable: "record.json has format 2, this drill reads 1",
                isRunning: false,
                unhealed: 0
            ),
        ])
        let lines = text.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[4].contains("unreadable") && lines[4].contains("format 2"))
        #expect(lines[1].contains("inconclusive 2026-11-23 14:15:00 ? rpo 340–520 ms, detect"))
        #expect(lines[2].contains("unfinished") && lines[2].contains("2 faults not healed"))
        #expect(lines[3].contains("running") && !lines[3].contains("not healed"))
    }
}
