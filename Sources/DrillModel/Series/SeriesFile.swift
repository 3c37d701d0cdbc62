/// A series as other tools read it, `series.json`: in the style of `record.json`, whose rules hold here.
///
/// Lengths are nanoseconds and end in `_ns`; unknown is `null`, never left out.
package struct SeriesFile: Encodable, Sendable {
    /// Rises when a name changes its meaning or goes; new names don't raise it.
    package static let format = 1

    private let series: RunSeries
    private let judgement: SeriesJudgement
    private let judgedBy: [String]?

    /// `judgedBy` are the budgets, as they were given, that took the place of the experiment's own; nil
    /// where it is judged by its own.
    package init(_ series: RunSeries, _ judgement: SeriesJudgement, judgedBy: [String]? = nil) {
        self.series = series
        self.judgement = judgement
        self.judgedBy = judgedBy
    }

    private enum CodingKeys: String, CodingKey {
        case format, series, experiment, verdict, exit, reasons, planned, seed, figures, runs
        case yearly
        case judgedBy = "judged_by"
        case pause = "pause_ns"
        case jitterMost = "jitter_most_ns"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(series.id, forKey: .series)
        try container.encode(series.experiment.name, forKey: .experiment)
        try container.encode(judgement.verdict, forKey: .verdict)
        try container.encode(judgement.verdict.exit, forKey: .exit)
        try container.encode(judgement.reasons, forKey: .reasons)
        try container.encode(judgedBy, forKey: .judgedBy)
        try container.encode(series.planned, forKey: .planned)
        try container.encode(series.place.pause, forKey: .pause)
        try container.encode(series.jitter?.most, forKey: .jitterMost)
        try container.encode(series.place.seed, forKey: .seed)
        try container.encode(judgement.figures.map(FigureRow.init), forKey: .figures)
        try container.encode(judgement.yearly.map(YearlyRow.init), forKey: .yearly)
        try container.encode(series.runs.map(RunRow.init), forKey: .runs)
    }

    private struct YearlyRow: Encodable {
        let probe: String
        let median: YearlyEntry
        let max: YearlyEntry

        init(_ yearly: SeriesYearly) {
            probe = yearly.probe
            median = YearlyEntry(yearly.median)
            max = YearlyEntry(yearly.most)
        }
    }

    private struct RunRow: Encodable {
        let run: SeriesRun

        private enum CodingKeys: String, CodingKey {
            case run, number, seed, verdict, exit, counts, standing, doubt
            case jitter = "jitter_ns"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(run.run, forKey: .run)
            try container.encode(run.number, forKey: .number)
            try container.encode(run.seed, forKey: .seed)
            try container.encode(run.jitter, forKey: .jitter)
            try container.encode(run.verdict, forKey: .verdict)
            try container.encode(run.verdict.exit, forKey: .exit)
            try container.encode(run.standing != .void, forKey: .counts)
            try container.encode(run.standing, forKey: .standing)
            try container.encode(run.doubt, forKey: .doubt)
        }
    }

    private struct FigureRow: Encodable {
        let figure: SeriesFigure

        private enum CodingKeys: String, CodingKey {
            case name, probe, place, during, at, verdict, runs, unknown, min, median, p95, max
            case confidence, trials, within, outside, unsure, budget
            case medianRange = "median_range"
            case budgetNs = "budget_ns"
            case share = "in"
            case provenLow = "proven_low"
            case provenHigh = "proven_high"
        }

        func encode(to encoder: any Encoder) throws {
            let spread = figure.spread
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(figure.key.name, forKey: .name)
            try container.encode(figure.key.probe, forKey: .probe)
            // As in a record: only of figures that have them.
            try container.encodeIfPresent(figure.key.place, forKey: .place)
            try container.encodeIfPresent(figure.key.during, forKey: .during)
            try container.encodeIfPresent(figure.key.at, forKey: .at)
            try container.encode(figure.verdict, forKey: .verdict)
            try container.encode(spread?.known ?? 0, forKey: .runs)
            try container.encode(spread?.unknown ?? 0, forKey: .unknown)
            try container.encode(spread.map { AmountEntry($0.min) }, forKey: .min)
            try container.encode(spread.map { AmountEntry($0.median) }, forKey: .median)
            try container.encode(
                spread?.medianRange.map(AmountEntry.init),
                forKey: .medianRange
            )
            try container.encode(spread?.p95.map(AmountEntry.init), forKey: .p95)
            try container.encode(spread.map { AmountEntry($0.max) }, forKey: .max)
            switch figure.budget {
            case .atMost(let span): try container.encode(span, forKey: .budgetNs)
            case .atLeast(let share), .atMostShare(let share):
                try container.encode(share, forKey: .budget)
            case .atMostCount(let count): try container.encode(count, forKey: .budget)
            case nil: try container.encodeNil(forKey: .budget)
            }
            try container.encode(figure.assurance?.share, forKey: .share)
            try container.encode(figure.confidence, forKey: .confidence)
            try container.encode(figure.trials, forKey: .trials)
            let isJudged = figure.budget != nil
            try container.encode(isJudged ? figure.successes : nil, forKey: .within)
            try container.encode(isJudged ? figure.failures : nil, forKey: .outside)
            try container.encode(isJudged ? figure.unsure : nil, forKey: .unsure)
            try container.encode(isJudged ? figure.provenLow : nil, forKey: .provenLow)
            try container.encode(isJudged ? figure.provenHigh : nil, forKey: .provenHigh)
        }
    }
}

/// An interval in JSON: `low_ns`, `best_ns`, `high_ns` of a length, `low`, `best`, `high` of anything else.
struct AmountEntry: Encodable {
    let amount: Figure.Amount

    init(_ amount: Figure.Amount) { self.amount = amount }

    private enum CodingKeys: String, CodingKey {
        case low, best, high
        case lowNs = "low_ns"
        case bestNs = "best_ns"
        case highNs = "high_ns"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch amount {
        case .span(let low, let best, let high):
            try container.encode(low, forKey: .lowNs)
            try container.encode(best, forKey: .bestNs)
            try container.encode(high, forKey: .highNs)
        case .share(let low, let best, let high):
            try container.encode(low, forKey: .low)
            try container.encode(best, forKey: .best)
            try container.encode(high, forKey: .high)
        case .count(let low, let best, let high):
            try container.encode(low, forKey: .low)
            try container.encode(best, forKey: .best)
            try container.encode(high, forKey: .high)
        }
    }
}
