// What a plan says of series: how often, from which moment, and how many runs a promise takes.
extension PlanText {
    /// Rows for the top of the plan.
    var seriesRows: [[String]] {
        var rows: [[String]] = []
        if let series = plan.series {
            let which =
                plan.run == Planner.noRun ? "" : ", this is run \(series.number) of \(series.id)"
            rows.append([
                "series",
                "\(counted(series.count, "run"))\(which); \(series.pause.inWords) between two, and steady"
                    + " state before each",
            ])
        }
        if let jitter = plan.jitter {
            // What a plan of no run has drawn no run will wait.
            let drawn = plan.run == Planner.noRun ? "" : "\(jitter.wait.shown), drawn from "
            rows.append([
                "jitter",
                "the disaster waits \(drawn)0 to \(jitter.most) (\(jitter.source))",
            ])
        }
        return rows
    }

    /// How many runs it takes to show what the budgets promise of many.
    mutating func assurances() {
        var told: Set<Assurance> = []
        for assurance in experiment.budgets.compactMap(\.assurance)
        where told.insert(assurance).inserted {
            guard let least = assurance.runs(), let withOne = assurance.runs(misses: 1) else {
                paragraph(
                    "To show that a promise holds \(assurance.shown), takes over a million runs."
                )
                continue
            }
            let asked = plan.series?.count ?? 1
            let here =
                asked >= least
                ? "These \(asked) runs can show it."
                : asked == 1
                    ? "One run is judged by the limit, and leaves this open:"
                        + " `drill run --repeat \(least)` can show it."
                    : "These \(asked) runs can't show it."
            paragraph(
                "To show that a promise holds \(assurance.shown), takes"
                    + " \(counted(least, "run")) at least, if all are within; \(withOne) if one is not."
                    + " \(here)"
            )
        }
    }
}
