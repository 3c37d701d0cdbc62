import DrillModel

/// A record put in the order in which its reader asks; every kind of report is a view of this.
struct RunReading {
    let record: Record
    /// T0, or the run's start where nothing was broken.
    let origin: Instant
    let originName: String
    let begin: Instant
    /// The run's end; what `drill heal` did later lies beyond it.
    let end: Instant

    init(_ record: Record) {
        self.record = record
        let events = record.timeline.events
        let first = events.first?.at ?? Instant(ns: 0)
        let samples = record.timeline.samples.values
        begin = min(first, samples.compactMap { $0.first?.sent }.min() ?? first)
        let last = samples.compactMap { $0.last?.sent }.max() ?? begin
        let ended = events.first { $0.kind == .ended }?.at
        // A run that was killed ended, as far as anybody saw, with its last sample.
        let seen = samples.allSatisfy(\.isEmpty) ? events.last?.at ?? last : last
        end = max(begin, max(ended ?? seen, last))
        origin = record.judgement.disaster ?? begin
        originName = record.judgement.disaster == nil ? "start" : "T0"
    }

    var plan: Plan { record.plan }
    var experiment: Experiment { record.plan.experiment }
    var judgement: Judgement { record.judgement }
    var events: [Event] { record.timeline.events }

    /// Seconds since the origin, with its sign: `+12.40`, `-3.00`.
    func seconds(_ instant: Instant) -> String {
        let span = instant - origin
        return (span.ns < 0 ? "-" : "+") + Shown.decimal(abs(span.inSeconds), places: 2)
    }

    func stamp(_ instant: Instant) -> String { "\(originName)\(seconds(instant)) s" }

    /// The verdict's first reason, without the verdict's word before it.
    var sentence: String { judgement.sentence }

    /// What else made the verdict so, worst first.
    var otherReasons: [String] { Array(judgement.reasons.dropFirst()) }

    /// What undoes what the run left; nil where nothing is said to be left.
    var heal: String? {
        guard judgement.verdict == .notRestored, struck == nil else { return nil }
        return "drill heal \(Plain.oneLine(record.run))"
    }

    /// Whether it is one runbook carried out by itself.
    var isRunbook: Bool { plan.isRunbook == true }

    var title: String { (isRunbook ? "runbook " : "") + experiment.name }

    /// What carries out the rest of a runbook; nil where nothing of it is left, or nothing was begun.
    var goOn: String? {
        guard isRunbook, wasBegun, judgement.verdict != .passed, !isWhole else { return nil }
        let file = experiment.file
        let words =
            [file.hasPrefix("-") ? "./\(file)" : file] + (plan.setting ?? []) + [
                "--resume", record.run,
            ]
        return Plain.oneLine(
            "drill runbook run " + words.map(Shell.quoted).joined(separator: " ")
        )
    }

    /// How far a runbook by itself came, and what it took, for sentences.
    var stepsTold: String {
        let left = standingSteps
        let done = left.filter { $0.result == .done }.count
        let before = left.filter { $0.doneIn != nil }.count
        let (passed, out) = (left.count(where: \.isPassedOver), left.count(where: \.isLeftOut))
        let undone = runbookSteps.count { $0.isUndo == true && $0.result == .done }
        let counts = [
            (before, "before"), (passed, "passed over"), (out, "left out"), (undone, "undone"),
        ].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }
        return "\(done) of \(stepCount) done\(counts.joined()); \(WorkTime(runbookSteps).shown)"
    }

    private var stepCount: Int { experiment.runbooks.first?.steps.count ?? 0 }

    /// Steps of the runbook's own that weren't taken back.
    private var standingSteps: [RunbookStepReport] {
        let undone = runbookSteps.filter { $0.isUndo == true && $0.result == .done }.map(\.path)
        return runbookSteps.filter { report in
            (report.path?.count ?? 1) == 1 && report.isUndo != true
                && !undone.contains(report.path)
        }
    }

    /// Whether nothing of a runbook by itself is left to be done.
    private var isWhole: Bool {
        let over = standingSteps.count { report in
            switch report.result {
            case .done, .passedOver, .skipped: true
            case .failed, .cancelled: false
            }
        }
        return over == stepCount
    }

    /// Who took what was left off the journal last, in words.
    var struck: String? {
        events.last { if case .struck = $0.kind { true } else { false } }.flatMap { event in
            guard case .struck(let what, let who) = event.kind else { return nil }
            return "\(who) struck \(what.listed) from the journal; drill didn't undo it"
        }
    }

    var undecided: [Figure] { judgement.figures.filter { $0.verdict == .inconclusive } }

    /// What would decide an inconclusive figure, as far as its interval tells.
    func decides(_ figure: Figure) -> String {
        let note = figure.note.map { " (\($0))" } ?? ""
        guard figure.name != .latency, case .span(let low?, _, let high?) = figure.amount,
            let name = figure.probe,
            let every = experiment.probe(name)?.every
        else { return figure.note ?? "a narrower interval" }
        return
            "the interval is \((high - low).shown) wide; a probe that looks more often than every "
            + "\(every) narrows it\(note)"
    }

    func last(_ figure: Figure) -> Figure? {
        record.last?.figures.first { $0.isSame(as: figure) }
    }

    /// Whether a step was begun: until then nothing is touched.
    var wasBegun: Bool { !steps.isEmpty }

    /// Where runbooks ran commands; a step that only verifies touches nothing.
    var hostsOfRunbooks: [String] {
        runbookSteps.compactMap { report in
            if case .skipped = report.result { return nil }
            let runbook = experiment.runbooks.first { $0.name == report.runbook }
            let step = runbook?.step(at: report.path ?? [report.number])
            return (report.isUndo == true ? step?.undo : step?.deed)?.place
        }.unique
    }

    struct StepRow: Hashable {
        var step: String
        var title: String
        var from: Instant
        var to: Instant?
        /// Nil: it never ended.
        var result: Event.StepResult?
    }

    var steps: [StepRow] {
        var rows: [StepRow] = []
        for event in events {
            switch event.kind {
            case .stepStarted(let step, let title):
                rows.append(StepRow(step: step, title: title, from: event.at))
            case .stepEnded(let step, let result):
                let open = rows.lastIndex { $0.step == step && $0.result == nil }
                if let open {
                    rows[open].to = event.at
                    rows[open].result = result
                }
            default: break
            }
        }
        return rows
    }

    /// Top-level steps of the plan that were never begun.
    var stepsNotReached: [String] {
        var begun = steps.map(\.title)
        return (experiment.prepare + experiment.method).map(\.title).filter { title in
            guard let index = begun.firstIndex(of: title) else { return true }
            begun.remove(at: index)
            return false
        }
    }

    /// As they ended; those of a runbook by itself as they are numbered, and after them what was taken back.
    var runbookSteps: [RunbookStepReport] {
        let reports = events.compactMap { event in
            if case .runbookStep(let report) = event.kind { report } else { nil }
        }
        guard isRunbook else { return reports }
        let steps = reports.filter { $0.isUndo != true }
            .sorted { ($0.path ?? []).lexicographicallyPrecedes($1.path ?? []) }
        return steps + reports.filter { $0.isUndo == true }
    }

    var actions: [ActionReport] {
        events.compactMap { event in
            if case .action(let action) = event.kind { action } else { nil }
        }
    }

    /// What went wrong or was done otherwise than planned, with its time where it has one.
    var remarks: [(at: Instant?, words: String)] {
        var remarks = judgement.deviations.map { (at: Instant?.none, words: $0) }
        for event in events {
            switch event.kind {
            case .note(let text): remarks.append((event.at, text))
            case .defect(let text):
                remarks.append((event.at, "drill itself failed at this: \(text)"))
            case .leaseLapsed, .leaseGone, .renewalFailed, .refused, .steadyFailed, .stopping:
                if let words = PlainLines.words(of: event.kind) {
                    remarks.append((event.at, words))
                }
            default: break
            }
        }
        return remarks
    }

    var lateness: [String: Span] { Lateness.recorded(events) }
}
