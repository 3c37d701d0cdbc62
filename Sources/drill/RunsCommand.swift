import ArgumentParser
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// `drill runs`: every run that is kept, newest last.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs that are kept, with verdict and figures."
    )

    @Option(help: "Only runs of this experiment.")
    var experiment: String?

    @Flag(help: "Machine-readable: an array with one object a run.")
    var json = false

    func run() throws {
        let store = Wiring.store
        let runs: [String]
        do throws(HistoryError) {
            runs = try store.runs()
        } catch {
            throw Failure.defect("the runs can't be listed: \(error.message)")
        }
        let rows = runs.map { Self.row($0, in: store) }.filter { row in
            experiment == nil || row.file?.experiment == experiment
        }
        guard !json else { return Terminal.write(try JSONText.of(rows.map(Listed.init))) }
        let text = RunList.text(
            rows,
            zone: LocalZone.at(Wiring.wallNs()),
            width: Terminal.isTerminal ? Terminal.size.columns : .max,
            colour: Wiring.hasColour
        )
        Terminal.write(text + "\n")
    }

    private struct Listed: Encodable {
        var run: String
        var running: Bool
        var unhealed: Int?
        /// As `record.json` has it; null while the run goes on or where it died.
        var record: RecordFile?

        init(_ row: RunList.Row) {
            run = row.run
            running = row.isRunning
            unhealed = row.unhealed
            record = row.file
        }
    }

    private static func row(_ run: String, in store: RunStore) -> RunList.Row {
        RunList.Row(
            run: run,
            file: file(run, in: store),
            isRunning: isRunning(run, in: store),
            unhealed: unhealed(run, in: store)
        )
    }

    /// Nil where there is no record, or none of a format that this version reads.
    private static func file(_ run: String, in store: RunStore) -> RecordFile? {
        do {
            let bytes = try Files.read("\(store.folder(of: run))/record.json")
            return try JSONDecoder().decode(RecordFile.self, from: Data(bytes))
        } catch {
            return nil
        }
    }

    private static func isRunning(_ run: String, in store: RunStore) -> Bool {
        // A lock that can't be looked at is somebody else's.
        do throws(HistoryError) { return try store.runner(of: run) != nil } catch { return true }
    }

    /// Nil where the journal can't be read: nobody knows.
    private static func unhealed(_ run: String, in store: RunStore) -> Int? {
        do throws(HistoryError) {
            let open = try store.open(run)
            return open.damage.isEmpty ? open.wounds.count : nil
        } catch {
            return nil
        }
    }
}
