package import DrillModel

/// Runs and series as JUnit XML, as CI systems read it: a suite a run and one more a series, a case a
/// promise.
///
/// What can't be said is no pass: an inconclusive figure is a `failure` of that type. `error` is drill
/// itself having failed or been stopped, `skipped` what was never judged. A run that isn't passed has
/// at least one failure or error, whatever its parts say. What only a series can keep or break (`in:`)
/// is `skipped` in its runs' suites, so that all is green exactly where the series has passed.
///
/// Source: the schema of Jenkins' xUnit plugin, `junit-10.xsd`, which Jenkins, GitLab and GitHub
/// readers share.
package enum JUnit {
    package enum Part: Sendable {
        case run(Record)
        case series(RunSeries, SeriesJudgement, runs: [Record])

        fileprivate var suites: [JUnitSuite] {
            switch self {
            case .run(let record): [JUnitSuite(record)]
            case .series(let series, let judgement, let runs):
                runs.map { JUnitSuite($0, isInSeries: true) } + [JUnitSuite(series, judgement)]
            }
        }
    }

    package static func xml(_ records: [Record]) -> String { xml(records.map(Part.run)) }

    package static func xml(_ parts: [Part]) -> String {
        xml(suites: parts.flatMap(\.suites))
    }

    static func xml(suites: [JUnitSuite]) -> String {
        let count = { (path: (JUnitSuite) -> Int) in suites.reduce(0) { $0 + path($1) } }
        let time = suites.reduce(0) { $0 + $1.seconds }
        let xml: Markup = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="drill" tests="\(count(\.cases.count))" failures="\(count(\.failures))" \
            errors="\(count(\.errors))" time="\(seconds(time))">
            \(suites.map(\.markup).joined(separator: "\n"))
            </testsuites>

            """
        return xml.text
    }

    static func seconds(_ seconds: Double) -> String {
        Shown.decimal(max(0, seconds), places: 3)
    }
}

/// One promise of a run and whether it was kept.
struct JUnitCase {
    enum Outcome {
        case passed
        case failure(type: String, String)
        case error(type: String, String)
        case skipped(String)
    }

    /// Figures, steps, faults or guards: the class's last part.
    var group: String
    var name: String
    var seconds: Double = 0
    var outcome: Outcome
    /// Of other tries, where `drill test` made several.
    var reruns: [Rerun] = []

    func markup(of experiment: String) -> Markup {
        let inside: Markup =
            switch outcome {
            case .passed: .empty
            case .failure(let type, let words):
                "<failure type=\"\(type)\" message=\"\(Plain.oneLine(words))\">\(words)</failure>"
            case .error(let type, let words):
                "<error type=\"\(type)\" message=\"\(Plain.oneLine(words))\">\(words)</error>"
            case .skipped(let words): "<skipped message=\"\(Plain.oneLine(words))\"/>"
            }
        return """
            <testcase classname="\(Plain.oneLine("\(experiment).\(group)"))" \
            name="\(Plain.oneLine(name))" time="\(JUnit.seconds(seconds))">\(inside)\(reruns.map(\.markup).joined())</testcase>
            """
    }
}

/// A run, or what a series adds to its runs, as a suite.
struct JUnitSuite {
    let name: String
    let experiment: String
    let start: Event.Start
    let properties: [(String, String)]
    let seconds: Double
    let cases: [JUnitCase]

    init(_ record: Record, isInSeries: Bool = false) {
        let reading = RunReading(record)
        name = record.plan.experiment.name
        experiment = name
        start = record.start
        seconds = (reading.end - reading.begin).inSeconds
        var cases = JUnitCases(reading: reading, isInSeries: isInSeries).all
        let verdict = isInSeries ? record.apart.verdict : record.judgement.verdict
        let reason = isInSeries ? record.apart.reason : record.judgement.sentence
        properties = [
            ("run", record.run), ("verdict", verdict.rawValue), ("exit", "\(verdict.exit)"),
            ("seed", "\(record.start.seed)"),
        ]
        // Told once: by itself only where no part tells it.
        if !cases.contains(where: { $0.redType == verdict.rawValue }) {
            let outcome = JUnitCase.Outcome(verdict, reason)
            cases.append(JUnitCase(group: "run", name: "verdict", outcome: outcome))
        }
        self.cases = cases
    }

    /// Its verdict, and the budgets that only it can keep or break.
    init(_ series: RunSeries, _ judgement: SeriesJudgement) {
        let words = SeriesWords(series: series, judgement: judgement)
        experiment = series.experiment.name
        name = "\(experiment), \(words.count)"
        start = series.start
        seconds = 0
        properties = [
            ("series", series.id), ("verdict", judgement.verdict.rawValue),
            ("exit", "\(judgement.verdict.exit)"), ("seed", "\(series.place.seed)"),
        ]
        let promises = judgement.figures.compactMap { figure -> JUnitCase? in
            guard let assurance = figure.assurance, let verdict = figure.verdict else { return nil }
            let of = figure.key.probe == nil ? "" : " of \(figure.key.subject)"
            return JUnitCase(
                group: "series",
                name: "\(figure.key.label)\(of) \(Words.limit(figure.budget)) \(assurance.shown)",
                outcome: .init(verdict, figure.sentence)
            )
        }
        let verdict = JUnitCase.Outcome(judgement.verdict, words.sentence)
        cases = promises + [JUnitCase(group: "series", name: "verdict", outcome: verdict)]
    }

    var failures: Int { cases.count { $0.isFailure } }
    var errors: Int { cases.count { $0.isError } }
    var skipped: Int {
        cases.count { if case .skipped = $0.outcome { true } else { false } }
    }

    var markup: Markup {
        let properties = (properties + [("by", start.who), ("drill", start.version)])
            .map { "<property name=\"\($0)\" value=\"\(Plain.oneLine($1))\"/>" as Markup }
        // The attribute has no zone (xs:dateTime as `junit-10.xsd` narrows it); it is in UTC.
        let timestamp = String(WallTime(ns: start.wallNs).iso.dropLast())
        return """
            <testsuite name="\(Plain.oneLine(name))" tests="\(cases.count)" failures="\(failures)" \
            errors="\(errors)" skipped="\(skipped)" time="\(JUnit.seconds(seconds))" \
            timestamp="\(timestamp)" hostname="\(Plain.oneLine(start.controller))">
            <properties>\(properties.joined())</properties>
            \(cases.map { $0.markup(of: experiment) }.joined(separator: "\n"))
            </testsuite>
            """
    }
}

extension JUnitCase.Outcome {
    init(_ verdict: RunVerdict, _ words: String) {
        self =
            switch verdict {
            case .passed: .passed
            case .error, .stopped: .error(type: verdict.rawValue, words)
            case .failed, .inconclusive, .notStarted, .notRestored:
                .failure(type: verdict.rawValue, words)
            }
    }

    init(_ verdict: Verdict, _ words: String) {
        self = verdict == .passed ? .passed : .failure(type: verdict.rawValue, words)
    }
}

extension JUnitCase {
    /// Of what isn't green: the verdict that it speaks for.
    var redType: String? {
        switch outcome {
        case .failure(let type, _), .error(let type, _): type
        case .passed, .skipped: nil
        }
    }

    var isFailure: Bool { if case .failure = outcome { true } else { false } }
    var isError: Bool { if case .error = outcome { true } else { false } }
}
