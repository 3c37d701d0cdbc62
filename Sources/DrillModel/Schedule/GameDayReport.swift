/// What became of a scheduled run, as its webhook gets it and as it is kept; the names in it stay.
///
/// Figures are as in `record.json`: durations are integers in nanoseconds, unknown is `null`.
package struct GameDayReport: Hashable, Codable, Sendable {
    /// Rises when a name changes its meaning or goes; new names don't raise it.
    package static let format = 1

    /// One run that was made, or refused once it was planned.
    package struct RunEntry: Hashable, Codable, Sendable {
        package var run: String
        package var verdict: RunVerdict
        package var exit: Int32
        package var reasons: [String]
        package var figures: [FigureEntry]

        package init(_ record: Record) {
            run = record.run
            verdict = record.judgement.verdict
            exit = record.judgement.verdict.exit
            reasons = record.judgement.reasons
            figures = record.judgement.figures.map(FigureEntry.init)
        }
    }

    /// What came of asking the webhook.
    package struct Delivery: Hashable, Codable, Sendable {
        package var isDelivered: Bool
        package var attempts: Int
        /// Why it wasn't, without the address.
        package var why: String?

        private enum CodingKeys: String, CodingKey {
            case isDelivered = "delivered"
            case attempts, why
        }

        package init(isDelivered: Bool, attempts: Int, why: String? = nil) {
            self.isDelivered = isDelivered
            self.attempts = attempts
            self.why = why
        }
    }

    package var format = Self.format
    /// The name that it was scheduled under.
    package var schedule: String
    /// Null where the file couldn't be read.
    package var experiment: String?
    package var file: String
    /// The run's id, or the series'; null where none was begun.
    package var run: String?
    package var verdict: RunVerdict
    /// 64 where the file has problems, whatever the verdict's own is.
    package var exit: Int32
    /// The first of the reasons.
    package var reason: String
    package var reasons: [String]
    /// Of the run; of a series each run has its own.
    package var figures: [FigureEntry]
    package var runs: [RunEntry]
    /// Runs of before that had left something broken, and were healed first.
    package var healed: [String]
    /// The machine that drill ran on.
    package var host: String
    package var version: String
    /// ISO 8601, UTC.
    package var began: String
    package var ended: String
    /// Only in what is kept.
    package var delivery: Delivery?

    package init(
        schedule: String,
        experiment: String?,
        file: String,
        ending: GameDayEnding,
        healed: [String],
        host: String,
        version: String,
        began: String,
        ended: String
    ) {
        self.schedule = schedule
        self.experiment = experiment
        self.file = file
        run = ending.series ?? (ending.runs.count == 1 ? ending.runs[0].run : nil)
        verdict = ending.verdict
        exit = ending.exit
        reasons = ending.reasons
        reason = ending.reasons.first ?? ending.verdict.rawValue
        figures = ending.runs.count == 1 ? ending.runs[0].figures : []
        runs = ending.runs
        self.healed = healed
        self.host = host
        self.version = version
        self.began = began
        self.ended = ended
    }

    private enum CodingKeys: String, CodingKey {
        case format, schedule, experiment, file, run, verdict, exit, reason, reasons, figures, runs
        case healed, host, version, began, ended, delivery
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(schedule, forKey: .schedule)
        // `encode`: unknown is null.
        try container.encode(experiment, forKey: .experiment)
        try container.encode(file, forKey: .file)
        try container.encode(run, forKey: .run)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(exit, forKey: .exit)
        try container.encode(reason, forKey: .reason)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(figures, forKey: .figures)
        try container.encode(runs, forKey: .runs)
        try container.encode(healed, forKey: .healed)
        try container.encode(host, forKey: .host)
        try container.encode(version, forKey: .version)
        try container.encode(began, forKey: .began)
        try container.encode(ended, forKey: .ended)
        try container.encodeIfPresent(delivery, forKey: .delivery)
    }
}

/// How a scheduled run ended.
package struct GameDayEnding: Hashable, Sendable {
    package var verdict: RunVerdict
    package var exit: Int32
    package var reasons: [String]
    package var runs: [GameDayReport.RunEntry]
    package var series: String?

    package init(
        _ verdict: RunVerdict,
        exit: Int32? = nil,
        reasons: [String],
        runs: [GameDayReport.RunEntry] = [],
        series: String? = nil
    ) {
        self.verdict = verdict
        self.exit = exit ?? verdict.exit
        self.reasons = reasons
        self.runs = runs
        self.series = series
    }
}
