/// When a step was carried out and did what it should, as a run's record tells.
package struct StepProof: Hashable, Sendable {
    package var step: RunbookStepPlace
    package var run: String
    /// Nanoseconds since 1970.
    package var wallNs: Int64
    /// The step as it was then.
    package var was: RunbookStep

    /// Of every step that was done in a run, whichever runbook included it.
    ///
    /// A step that was skipped, passed by or taken back proves nothing.
    package static func all(in plan: Plan, _ events: [Event]) -> [StepProof] {
        guard let begin = events.first, case .started(let start) = begin.kind else { return [] }
        let places = Dictionary(
            plan.experiment.runbooks.map { ($0.name, $0.places) },
            uniquingKeysWith: { first, _ in first }
        )
        return events.compactMap { event in
            guard case .runbookStep(let report) = event.kind, report.result == .done,
                report.isUndo != true, report.doneIn == nil,
                let (place, step) = places[report.runbook]?
                    .first(where: { $0.place.path == report.path ?? [report.number] })
            else { return nil }
            return StepProof(
                step: place,
                run: plan.run,
                wallNs: start.wallNs + (report.done - begin.at).ns,
                was: step
            )
        }
    }
}

/// How well the steps of a runbook are proven.
package struct ProvenStep: Hashable, Sendable {
    package var place: RunbookStepPlace
    package var host: String?
    /// The last time; nil is never.
    package var proof: StepProof?
    /// Whether it is another one since.
    package var isChanged: Bool

    /// Each step that does something itself.
    package static func all(_ runbook: Runbook, _ proofs: [StepProof]) -> [ProvenStep] {
        runbook.places.filter { !$0.step.isFrame }.map { place, step in
            let last = proofs.filter { $0.step.isSame(as: place) }.max { $0.wallNs < $1.wallNs }
            return ProvenStep(
                place: place,
                host: step.deed?.host,
                proof: last,
                isChanged: last.map { !step.isSameWork(as: $0.was) } ?? false
            )
        }
    }

    /// What is wrong with that, by the `prove-every` of the runbook that has the step.
    package func finding(of runbook: Runbook, now wallNs: Int64) -> RunbookFinding? {
        guard let every = runbook.proveEvery(of: place) else { return nil }
        guard let proof else {
            return RunbookFinding(
                .warning,
                "no drill has proven this step yet; it is to be proven every \(every.inDays)",
                step: place,
                fix: "carry it out in a drill: an experiment's step `runbook: FILE`"
            )
        }
        if isChanged {
            return RunbookFinding(
                .warning,
                "this step was changed since it was proven (\(proof.run))",
                step: place
            )
        }
        let age = Span(ns: wallNs - proof.wallNs)
        guard age > every else { return nil }
        return RunbookFinding(
            .warning,
            "this step was last proven \(age.inDays) ago (\(proof.run)); it is to be proven every"
                + " \(every.inDays)",
            step: place,
            fix: "carry it out in a drill again"
        )
    }
}

extension RunbookStep {
    /// Whether it only holds other steps.
    fileprivate var isFrame: Bool {
        switch deed {
        case .parallel, .include: true
        default: false
        }
    }
}

extension Runbook {
    /// That of the runbook in which the step stands; an included one may have its own.
    fileprivate func proveEvery(of place: RunbookStepPlace) -> Span? {
        var every = proveEvery
        var steps = self.steps
        for number in place.path.dropLast() {
            guard steps.indices.contains(number - 1) else { return every }
            switch steps[number - 1].deed {
            case .include(let include):
                every = include.runbook.proveEvery ?? every
                steps = include.runbook.steps
            case .parallel(let inner): steps = inner
            default: return every
            }
        }
        return every
    }
}

extension Span {
    /// `12 days`, `5 hours`; below an hour in minutes.
    package var inDays: String {
        let minutes = max(0, ns) / 60_000_000_000
        if minutes < 120 { return counted(Int(minutes), "minute") }
        let hours = minutes / 60
        return hours < 48 ? counted(Int(hours), "hour") : counted(Int(hours / 24), "day")
    }
}
