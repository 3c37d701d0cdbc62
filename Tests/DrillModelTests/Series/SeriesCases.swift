@testable import DrillModel

// Tiny constructors for series: a test is a list of figures and a verdict.

/// A failover of the storefront, in seconds; nil is unknown.
func failover(_ low: Int64?, _ high: Int64?, of probe: String = "storefront") -> Figure {
    Figure(
        name: .failover,
        probe: probe,
        amount: .span(
            low: low.map(Span.seconds),
            best: high.flatMap { high in low.map { Span.milliseconds(($0 + high) * 500) } },
            high: high.map(Span.seconds)
        )
    )
}

func promising(_ budgets: Budget...) -> Experiment {
    Experiment(name: "region-loss", budgets: budgets)
}

func promise(_ seconds: Int64, in share: Double, confidence: Double = 0.9) -> Budget {
    Budget(
        figure: .failover,
        limit: .atMost(.seconds(seconds)),
        assurance: Assurance(share: share, confidence: confidence)
    )
}

/// A series of so many runs, each with its figure judged against the experiment's budget.
func repeated(
    _ experiment: Experiment,
    _ figures: [Figure],
    planned: Int? = nil,
    standing: [Int: SeriesRun.Standing] = [:],
    verdicts: [Int: RunVerdict] = [:]
) -> RunSeries {
    let limit = experiment.budgets.first?.limit
    let runs = figures.enumerated().map { index, figure in
        let judged = figure.judged(against: limit)
        let byFigure: RunVerdict =
            switch judged.verdict {
            case .failed: .failed
            case .inconclusive: .inconclusive
            case .passed, nil: .passed
            }
        let isPromised = experiment.budgets.contains { $0.assurance != nil }
        let verdict = verdicts[index + 1] ?? byFigure
        return SeriesRun(
            run: "20261126T14\(index + 10)00Z-region-loss-000\(index % 10)",
            number: index + 1,
            seed: UInt64(index),
            verdict: verdict,
            reason: "because",
            apart: SeriesRun.Apart(
                verdict: verdicts[index + 1] ?? (isPromised ? .passed : verdict),
                reason: "because"
            ),
            standing: standing[index + 1] ?? .whole,
            figures: [judged]
        )
    }
    return RunSeries(
        runs,
        of: experiment,
        place: SeriesPlace(
            id: "20261126T140000Z-region-loss-series-7f3a",
            number: 1,
            count: planned ?? figures.count,
            pause: .seconds(10),
            seed: 42
        ),
        start: Event.Start(
            run: "20261126T141000Z-region-loss-0000",
            seed: 42,
            wallNs: 1_795_443_300_000_000_000,
            who: "maria",
            controller: "ops-1",
            version: "0.1.0"
        )
    )
}
