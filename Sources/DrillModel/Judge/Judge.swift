/// The station that judges: from a plan and what a run saw to figures and a verdict.
///
/// Pure, so that a run can be judged again years later, with other budgets.
package enum Judge {
    /// Judges a run in this order: what was seen of each probe, what became of each fault and ledger,
    /// the figures, and from all of these the verdict; the worst wins.
    package static func judge(_ plan: Plan, _ timeline: Timeline) -> Judgement {
        let evidence = Evidence(plan, timeline)
        let faults = plan.faults.map { FaultOutcome($0, timeline.events) }
        let looks = LookSums(plan.experiment.probes, timeline.samples, evidence.marks)
        let figures = Reasons.wasNeverBegun(timeline) ? [] : Figures.all(evidence, looks)
        let reasons = Reasons(evidence, figures: figures, faults: faults)
        let probes = plan.experiment.probes.map(\.name)
        var judgement = Judgement(
            verdict: reasons.verdict,
            reasons: reasons.sentences,
            figures: figures,
            outages: probes.flatMap { evidence.outages[$0]?.list ?? [] },
            ledgers: evidence.ledgers.filter { timeline.ledgers[$0.probe] != nil },
            faults: faults,
            disaster: evidence.marks.disaster,
            disasterDone: evidence.marks.disasterDone,
            firstUndo: evidence.marks.firstUndo,
            phases: Phases.all(evidence),
            deviations: Deviations.all(evidence, faults),
            latencies: looks.latencies,
            looks: looks.counts,
            yearly: YearlyDowntime.all(evidence, figures)
        )
        judgement.noticed = evidence.marks.disaster == nil ? nil : Phases.noticed(evidence)
        return judgement
    }
}
