package import DrillModel

/// The report as Markdown, for a ticket or a wiki: the first screen and what proves it.
package enum MarkdownReport {
    package static func markdown(_ record: Record, zone: WallTime.Zone = .utc) -> String {
        let reading = RunReading(record)
        let parts = [
            head(reading, zone), data(reading), figures(reading), phases(reading), meaning(reading),
            LookTables(reading).markdown, faults(reading),
            runbook(reading), reading.isRunbook ? "" : steps(reading), outages(reading),
            remarks(reading),
            commands(reading),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// Text in which no character is Markdown or HTML any more.
    ///
    /// Source: CommonMark 0.31, section 2.4: any ASCII punctuation may be escaped by a backslash; what
    /// HTML reads is an entity (2.5), for readers that are less strict.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in Plain.oneLine(text) {
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~":
                result.append("\\")
                result.append(character)
            default: result.append(character)
            }
        }
        return result
    }

    /// A code span; its fence is longer than any run of backticks inside (CommonMark 6.1).
    static func code(_ text: String, max: Int = 300) -> String {
        let line = Plain.oneLine(text, max: max)
        var longest = 0
        var run = 0
        for character in line {
            run = character == "`" ? run + 1 : 0
            longest = Swift.max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let pad = longest > 0 ? " " : ""
        // Tables (GFM) split at a bar even inside a code span.
        let inside = line.split(separator: "|", omittingEmptySubsequences: false)
            .joined(separator: "\\|")
        return line.isEmpty ? "" : fence + pad + inside + pad + fence
    }

    static func table(_ titles: [String], _ rows: [[String]]) -> String {
        let numbers = titles.map {
            $0.hasSuffix(", s") || $0.hasSuffix(", ms") || $0 == "Measured" || $0 == "Last run"
        }
        let rule = numbers.map { $0 ? "---:" : "---" }
        return ([titles, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    private static func head(_ reading: RunReading, _ zone: WallTime.Zone) -> String {
        let start = reading.record.start
        let verdict = reading.judgement.verdict
        let wall = WallTime(ns: start.wallNs)
        let local = zone == .utc ? "" : "\(wall.shown(in: zone)) \(escaped(zone.name)), "
        var lines = [
            "# \(escaped(reading.title)): \(Words.mark(verdict)) \(verdict.word)",
            "", "**\(escaped(reading.sentence))**", "",
        ]
        lines += reading.otherReasons.map { "- \(escaped($0))" }
        if !reading.otherReasons.isEmpty { lines.append("") }
        if let heal = reading.heal {
            lines += ["**Run \(code(heal))**: it undoes what is left.", ""]
        }
        if let goOn = reading.goOn {
            lines += [
                "**Run \(code(goOn))**: it goes on with the first step that was not done.", "",
            ]
        }
        let seed = reading.isRunbook ? "" : "seed \(start.seed), "
        lines += [
            "Run \(code(reading.record.run)) by \(escaped(start.who)) on "
                + "\(escaped(start.controller)), \(local)\(wall.shown(in: .utc)) UTC; lasted "
                + "\((reading.end - reading.begin).shown); plan \(code(reading.experiment.file)), "
                + "\(seed)drill \(escaped(start.version))."
        ]
        return lines.joined(separator: "\n")
    }

    private static func data(_ reading: RunReading) -> String {
        let ledgers = reading.judgement.ledgers
        guard !ledgers.isEmpty else { return "" }
        let lines = ledgers.map { ledger in
            "- **\(escaped(ledger.probe))**: \(escaped(Words.ledger(ledger))). "
                + "\(escaped(Words.ledgerRest(ledger)))."
                + ledger.places.dropFirst().map { place in
                    "\n  - at **\(escaped(place.place))**: \(escaped(Words.place(place)))."
                }.joined()
        }
        return "## Data\n\n" + lines.joined(separator: "\n")
    }

    private static func figures(_ reading: RunReading) -> String {
        let rows = reading.judgement.figures.map { figure in
            [
                figure.label, escaped(Words.of(figure)),
                Words.measured(figure), Words.limit(figure.budget),
                "\(Words.mark(figure.verdict)) \(Words.said(figure.verdict))",
                reading.last(figure).map { Words.measured($0) } ?? "–",
                escaped(figure.note ?? ""),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "## Figures\n\n"
            + table(["Figure", "Of", "Measured", "Budget", "Verdict", "Last run", "Note"], rows)
    }

    private static func phases(_ reading: RunReading) -> String {
        reading.judgement.phasesShown.map { "Phases: \(escaped($0))" } ?? ""
    }

    private static func meaning(_ reading: RunReading) -> String {
        let lines = reading.judgement.yearly.map {
            "- **\(escaped($0.probe))**: \(escaped($0.shown))"
        }
        return lines.isEmpty ? "" : "## What it means\n\n" + lines.joined(separator: "\n")
    }

    private static func faults(_ reading: RunReading) -> String {
        func word(_ answer: Bool?, _ yes: String, _ no: String) -> String {
            answer.map { $0 ? "✓ \(yes)" : "✗ \(no)" } ?? "? not known"
        }
        let rows = reading.faults.map { fault in
            [
                escaped(fault.id), escaped(fault.fault),
                escaped(fault.targets.joined(separator: ", ")),
                fault.injecting == nil
                    ? "never injected"
                    : word(
                        fault.effective,
                        "took effect",
                        reading.lost(fault).map(escaped) ?? "no effect"
                    ),
                fault.injecting == nil ? "–" : word(fault.settled, "as before", "not as before"),
                escaped(
                    ((fault.atOnce.map { [$0] } ?? []) + fault.remarks).joined(separator: "; ")
                ),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "## Faults\n\n"
            + table(["Id", "Fault", "Targets", "Effect", "Undone", "Remarks"], rows)
            + reading.faults.compactMap { reading.matrices(of: $0.id) }.map(reachability).joined()
    }

    /// One table with three marks a cell: wide enough for any number of hosts.
    private static func reachability(_ matrices: Matrices) -> String {
        let hosts = matrices.outcome.hosts
        let rows = hosts.enumerated().map { index, from in
            ["\(index + 1) \(escaped(from))"]
                + hosts.map { to in
                    guard from != to else { return "–" }
                    return Reachability.Moment.allCases
                        .map { matrices.mark(from, to, $0) }
                        .joined(separator: " ")
                }
        }
        let head = ["from, to"] + hosts.indices.map { "\($0 + 1)" }
        let remarks =
            matrices.outcome.unexpected.map { "- ✗ **unexpected**: \(escaped($0))" }
            + matrices.gaps.map { "- \(escaped($0))" }
        return "\n\n### Who reached whom, \(escaped(matrices.outcome.fault))\n\n"
            + escaped(matrices.cut) + " In each cell: before, during, after. "
            + escaped(Matrices.legend) + "\n\n" + table(head, rows)
            + (remarks.isEmpty ? "" : "\n\n" + remarks.joined(separator: "\n"))
    }

    private static func runbook(_ reading: RunReading) -> String {
        let rows = reading.runbookSteps.map { step in
            [
                escaped(step.runbook), escaped(step.progress), escaped(step.told),
                reading.seconds(step.started),
                Shown.decimal((step.done - step.started).inSeconds, places: 2),
                step.budget?.description ?? "–", escaped(PlainLines.words(of: step.result)),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "## Runbook steps\n\n"
            + table(["Runbook", "Step", "What", "Began, s", "Took, s", "Budget", "Result"], rows)
            + "\n\nIn all: \(WorkTime(reading.runbookSteps).shown).\n"
    }

    private static func steps(_ reading: RunReading) -> String {
        let rows = reading.steps.map { step in
            [
                escaped(step.title), reading.seconds(step.from),
                step.to.map { Shown.decimal(($0 - step.from).inSeconds, places: 2) } ?? "–",
                escaped(step.result.map { PlainLines.words(of: $0) } ?? "never ended"),
            ]
        }
        let missed = reading.stepsNotReached.map { [escaped($0), "–", "–", "not reached"] }
        guard !(rows + missed).isEmpty else { return "" }
        return "## Steps\n\n" + table(["Step", "Began, s", "Took, s", "Result"], rows + missed)
    }

    private static func outages(_ reading: RunReading) -> String {
        let rows = reading.longOutages.map { outage in
            [
                escaped(outage.probe), reading.seconds(outage.beganBest),
                outage.endedBest.map { reading.seconds($0) } ?? "had not ended",
                escaped(Words.failures(outage.failures)),
                outage.isDuringRepair ? "during repair" : "",
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "## Outages\n\n" + table(["Probe", "Began, s", "Ended, s", "Seen", "When"], rows)
            + (reading.shortOutages.map { "\n\n\($0)" } ?? "")
    }

    private static func remarks(_ reading: RunReading) -> String {
        let lines = reading.remarks.map { remark in
            let at = remark.at.map { "\(reading.stamp($0)): " } ?? ""
            return "- \(at)\(escaped(remark.words))"
        }
        return lines.isEmpty
            ? "" : "## Deviations and notes\n\n" + lines.joined(separator: "\n")
    }

    /// A block of code without a fence, which the code could end.
    private static func indented(_ code: String) -> String {
        Plain.block(code).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    }

    private static func commands(_ reading: RunReading) -> String {
        var lifted = LiftedScripts()
        let rows = ActionRow.rows(reading.actions).map { row in
            [
                reading.seconds(row.action.sent), row.action.stage.rawValue,
                escaped(row.action.host), code(lifted.lift(row.action.command), max: 4000),
                escaped(row.action.result) + (row.count > 1 ? ", \(row.count) times" : ""),
            ]
        }
        guard !rows.isEmpty else { return "" }
        let scripts = lifted.scripts.enumerated().map { index, script in
            "\n\n`$S\(index + 1)` is:\n\n" + indented(script)
        }
        return "## Every command that was run\n\n"
            + table(["Sent, s", "For", "Host", "Command", "Result"], rows) + scripts.joined()
    }
}
