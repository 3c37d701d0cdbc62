/// The stretch in which a runbook was carried out, and all that is known of its steps.
struct CarriedRunbook: Hashable, Sendable {
    var name: String
    var from: Instant
    var to: Instant
    /// Those of its own steps, of all inside of them, and of what took them back, as they began.
    var reports: [RunbookStepReport]
    /// The number of its own step that came last.
    private var number: Int

    private init(_ report: RunbookStepReport) {
        name = report.runbook
        from = report.started
        to = report.done
        reports = [report]
        number = report.isOwn ? report.number : 0
    }

    /// In the order in which they began; a new one wherever steps are counted anew.
    static func all(_ events: [Event]) -> [CarriedRunbook] {
        let reports = events.compactMap { event in
            if case .runbookStep(let report) = event.kind { report } else { nil }
        }
        let sorted = reports.sorted {
            ($0.started, $0.path?.count ?? 1) < ($1.started, $1.path?.count ?? 1)
        }
        return sorted.reduce(into: []) { all, report in
            let last = all.lastIndex { $0.name == report.runbook }
            guard let last, !report.isOwn || report.number > all[last].number else {
                all.append(CarriedRunbook(report))
                return
            }
            all[last].reports.append(report)
            all[last].to = max(all[last].to, report.done)
            if report.isOwn { all[last].number = report.number }
        }
    }

    /// Machine time and human time; a moment at which both were at work is the person's.
    var work: WorkTime { WorkTime(reports) }

    /// Those of its own steps, not of steps inside of them, nor of taking them back.
    var own: [RunbookStepReport] { reports.filter(\.isOwn) }

    /// Every own step that began before `end` did what it should, or was left out.
    func isWhole(until end: Instant) -> Bool {
        own.filter { $0.started < end }.allSatisfy { report in
            switch report.result {
            case .done, .passedOver, .skipped: true
            case .failed, .cancelled: false
            }
        }
    }

    /// Failed steps that made it fail, each where it happened.
    ///
    /// A step that others are inside of fails because of them; what an optional step has inside may fail.
    var failed: [RunbookStepReport] {
        let all = reports.filter { $0.isUndo != true }
        return reports.filter { report in
            guard case .failed = report.result, !report.isOptional else { return false }
            if report.isUndo == true { return true }
            let around = all.filter { $0.isAround(report) }
            let isToldInside = all.contains { inner in
                guard case .failed = inner.result, !inner.isOptional else { return false }
                return report.isAround(inner)
            }
            return !isToldInside
                && around.allSatisfy { if case .failed = $0.result { true } else { false } }
        }
    }
}

extension RunbookStepReport {
    /// Whether it failed and, being optional, held up nothing.
    package var isPassedOver: Bool { if case .passedOver = result { true } else { false } }

    /// Whether nothing was done, in an earlier run either.
    package var isLeftOut: Bool { if case .skipped = result { doneIn == nil } else { false } }

    /// Whether it is of a step of the runbook that was carried out, not of one inside, nor of taking it back.
    fileprivate var isOwn: Bool { (path?.count ?? 1) <= 1 && isUndo != true }

    fileprivate func isAround(_ other: RunbookStepReport) -> Bool {
        let (own, inner) = (path ?? [number], other.path ?? [other.number])
        return own.count < inner.count && inner.starts(with: own)
    }

    /// `promote, step 2 of 3, tell customers`, for sentences.
    var called: String {
        let place =
            (path ?? []).count > 1
            ? (path ?? []).map(String.init).joined(separator: ".") : "\(number) of \(count)"
        return "\(runbook), step \(place), \(title)\(isUndo == true ? ", taking it back" : "")"
    }
}
