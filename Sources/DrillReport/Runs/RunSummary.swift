package import DrillModel

/// A run in a screenful: what `drill run` ends with and `drill show` prints.
package enum RunSummary {
    /// Lines that are longer than `width` are wrapped under what they tell.
    ///
    /// `isHealed` where nothing is open in its journal any more, whatever its verdict.
    package static func text(
        _ record: Record,
        isHealed: Bool = false,
        zone: WallTime.Zone = .utc,
        width: Int,
        colour: Bool = false
    ) -> String {
        let reading = RunReading(record)
        let judgement = record.judgement
        var lines: [TerminalLine] = [head(reading)]
        lines += reading.otherReasons.map { TerminalLine("  \(Plain.oneLine($0))") }
        lines.append(TerminalLine("  \(facts(reading, zone))"))
        for ledger in judgement.ledgers {
            let name = Plain.oneLine(ledger.probe)
            lines.append(
                TerminalLine(
                    "data    \(name): \(Words.ledger(ledger)); \(Words.ledgerRest(ledger))"
                )
            )
            lines += ledger.places.dropFirst().map { place in
                let place = "\(name) at \(Plain.oneLine(place.place)): \(Words.place(place))"
                return TerminalLine("data    \(place)")
            }
        }
        lines += figures(reading)
        if let phases = judgement.phasesShown { lines.append(TerminalLine("phases  \(phases)")) }
        lines += judgement.yearly.map { yearly in
            TerminalLine("means   \(Plain.oneLine(yearly.probe)): \(yearly.shown)")
        }
        for fault in reading.faults where reading.wasBegun {
            let effect = fault.effective.map { isEffective in
                isEffective ? "took effect" : reading.lost(fault) ?? "DID NOT TAKE EFFECT"
            }
            let end = fault.settled.map { $0 ? fault.gone : "NOT AS BEFORE" }
            let words =
                fault.injecting == nil && effect == nil && end == nil
                ? "never injected" : "\(effect ?? "effect not known"), \(end ?? "end not known")"
            lines.append(TerminalLine("fault   \(Plain.oneLine(fault.id)): \(words)"))
        }
        lines += notes(reading).map { TerminalLine("note    \(Plain.oneLine($0))") }
        if let struck = reading.struck {
            lines.append(TerminalLine("struck  \(Plain.oneLine(struck))"))
        } else if let heal = reading.heal, !isHealed {
            lines.append(TerminalLine("next    run `\(heal)`: it undoes what is left"))
        }
        if reading.isRunbook, reading.wasBegun {
            lines.append(TerminalLine("steps   \(reading.stepsTold)"))
        }
        if let goOn = reading.goOn {
            lines.append(
                TerminalLine(
                    "next    run `\(goOn)`: it goes on with the first step that was not done"
                )
            )
        }
        let first = lines.prefix(1).flatMap { $0.wrapped(width: width, hanging: 4, colour: colour) }
        let others = lines.dropFirst()
            .flatMap { $0.wrapped(width: width, hanging: 8, colour: colour) }
        return (first + others).joined(separator: "\n")
    }

    /// What somebody may have to do or know about, though the verdict doesn't hang on it.
    private static func notes(_ reading: RunReading) -> [String] {
        let down = reading.judgement.outages.filter { $0.endedHigh == nil }.map(\.probe).unique
        let told = reading.events.compactMap { event -> String? in
            switch event.kind {
            case .stepEnded(let step, .passedOver(let why)): "\(step) was passed over: \(why)"
            case .runbookStep(let report):
                switch report.result {
                case .passedOver(let why):
                    "\(report.runbook), \(report.called), was passed over: \(why)"
                case .skipped(let why) where report.isHuman == true && report.doneIn == nil:
                    "\(report.runbook), \(report.called), was skipped: \(why)"
                case .done, .failed, .skipped, .cancelled: nil
                }
            case .note(let text) where text.hasPrefix("the ledger"): text
            default: nil
            }
        }
        let left = reading.judgement.deviations.filter { $0.hasPrefix("the ledger") }
        return down.map { "\($0) was still down at the last look" } + told + left
    }

    private static func head(_ reading: RunReading) -> TerminalLine {
        let verdict = reading.judgement.verdict
        var line = TerminalLine()
        line.add(verdict.word.uppercased(), .of(verdict))
        line.add("  \(Plain.oneLine(reading.title)): ")
        line.add(Plain.oneLine(reading.sentence))
        return line
    }

    private static func facts(_ reading: RunReading, _ zone: WallTime.Zone) -> String {
        let start = reading.record.start
        let wall = WallTime(ns: start.wallNs)
        let name = Plain.oneLine(zone.name)
        let jitter = reading.record.timeline.heldBack.map { "  jitter \($0.shown)" }
        let place = reading.plan.series.map {
            "  run \($0.number) of \($0.count) of the series \(RunName.short($0.id))"
        }
        return "\(Plain.oneLine(reading.record.run))  \(wall.shown(in: zone)) \(name)  "
            + "by \(Plain.oneLine(start.who)) on \(Plain.oneLine(start.controller))  "
            + "\(reading.isRunbook ? "" : "seed \(start.seed)  ")lasted \((reading.end - reading.begin).shown)\(jitter ?? "")"
            + (place ?? "")
    }

    /// Columns of which the first five fit into 80.
    private static func figures(_ reading: RunReading) -> [TerminalLine] {
        let figures = reading.judgement.figures
        let of = min(28, figures.map { Plain.width(Words.of($0)) }.max() ?? 0)
        let measured = figures.map { Plain.width(Words.measured($0)) }.max() ?? 0
        let name = max(12, figures.map { Plain.width($0.label) }.max() ?? 0)
        let limit = figures.map { Plain.width(Words.limit($0.budget)) }.max() ?? 0
        return figures.map { figure in
            var line = TerminalLine()
            line.column(figure.label, name)
            line.column(Plain.oneLine(Words.of(figure)), of)
            line.add(Plain.fit(Words.measured(figure), measured, trailing: true) + "  ")
            line.add(Plain.fit(Words.limit(figure.budget), limit, trailing: true) + "  ")
            line.add(Words.said(figure.verdict), .of(figure.verdict))
            if let note = figure.note { line.add("  (\(Plain.oneLine(note)))") }
            return line
        }
    }
}
