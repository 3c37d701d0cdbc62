import DrillModel

/// Everything below the charts, in the order in which an auditor would ask.
struct Details {
    let reading: RunReading
    let planHash: String?

    var markup: Markup {
        guard !reading.isRunbook else {
            return [runbook, remarks, commands, hosts, plan].joined(separator: "\n")
        }
        return [
            faults, runbook, steps, outages, sightings, ledger, remarks, commands, probes, hosts,
            plan,
        ].joined(separator: "\n")
    }

    static func section(_ title: String, _ content: Markup) -> Markup {
        "<section><h2>\(title)</h2>\n\(content)</section>"
    }

    /// A table; columns whose title ends in `, s` or begins with `#` hold numbers.
    static func table(_ titles: [String], _ rows: [[Markup]], foot: Markup = .empty) -> Markup {
        let isNumber = titles.map { $0.hasSuffix(", s") || $0.hasSuffix(", ms") || $0 == "#" }
        let head = zip(titles, isNumber).map { title, isNumber -> Markup in
            isNumber ? "<th class=\"n\">\(title)</th>" : "<th>\(title)</th>"
        }
        let body = rows.map { row -> Markup in
            let cells = zip(row, isNumber).map { cell, isNumber -> Markup in
                isNumber ? "<td class=\"n\">\(cell)</td>" : "<td>\(cell)</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <table><thead><tr>\(head.joined())</tr></thead>
            <tbody>\(body.joined(separator: "\n"))</tbody></table>\(foot)

            """
    }

    func text(_ words: String) -> Markup { "\(words)" }

    func time(_ instant: Instant?) -> Markup {
        instant.map { text(reading.seconds($0)) } ?? "–"
    }

    private func length(_ span: Span?) -> Markup {
        span.map { text(Shown.decimal($0.inSeconds, places: 2)) } ?? "–"
    }

    static func result(_ result: Event.StepResult?) -> Markup {
        switch result {
        case .done: "<span class=\"chip is-passed\">✓ done</span>"
        case .failed(let why): "<span class=\"chip is-failed\">✗ failed</span> \(why)"
        case .passedOver(let why):
            "<span class=\"chip is-inconclusive\">↷ passed over</span> \(why)"
        case .skipped(let why): "<span class=\"chip is-none\">○ skipped</span> \(why)"
        case .cancelled: "<span class=\"chip is-none\">■ cancelled</span>"
        case nil: "<span class=\"chip is-none\">… never ended</span>"
        }
    }

    private func answer(_ answer: Bool?, yes: String, no: String) -> Markup {
        switch answer {
        case true?: "<span class=\"chip is-passed\">✓ \(yes)</span>"
        case false?: "<span class=\"chip is-failed\">✗ \(no)</span>"
        case nil: "<span class=\"chip is-inconclusive\">? not known</span>"
        }
    }

    private func noEffect(_ fault: FaultReading) -> String {
        reading.lost(fault) ?? "did not take effect"
    }

    private var faults: Markup {
        let faults = reading.faults
        guard !faults.isEmpty else {
            return Self.section("Faults", "<p>None: the run only watched.</p>")
        }
        let parts = faults.map { fault -> Markup in
            let remarks = fault.remarks.map { "<li>\($0)</li>" as Markup }.joined()
            guard fault.injecting != nil else {
                return """
                    <h3>\(fault.id) <span class="rest">\(fault.fault)</span></h3>
                    <p>It was never injected.</p>
                    """
            }
            return """
                <h3>\(fault.id) <span class="rest">\(fault.fault)\(fault.isInPrepare ? ", in prepare" : "")\
                </span></h3>
                <p>\(answer(fault.effective, yes: "took effect", no: noEffect(fault))) \
                \(answer(fault.settled, yes: fault.gone, no: "not as before"))</p>
                <p>On \(fault.targets.joined(separator: ", ")). Injected \(time(fault.injecting)) to \
                \(time(fault.injected)) s\(fault.atOnce.map { ", \($0)" } ?? ""); \(fault.hasUndo ? "undone" : "nothing undoes it; looked at") \(time(fault.undoing)) to \(time(fault.undone)) s\
                \(fault.why.map { " (\($0))" } ?? ""); \(fault.selfHealing).</p>
                \(remarks.isEmpty ? .empty : "<ul>\(remarks)</ul>")
                \(proofs(fault))
                \(reachability(of: fault.id))
                """
        }
        return Self.section("Faults and their proofs", parts.joined(separator: "\n"))
    }

    /// A row a host: what was seen while the fault was in place, and after it was undone.
    private func proofs(_ fault: FaultReading) -> Markup {
        let hosts = (fault.effects + fault.ends).map(\.host)
        var told: Set<String> = []
        let rows = hosts.filter { told.insert($0).inserted }.map { host -> [Markup] in
            [
                text(host), looks(fault.effects.filter { $0.host == host }),
                looks(fault.ends.filter { $0.host == host }),
            ]
        }
        guard !rows.isEmpty else { return "<p>It was not looked at.</p>" }
        return Self.table(["Host", "In effect", "As before"], rows)
    }

    private func looks(_ proofs: [FaultReading.ProofRow]) -> Markup {
        guard !proofs.isEmpty else { return "not looked at" }
        return proofs.map { proof -> Markup in
            let mark =
                switch proof.proof {
                case .holds: "✓"
                case .fails: "✗"
                case .unknown: "?"
                }
            let until: Markup =
                proof.looks == 1
                ? .empty : " to \(reading.seconds(proof.last)) (\(proof.looks) looks)"
            return """
                \(mark) \(FaultReading.words(proof.proof)), \(reading.seconds(proof.first))\(until) s
                """
        }.joined(separator: "<br>")
    }

    private var runbook: Markup {
        let steps = reading.runbookSteps
        guard !steps.isEmpty else { return .empty }
        let rows = steps.map { step -> [Markup] in
            let lasted = step.done - step.started
            let isOver = step.budget.map { lasted > $0 } ?? false
            let over: Markup = isOver ? " <span class=\"chip is-failed\">✗ over</span>" : .empty
            return [
                text(step.place),
                text(step.called + (step.isOptional ? " (optional)" : ""))
                    + told(step),
                text(step.isHuman == true ? "people" : step.host ?? "controller"),
                time(step.started), length(lasted),
                text(step.budget?.description ?? "–") + over, Self.result(step.result),
            ]
        }
        let names = Set(steps.map(\.runbook)).sorted().joined(separator: ", ")
        return Self.section(
            "Runbook steps",
            """
            <p>\(names): \(WorkTime(steps).shown).</p>
            \(Self.table(
                ["#", "Step", "Host", "Began, s", "Took, s", "Budget", "Result"], rows))
            """
        )
    }

    /// What there is to say of a step beside its title and its end.
    private func told(_ step: RunbookStepReport) -> Markup {
        let words = step.details
        return words.isEmpty ? .empty : "<br><span class=\"rest\">\(words)</span>"
    }

    private var steps: Markup {
        let rows = reading.steps.map { step -> [Markup] in
            [
                text(step.step), text(step.title), time(step.from),
                length(step.to.map { $0 - step.from }), Self.result(step.result),
            ]
        }
        let missed = reading.stepsNotReached.map { title -> [Markup] in
            ["–", text(title), "–", "–", "<span class=\"chip is-none\">○ not reached</span>"]
        }
        guard !(rows + missed).isEmpty else {
            return Self.section("Steps", "<p>None was begun.</p>")
        }
        return Self.section(
            "Steps",
            Self.table(["Id", "Step", "Began, s", "Took, s", "Result"], rows + missed)
        )
    }

    private var outages: Markup {
        let rows = reading.longOutages.map { outage -> [Markup] in
            let length = FigureText.interval(
                outage.endedLow.map { max(.zero, $0 - outage.beganHigh) },
                outage.endedHigh.map { $0 - outage.beganLow },
                unit: .seconds
            )
            return [
                text(outage.probe), text(span(outage.beganLow, outage.beganHigh)),
                text(span(outage.endedLow, outage.endedHigh)),
                text(outage.endedHigh == nil ? "had not ended" : length),
                text(Words.failures(outage.failures)),
                outage.isDuringRepair ? "during repair" : "–",
            ]
        }
        guard !rows.isEmpty else { return Self.section("Outages", "<p>None was seen.</p>") }
        return Self.section(
            "Outages",
            Self.table(
                ["Probe", "Began between, s", "Ended between, s", "Lasted", "Seen", "When"],
                rows,
                foot: reading.shortOutages.map { "<p>\($0)</p>" } ?? .empty
            )
        )
    }

    private func span(_ low: Instant?, _ high: Instant?) -> String {
        switch (low, high) {
        case (let low?, let high?):
            "\(milliseconds(low)) … \(milliseconds(high))"
        case (let low?, nil): "after \(milliseconds(low))"
        case (nil, let high?): "by \(milliseconds(high))"
        case (nil, nil): "–"
        }
    }

    /// Edges are told to the millisecond: they are what figures are made of.
    private func milliseconds(_ instant: Instant) -> String {
        let span = instant - reading.origin
        return (span.ns < 0 ? "-" : "+") + Shown.decimal(abs(span.inSeconds), places: 3)
    }

    private var remarks: Markup {
        let remarks = reading.remarks
        guard !remarks.isEmpty else {
            return Self.section("Deviations and notes", "<p>None.</p>")
        }
        let rows = remarks.map { [time($0.at), text($0.words)] }
        return Self.section("Deviations and notes", Self.table(["At, s", "What"], rows))
    }
}
