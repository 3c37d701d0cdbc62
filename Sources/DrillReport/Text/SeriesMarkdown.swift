package import DrillModel

/// The report of a series as Markdown, for a ticket or a wiki.
package enum SeriesMarkdown {
    package static func markdown(
        _ series: RunSeries,
        _ judgement: SeriesJudgement,
        zone: WallTime.Zone = .utc
    ) -> String {
        let words = SeriesWords(series: series, judgement: judgement)
        let parts = [
            head(words, zone), figures(words), proven(judgement), meaning(judgement), runs(series),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private static func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }

    private static func head(_ words: SeriesWords, _ zone: WallTime.Zone) -> String {
        let (series, verdict) = (words.series, words.judgement.verdict)
        let wall = WallTime(ns: series.start.wallNs)
        let local = zone == .utc ? "" : "\(wall.shown(in: zone)) \(escaped(zone.name)), "
        var lines = [
            "# \(escaped(series.experiment.name)), \(words.count): \(Words.mark(verdict)) "
                + words.verdict,
            "", "**\(escaped(words.sentence))**", "",
        ]
        lines += words.otherReasons.map { "- \(escaped($0))" }
        if !words.otherReasons.isEmpty { lines.append("") }
        lines.append(
            "Series \(MarkdownReport.code(series.id)) by \(escaped(series.start.who)) on "
                + "\(escaped(series.start.controller)), \(local)\(wall.shown(in: .utc)) UTC; "
                + "\(words.tally); seed \(series.place.seed), pause \(series.place.pause), "
                + "\(escaped(words.jitter)), drill \(escaped(series.start.version))."
        )
        for note in words.notes { lines += ["", "Note: \(note)."] }
        return lines.joined(separator: "\n")
    }

    private static func table(_ titles: [String], _ rows: [[String]]) -> String {
        ([titles, titles.map { _ in "---" }] + rows)
            .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private static func figures(_ words: SeriesWords) -> String {
        let rows = words.judgement.figures.map { figure -> [String] in
            let spread = figure.spread
            return [
                figure.key.label, escaped(figure.key.subject), SeriesWords.count(spread),
                SeriesWords.value(spread?.min), SeriesWords.value(spread?.median),
                words.range(spread), SeriesWords.value(spread?.p95),
                SeriesWords.value(spread?.max), Words.limit(figure.budget),
                "\(Words.mark(figure.verdict)) \(Words.said(figure.verdict))",
            ]
        }
        guard !rows.isEmpty else { return "" }
        let titles = [
            "Figure", "Of", "Runs", "Least", "Median", words.range, "P95", "Most", "Budget",
            "Verdict",
        ]
        return "## Figures\n\n" + table(titles, rows)
    }

    private static func proven(_ judgement: SeriesJudgement) -> String {
        let lines = judgement.figures.filter { $0.budget != nil }.map {
            "- \(escaped($0.sentence))."
        }
        return lines.isEmpty
            ? "" : "## What these runs prove\n\n" + lines.joined(separator: "\n")
    }

    private static func meaning(_ judgement: SeriesJudgement) -> String {
        let lines = judgement.yearly.map { "- **\(escaped($0.probe))**: \(escaped($0.shown))" }
        return lines.isEmpty ? "" : "## What it means\n\n" + lines.joined(separator: "\n")
    }

    private static func runs(_ series: RunSeries) -> String {
        let rows = series.runs.map { run in
            [
                "\(run.number)", MarkdownReport.code(run.run),
                "\(Words.mark(run.verdict)) \(run.verdict.word)", "\(run.seed)",
                SeriesWords.wait(run), escaped(SeriesWords.standing(run) ?? run.reason),
            ]
        }
        return "## Runs\n\n"
            + table(["", "Run", "Verdict", "Seed", "Waited", "Why"], rows)
    }
}
