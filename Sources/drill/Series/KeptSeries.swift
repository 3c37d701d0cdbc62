import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// A run or a series that a reading command was asked for.
enum Kept {
    case run(KeptRecord)
    case series(KeptSeries)

    /// `budgets` take the place of those that the plans have of the same figures.
    ///
    /// - Throws: `Failure.usage` where there is neither, `.defect` where its files can't be read, `.problems`
    ///   where a budget is wrong.
    static func find(_ name: String, budgets: [String] = []) throws -> Kept {
        let store = Wiring.store
        let id: String?
        do throws(HistoryError) {
            id = try store.findSeries(name)
        } catch {
            throw Failure.usage(error.message)
        }
        guard let id else { return .run(try KeptRecord(name, budgets: budgets)) }
        if id != name, let run = try? store.find(name) {
            throw Failure.usage("\(name) could be the series \(id) or the run \(run)")
        }
        return .series(try KeptSeries(id, budgets: budgets))
    }
}

/// A series as its runs were kept, judged anew.
struct KeptSeries {
    let series: RunSeries
    let folder: String
    /// A process still makes runs of it.
    let isGoingOn: Bool
    /// What stands against taking all of its runs, a line each.
    let notes: [String]
    /// The budgets that it is judged by instead of its own, as they were given.
    let judgedBy: [String]?

    var judgement: SeriesJudgement { SeriesJudge.judge(series) }

    init(_ id: String, budgets: [String] = []) throws {
        let store = Wiring.store
        folder = store.folder(ofSeries: id)
        judgedBy = budgets.isEmpty ? nil : budgets
        var runs: [SeriesRun] = []
        var notes: [String] = []
        var first: Record?
        let names: [String]
        do throws(HistoryError) {
            isGoingOn = try store.isGoingOn(series: id)
            names = try store.runs(ofSeries: id)
        } catch {
            throw Failure.defect(error.message)
        }
        for run in names {
            let record: Record
            do throws(HistoryError) {
                if try store.worker(on: run) != nil {
                    notes.append("\(run) still goes on, and counts as not sure until it is over")
                    continue
                }
                record = try Keeping.alone(run, in: store)
            } catch {
                notes.append("\(run) can't be read, and counts as not sure: \(error.message)")
                continue
            }
            let judged = try record.judged(by: budgets)
            first = first ?? judged
            if let run = SeriesRun(judged) { runs.append(run) }
        }
        if isGoingOn { notes.insert("the series \(id) still goes on", at: 0) }
        guard let first, let series = RunSeries(runs, first: first, end: try Self.end(in: folder))
        else {
            throw Failure.usage(
                "no run of \(id) can be read yet"
                    + notes.map { "; \($0)" }.joined()
            )
        }
        self.series = series
        self.notes = notes
    }

    /// As `series.json` has it.
    var file: SeriesFile { SeriesFile(series, judgement, judgedBy: judgedBy) }

    /// What ended it between two runs, as it was kept then.
    private static func end(in folder: String) throws -> SeriesEnd? {
        let path = "\(folder)/\(SeriesKeeping.end)"
        guard Files.exists(path) else { return nil }
        do {
            return try JSONDecoder().decode(SeriesEnd.self, from: Data(try Files.read(path)))
        } catch {
            throw Failure.defect(
                "\(path), which tells how the series ended, can't be read: \(undecoded(error))"
            )
        }
    }

    /// Every run's record, one after another: they may be too many to be held at once.
    func records() throws -> [Record] {
        let store = Wiring.store
        do throws(HistoryError) {
            var records: [Record] = []
            for run in series.runs { records.append(try Keeping.alone(run.run, in: store)) }
            return records
        } catch {
            throw Failure.defect(error.message)
        }
    }
}

extension Record {
    /// The same with these budgets in the place of those of the same figures.
    func judged(by options: [String]) throws -> Record {
        guard !options.isEmpty else { return self }
        var record = self
        do throws(Problems) {
            let budgets = try BudgetOption.budgets(options, for: plan.experiment)
            record.plan.experiment.budgets = plan.experiment.budgets.replaced(by: budgets)
        } catch {
            throw Failure.problems(error)
        }
        record.judgement = Judge.judge(record.plan, timeline)
        return record
    }
}
