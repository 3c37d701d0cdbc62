/// What other tools read of a run, `record.json`; the names in it stay.
///
/// Durations are integers in nanoseconds and end in `_ns`; unknown is `null`, never left out. Instants
/// end in `_at_ns` and are on the controller's boot-time clock; `start` ties that clock to UTC.
package struct RecordFile: Hashable, Codable, Sendable {
    /// Rises when a name changes its meaning or goes; new names don't raise it.
    package static let format = 1

    package var format: Int
    package var run: String
    package var experiment: String
    package var verdict: RunVerdict
    package var exit: Int32
    package var reasons: [String]
    package var figures: [FigureEntry]
    package var ledgers: [LedgerEntry]
    package var faults: [FaultEntry]
    /// Nil in records of before.
    package var reachability: [ReachabilityEntry]?
    /// Nil in records of before, as `sightings` is.
    package var clocks: [ClockEntry]?
    package var sightings: [SightingEntry]?
    package var outages: [OutageEntry]
    package var phases: [PhaseEntry]
    package var deviations: [String]
    /// Nil, as the next two, in records of before.
    package var latency: [LatencyEntry]?
    package var outcomes: [OutcomeEntry]?
    package var yearly: [YearlyEntry]?
    /// Nil in records of before.
    package var runbooks: [RunbookEntry]?
    package var disruption: Disruption?
    package var seed: UInt64
    /// Which run of which series; nil for a run by itself.
    package var series: SeriesEntry?
    /// The random wait before the disaster; nil where there was none.
    package var jitter: Span?
    /// Of `plan.json`, as `sha256:…`; null where nobody computed it, and where other budgets than the
    /// plan's judged the run.
    package var planHash: String?
    /// The budgets that took the place of the plan's own, as they were given; null where none did.
    package var judgedBy: [String]?
    /// The SHA-256 of plan, samples and ledgers by their file's name, in hex; null where nobody looked.
    package var hashes: [String: String]?
    /// Where `timeline.jsonl` ended when this was written; null where nobody looked.
    package var timeline: TimelineSeal?
    /// What of the run couldn't be kept, in words; null where all was.
    package var unkept: String?
    package var start: StartEntry
    package var disaster: Instant?
    package var disasterDone: Instant?
    package var firstUndo: Instant?

    private enum CodingKeys: String, CodingKey {
        case format, run, experiment, verdict, exit, reasons, figures, ledgers, faults, outages
        case reachability, latency, outcomes, yearly, clocks, sightings, runbooks
        case phases, deviations, disruption, seed, series, hashes, timeline, unkept, start
        case jitter = "jitter_ns"
        case planHash = "plan_hash"
        case judgedBy = "judged_by"
        case disaster = "disaster_at_ns"
        case disasterDone = "disaster_done_at_ns"
        case firstUndo = "first_undo_at_ns"
    }

    /// `planHash` is that of `plan.json` as it was written, `hashes` and `timeline` say how the other
    /// files were.
    package init(
        _ record: Record,
        planHash: String? = nil,
        judgedBy: [String]? = nil,
        hashes: [String: String]? = nil,
        timeline: TimelineSeal? = nil,
        unkept: String? = nil
    ) {
        let judgement = record.judgement
        format = Self.format
        run = record.run
        experiment = record.plan.experiment.name
        verdict = judgement.verdict
        exit = judgement.verdict.exit
        reasons = judgement.reasons
        figures = judgement.figures.map(FigureEntry.init)
        ledgers = judgement.ledgers.map(LedgerEntry.init)
        faults = judgement.faults.map(FaultEntry.init)
        reachability = record.reachability.map(ReachabilityEntry.init)
        clocks = record.timeline.clocks.map(ClockEntry.init)
        sightings = SightingEntry.all(record.timeline)
        outages = judgement.outages.map(OutageEntry.init)
        phases = judgement.phases.map(PhaseEntry.init)
        deviations = judgement.deviations
        latency = judgement.latencies.map(LatencyEntry.init)
        outcomes = judgement.looks.map(OutcomeEntry.init)
        yearly = judgement.yearly.map(YearlyEntry.init)
        runbooks = RunbookEntry.all(record)
        disruption = record.plan.experiment.disruption
        seed = record.start.seed
        series = record.plan.series.map(SeriesEntry.init)
        jitter = record.timeline.heldBack
        self.planHash = planHash
        self.judgedBy = judgedBy
        self.hashes = hashes
        self.timeline = timeline
        self.unkept = unkept
        let started = record.timeline.events.first { event in
            if case .started = event.kind { true } else { false }
        }
        start = StartEntry(record.start, at: started?.at)
        disaster = judgement.disaster
        disasterDone = judgement.disasterDone
        firstUndo = judgement.firstUndo
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(run, forKey: .run)
        try container.encode(experiment, forKey: .experiment)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(exit, forKey: .exit)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(figures, forKey: .figures)
        try container.encode(ledgers, forKey: .ledgers)
        try container.encode(faults, forKey: .faults)
        try container.encode(reachability, forKey: .reachability)
        try container.encode(clocks, forKey: .clocks)
        try container.encode(sightings, forKey: .sightings)
        try container.encode(outages, forKey: .outages)
        try container.encode(phases, forKey: .phases)
        try container.encode(deviations, forKey: .deviations)
        try container.encode(latency, forKey: .latency)
        try container.encode(outcomes, forKey: .outcomes)
        try container.encode(yearly, forKey: .yearly)
        try container.encode(runbooks, forKey: .runbooks)
        // `encode`, not `encodeIfPresent`: unknown is null, so that a reader can tell it from an old file.
        try container.encode(disruption, forKey: .disruption)
        try container.encode(seed, forKey: .seed)
        try container.encode(series, forKey: .series)
        try container.encode(jitter, forKey: .jitter)
        try container.encode(planHash, forKey: .planHash)
        try container.encode(judgedBy, forKey: .judgedBy)
        try container.encode(hashes, forKey: .hashes)
        try container.encode(timeline, forKey: .timeline)
        try container.encode(unkept, forKey: .unkept)
        try container.encode(start, forKey: .start)
        try container.encode(disaster, forKey: .disaster)
        try container.encode(disasterDone, forKey: .disasterDone)
        try container.encode(firstUndo, forKey: .firstUndo)
    }
}

/// The end of a timeline, so that what is cut off or changed there is seen, too.
///
/// The hash of each line is in the next one; the last has none.
package struct TimelineSeal: Hashable, Codable, Sendable {
    package var lines: Int
    /// Of the last line, without its newline, in hex.
    package var lastHash: String

    private enum CodingKeys: String, CodingKey {
        case lines
        case lastHash = "last_sha256"
    }

    package init(lines: Int, lastHash: String) {
        self.lines = lines
        self.lastHash = lastHash
    }
}
