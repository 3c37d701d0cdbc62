package import DrillModel

/// Runs as JUnit XML, as CI systems read it: a suite a run, a case a promise.
///
/// What can't be said is no pass: an inconclusive figure is a `failure` of that type. `error` is drill
/// itself having failed or been stopped, `skipped` what was never judged. A run that isn't passed has
/// at least one failure or error, whatever its parts say.
///
/// Source: the schema of Jenkins' xUnit plugin, `junit-10.xsd`, which Jenkins, GitLab and GitHub
/// readers share.
package enum JUnit {
    package static func xml(_ records: [Record]) -> String {
        let suites = records.map { JUnitSuite($0) }
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
            name="\(Plain.oneLine(name))" time="\(JUnit.seconds(seconds))">\(inside)</testcase>
            """
    }
}

/// A run as a suite.
struct JUnitSuite {
    let record: Record
    let seconds: Double
    let cases: [JUnitCase]

    init(_ record: Record) {
        self.record = record
        let reading = RunReading(record)
        seconds = (reading.end - reading.begin).inSeconds
        var cases = JUnitCases(reading: reading).all
        let verdict = record.judgement.verdict
        let outcome: JUnitCase.Outcome =
            switch verdict {
            case .passed: .passed
            case .error, .stopped: .error(type: verdict.rawValue, reading.sentence)
            case .failed, .inconclusive, .notStarted, .notRestored:
                .failure(type: verdict.rawValue, reading.sentence)
            }
        // Told once: by itself only where no part tells it.
        if !cases.contains(where: { $0.redType == verdict.rawValue }) {
            cases.append(JUnitCase(group: "run", name: "verdict", outcome: outcome))
        }
        self.cases = cases
    }

    var failures: Int { cases.count { $0.isFailure } }
    var errors: Int { cases.count { $0.isError } }
    var skipped: Int {
        cases.count { if case .skipped = $0.outcome { true } else { false } }
    }

    var markup: Markup {
        let name = record.plan.experiment.name
        let properties = [
            ("run", record.run), ("verdict", record.judgement.verdict.rawValue),
            ("exit", "\(record.judgement.verdict.exit)"), ("seed", "\(record.start.seed)"),
            ("by", record.start.who), ("drill", record.start.version),
        ].map { "<property name=\"\($0)\" value=\"\(Plain.oneLine($1))\"/>" as Markup }
        // The attribute has no zone (xs:dateTime as `junit-10.xsd` narrows it); it is in UTC.
        let timestamp = String(WallTime(ns: record.start.wallNs).iso.dropLast())
        return """
            <testsuite name="\(Plain.oneLine(name))" tests="\(cases.count)" failures="\(failures)" \
            errors="\(errors)" skipped="\(skipped)" time="\(JUnit.seconds(seconds))" \
            timestamp="\(timestamp)" hostname="\(Plain.oneLine(record.start.controller))">
            <properties>\(properties.joined())</properties>
            \(cases.map { $0.markup(of: name) }.joined(separator: "\n"))
            </testsuite>
            """
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
