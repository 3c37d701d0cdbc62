/// One figure of `record.json`.
///
/// Lengths have `low_ns`, `best_ns`, `high_ns`, `budget_ns`; `availability` (shares from 0 to 1) and
/// `lost` (writes) have `low`, `best`, `high`, `budget`, as has `errors` (shares). `during` names the
/// part of the run that it tells of, `at` the percentile of a `latency`.
package struct FigureEntry: Hashable, Codable, Sendable {
    package var figure: Figure

    package init(_ figure: Figure) {
        self.figure = figure
        // Judging anew finds it again.
        self.figure.over = nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, probe, place, verdict, note, low, best, high, budget, during, at
        case lowNs = "low_ns"
        case bestNs = "best_ns"
        case highNs = "high_ns"
        case budgetNs = "budget_ns"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(FigureName.self, forKey: .name)
        figure = Figure(name: name, amount: .span(low: nil, best: nil, high: nil))
        figure.probe = try container.decodeIfPresent(String.self, forKey: .probe)
        figure.place = try container.decodeIfPresent(String.self, forKey: .place)
        figure.verdict = try container.decodeIfPresent(Verdict.self, forKey: .verdict)
        figure.note = try container.decodeIfPresent(String.self, forKey: .note)
        figure.during = try container.decodeIfPresent(RunPart.self, forKey: .during)
        figure.at = try container.decodeIfPresent(Percentile.self, forKey: .at)
        switch name {
        case .availability, .errors:
            figure.amount = .share(
                low: try container.decodeIfPresent(Double.self, forKey: .low),
                best: try container.decodeIfPresent(Double.self, forKey: .best),
                high: try container.decodeIfPresent(Double.self, forKey: .high)
            )
            figure.budget = try container.decodeIfPresent(Double.self, forKey: .budget)
                .map { name == .errors ? .atMostShare($0) : .atLeast($0) }
        case .lost:
            figure.amount = .count(
                low: try container.decodeIfPresent(Int.self, forKey: .low),
                best: try container.decodeIfPresent(Int.self, forKey: .best),
                high: try container.decodeIfPresent(Int.self, forKey: .high)
            )
            figure.budget = try container.decodeIfPresent(Int.self, forKey: .budget)
                .map { .atMostCount($0) }
        case .detect, .failover, .downtime, .rto, .restore, .rpo, .staleness, .latency:
            figure.amount = .span(
                low: try container.decodeIfPresent(Span.self, forKey: .lowNs),
                best: try container.decodeIfPresent(Span.self, forKey: .bestNs),
                high: try container.decodeIfPresent(Span.self, forKey: .highNs)
            )
            figure.budget = try container.decodeIfPresent(Span.self, forKey: .budgetNs)
                .map { .atMost($0) }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(figure.name, forKey: .name)
        try container.encode(figure.probe, forKey: .probe)
        // Of a ledger's figures alone: null in all others would only be noise.
        try container.encodeIfPresent(figure.place, forKey: .place)
        switch figure.amount {
        case .span(let low, let best, let high):
            try container.encode(low, forKey: .lowNs)
            try container.encode(best, forKey: .bestNs)
            try container.encode(high, forKey: .highNs)
        case .share(let low, let best, let high):
            try container.encode(low, forKey: .low)
            try container.encode(best, forKey: .best)
            try container.encode(high, forKey: .high)
        case .count(let low, let best, let high):
            try container.encode(low, forKey: .low)
            try container.encode(best, forKey: .best)
            try container.encode(high, forKey: .high)
        }
        switch figure.budget {
        case .atMost(let span): try container.encode(span, forKey: .budgetNs)
        case .atLeast(let share), .atMostShare(let share):
            try container.encode(share, forKey: .budget)
        case .atMostCount(let count): try container.encode(count, forKey: .budget)
        case nil:
            if case .span = figure.amount {
                try container.encodeNil(forKey: .budgetNs)
            } else {
                try container.encodeNil(forKey: .budget)
            }
        }
        try container.encode(figure.verdict, forKey: .verdict)
        try container.encode(figure.note, forKey: .note)
        // Only of figures that are told of a part, or by percentile.
        try container.encodeIfPresent(figure.during, forKey: .during)
        try container.encodeIfPresent(figure.at, forKey: .at)
    }
}

/// One fault of `record.json`.
package struct FaultEntry: Hashable, Codable, Sendable {
    package var id: String
    package var fault: String
    package var targets: [String]
    package var effective: Bool?
    package var settled: Bool?
    package var remarks: [String]
    /// Between the first and the last host, as they were told, and as they confirmed it; nil for one host,
    /// and in records of before.
    package var spreadSent: Span?
    package var spreadConfirmed: Span?

    private enum CodingKeys: String, CodingKey {
        case id, fault, targets, effective, settled, remarks
        case spreadSent = "spread_sent_ns"
        case spreadConfirmed = "spread_confirmed_ns"
    }

    package init(_ outcome: FaultOutcome) {
        id = outcome.id
        fault = outcome.fault
        targets = outcome.targets
        effective = outcome.effective
        settled = outcome.settled
        remarks = outcome.remarks
        spreadSent = outcome.spread?.sent
        spreadConfirmed = outcome.spread?.confirmed
    }

    /// What was kept of it, but for the spread.
    package var outcome: FaultOutcome {
        FaultOutcome(
            id: id,
            fault: fault,
            targets: targets,
            effective: effective,
            settled: settled,
            remarks: remarks
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(fault, forKey: .fault)
        try container.encode(targets, forKey: .targets)
        try container.encode(effective, forKey: .effective)
        try container.encode(settled, forKey: .settled)
        try container.encode(remarks, forKey: .remarks)
        try container.encode(spreadSent, forKey: .spreadSent)
        try container.encode(spreadConfirmed, forKey: .spreadConfirmed)
    }
}

/// Who reached whom of one cut in `record.json`; a moment is null where nobody looked then.
package struct ReachabilityEntry: Hashable, Codable, Sendable {
    package struct Cell: Hashable, Codable, Sendable {
        package var from: String
        package var to: String
        /// `reached`, `refused`, `none` or `unseen`.
        package var seen: String
        /// Why it is unseen.
        package var why: String?

        private enum CodingKeys: String, CodingKey {
            case from, to, seen, why
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
            try container.encode(seen, forKey: .seen)
            try container.encode(why, forKey: .why)
        }
    }

    package var fault: String
    package var hosts: [String]
    package var leftOut: [String]
    package var before: [Cell]?
    package var during: [Cell]?
    package var after: [Cell]?
    package var unexpected: [String]

    private enum CodingKeys: String, CodingKey {
        case fault, hosts, before, during, after, unexpected
        case leftOut = "left_out"
    }

    package init(_ outcome: ReachabilityOutcome) {
        func cells(_ moment: Reachability.Moment) -> [Cell]? {
            guard outcome.matrices[moment] != nil else { return nil }
            return outcome.hosts.flatMap { from in
                outcome.hosts.compactMap { to in
                    outcome.sight(from, to, moment).map { Cell(from: from, to: to, $0) }
                }
            }
        }
        fault = outcome.fault
        hosts = outcome.hosts
        leftOut = outcome.leftOut
        before = cells(.before)
        during = cells(.during)
        after = cells(.after)
        unexpected = outcome.unexpected
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fault, forKey: .fault)
        try container.encode(hosts, forKey: .hosts)
        try container.encode(leftOut, forKey: .leftOut)
        try container.encode(before, forKey: .before)
        try container.encode(during, forKey: .during)
        try container.encode(after, forKey: .after)
        try container.encode(unexpected, forKey: .unexpected)
    }
}

extension ReachabilityEntry.Cell {
    fileprivate init(from: String, to: String, _ sight: Reachability.Sight) {
        self.from = from
        self.to = to
        switch sight {
        case .reached: seen = "reached"
        case .refused: seen = "refused"
        case .nothing: seen = "none"
        case .unseen(let why):
            seen = "unseen"
            self.why = why
        }
    }
}

/// One outage of `record.json`; the ends are null where it hadn't ended when its series did.
package struct OutageEntry: Hashable, Codable, Sendable {
    package var probe: String
    package var beganLow: Instant
    package var beganBest: Instant
    package var beganHigh: Instant
    package var endedLow: Instant?
    package var endedBest: Instant?
    package var endedHigh: Instant?
    package var isDuringRepair: Bool
    package var failures: [String: Int]

    private enum CodingKeys: String, CodingKey {
        case probe, failures
        case beganLow = "began_low_at_ns"
        case beganBest = "began_best_at_ns"
        case beganHigh = "began_high_at_ns"
        case endedLow = "ended_low_at_ns"
        case endedBest = "ended_best_at_ns"
        case endedHigh = "ended_high_at_ns"
        case isDuringRepair = "during_repair"
    }

    package init(_ outage: Outage) {
        probe = outage.probe
        beganLow = outage.beganLow
        beganBest = outage.beganBest
        beganHigh = outage.beganHigh
        endedLow = outage.endedLow
        endedBest = outage.endedBest
        endedHigh = outage.endedHigh
        isDuringRepair = outage.isDuringRepair
        failures = outage.failures
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(probe, forKey: .probe)
        try container.encode(beganLow, forKey: .beganLow)
        try container.encode(beganBest, forKey: .beganBest)
        try container.encode(beganHigh, forKey: .beganHigh)
        try container.encode(endedLow, forKey: .endedLow)
        try container.encode(endedBest, forKey: .endedBest)
        try container.encode(endedHigh, forKey: .endedHigh)
        try container.encode(isDuringRepair, forKey: .isDuringRepair)
        try container.encode(failures, forKey: .failures)
    }
}

/// One phase of `record.json`.
package struct PhaseEntry: Hashable, Codable, Sendable {
    package var name: String
    package var length: Span
    package var from: Instant
    /// How long of it people were at steps of runbooks; nil in records of before.
    package var human: Span?

    private enum CodingKeys: String, CodingKey {
        case name
        case length = "length_ns"
        case from = "from_at_ns"
        case human = "human_ns"
    }

    package init(_ phase: Judgement.PhaseLength) {
        name = phase.name
        length = phase.to - phase.from
        from = phase.from
        human = phase.human
    }
}

/// When and by whom a run was started: one instant on both clocks.
package struct StartEntry: Hashable, Codable, Sendable {
    /// On the boot-time clock, as all instants of the record.
    package var at: Instant?
    /// The same instant in nanoseconds since 1970, UTC.
    package var wallNs: Int64
    package var who: String
    package var controller: String
    package var version: String

    private enum CodingKeys: String, CodingKey {
        case who, controller, version
        case wallNs = "wall_ns"
        case at = "at_ns"
    }

    package init(_ start: Event.Start, at: Instant?) {
        self.at = at
        wallNs = start.wallNs
        who = start.who
        controller = start.controller
        version = start.version
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at, forKey: .at)
        try container.encode(wallNs, forKey: .wallNs)
        try container.encode(who, forKey: .who)
        try container.encode(controller, forKey: .controller)
        try container.encode(version, forKey: .version)
    }
}
