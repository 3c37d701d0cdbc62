/// A series: the runs that one `--repeat` made of one experiment, as far as they came.
package struct RunSeries: Hashable, Sendable {
    package var id: String
    package var experiment: Experiment
    package var place: SeriesPlace
    package var jitter: Jitter?
    /// Who, when and from where, at its first run.
    package var start: Event.Start
    /// In their order; a number may be missing where a run's folder is.
    package var runs: [SeriesRun]
    /// Nil where it went to its end, or where a run's own record tells why not.
    package var end: SeriesEnd?

    package init(
        _ runs: [SeriesRun],
        of experiment: Experiment,
        place: SeriesPlace,
        jitter: Jitter? = nil,
        start: Event.Start,
        end: SeriesEnd? = nil
    ) {
        id = place.id
        self.experiment = experiment
        self.place = place
        self.jitter = jitter
        self.start = start
        self.runs = runs.sorted { $0.number < $1.number }
        self.end = end
    }

    /// What the runs have in common is taken from the first one's record; nil where that is of no series.
    package init?(_ runs: [SeriesRun], first: Record, end: SeriesEnd? = nil) {
        guard let place = first.plan.series else { return nil }
        self.init(
            runs,
            of: first.plan.experiment,
            place: place,
            jitter: first.plan.jitter,
            start: first.start,
            end: end
        )
    }

    /// How many runs were asked for.
    package var planned: Int { place.count }

    /// What a figure came to in each run that proves anything, in the order of the runs.
    ///
    /// A run that should have it and hasn't (a ledger that couldn't be read back) isn't left out: its value
    /// may have been anything, and likely was among the worst. Of a run that wasn't put to the whole test
    /// it is as bad as it was there, or worse. Empty where nothing is known in any run.
    package func values(of key: FigureKey) -> [Figure.Amount] {
        let standing = runs.filter { $0.standing != .void }
        let known = standing.compactMap { $0.figure(key)?.amount }.first { !$0.saysNothing }
        guard let known else { return [] }
        return standing.map { run in
            guard let figure = run.figure(key) else { return known.unknown }
            return run.standing == .partial ? figure.asBadOrWorse : figure.amount
        }
    }
}

/// What ended a series between two of its runs, and stands in no run's record.
package struct SeriesEnd: Hashable, Codable, Sendable {
    package var verdict: RunVerdict
    package var why: String

    package init(_ verdict: RunVerdict, _ why: String) {
        self.verdict = verdict
        self.why = why
    }
}

/// One run of a series: what of its record the series is judged by.
package struct SeriesRun: Hashable, Sendable {
    package var run: String
    package var number: Int
    package var seed: UInt64
    /// The random wait before the disaster; nil where there was none.
    package var jitter: Span?
    package var verdict: RunVerdict
    /// The verdict in a sentence, without its word.
    package var reason: String
    /// Both without the budgets that only a series can keep or break.
    package var apart: Apart
    package var standing: Standing
    /// Why it isn't whole.
    package var doubt: String?
    package var figures: [Figure]

    package init(
        run: String,
        number: Int,
        seed: UInt64,
        jitter: Span? = nil,
        verdict: RunVerdict,
        reason: String,
        apart: Apart? = nil,
        standing: Standing = .whole,
        doubt: String? = nil,
        figures: [Figure]
    ) {
        self.run = run
        self.number = number
        self.seed = seed
        self.jitter = jitter
        self.verdict = verdict
        self.reason = reason
        self.apart = apart ?? Apart(verdict: verdict, reason: reason)
        self.standing = standing
        self.doubt = doubt
        self.figures = figures
    }

    /// Nil where the record is of no series.
    package init?(_ record: Record) {
        guard let place = record.plan.series else { return nil }
        let judgement = record.judgement
        let (standing, doubt) = Standing.of(record)
        self.init(
            run: record.run,
            number: place.number,
            seed: record.start.seed,
            jitter: record.timeline.heldBack,
            verdict: judgement.verdict,
            reason: judgement.sentence,
            apart: record.apart,
            standing: standing,
            doubt: doubt,
            figures: judgement.figures
        )
    }

    package func figure(_ key: FigureKey) -> Figure? { figures.first { $0.key == key } }
}
