package import DrillModel

/// What a check of a runbook came to.
package struct RunbookCheckup: Hashable, Sendable {
    package var runbook: Runbook
    package var findings: [RunbookFinding]
    package var steps: [ProvenStep]
    /// Nil where nothing outside of the file was looked at, with why.
    package var unlooked: String?

    package init(
        _ runbook: Runbook,
        findings: [RunbookFinding],
        steps: [ProvenStep],
        unlooked: String? = nil
    ) {
        self.runbook = runbook
        self.findings = findings
        self.steps = steps
        self.unlooked = unlooked
    }

    package func count(_ severity: RunbookFinding.Severity) -> Int {
        findings.filter { $0.severity == severity }.count
    }

    /// A line a step, then every finding with its place.
    package func text(now wallNs: Int64, located: (Problem) -> Problem) -> String {
        let counts = RunbookFinding.Severity.allCases.map { severity -> String in
            Shown.plural(count(severity), severity.rawValue)
        }
        var lines = ["\(Plain.oneLine(runbook.name))  \(counts.joined(separator: ", "))"]
        if let unlooked { lines.append("  \(unlooked)") }
        let titles = min(48, steps.map { Plain.width(Plain.oneLine($0.place.title)) }.max() ?? 0)
        let numbers = steps.map(\.place.place.count).max() ?? 1
        for step in steps {
            let title = Plain.fit(Plain.oneLine(step.place.title), titles)
            let number = Plain.fit(step.place.place, numbers)
            lines.append("  \(number)  \(title)  \(Self.words(step, now: wallNs))")
        }
        for finding in findings { lines.append(located(finding.problem).rendered) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func words(_ step: ProvenStep, now wallNs: Int64) -> String {
        guard let proof = step.proof else { return "never proven" }
        let age = Span(ns: wallNs - proof.wallNs).inDays
        return "proven \(age) ago by \(proof.run)" + (step.isChanged ? ", and changed since" : "")
    }
}

/// What `drill runbook check --json` says; the names in it stay.
package struct RunbookCheckFile: Encodable {
    struct Finding: Encodable {
        var severity: RunbookFinding.Severity
        var message: String
        var fix: String?
        var file: String?
        var line: Int?
        var column: Int?
        var step: String?
        var title: String?
        var host: String?
    }

    struct Step: Encodable {
        var step: String
        var title: String
        var runbook: String
        var host: String?
        /// UTC, as ISO 8601 writes it.
        var proven: String?
        var run: String?
        var changed: Bool
    }

    struct Checked: Encodable {
        var runbook: String
        var file: String
        /// Whether hosts and servers were looked at.
        var looked: Bool
        var findings: [Finding]
        var steps: [Step]
    }

    var errors: Int
    var warnings: Int
    var runbooks: [Checked]

    package init(_ checkups: [RunbookCheckup]) {
        errors = checkups.reduce(0) { $0 + $1.count(.error) }
        warnings = checkups.reduce(0) { $0 + $1.count(.warning) }
        runbooks = checkups.map { checkup in
            Checked(
                runbook: checkup.runbook.name,
                file: checkup.runbook.file,
                looked: checkup.unlooked == nil,
                findings: checkup.findings.map { finding in
                    Finding(
                        severity: finding.severity,
                        message: finding.message,
                        fix: finding.fix,
                        file: finding.position?.file,
                        line: finding.position?.line,
                        column: finding.position?.column,
                        step: finding.step?.place,
                        title: finding.step?.title,
                        host: finding.host
                    )
                },
                steps: checkup.steps.map { step in
                    Step(
                        step: step.place.place,
                        title: step.place.title,
                        runbook: step.place.runbook,
                        host: step.host,
                        proven: step.proof.map { WallTime(ns: $0.wallNs).iso },
                        run: step.proof?.run,
                        changed: step.isChanged
                    )
                }
            )
        }
    }
}
