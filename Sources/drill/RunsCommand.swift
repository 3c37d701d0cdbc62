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
            guard let experiment else { return true }
            return row.file.map { $0.experiment == experiment }
                ?? row.run.contains("-\(experiment)-")
        }
        try store.checkPlace("there are no runs to list")
        guard !json else { return Terminal.write(try JSONText.of(rows.map(Listed.init))) }
        if rows.isEmpty, let experiment, !runs.isEmpty {
            return Terminal.write("no run of \(experiment); `drill runs` lists all\n")
        }
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
        /// Those of them whose lease is over, and that nobody looked at since.
        var lapsed: Int
        /// Those of them whose hosts said that the undo failed.
        var undoFailed: Int
        /// As `record.json` has it; left out while the run goes on, where it died, and where that file
        /// can't be read: `unreadable` says why.
        var record: RecordFile?
        var unreadable: String?

        init(_ row: RunList.Row) {
            run = row.run
            running = row.isRunning
            unhealed = row.unhealed
            lapsed = row.lapsed
            undoFailed = row.undoFailed
            record = row.file
            unreadable = row.unreadable
        }
    }

    private static func row(_ run: String, in store: RunStore) -> RunList.Row {
        let (file, unreadable) = file(run, in: store)
        let (unhealed, lapsed, undoFailed) = unhealed(run, in: store)
        return RunList.Row(
            run: run,
            file: file,
            unreadable: unreadable,
            isRunning: isRunning(run, in: store),
            unhealed: unhealed,
            lapsed: lapsed,
            undoFailed: undoFailed
        )
    }

    private struct Format: Decodable { var format: Int }

    /// Neither a record nor a reason where there is no record.
    private static func file(_ run: String, in store: RunStore) -> (RecordFile?, String?) {
        let bytes: Data
        do throws(FileError) {
            bytes = Data(try Files.read("\(store.folder(of: run))/record.json"))
        } catch {
            return (nil, error.errno == ENOENT ? nil : "record.json: \(error.reason)")
        }
        do {
            let format = try JSONDecoder().decode(Format.self, from: bytes).format
            guard format == RecordFile.format else {
                return (
                    nil, "record.json has format \(format), this drill reads \(RecordFile.format)"
                )
            }
            return (try JSONDecoder().decode(RecordFile.self, from: bytes), nil)
        } catch {
            return (nil, "record.json is damaged, or no record of drill's")
        }
    }

    private static func isRunning(_ run: String, in store: RunStore) -> Bool {
        // A lock that can't be looked at is somebody else's.
        do throws(HistoryError) { return try store.worker(on: run) != nil } catch { return true }
    }

    /// Nil where the journal can't be read: nobody knows.
    private static func unhealed(
        _ run: String,
        in store: RunStore
    ) -> (Int?, lapsed: Int, undoFailed: Int) {
        do throws(HistoryError) {
            let open = try store.open(run)
            guard open.damage.isEmpty, open.lost.isEmpty else { return (nil, 0, 0) }
            guard !open.wounds.isEmpty else { return (0, 0, 0) }
            let (leases, now) = (try store.leaseEnds(of: run), Wiring.wallNs())
            return (
                open.wounds.count,
                open.wounds.count { leases.isLapsed($0, at: now) },
                open.wounds.count { leases.seen($0).undoFailed != nil }
            )
        } catch {
            return (nil, 0, 0)
        }
    }
}
