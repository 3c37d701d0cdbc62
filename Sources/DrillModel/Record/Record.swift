/// Everything about a run, kept; the report is a view of it.
///
/// `record.json` is this judgement in the shape that other tools read (`RecordFile`), `plan.json` the
/// plan, `timeline.jsonl`, `samples/` and `ledger/` the timeline.
package struct Record: Hashable, Codable, Sendable {
    package var run: String
    package var plan: Plan
    package var timeline: Timeline
    package var judgement: Judgement
    /// Who, when (nanoseconds since 1970 at the first event) and from where.
    package var start: Event.Start
    /// What the last run of the same experiment figured, for the report's comparison.
    package var last: Judgement?

    package init(
        run: String,
        plan: Plan,
        timeline: Timeline,
        judgement: Judgement,
        start: Event.Start,
        last: Judgement? = nil
    ) {
        self.run = run
        self.plan = plan
        self.timeline = timeline
        self.judgement = judgement
        self.start = start
        self.last = last
    }
}

extension Record {
    /// Who reached whom, of every cut that was looked at.
    package var reachability: [ReachabilityOutcome] {
        judgement.faults.compactMap { outcome in
            plan.fault(outcome.id).flatMap {
                ReachabilityOutcome($0, targets: outcome.targets, timeline.events)
            }
        }
    }
}
