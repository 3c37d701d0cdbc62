/// The time from the disaster to the service being up again, cut at the marks that people ask for.
///
/// ```
///  T0 ──notice──▶ first alarm ──decide──▶ runbook begins ──promote──▶ it ends ──reroute──▶ up
/// ```
/// Without an alarm, or with one after the runbook began, nothing was noticed before deciding; without
/// a runbook the system recovered by itself. The runbook's phase has the verb of its first step.
enum Phases {
    static func all(_ evidence: Evidence) -> [Judgement.PhaseLength] {
        guard let disaster = evidence.marks.disaster, let up = up(evidence), up > disaster else {
            return []
        }
        let noticed = evidence.probes(.detection)
            .compactMap { Detect.fired($0, evidence) }.filter { $0 < up }.min()
        let until = min(up, evidence.marks.firstUndo ?? up)
        let steps = evidence.timeline.events.compactMap { event -> RunbookStepReport? in
            guard case .runbookStep(let report) = event.kind, report.started >= disaster,
                report.started < until
            else { return nil }
            return report
        }
        var phases: [Judgement.PhaseLength] = []
        var at = disaster
        func mark(_ name: String, _ to: Instant) {
            let end = min(max(at, to), up)
            phases.append(Judgement.PhaseLength(name: name, from: at, to: end))
            at = end
        }
        guard let first = steps.map(\.started).min(), let last = steps.map(\.done).max() else {
            if let noticed { mark("notice", noticed) }
            mark("recover", up)
            return phases
        }
        if let noticed, noticed <= first { mark("notice", noticed) }
        mark("decide", first)
        let verb = steps.min { $0.started < $1.started }?.title.split(separator: " ").first
        mark(verb?.lowercased() ?? "runbook", last)
        if at < up { mark("reroute", up) }
        return phases
    }

    /// When the last service was up again, of those that the disaster took down.
    private static func up(_ evidence: Evidence) -> Instant? {
        guard let disaster = evidence.marks.disaster else { return nil }
        let until = evidence.marks.firstUndo ?? evidence.marks.inPlaceUntil
        return evidence.probes(.service).compactMap { probe in
            evidence.outages[probe.name]?.sinceDisaster(disaster, beganBefore: until)
                .compactMap(\.endedBest).max()
        }.max()
    }
}
