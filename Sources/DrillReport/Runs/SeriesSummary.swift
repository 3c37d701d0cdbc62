package import DrillModel

/// A series in a screenful: what `drill run --repeat` ends with and `drill show` prints.
package enum SeriesSummary {
    package static func text(
        _ series: RunSeries,
        _ judgement: SeriesJudgement,
        zone: WallTime.Zone = .utc,
        width: Int,
        colour: Bool = false
    ) -> String {
        let words = SeriesWords(series: series, judgement: judgement)
        var head = TerminalLine()
        head.add(words.verdict.uppercased(), .of(judgement.verdict))
        head.add("  \(Plain.oneLine(series.experiment.name)), \(words.count): ")
        head.add(Plain.oneLine(words.sentence))
        var lines = words.otherReasons.map { TerminalLine("  \(Plain.oneLine($0))") }
        lines.append(TerminalLine("  \(facts(words, zone))"))
        lines.append(TerminalLine("runs    \(words.tally)"))
        lines += figures(words)
        lines += words.notes.map { TerminalLine("note    \($0)") }
        lines += judgement.yearly.map { yearly in
            TerminalLine("means   \(Plain.oneLine(yearly.probe)): \(yearly.shown)")
        }
        lines += series.runs.map(row)
        let first = head.wrapped(width: width, hanging: 4, colour: colour)
        return
            (first + lines.flatMap { $0.wrapped(width: width, hanging: 8, colour: colour) })
            .joined(separator: "\n")
    }

    private static func facts(_ words: SeriesWords, _ zone: WallTime.Zone) -> String {
        let start = words.series.start
        return "\(Plain.oneLine(words.series.id))  \(WallTime(ns: start.wallNs).shown(in: zone)) "
            + "\(Plain.oneLine(zone.name))  by \(Plain.oneLine(start.who)) on "
            + "\(Plain.oneLine(start.controller))  seed \(words.series.place.seed)  "
            + "pause \(words.series.place.pause)  \(words.jitter)"
    }

    /// A row a figure, and under it what it proves where it has a budget.
    private static func figures(_ words: SeriesWords) -> [TerminalLine] {
        let figures = words.judgement.figures
        guard !figures.isEmpty else { return [] }
        let titles = [
            "FIGURE", "OF", "RUNS", "LEAST", "MEDIAN", words.range.uppercased(), "P95", "MOST", "",
        ]
        let rows = figures.map { figure -> [String] in
            let spread = figure.spread
            return [
                figure.key.label, Plain.truncated(Plain.oneLine(figure.key.subject), 28),
                SeriesWords.count(spread), SeriesWords.value(spread?.min),
                SeriesWords.value(spread?.median), words.range(spread),
                SeriesWords.value(spread?.p95), SeriesWords.value(spread?.max),
                Words.limit(figure.budget),
            ]
        }
        let widths = titles.indices.map { column in
            ([titles] + rows).map { Plain.width($0[column]) }.max() ?? 0
        }
        func line(_ cells: [String], _ style: TerminalLine.Style?) -> TerminalLine {
            var line = TerminalLine()
            for (index, cell) in cells.enumerated() {
                line.add(Plain.fit(cell, widths[index], trailing: index > 1) + " ", style)
            }
            return line
        }
        return [line(titles, .faint)]
            + zip(figures, rows).flatMap { figure, row -> [TerminalLine] in
                var first = line(row, nil)
                first.add(" ")
                first.add(Words.said(figure.verdict), .of(figure.verdict))
                guard figure.budget != nil else { return [first] }
                return [first, TerminalLine("        \(figure.claim)")]
            }
    }

    private static func row(_ run: SeriesRun) -> TerminalLine {
        var line = TerminalLine()
        line.add("run \(Plain.fit("\(run.number)", 3, trailing: true)) ")
        line.column(RunName.short(run.run), 5)
        line.column(run.verdict.word, 12, .of(run.verdict))
        line.add("seed \(run.seed)")
        if let jitter = run.jitter { line.add("  waited \(jitter.shown)") }
        if let standing = SeriesWords.standing(run) { line.add("  (\(standing))") }
        return line
    }
}
