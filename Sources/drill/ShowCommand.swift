import ArgumentParser
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// `drill show RUN`: a run in a screenful.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the verdict, the figures and what was lost of a run, or of a series.",
        discussion:
            "Judged anew from what is on disk; the verdict's exit code is `drill run`'s alone."
    )

    @Argument(help: "A run's or a series' id, its last four digits, or `last`.")
    var name = "last"

    @Flag(help: "Machine-readable: as record.json, of a series as series.json.")
    var json = false

    func run() throws {
        switch try Kept.find(name) {
        case .run(let kept): try show(kept)
        case .series(let kept): try show(kept)
        }
    }

    private func show(_ kept: KeptSeries) throws {
        let judgement = kept.judgement
        guard !json else {
            return Terminal.write(try JSONText.of(kept.file))
        }
        Terminal.write(SeriesSummary.text(of: kept.series, judgement) + "\n")
        for note in kept.notes { Terminal.write("note    \(note)\n") }
        let report = "\(kept.folder)/report.html"
        let next = "none yet; `drill report \(name)` writes it"
        Terminal.write("report  \(Files.exists(report) ? report : next)\n")
    }

    private func show(_ kept: KeptRecord) throws {
        guard !json else {
            return Terminal.write(try JSONText.of(try kept.file()))
        }
        Terminal.write(RunSummary.text(kept.record, isHealed: kept.isHealed) + "\n")
        if kept.record.judgement.verdict == .notRestored, kept.isHealed, !kept.isStruck {
            // A disk that was full, a drill that was killed: the timeline ends early, the journal doesn't.
            Terminal.write("journal all was undone since; the timeline ends before that\n")
        }
        for note in kept.promises { Terminal.write("note    \(note)\n") }
        let report = "\(kept.folder)/report.html"
        // A run that goes on, or died, has none.
        Terminal.write(
            "report  \(Files.exists(report) ? report : "none yet; `drill report \(name)` writes it")\n"
        )
    }
}

extension RunSummary {
    /// As this terminal, or the pipe in its place, shows it: what `drill run` ends with, too.
    static func text(_ record: Record, isHealed: Bool = false) -> String {
        text(
            record,
            isHealed: isHealed,
            zone: LocalZone.at(record.start.wallNs),
            width: Terminal.isTerminal ? Terminal.size.columns : .max,
            colour: Wiring.hasColour
        )
    }
}

/// A run that a reading command was asked for.
struct KeptRecord {
    let record: Record
    let folder: String
    private let store: RunStore
    /// The budgets that it is judged by instead of its own, as they were given.
    private let judgedBy: [String]?
    /// Nothing is open in its journal.
    let isHealed: Bool
    /// What was open was taken off it by hand.
    var isStruck: Bool {
        record.timeline.events.contains { if case .struck = $0.kind { true } else { false } }
    }

    /// What of its budgets one run can't be judged by, a line each.
    var promises: [String] {
        record.plan.experiment.budgets.filter { $0.assurance != nil }.map {
            "\($0.label): one run is judged by its limit alone; `in:` is judged over several, of"
                + " `drill run --repeat`"
        }
    }

    /// As `record.json` has it.
    ///
    /// - Throws: `Failure.defect` where the run's files can't be read any more.
    func file() throws -> RecordFile {
        do throws(HistoryError) {
            return RecordFile(
                record,
                // The plan that was run had other budgets.
                planHash: judgedBy == nil ? PlanHash.of(folder) : nil,
                judgedBy: judgedBy,
                hashes: try store.hashes(of: record.run),
                timeline: try store.seal(of: record.run)
            )
        } catch {
            throw Failure.defect(error.message)
        }
    }

    /// - Throws: `Failure.usage` where there is no such run, `.defect` where its files can't be read,
    ///   `.problems` where a budget is wrong.
    init(_ name: String, budgets: [String] = []) throws {
        store = Wiring.store
        judgedBy = budgets.isEmpty ? nil : budgets
        let run: String
        do throws(HistoryError) {
            run = try store.find(name)
        } catch {
            throw Failure.usage(error.message)
        }
        let work: String?
        do throws(HistoryError) {
            let open = try store.open(run, isThorough: true)
            isHealed = open.isNothing
            work = try store.worker(on: run).map { Standing.words(of: $0, open) }
        } catch {
            throw Failure.defect(error.message)
        }
        if let work { throw Failure.usage("\(run): \(work); it can be judged once that is over") }
        let found: Record
        do throws(HistoryError) {
            found = try Keeping.record(of: run, in: store)
        } catch {
            throw Failure.defect(error.message)
        }
        record = try found.judged(by: budgets)
        folder = store.folder(of: run)
    }
}
