import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// A series: one experiment again and again, each time as a run of its own.
///
/// Each run surveys, plans, waits for its steady state, is judged and kept by itself. What holds all along:
/// the signals and halts that end it, also in a pause; its targets, which no other run gets in between; and
/// what was typed to confirm it.
struct Repeating {
    let asked: Reading.Asked
    let first: SeriesPlace
    let isConfirmed: Bool
    let runbooks: RunbookChoice
    let stop: StopSwitch
    private let store = Wiring.store

    init(
        _ asked: Reading.Asked,
        first: SeriesPlace,
        isConfirmed: Bool,
        runbooks: RunbookChoice,
        stop: StopSwitch
    ) {
        self.asked = asked
        self.first = first
        self.isConfirmed = isConfirmed
        self.runbooks = runbooks
        self.stop = stop
    }

    /// How the series went.
    struct Outcome {
        var verdict: RunVerdict
        var isDeclined = false
        /// Nil of a run by itself.
        var series: (RunSeries, SeriesJudgement)?
    }

    /// Runs until all are done or one says that no more should follow.
    ///
    /// `took` gets each run's record.
    ///
    /// - Throws: `Failure` where nothing was touched.
    func run(_ took: (Record) -> Void) async throws -> Outcome {
        let folder: SeriesFolder
        if let exposure = store.exposure {
            throw Failure.defect("nothing was touched: \(exposure)")
        }
        do throws(HistoryError) {
            folder = try store.createSeries(first.id)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
        var place = first
        var runs: [SeriesRun] = []
        var begun: Record?
        var claims: Claims?
        var end: SeriesEnd?
        var given = isConfirmed ? Confirming.byOption : nil
        var isDeclined = false
        var was: Drilling.Outcome?
        while true {
            Terminal.write("\nrun \(place.number) of \(place.count)\n")
            let outcome: Drilling.Outcome
            do {
                outcome = try await Drilling(
                    asked,
                    seed: place.runSeed,
                    series: place,
                    confirmed: given,
                    runbooks: runbooks,
                    stop: stop
                ).run(holding: &claims)
            } catch let failure as Failure {
                guard begun != nil else { throw failure }
                Terminal.writeError(failure.text)
                end = SeriesEnd(.error, "run \(place.number): \(Plain.oneLine(failure.text))")
                break
            }
            begun = begun ?? outcome.record
            if let run = SeriesRun(outcome.record) { runs.append(run) }
            took(outcome.record)
            isDeclined = outcome.isDeclined
            given = outcome.record.plan.confirmation?.given ?? given
            if place.number == place.count { break }
            if let why = outcome.endsSeries(after: was) {
                Terminal.writeError("drill: no more runs of this series: \(why)\n")
                break
            }
            was = outcome
            if let reason = await rest(place) {
                let made = "\(place.number) of \(place.count) were made"
                end = SeriesEnd(.stopped, "between two runs, \(Self.words(of: reason)); \(made)")
                Terminal.writeError("drill: stopped between two runs; \(made)\n")
                break
            }
            place = place.next
        }
        guard let begun, let series = RunSeries(runs, first: begun, end: end) else {
            return Outcome(verdict: .error)
        }
        var judgement = SeriesJudge.judge(series)
        Terminal.write("\n\(SeriesSummary.text(of: series, judgement))\n")
        if let unkept = keep(series, judgement, in: folder) {
            Terminal.writeError("drill: \(unkept)\n")
            judgement.verdict = RunVerdict.worst([judgement.verdict, .error])
            judgement.reasons.insert("\(judgement.verdict.word): \(unkept)", at: 0)
        } else {
            Terminal.write("report  \(folder.path)/report.html\n")
        }
        return Outcome(
            verdict: judgement.verdict,
            isDeclined: isDeclined,
            series: (series, judgement)
        )
    }

    private static func words(of reason: Event.Stop) -> String {
        switch reason {
        case .signal(let name): "by \(name)"
        case .halted(let by): "every run was halted \(by)"
        case .guarded(let why): why
        }
    }

    /// Waits out the pause.
    ///
    /// - Returns: why the series is to end; nil where it goes on.
    private func rest(_ place: SeriesPlace) async -> Event.Stop? {
        let lookout = HaltLookout(store, stop: stop)
        defer { lookout.end() }
        Terminal.write("\npause of \(place.pause.inWords)\n")
        let end = Wiring.now() + place.pause
        while stop.reason == nil, Wiring.now() < end {
            await Wiring.sleep(min(end, Wiring.now() + .milliseconds(100)))
        }
        return stop.reason
    }

    /// - Returns: what couldn't be kept, in words.
    private func keep(
        _ series: RunSeries,
        _ judgement: SeriesJudgement,
        in folder: SeriesFolder
    ) -> String? {
        do throws(HistoryError) {
            for (name, text) in try SeriesKeeping.files(series, judgement) {
                try folder.write(name, text)
            }
            return nil
        } catch {
            return "the reports of the series are not whole: \(error.message)"
        }
    }
}

extension Drilling.Outcome {
    /// Why no run of the series should follow this one; nil where the next may.
    ///
    /// What was refused would be refused again. A system that isn't steady may only need longer than the
    /// pause; but not twice in a row.
    fileprivate func endsSeries(after was: Drilling.Outcome?) -> String? {
        switch verdict {
        case .stopped, .notRestored, .error: "this one ended as \(verdict.word)"
        case .notStarted where !record.plan.refusals.isEmpty: "this one was refused"
        case .notStarted where was?.verdict == .notStarted:
            "steady state didn't hold twice in a row"
        case .notStarted, .passed, .failed, .inconclusive: nil
        }
    }
}
