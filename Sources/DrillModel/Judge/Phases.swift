/// The time from the disaster to the services being up again, cut at what happened meanwhile.
///
/// ```
///  T0 ──notice──▶ first alarm ──decide──▶ RUNBOOK begins ──RUNBOOK──▶ it ends ──reroute──▶ up
///  T0 ──notice──▶ first alarm ──recover──▶ up                       nobody did anything
///  T0 ──notice──▶ first alarm ──still down──▶ undo ──repair──▶ up   only the repair helped
/// ```
/// A runbook's phase has its whole name: what its steps are called says little about where the time
/// went. Where services were up before a runbook began, they had recovered by themselves, and *up*
/// tells for how long. Without an alarm, or with one after the first runbook began, nothing was noticed
/// before deciding. What never came up again ends as *still down*. How much of a phase people were at steps
/// is told apart.
enum Phases {
    static func all(_ evidence: Evidence) -> [Judgement.PhaseLength] {
        guard let disaster = evidence.marks.disaster else { return [] }
        let repair = evidence.marks.repair
        let outages = evidence.probes(.service).flatMap { probe in
            (evidence.outages[probe.name]?.sinceDisaster(disaster, beganBefore: repair) ?? [])
                .filter { outage in repair.map { outage.beganBest < $0 } ?? true }
        }
        let isOver = outages.allSatisfy { $0.endedBest != nil }
        guard let end = outages.map({ $0.endedBest ?? $0.lastBad }).max(), end > disaster else {
            return []
        }
        var cut = Cut(at: disaster, until: min(end, repair ?? end), outages: outages)
        let carried = CarriedRunbook.all(evidence.timeline.events)
        let runbooks = carried.filter { $0.from >= disaster && $0.from < cut.until }
        let first = runbooks.first?.from ?? cut.until
        if let noticed = noticed(evidence), noticed <= first { cut.add("notice", to: noticed) }
        var before = "recover"
        for runbook in runbooks {
            cut.addGap(to: runbook.from, untilUp: before)
            cut.add(runbook.name, to: runbook.to)
            before = runbook.isWhole(until: cut.until) ? "reroute" : "recover"
        }
        if let repair, end > repair {
            cut.addDown(to: repair, untilUp: before)
            cut.until = end
            cut.add(isOver ? "repair" : Judgement.PhaseLength.stillDown, to: end)
        } else if isOver {
            cut.add(before, to: end)
        } else {
            cut.addDown(to: end, untilUp: before)
        }
        let people = carried.flatMap(\.reports).filter { $0.isHuman == true }
        return cut.phases.map { phase in
            var phase = phase
            phase.human =
                people.compactMap { report -> ClosedRange<Instant>? in
                    let from = max(report.started, phase.from)
                    let to = min(report.done, phase.to)
                    return from < to ? from...to : nil
                }.covered
            return phase
        }
    }

    /// When the first alarm went off.
    static func noticed(_ evidence: Evidence) -> Instant? {
        evidence.probes(.detection).compactMap { Detect.fired($0, evidence) }.min()
    }

    /// Where the time is cut so far.
    private struct Cut {
        var at: Instant
        var until: Instant
        let outages: [Outage]
        var phases: [Judgement.PhaseLength] = []

        init(at: Instant, until: Instant, outages: [Outage]) {
            self.at = at
            self.until = until
            self.outages = outages
        }

        /// A phase from where the last one ended; what lasted no time is no phase.
        mutating func add(_ name: String, to: Instant) {
            let end = min(max(at, to), until)
            guard end > at else { return }
            if let last = phases.last, last.name == name {
                phases[phases.count - 1].to = end
            } else {
                phases.append(Judgement.PhaseLength(name: name, from: at, to: end))
            }
            at = end
        }

        /// What was before a runbook began: deciding, or being up again without it.
        mutating func addGap(to begin: Instant, untilUp name: String) {
            let isDown = outages.contains { outage in
                outage.beganBest <= begin && (outage.endedBest.map { $0 > begin } ?? true)
            }
            let up = outages.compactMap(\.endedBest).filter { $0 <= begin }.max()
            if !isDown, let up, up > at {
                add(name, to: up)
                add("up", to: begin)
            } else {
                add(isDown || up == nil ? "decide" : "up", to: begin)
            }
        }

        /// Down at `end`: still, or again after it had been up.
        mutating func addDown(to end: Instant, untilUp name: String) {
            let last = outages.filter { $0.endedBest.map { $0 > end } ?? true }
            if let began = last.map(\.beganBest).min(),
                let up = outages.compactMap(\.endedBest).filter({ $0 <= began }).max(), up > at
            {
                add(name, to: up)
                add("up", to: began)
            }
            add(Judgement.PhaseLength.stillDown, to: end)
        }
    }
}
