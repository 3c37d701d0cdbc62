import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// The reports of a series.
enum SeriesKeeping {
    /// By the names that they have in the series' folder.
    static func files(
        _ series: RunSeries,
        _ judgement: SeriesJudgement
    ) throws(HistoryError) -> [(name: String, text: String)] {
        let zone = LocalZone.at(series.start.wallNs)
        let json: String
        do {
            json = try JSONText.of(SeriesFile(series, judgement))
        } catch {
            throw HistoryError("series.json can't be made: \(error)")
        }
        return [
            ("report.html", SeriesReport.html(series, judgement, zone: zone)),
            ("report.md", SeriesMarkdown.markdown(series, judgement, zone: zone)),
            ("series.json", json),
        ]
    }
}

extension SeriesSummary {
    /// As this terminal, or the pipe in its place, shows it.
    static func text(of series: RunSeries, _ judgement: SeriesJudgement) -> String {
        text(
            series,
            judgement,
            zone: LocalZone.at(series.start.wallNs),
            width: Terminal.isTerminal ? Terminal.size.columns : .max,
            colour: Wiring.hasColour
        )
    }
}
