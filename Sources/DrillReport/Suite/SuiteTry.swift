package import DrillModel

/// What is kept of one try of an experiment, a run or a whole series, for the reports of a suite.
///
/// Not its record: the samples of many runs would be too much to hold.
package struct SuiteTry: Sendable {
    package struct Row: Hashable, Codable, Sendable {
        package var name: String
        package var of: String
        package var measured: String
        package var budget: String
        /// Nil without a budget.
        package var verdict: Verdict?
    }

    package var verdict: RunVerdict
    package var reason: String
    package var otherReasons: [String] = []
    package var runs: [String] = []
    /// Only where it was a series.
    package var series: String?
    package var figures: [Row] = []
    /// Where its report lies.
    package var report: String?
    package var lasted: Span = .zero
    package var findings: [SuiteFinding] = []
    var suites: [JUnitSuite] = []

    /// Of a run that left no record.
    package init(_ verdict: RunVerdict, _ reason: String) {
        self.verdict = verdict
        self.reason = reason
    }

    package init(_ record: Record, report: String) {
        let reading = RunReading(record)
        verdict = record.judgement.verdict
        reason = reading.sentence
        otherReasons = reading.otherReasons
        runs = [record.run]
        figures = record.judgement.figures.map { figure in
            Row(
                name: figure.label,
                of: Words.of(figure),
                measured: Words.measured(figure),
                budget: Words.limit(figure.budget),
                verdict: figure.verdict
            )
        }
        self.report = report
        findings = RunFindings(reading).all
        suites = [JUnitSuite(record)]
    }

    package init(
        _ series: RunSeries,
        _ judgement: SeriesJudgement,
        runs records: [Record],
        report: String
    ) {
        let words = SeriesWords(series: series, judgement: judgement)
        verdict = judgement.verdict
        reason = words.sentence
        otherReasons = words.otherReasons
        runs = series.runs.map(\.run)
        self.series = series.id
        figures = judgement.figures.map { figure in
            Row(
                name: figure.key.label,
                of: figure.key.subject,
                measured: "median \(SeriesWords.value(figure.spread?.median))",
                budget: Words.limit(figure.budget),
                verdict: figure.verdict
            )
        }
        self.report = report
        let budgets = judgement.figures.compactMap { figure -> SuiteFinding? in
            guard let verdict = figure.verdict, verdict != .passed,
                let budget = series.experiment.budget(for: figure.key)
            else { return nil }
            return .about(budget, figure.key, verdict, figure.sentence, in: series.experiment)
        }
        findings = (budgets + records.flatMap { RunFindings(RunReading($0)).steps }).unique
        suites =
            records.map { JUnitSuite($0, isInSeries: true) } + [JUnitSuite(series, judgement)]
    }

    /// Takes in how its process ended, which knows of more than the record: that it couldn't be kept, say.
    package mutating func ended(as exit: RunVerdict, _ why: String) {
        let worst = RunVerdict.worst([verdict, exit])
        guard worst != verdict else { return }
        verdict = worst
        otherReasons.insert(reason, at: 0)
        reason = why
    }

    /// The figures that are held to a budget, in one line: `downtime of shop 1.2–1.3 s, budget ≤ 2s`.
    package var budgetsShown: String {
        figures.filter { $0.verdict != nil }
            .map { row in
                let of = row.of == "all" ? "" : " of \(row.of)"
                return "\(row.name)\(of) \(row.measured), budget \(row.budget)"
            }.joined(separator: "; ")
    }
}

/// What of a run is to be seen to, with the lines of the files that it is about.
struct RunFindings {
    let reading: RunReading

    init(_ reading: RunReading) { self.reading = reading }

    private var experiment: Experiment { reading.experiment }
    private var file: Position { Position(file: experiment.file, line: 1, column: 1) }

    var all: [SuiteFinding] { budgets + steps + faults }

    private var budgets: [SuiteFinding] {
        reading.judgement.figures.compactMap { figure in
            guard let verdict = figure.verdict, verdict != .passed,
                let budget = experiment.budget(for: figure.key)
            else { return nil }
            let note = figure.note.map { "; \($0)" } ?? ""
            return .about(
                budget,
                figure.key,
                verdict,
                "it is \(Words.measured(figure)), budget \(Words.limit(figure.budget))\(note)",
                in: experiment
            )
        }
    }

    /// Steps of the method and of runbooks that failed.
    var steps: [SuiteFinding] {
        let own = reading.steps.compactMap { row -> SuiteFinding? in
            guard case .failed(let why) = row.result else { return nil }
            let step = placed.first { $0.title == row.title }
            // What failed in it is told by itself.
            if case .parallel = step?.kind { return nil }
            if case .runbook(let runbook) = step?.kind,
                reading.runbookSteps.contains(where: { $0.runbook == runbook.name && $0.hasFailed })
            {
                return nil
            }
            return SuiteFinding(
                .error,
                at: step?.position ?? file,
                title: "\(experiment.name): \(row.title) failed",
                why
            )
        }
        return own
            + reading.runbookSteps.filter(\.hasFailed).map { report in
                let runbook = experiment.runbooks.first { $0.name == report.runbook }
                let index = report.number - 1
                let step = runbook.flatMap {
                    $0.steps.indices.contains(index) ? $0.steps[index] : nil
                }
                var why = ""
                if case .failed(let words) = report.result { why = words }
                return SuiteFinding(
                    .error,
                    at: step?.position ?? file,
                    title: "\(experiment.name): \(report.runbook), \(report.title) failed",
                    why
                )
            }
    }

    private var faults: [SuiteFinding] {
        reading.faults.compactMap { fault in
            let remarks = fault.remarks.isEmpty ? "" : ": " + fault.remarks.joined(separator: "; ")
            let words: String
            if fault.settled == false {
                words = "not all is as before\(remarks)"
            } else if fault.effective == false {
                words = "it \(reading.lost(fault) ?? "did not take effect")\(remarks)"
            } else {
                return nil
            }
            let step = placed.first { step in
                if case .fault(let placed) = step.kind { placed.id == fault.id } else { false }
            }
            return SuiteFinding(
                .error,
                at: step?.position ?? file,
                title: "\(experiment.name): the fault \(fault.id)",
                words
            )
        }
    }

    /// Every step, those of `parallel` too.
    private var placed: [Step] {
        func flat(_ steps: [Step]) -> [Step] {
            steps.flatMap { step -> [Step] in
                if case .parallel(let inner) = step.kind { [step] + flat(inner) } else { [step] }
            }
        }
        return flat(experiment.prepare + experiment.method)
    }
}

extension RunbookStepReport {
    fileprivate var hasFailed: Bool {
        if case .failed = result { !isOptional } else { false }
    }
}

extension SuiteFinding {
    /// A budget that was missed, or can't be told.
    static func about(
        _ budget: Budget,
        _ key: FigureKey,
        _ verdict: Verdict,
        _ words: String,
        in experiment: Experiment
    ) -> SuiteFinding {
        let of = key.probe == nil ? "" : " of \(key.subject)"
        return SuiteFinding(
            .error,
            at: budget.position ?? Position(file: experiment.file, line: 1, column: 1),
            title: "\(experiment.name): \(key.label)\(of) \(verdict.rawValue)",
            words
        )
    }
}
