import DrillModel

/// What every report of a series says in the same words.
struct SeriesWords {
    let series: RunSeries
    let judgement: SeriesJudgement

    /// The verdict's word, for a headline.
    ///
    /// One run that couldn't be begun makes a series `not started`; that must not read as if nothing had
    /// been touched by the others.
    var verdict: String {
        let unbegun = series.runs.count { $0.verdict == .notStarted }
        guard judgement.verdict == .notStarted, unbegun < series.runs.count else {
            return judgement.verdict.word
        }
        return "\(unbegun) of \(Shown.plural(series.runs.count, "run")) not started"
    }

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

    /// `9 passed, 1 failed`, worst last; how many prove all that a run can, where not every one does.
    var tally: String {
        let order: [RunVerdict] = [
            .passed, .inconclusive, .failed, .notStarted, .stopped, .error, .notRestored,
        ]
        let verdicts = order.compactMap { verdict -> String? in
            let count = series.runs.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.word)"
        }.joined(separator: ", ")
        let whole = series.runs.count { $0.standing == .whole }
        return whole == series.runs.count ? verdicts : "\(verdicts); \(whole) whole"
    }

    var jitter: String {
        guard let jitter = series.jitter else { return "no jitter" }
        return "jitter 0 to \(jitter.most) (\(jitter.source))"
    }

    /// How sure the medians' intervals are; several where budgets ask for unlike confidences.
    private var confidences: [Double] { judgement.figures.compactMap(\.spread?.confidence).unique }

    /// What stands over the column of a median's interval: `90 % interval`.
    var range: String {
        confidences.count == 1 ? "\(Self.percent(confidences[0])) interval" : "interval"
    }

    /// The least run's, the median, and so on, each as the interval that it is; a dash where there are too
    /// few runs.
    static func value(_ amount: Figure.Amount?) -> String { amount?.shown ?? "–" }

    /// Of how many runs: `20`, `14 of 20` where the others say nothing of the figure.
    static func count(_ spread: Spread?) -> String {
        guard let spread, spread.unknown > 0 else { return "\(spread?.count ?? 0)" }
        return "\(spread.known) of \(spread.count)"
    }

    /// Its median's interval, with how sure it is where that isn't said over the column.
    func range(_ spread: Spread?) -> String {
        guard let spread else { return "–" }
        guard let range = spread.medianRange else { return "too few" }
        return range.shown
            + (confidences.count == 1 ? "" : " (\(Self.percent(spread.confidence)))")
    }

    private static func percent(_ share: Double) -> String {
        "\(FigureText.trimmed(share * 100, atMost: 4)) %"
    }

    /// What medians' intervals and percentiles take, where any figure has none, and what runs that say
    /// nothing of a figure do to it.
    var notes: [String] {
        let spreads = judgement.figures.compactMap(\.spread)
        var notes: [String] = []
        let short = spreads.filter { $0.medianRange == nil }.map(\.confidence).unique
        if !short.isEmpty {
            let needs = short.map { confidence -> String in
                "a median's \(Self.percent(confidence)) interval takes"
                    + " \(MedianRanks.fewest(confidence: confidence)) runs"
            }
            notes.append(
                needs.joined(separator: ", ") + ", a 95th percentile \(Spread.fewestForP95)"
            )
        }
        if spreads.contains(where: { $0.unknown > 0 }) {
            notes.append(
                "runs that say nothing of a figure are not left out: they may have been the worst"
            )
        }
        return notes
    }

    static func wait(_ run: SeriesRun) -> String { run.jitter?.shown ?? "–" }

    /// What a run that isn't whole counts as, and why it isn't.
    static func standing(_ run: SeriesRun) -> String? {
        let why = run.doubt ?? run.reason
        return switch run.standing {
        case .whole: nil
        case .partial: "only what it missed counts: \(why)"
        case .void: "proves nothing, counts as not sure: \(why)"
        }
    }
}
