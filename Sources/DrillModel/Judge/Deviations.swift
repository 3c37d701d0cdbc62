/// What an auditor asks about: whatever wasn't as it should be, whether or not it changed the verdict.
enum Deviations {
    static func all(_ evidence: Evidence, _ faults: [FaultOutcome]) -> [String] {
        var list: [String] = []
        let zero = evidence.marks.disaster
        func at(_ instant: Instant) -> String {
            guard let zero else { return "" }
            return instant < zero
                ? " at T0−\((zero - instant).shown)" : " at T0+\((instant - zero).shown)"
        }
        for event in evidence.timeline.events {
            switch event.kind {
            case .leaseLapsed(let fault, let host):
                list.append("the lease of \(fault) on \(host) lapsed\(at(event.at))")
            case .leaseGone(let fault, let host):
                list.append("the lease of \(fault) on \(host) was gone\(at(event.at))")
            case .renewalFailed(let fault, let host, let why):
                list.append(
                    "the lease of \(fault) on \(host) wasn't renewed\(at(event.at)): \(why)"
                )
            case .injected(let fault, let hosts) where !hosts.isEmpty:
                list.append("injecting \(fault) failed on \(hosts.joined(separator: ", "))")
            case .undone(let fault, let hosts) where !hosts.isEmpty:
                list.append("undoing \(fault) failed on \(hosts.joined(separator: ", "))")
            case .stepEnded(let step, .passedOver(let why)):
                list.append("\(step) was passed over\(at(event.at)): \(why)")
            case .runbookStep(let report):
                let what = "\(report.runbook), \(report.title),"
                switch report.result {
                case .passedOver(let why):
                    list.append("\(what) was passed over\(at(report.done)): \(why)")
                case .skipped where report.doneIn != nil: continue
                case .skipped(let why):
                    list.append("\(what) was skipped\(at(report.done)): \(why)")
                case .done where report.isUndo == true:
                    list.append("\(what) was taken back\(at(report.done))")
                case .done, .failed, .cancelled: continue
                }
            case .stepEnded(let step, .skipped(let why)):
                list.append("\(step) was skipped\(at(event.at)): \(why)")
            case .controllerDied(let guardian):
                list.append(
                    "drill was ended from outside; its guardian, process \(guardian), took over\(at(event.at))"
                )
            case .struck(let what, let who):
                list.append("\(who) struck \(what.listed) from the journal; drill didn't undo it")
            case .guardianLost(let why): list.append("the guardian was lost\(at(event.at)): \(why)")
            case .defect(let what): list.append("drill itself\(at(event.at)): \(what)")
            default: continue
            }
        }
        for fault in faults where fault.isInjected {
            list += fault.remarks.map { "\(fault.id): \($0)" }
            let reached = evidence.plan.fault(fault.id).flatMap {
                ReachabilityOutcome($0, targets: fault.targets, evidence.timeline.events)
            }
            list += (reached?.unexpected ?? []).map { "\(fault.id): \($0)" }
        }
        list += clocks(evidence.timeline)
        list += evidence.plan.experiment.probes.flatMap { samples(of: $0, evidence.timeline) }
        for count in evidence.ledgers where count.duplicated > 0 {
            list.append("\(count.probe): \(count.duplicated) writes are there more than once")
        }
        for count in evidence.ledgers {
            list += count.places.compactMap(\.torn).map { "\(count.probe): \($0)" }
        }
        list += LeftRecords.all(evidence.plan, evidence.timeline.events)
        for count in evidence.ledgers where count.refusedPresent > 0 {
            list.append(
                "\(count.probe): \(count.refusedPresent) writes are there that were refused"
            )
        }
        return list
    }

    /// Samples that couldn't look, and how late the latest went out.
    private static func samples(of probe: Probe, _ timeline: Timeline) -> [String] {
        let samples = timeline.samples[probe.name] ?? []
        var list: [String] = []
        let unsent = samples.count { $0.outcome == .unsent }
        if unsent > 0 { list.append("\(probe.name): \(unsent) of \(samples.count) samples unsent") }
        let blind = samples.count { sample in
            if case .bad(.blind, _) = sample.outcome { true } else { false }
        }
        if blind > 0 {
            list.append("\(probe.name): \(blind) of \(samples.count) samples couldn't look")
        }
        let lateness = samples.lazy.compactMap { sample in sample.sent.map { $0 - sample.due } }
            .max()
        if let lateness, lateness > probe.every, lateness > .milliseconds(20) {
            list.append("\(probe.name): samples went out up to \(lateness.shownAtMost) late")
        }
        return list
    }
}
