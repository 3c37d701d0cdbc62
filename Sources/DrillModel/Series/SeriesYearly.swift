/// What recoveries like those of a series cost a year, for one service: by the median of its runs, and by
/// the worst of them.
///
/// Not by their mean: with a run that never recovered there is none.
package struct SeriesYearly: Hashable, Sendable {
    package var median: YearlyDowntime
    package var most: YearlyDowntime

    package var probe: String { median.probe }

    /// - Returns: one for each service whose downtime is known; none where nothing is assumed or there is
    ///   no disaster.
    static func all(_ series: RunSeries, _ figures: [SeriesFigure]) -> [SeriesYearly] {
        guard let assume = series.experiment.assume, series.experiment.disasterStep != nil else {
            return []
        }
        return figures.compactMap { figure in
            guard figure.key.name == .downtime, let probe = figure.key.probe,
                let spread = figure.spread
            else { return nil }
            return SeriesYearly(
                median: YearlyDowntime(of: probe, spread.median, perYear: assume.perYear),
                most: YearlyDowntime(of: probe, spread.max, perYear: assume.perYear)
            )
        }
    }

    /// `2 such disasters a year, each like the median of these runs: 30.1–30.9 s of downtime, six nines; each
    /// like the worst: 60.2–61.0 s of downtime, five nines`.
    package var shown: String {
        "\(median.disasters), each like the median of these runs: \(median.cost); each like the worst:"
            + " \(most.cost)"
    }
}
