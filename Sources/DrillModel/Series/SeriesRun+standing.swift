extension SeriesRun {
    /// What a run can prove about disasters of this kind.
    package enum Standing: String, Hashable, Codable, Sendable {
        /// Every fault was injected and took effect, and the run came to its end.
        case whole
        /// A step that failed, a wait that ran out or a guard ended it early; the faults that were injected
        /// did take effect. What was missed then was missed, and may have become worse; what held wasn't
        /// put to the whole test.
        case partial
        /// Not begun, stopped by a person, not restored, or a fault couldn't be injected everywhere or had
        /// no proven or lasting effect: nothing, for or against.
        case void
    }

    /// How a run went without the budgets that only a series can keep or break.
    package struct Apart: Hashable, Sendable {
        package var verdict: RunVerdict
        /// The verdict in a sentence, without its word.
        package var reason: String

        package init(verdict: RunVerdict, reason: String) {
            self.verdict = verdict
            self.reason = reason
        }
    }
}

extension SeriesRun.Standing {
    /// What the run can prove, and why it isn't whole.
    ///
    /// By its events, its verdict and what became of its faults: it asks for no sample.
    package static func of(_ record: Record) -> (SeriesRun.Standing, doubt: String?) {
        let judgement = record.judgement
        if let why = emptiness(of: record) { return (.void, why) }
        if judgement.verdict == .stopped { return (.partial, judgement.sentence) }
        let failed = FailedStep.all(record.timeline.events, of: record.plan.experiment).first
        let missing = judgement.faults.filter { !$0.isInjected }.map(\.id)
        guard missing.isEmpty else {
            let why = failed.map { ": \($0.sentence)" } ?? ""
            return (.partial, "it ended before \(missing.listed) could be injected\(why)")
        }
        if let failed { return (.partial, "it ended early: \(failed.sentence)") }
        return (.whole, nil)
    }

    /// Why a run proves nothing; nil where it does.
    private static func emptiness(of record: Record) -> String? {
        let (judgement, events) = (record.judgement, record.timeline.events)
        switch judgement.verdict {
        case .passed, .failed, .inconclusive: break
        // A service that was down for so long that a guard ended the run is no run to be left out.
        case .stopped where record.isStoppedByGuard: break
        case .notStarted, .stopped, .notRestored, .error:
            return "\(judgement.verdict.word): \(judgement.sentence)"
        }
        for event in events {
            switch event.kind {
            case .leaseLapsed(let fault, let host):
                return "\(host) healed itself of \(fault) before it was asked to"
            case .leaseGone(let fault, let host):
                return "the lease of \(fault) on \(host) was gone before its undo"
            default: continue
            }
        }
        guard record.plan.experiment.disasterStep == nil || judgement.disaster != nil else {
            return "it ended before its disaster: \(judgement.sentence)"
        }
        if let failure = failedInjection(record.plan.experiment, events) { return failure }
        let unproven = judgement.faults.filter { $0.isInjected && $0.effective != true }
        guard unproven.isEmpty else {
            return "\(unproven.map(\.id).listed) had no effect that is proven and lasted"
        }
        return nil
    }

    /// A fault that went in on some of its hosts, or late, is another one than the file's, whatever was
    /// seen of its effect.
    private static func failedInjection(_ experiment: Experiment, _ events: [Event]) -> String? {
        if let step = FailedStep.all(events, of: experiment).first(where: \.isFault) {
            return "injecting \(step.title) failed: \(step.why)"
        }
        for event in events {
            if case .injected(let fault, let failed) = event.kind, !failed.isEmpty {
                return "injecting \(fault) failed on \(failed.listed)"
            }
        }
        return nil
    }
}

extension Record {
    /// The run without the budgets that only a series can keep or break: verdict and reason of one judgement.
    package var apart: SeriesRun.Apart {
        // Only these two can come of a budget.
        let isOfBudgets = [.failed, .inconclusive].contains(judgement.verdict)
        guard isOfBudgets, plan.experiment.budgets.contains(where: { $0.assurance != nil }) else {
            return SeriesRun.Apart(verdict: judgement.verdict, reason: judgement.sentence)
        }
        var apart = plan
        apart.experiment.budgets.removeAll { $0.assurance != nil }
        let judged = Judge.judge(apart, timeline)
        return SeriesRun.Apart(verdict: judged.verdict, reason: judged.sentence)
    }

    /// By nothing else, and after it had begun.
    fileprivate var isStoppedByGuard: Bool {
        let stops = timeline.events.compactMap { event -> Event.Stop? in
            if case .stopping(let stop) = event.kind { stop } else { nil }
        }
        let isByGuards = stops.allSatisfy { if case .guarded = $0 { true } else { false } }
        return !stops.isEmpty && isByGuards && !Reasons.wasNeverBegun(timeline)
    }
}

extension Judgement {
    /// The verdict's first reason, without the verdict's word before it.
    package var sentence: String {
        guard let first = reasons.first else { return "no reason was recorded" }
        let word = "\(verdict.word): "
        return first.hasPrefix(word) ? String(first.dropFirst(word.count)) : first
    }
}
