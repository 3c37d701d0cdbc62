import DrillModel

/// What every report of a series says in the same words.
struct SeriesWords {
    let series: RunSeries
    let judgement: SeriesJudgement

    /// The verdict's first reason, without the verdict's word before it.
    var sentence: String {
        guard let first = judgement.reasons.first else { return "no reason was recorded" }
        let word = judgement.verdict.word + ": "
        return first.hasPrefix(word) ? String(first.dropFirst(word.count)) : first
    }

    /// What else made the verdict so, worst first; a few, where most of many runs went wrong.
    var otherReasons: [String] {
        let others = judgement.reasons.dropFirst()
        guard others.count > Self.mostReasons else { return Array(others) }
        let left = others.count - Self.mostReasons
        return others.prefix(Self.mostReasons)
            + ["and \(Shown.plural(left, "more reason")), run by run below"]
    }

    private static let mostReasons = 5

    /// `3 runs`; `3 of 10 runs` where not all were made.
    var count: String {
        let made = series.runs.count
        return made == series.planned
            ? Shown.plural(made, "run") : "\(made) of \(Shown.plural(series.planned, "run"))"
    }

    /// `9 passed, 1 failed`, worst last.
    var tally: String {
        let order: [RunVerdict] = [
            .passed, .inconclusive, .failed, .notStarted, .stopped, .error, .notRestored,
        ]
        return order.compactMap { verdict in
            let count = series.runs.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.word)"
        }.joined(separator: ", ")
    }

    var jitter: String {
        guard let jitter = series.jitter else { return "no jitter" }
        return "jitter 0 to \(jitter.most) (\(jitter.source))"
    }

    /// What stands over the column of a median's interval.
    static let range = "90 % interval"

    /// The best value of the least run, the median, and so on; a dash where there are too few runs.
    static func best(_ amount: Figure.Amount?) -> String { amount?.bestShown ?? "–" }

    /// Its median's interval; with another confidence than usual that is said.
    static func range(_ spread: Spread?) -> String {
        guard let spread else { return "–" }
        guard let range = spread.medianRange else { return "too few" }
        let isUsual = spread.confidence == Spread.confidence
        return range.shown
            + (isUsual ? "" : " (\(FigureText.trimmed(spread.confidence * 100, atMost: 4)) %)")
    }

    /// What the median's interval takes, where any figure has none.
    var shortage: String? {
        judgement.figures.contains { $0.spread != nil && $0.spread?.medianRange == nil }
            ? "a median's 90 % interval takes 5 runs, a 95th percentile"
                + " \(Spread.fewestForP95)" : nil
    }

    static func wait(_ run: SeriesRun) -> String { run.jitter?.shown ?? "–" }

    /// Why a run proves nothing for or against a budget; nil where it does.
    static func standing(_ run: SeriesRun) -> String? {
        switch run.standing {
        case .whole: nil
        case .partial: "not all faults were injected: only what it missed counts"
        case .void: "not counted: \(run.reason)"
        }
    }
}
