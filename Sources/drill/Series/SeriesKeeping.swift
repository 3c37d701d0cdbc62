import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// The reports of a series.
enum SeriesKeeping {
    /// Only where something ended it that no run's record tells.
    static let end = "end.json"

    /// By the names that they have in the series' folder.
    static func files(
        _ series: RunSeries,
        _ judgement: SeriesJudgement
    ) throws(HistoryError) -> [(name: String, text: String)] {
        let zone = LocalZone.at(series.start.wallNs)
        let json: String
        let end: String?
        do {
            json = try JSONText.of(SeriesFile(series, judgement))
            end = try series.end.map { try JSONText.of($0) }
        } catch {
            throw HistoryError("series.json can't be made: \(error)")
        }
        // First: without it the series would be judged otherwise from its runs.
        return (end.map { [(name: Self.end, text: $0)] } ?? []) + [
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
