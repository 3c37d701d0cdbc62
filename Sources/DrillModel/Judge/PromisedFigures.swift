/// Figures that are told where somebody promised them: `latency`, `errors`, and `lost` in a part of
/// the run.
///
/// Every percentile and part of every probe would bury the figures that matter; the report has them
/// all as tables.
enum Promised {
    /// One figure a budget and probe that it goes for, in the order of the file.
    static func figures(_ evidence: Evidence, _ looks: LookSums) -> [Figure] {
        var figures: [Figure] = []
        for budget in evidence.plan.experiment.budgets {
            let probes = evidence.plan.experiment.probes.filter { probe in
                budget.figure.measures.contains(probe.measure)
                    && (budget.probe ?? probe.name) == probe.name
            }
            for probe in probes {
                guard let figure = figure(budget, of: probe, evidence, looks),
                    !figures.contains(where: { $0.isSame(as: figure) })
                else { continue }
                figures.append(figure)
            }
        }
        return figures
    }

    private static func figure(
        _ budget: Budget,
        of probe: Probe,
        _ evidence: Evidence,
        _ looks: LookSums
    ) -> Figure? {
        let part = budget.during ?? .run
        switch budget.figure {
        case .latency:
            return latency(looks.latency(of: probe.name, part), budget.at ?? .p99, part, of: probe)
        case .errors: return errors(looks.count(of: probe.name, part), part, of: probe)
        case .lost where part != .run: return Loss.lost(of: probe, in: part, evidence)
        default: return nil
        }
    }

    private static func latency(
        _ summary: LatencySummary?,
        _ percentile: Percentile,
        _ part: RunPart,
        of probe: Probe
    ) -> Figure {
        var figure = Figure(
            name: .latency,
            probe: probe.name,
            amount: .unknownSpan,
            during: part,
            at: percentile
        )
        guard let summary, summary.count > 0 else {
            figure.note = "no look was answered rightly or ran out of time \(part.shown)"
            return figure
        }
        figure.amount = summary[percentile].amount
        var notes: [String] = []
        if summary.isMax(percentile) {
            let all = counted(summary.count + summary.unseen, "look")
            notes.append("\(percentile.rawValue) of \(all) is the slowest of them")
        }
        if summary.timeouts > 0 {
            let more = figure.hasHigh ? "" : ": a longer `timeout` would tell how long they take"
            notes.append(
                "\(summary.timeouts) of \(summary.count) looks ran out of time after"
                    + " \(probe.timeout)\(more)"
            )
        }
        if summary.unseen > 0 {
            notes.append("\(summary.unseen) looks more were unsent or couldn't look")
        }
        figure.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        return figure
    }

    private static func errors(_ count: LookCount?, _ part: RunPart, of probe: Probe) -> Figure {
        var figure = Figure(
            name: .errors,
            probe: probe.name,
            amount: .share(low: nil, best: nil, high: nil),
            during: part
        )
        guard let count, count.all > 0 else {
            figure.note = "it was never looked at \(part.shown)"
            return figure
        }
        figure.amount = count.badShare
        figure.note =
            "\(count.bad) of \(count.all) looks"
            + (count.unseen > 0 ? "; \(count.unseen) were unsent or couldn't look" : "")
        return figure
    }
}

extension Figure {
    /// Whether it is told of the same thing, whatever it comes to.
    package func isSame(as other: Figure) -> Bool { key == other.key }

    /// The figure's name and what of it is meant: `latency p99 during the fault`.
    package var label: String { key.label }

    fileprivate var hasHigh: Bool {
        if case .span(_, _, nil) = amount { false } else { true }
    }
}
