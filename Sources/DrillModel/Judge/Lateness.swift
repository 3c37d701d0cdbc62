/// *late* of every probe whose outages it dates: the time in which a healthy service answers.
///
/// The run tells it once the steady state held, so that the live view, the report and the judge all go
/// by the same value.
package enum Lateness {
    /// The events to append to a run that has just become steady; of a probe that showed no answer there
    /// is nothing to tell.
    package static func events(_ plan: Plan, _ timeline: Timeline) -> [Event.Kind] {
        let steady = Marks(plan, timeline.events).steady
        return plan.experiment.probes.filter(\.hasOutages).compactMap { probe in
            let looks = Looks(timeline.samples[probe.name] ?? [])
            return Baseline(looks, steady: steady).late.map {
                .lateness(probe: probe.name, late: $0)
            }
        }
    }

    /// What the run recorded, by probe; empty in timelines of drills that didn't yet.
    package static func recorded(_ events: [Event]) -> [String: Span] {
        var late: [String: Span] = [:]
        for case .lateness(let probe, let span) in events.map(\.kind) { late[probe] = span }
        return late
    }
}

extension Probe {
    /// Whether its series is read as outages: a detection fires, a ledger is read back.
    var hasOutages: Bool { measure == .service || measure == .redundancy }
}
