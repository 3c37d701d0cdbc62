/// What a series of runs proved: a pure function of the runs' records.
package struct SeriesJudgement: Hashable, Sendable {
    package var verdict: RunVerdict
    /// The verdict in one sentence, then every other reason, worst first.
    package var reasons: [String]
    /// In the order in which the runs have them.
    package var figures: [SeriesFigure]
    /// Empty where the experiment assumes nothing.
    package var yearly: [SeriesYearly]
}

/// One figure over all runs of a series.
package struct SeriesFigure: Hashable, Sendable {
    package var key: FigureKey
    package var budget: Budget.Limit?
    package var assurance: Assurance?
    /// Nil where no run has it.
    package var spread: Spread?
    /// Of how many runs the share is told: all that were asked for, begun or not.
    package var trials: Int
    /// Surely within the budget, in a run that was put to the whole test.
    package var successes: Int
    /// Surely outside of it.
    package var failures: Int
    /// Against the assurance; without one the worst of the runs; nil without a budget.
    package var verdict: Verdict?

    /// Neither: straddling the budget, unknown, not proven, or not run.
    package var unsure: Int { trials - successes - failures }

    package var confidence: Double { assurance?.confidence ?? Assurance.usualConfidence }

    /// At least this share of such disasters is within the budget: the unsure ones counted as outside.
    package var provenLow: Double {
        Proportion.atLeast(successes, of: trials, confidence: confidence)
    }

    /// At most this share is: the unsure ones counted as within.
    package var provenHigh: Double {
        Proportion.atMost(trials - failures, of: trials, confidence: confidence)
    }
}

/// The station *judge*, for a series.
package enum SeriesJudge {
    package static func judge(_ series: RunSeries) -> SeriesJudgement {
        let figures = figures(series)
        var reasons: [(verdict: RunVerdict, text: String)] = []
        for run in series.runs where run.apart.verdict != .passed {
            reasons.append((run.apart.verdict, "run \(run.number): \(run.apart.reason)"))
        }
        if let end = series.end { reasons.append((end.verdict, end.why)) }
        // Of a series that never began nothing else is worth telling.
        let isBegun = series.runs.isEmpty || series.runs.contains { $0.verdict != .notStarted }
        for figure in figures where figure.assurance != nil && isBegun {
            switch figure.verdict {
            case .failed: reasons.append((.failed, figure.sentence))
            case .inconclusive: reasons.append((.inconclusive, figure.sentence))
            case .passed, nil: continue
            }
        }
        let missing = series.planned - series.runs.count
        if missing > 0, !series.hasEndedEarly {
            let those = missing == 1 ? "1 is not there" : "\(missing) are not there"
            reasons.append((.inconclusive, "of \(counted(series.planned, "run")) \(those)"))
        }
        let verdict = RunVerdict.worst(reasons.map(\.verdict))
        return SeriesJudgement(
            verdict: verdict,
            reasons: sentences(reasons, figures, series),
            figures: figures,
            yearly: SeriesYearly.all(series, figures)
        )
    }

    private static func sentences(
        _ reasons: [(verdict: RunVerdict, text: String)],
        _ figures: [SeriesFigure],
        _ series: RunSeries
    ) -> [String] {
        guard !reasons.isEmpty else {
            let count = series.runs.count
            let passed = series.runs.count { $0.verdict == .passed }
            let runs =
                passed < count
                ? "\(passed) of \(counted(count, "run")) passed"
                : count == 1 ? "its one run passed" : "all \(count) runs passed"
            let isPromised = figures.contains { $0.assurance != nil }
            return ["passed: \(runs)\(isPromised ? ", which shows what was promised" : "")"]
        }
        var left = reasons
        var sentences: [String] = []
        while !left.isEmpty {
            let worst = RunVerdict.worst(left.map(\.verdict))
            sentences += left.filter { $0.verdict == worst }.map { "\(worst.word): \($0.text)" }
            left.removeAll { $0.verdict == worst }
        }
        return sentences
    }

    /// Every figure that a run has or that was promised.
    private static func figures(_ series: RunSeries) -> [SeriesFigure] {
        var keys: [FigureKey] = []
        for figure in series.runs.flatMap(\.figures) where !keys.contains(figure.key) {
            keys.append(figure.key)
        }
        // A promise that no run came to measure stays open.
        for budget in series.experiment.budgets
        where !keys.contains(where: {
            budget.isAbout($0) && (budget.probe == nil || budget.probe == $0.probe)
        }) {
            keys.append(budget.key)
        }
        return keys.map { figure($0, series) }
    }

    private static func figure(_ key: FigureKey, _ series: RunSeries) -> SeriesFigure {
        typealias Found = (standing: SeriesRun.Standing, figure: Figure)
        let found = series.runs.filter { $0.standing != .void }.compactMap { run -> Found? in
            run.figure(key).map { (run.standing, $0) }
        }
        let budget = series.experiment.budget(for: key)
        var figure = SeriesFigure(
            key: key,
            budget: budget?.limit,
            assurance: budget?.assurance,
            spread: Spread(
                series.values(of: key),
                confidence: budget?.assurance?.confidence ?? Spread.confidence
            ),
            trials: series.planned,
            successes: found.count { $0.standing == .whole && $0.figure.verdict == .passed },
            failures: found.count { $0.figure.verdict == .failed }
        )
        figure.verdict = budget.map { budget in
            guard let assurance = budget.assurance else { return figure.worst }
            if figure.provenLow >= assurance.share { return .passed }
            return figure.provenHigh < assurance.share ? .failed : .inconclusive
        }
        return figure
    }
}

extension RunSeries {
    /// Whether its last run is one that no other follows; that it did so tells why runs are missing.
    fileprivate var hasEndedEarly: Bool {
        if end != nil { return true }
        guard let last = runs.last?.verdict else { return false }
        return [.stopped, .notRestored, .error, .notStarted].contains(last)
    }
}

extension SeriesFigure {
    fileprivate var worst: Verdict {
        failures > 0 ? .failed : unsure > 0 ? .inconclusive : .passed
    }

    /// `rto of storefront: 10 of 10 runs within 45s: with 90% confidence at least 79.4 % of such
    /// disasters are`; what would decide it, where the series can't say.
    package var sentence: String {
        let who = key.probe == nil ? "" : " of \(key.subject)"
        return "\(key.label)\(who): \(claim)"
    }

    /// The same without the figure's name.
    package var claim: String {
        guard assurance != nil || successes + failures > 0 else { return tally }
        let sure = "with \(Assurance.percent(confidence)) confidence"
        // Where nothing was promised, the more telling bound.
        let isBroken = assurance == nil ? failures > successes : verdict == .failed
        let proven =
            isBroken
            ? "\(sure) at most \(Self.above(provenHigh)) of such disasters are"
            : "\(sure) at least \(Self.below(provenLow)) of such disasters are"
        return "\(tally): \(proven)\(demand)"
    }

    /// `9 of 10 runs within 45s, 1 outside`.
    package var tally: String {
        let limit = budget.map { limit in
            if case .atLeast = limit {
                "at \(limit.shown) or more"
            } else {
                "within \(limit.shown)"
            }
        }
        let others = [(failures, "outside"), (unsure, "not sure")].filter { $0.0 > 0 }
            .map { ", \($0.0) \($0.1)" }.joined()
        return "\(successes) of \(counted(trials, "run")) \(limit ?? "without a budget")\(others)"
    }

    /// What was promised, and how many runs it takes where these were too few.
    private var demand: String {
        guard let assurance else { return "" }
        let promised = ", and \(Assurance.percent(assurance.share)) are promised"
        guard verdict == .inconclusive else { return promised }
        guard let needed = assurance.runs(misses: failures) else { return promised }
        let all = failures == 0 ? "all of them within" : "all but \(failures) of them within"
        return needed > trials
            ? "\(promised): it takes \(needed) runs, \(all)"
            : "\(promised): those that are not sure would decide"
    }

    /// Rounded so that what is shown is still true.
    private static func below(_ share: Double) -> String { percent(share, .down) }
    private static func above(_ share: Double) -> String { percent(share, .up) }

    private static func percent(_ share: Double, _ rule: FloatingPointRoundingRule) -> String {
        // A bound of exactly 50 % comes out of floating point a hair off.
        let tenths = (share * 1000 + (rule == .down ? 1e-9 : -1e-9)).rounded(rule)
        let whole = Int(tenths)
        return "\(whole / 10).\(whole % 10) %"
    }
}
