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
    let stop: StopSwitch
    private let store = Wiring.store

    init(_ asked: Reading.Asked, first: SeriesPlace, isConfirmed: Bool, stop: StopSwitch) {
        self.asked = asked
        self.first = first
        self.isConfirmed = isConfirmed
        self.stop = stop
    }

    /// How the series went.
    struct Outcome {
        var verdict: RunVerdict
        var isDeclined = false
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
        // What no record tells: a disk that was full, a signal between two runs.
        var verdicts: [RunVerdict] = []
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
                    stop: stop
                ).run(holding: &claims)
            } catch let failure as Failure {
                guard let begun else { throw failure }
                Terminal.writeError(failure.text)
                tell(runs, begun, [.error], folder)
                return Outcome(verdict: .error)
            }
            begun = begun ?? outcome.record
            if let run = SeriesRun(outcome.record) { runs.append(run) }
            took(outcome.record)
            verdicts.append(outcome.verdict)
            isDeclined = outcome.isDeclined
            given = outcome.record.plan.confirmation?.given ?? given
            if place.number == place.count { break }
            if let why = outcome.endsSeries(after: was) {
                Terminal.writeError("drill: no more runs of this series: \(why)\n")
                break
            }
            was = outcome
            guard await rest(place) else {
                Terminal.writeError(
                    "drill: stopped between two runs; \(place.number) of \(place.count) were made\n"
                )
                verdicts.append(.stopped)
                break
            }
            place = place.next
        }
        guard let begun else { return Outcome(verdict: .error) }
        let verdict = tell(runs, begun, verdicts.filter { $0 == .error || $0 == .stopped }, folder)
        return Outcome(verdict: verdict, isDeclined: isDeclined)
    }

    /// Waits out the pause.
    ///
    /// - Returns: false where the series is to end.
    private func rest(_ place: SeriesPlace) async -> Bool {
        let lookout = HaltLookout(store, stop: stop)
        defer { lookout.end() }
        Terminal.write("\npause of \(place.pause.inWords)\n")
        let end = Wiring.now() + place.pause
        while stop.reason == nil, Wiring.now() < end {
            await Wiring.sleep(min(end, Wiring.now() + .milliseconds(100)))
        }
        return stop.reason == nil
    }

    /// Shows the series as a whole and keeps its reports.
    ///
    /// - Returns: its verdict, and that of what no record tells.
    @discardableResult
    private func tell(
        _ runs: [SeriesRun],
        _ begun: Record,
        _ beside: [RunVerdict],
        _ folder: SeriesFolder
    ) -> RunVerdict {
        guard let series = RunSeries(runs, first: begun) else { return .error }
        let judgement = SeriesJudge.judge(series)
        Terminal.write("\n\(SeriesSummary.text(of: series, judgement))\n")
        var verdict = RunVerdict.worst([judgement.verdict] + beside)
        do throws(HistoryError) {
            for (name, text) in try SeriesKeeping.files(series, judgement) {
                try folder.write(name, text)
            }
            Terminal.write("report  \(folder.path)/report.html\n")
        } catch {
            Terminal.writeError(
                "drill: the reports of the series are not whole: \(error.message)\n"
            )
            verdict = RunVerdict.worst([verdict, .error])
        }
        return verdict
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
