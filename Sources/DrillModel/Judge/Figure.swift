/// An interval that contains the truth, and how it stands against its budget.
package struct Figure: Hashable, Codable, Sendable {
    package enum Amount: Hashable, Codable, Sendable {
        /// Nil is unknown: no upper bound, or nothing to go by.
        case span(low: Span?, best: Span?, high: Span?)
        /// From 0 to 1.
        case share(low: Double?, best: Double?, high: Double?)
        case count(low: Int?, best: Int?, high: Int?)
    }

    package var name: FigureName
    package var probe: String?
    /// Which of a ledger's places, for `staleness`.
    package var place: String?
    package var amount: Amount
    package var budget: Budget.Limit?
    /// Nil where no budget was declared.
    package var verdict: Verdict?
    /// What can be said in words: `no gap longer than 41 ms`, `during repair`, what would decide it.
    package var note: String?
    /// The part of the run that it tells of; nil is the whole of what the figure is about.
    package var during: RunPart?
    /// Of a `latency`.
    package var at: Percentile?
    /// Of how long a time an `availability` is the share.
    package var over: Span?
    /// What would decide it: becomes part of the note where nothing else has.
    package var remedy: String?

    package init(
        name: FigureName,
        probe: String? = nil,
        place: String? = nil,
        amount: Amount,
        budget: Budget.Limit? = nil,
        verdict: Verdict? = nil,
        note: String? = nil,
        during: RunPart? = nil,
        at percentile: Percentile? = nil
    ) {
        self.name = name
        self.probe = probe
        self.place = place
        self.amount = amount
        self.budget = budget
        self.verdict = verdict
        self.note = note
        self.during = during
        self.at = percentile
    }
}

/// passed < inconclusive < failed; the worst wins.
package enum Verdict: String, Codable, Sendable, Comparable, CaseIterable {
    case passed, inconclusive, failed

    package static func < (left: Verdict, right: Verdict) -> Bool {
        guard let a = allCases.firstIndex(of: left), let b = allCases.firstIndex(of: right) else {
            return false
        }
        return a < b
    }
}

/// How a whole run ended; `Exit.code` is what the command answers.
package enum RunVerdict: String, Codable, Sendable, CaseIterable {
    case passed, failed, inconclusive
    case notStarted = "not-started"
    case stopped
    case notRestored = "not-restored"
    case error

    package var exit: Int32 {
        switch self {
        case .passed: 0
        case .failed: 1
        case .inconclusive: 2
        case .notStarted: 3
        case .stopped: 4
        case .notRestored: 5
        case .error: 70
        }
    }

    /// Of several runs the worst counts: 5, 70, 4, 1, 2, 3, 0.
    package static func worst(_ verdicts: [RunVerdict]) -> RunVerdict {
        let order: [RunVerdict] = [
            .notRestored, .error, .stopped, .failed, .inconclusive, .notStarted,
        ]
        return order.first { verdicts.contains($0) } ?? .passed
    }
}

/// An outage of one probe: when it began and ended, each as an interval that contains the truth.
package struct Outage: Hashable, Codable, Sendable {
    package var probe: String
    package var beganLow: Instant
    package var beganBest: Instant
    package var beganHigh: Instant
    /// Nil, as the other two ends: it had not ended when the series did.
    package var endedLow: Instant?
    package var endedBest: Instant?
    package var endedHigh: Instant?
    /// When the last bad sample was sent: it lasted at least until then, ended or not.
    package var lastBad: Instant
    package var isDuringRepair: Bool
    /// What was seen, by kind of failure and count.
    package var failures: [String: Int]

    /// Best instants are the middle of their interval unless given; `lastBad` is `endedLow`, else
    /// `beganHigh`.
    package init(
        probe: String,
        beganLow: Instant,
        beganBest: Instant? = nil,
        beganHigh: Instant,
        endedLow: Instant?,
        endedBest: Instant? = nil,
        endedHigh: Instant?,
        lastBad: Instant? = nil,
        isDuringRepair: Bool = false,
        failures: [String: Int] = [:]
    ) {
        self.probe = probe
        self.beganLow = beganLow
        self.beganBest = beganBest ?? beganLow + (beganHigh - beganLow) / 2
        self.beganHigh = beganHigh
        self.endedLow = endedLow
        if let endedLow, let endedHigh {
            self.endedBest = endedBest ?? endedLow + (endedHigh - endedLow) / 2
        }
        self.endedHigh = endedHigh
        self.lastBad = lastBad ?? endedLow ?? beganHigh
        self.isDuringRepair = isDuringRepair
        self.failures = failures
    }
}

/// How one fault went: proven, and gone.
package struct FaultOutcome: Hashable, Codable, Sendable {
    package var id: String
    package var fault: String
    package var targets: [String]
    /// Nil: never injected, or not known.
    package var effective: Bool?
    package var settled: Bool?
    /// Every proof that didn't hold, in words.
    package var remarks: [String]
    /// Nil where it hit one host only, or none.
    package var spread: FaultSpread?

    package init(
        id: String,
        fault: String,
        targets: [String],
        effective: Bool?,
        settled: Bool?,
        remarks: [String] = []
    ) {
        self.id = id
        self.fault = fault
        self.targets = targets
        self.effective = effective
        self.settled = settled
        self.remarks = remarks
    }
}

/// What a run proved: a pure function of timeline and plan.
package struct Judgement: Hashable, Codable, Sendable {
    package var verdict: RunVerdict
    /// The verdict in one sentence, and then every reason that made it so, worst first.
    package var reasons: [String]
    package var figures: [Figure]
    package var outages: [Outage]
    package var ledgers: [LedgerCount]
    package var faults: [FaultOutcome]
    /// T0 (first action sent) and T0' (last one confirmed); nil where nothing was broken.
    package var disaster: Instant?
    package var disasterDone: Instant?
    package var firstUndo: Instant?
    /// `15.3 s = notice 5.8 │ decide 1.2 │ …`: consecutive marks after T0, in order.
    package var phases: [PhaseLength]
    /// Lease lapses, renewals that failed, unproven effects: what an auditor asks about.
    package var deviations: [String]
    /// By probe in the order of the file, part by part.
    package var latencies: [LatencySummary]
    package var looks: [LookCount]
    /// Empty where the experiment assumes nothing.
    package var yearly: [YearlyDowntime]
    /// When the first alarm went off; nil where none did.
    package var noticed: Instant?

    package init(
        verdict: RunVerdict,
        reasons: [String] = [],
        figures: [Figure] = [],
        outages: [Outage] = [],
        ledgers: [LedgerCount] = [],
        faults: [FaultOutcome] = [],
        disaster: Instant? = nil,
        disasterDone: Instant? = nil,
        firstUndo: Instant? = nil,
        phases: [PhaseLength] = [],
        deviations: [String] = [],
        latencies: [LatencySummary] = [],
        looks: [LookCount] = [],
        yearly: [YearlyDowntime] = []
    ) {
        self.verdict = verdict
        self.reasons = reasons
        self.figures = figures
        self.outages = outages
        self.ledgers = ledgers
        self.faults = faults
        self.disaster = disaster
        self.disasterDone = disasterDone
        self.firstUndo = firstUndo
        self.phases = phases
        self.deviations = deviations
        self.latencies = latencies
        self.looks = looks
        self.yearly = yearly
    }

    /// What drill itself failed at after the run was judged; it counts, unless something may still be
    /// broken.
    package mutating func add(defect: String) {
        let reason = "\(RunVerdict.error.word): \(defect)"
        verdict = RunVerdict.worst([verdict, .error])
        // That all went well is no reason any more.
        reasons.removeAll { $0.hasPrefix("\(RunVerdict.passed.word): ") }
        reasons.insert(reason, at: verdict == .error ? 0 : reasons.count)
    }

    package struct PhaseLength: Hashable, Codable, Sendable {
        /// The name of what ended without services being up.
        package static let stillDown = "still down"

        package var name: String
        package var from: Instant
        package var to: Instant
        /// How long people were at steps of runbooks in it.
        package var human: Span

        package init(name: String, from: Instant, to: Instant, human: Span = .zero) {
            self.name = name
            self.from = from
            self.to = to
            self.human = human
        }
    }
}
