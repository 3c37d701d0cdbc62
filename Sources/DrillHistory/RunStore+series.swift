import DrillModel
import DrillWire
import Foundation

// Series of runs: what links them stands in each run's plan; a series' own folder holds only its reports.
//
//     series/ID/  lock  report.html  report.md  series.json
extension RunStore {
    package func folder(ofSeries id: String) -> String { "\(path)/series/\(id)" }

    /// Every series' id, oldest first.
    package func series() throws(HistoryError) -> [String] {
        try Self.names(in: "\(path)/series").filter { Files.isFolder(folder(ofSeries: $0)) }
            .sorted()
    }

    /// Finds a series by its id or the end of it; nil where there is none of that name.
    package func findSeries(_ name: String) throws(HistoryError) -> String? {
        guard !name.isEmpty else { return nil }
        let all = try series()
        if all.contains(name) { return name }
        let matches = all.filter { $0.hasSuffix("-\(name)") }
        guard matches.count > 1 else { return matches.first }
        throw HistoryError("\(name) could be any of: \(matches.joined(separator: ", "))")
    }

    /// Makes a new series' folder and says, for as long as the result lives, that it goes on.
    package func createSeries(_ id: String) throws(HistoryError) -> SeriesFolder {
        let folder = folder(ofSeries: id)
        let lock: FileLock?
        do throws(FileError) {
            try Files.makeFolder(folder)
            for kept in ["\(path)/series", folder] { try Files.keepPrivate(kept) }
            let note = "\(ProcessInfo.processInfo.processIdentifier)"
            lock = try FileLock("\(folder)/lock", note: note)
        } catch {
            throw HistoryError("the series can't be kept: \(error.message)")
        }
        guard let lock else { throw HistoryError("another drill makes the series \(id)") }
        return SeriesFolder(path: folder, lock: lock)
    }

    /// Whether a process still makes runs of the series.
    package func isGoingOn(series id: String) throws(HistoryError) -> Bool {
        do throws(FileError) {
            return try FileLock.holder(of: "\(folder(ofSeries: id))/lock") != nil
        } catch {
            throw HistoryError("nobody knows whether \(id) still goes on: \(error.message)")
        }
    }

    /// The runs of a series, in their order, by what their plans say.
    ///
    /// A run whose plan can't be read is of no series.
    package func runs(ofSeries id: String) throws(HistoryError) -> [String] {
        let (stamp, slug) = (RunName.stamp(of: id), RunName.slug(ofSeries: id))
        var found: [(number: Int, run: String)] = []
        for run in try runs() where RunName.stamp(of: run) >= stamp && RunName.slug(of: run) == slug
        {
            guard let place = place(of: run), place.id == id else { continue }
            found.append((place.number, run))
        }
        return found.sorted { $0.number < $1.number }.map(\.run)
    }

    private struct Linked: Decodable { var series: SeriesPlace? }

    private func place(of run: String) -> SeriesPlace? {
        guard let bytes = try? Files.read("\(folder(of: run))/plan.json") else { return nil }
        return try? JSONDecoder().decode(Linked.self, from: Data(bytes)).series
    }
}

/// A series' folder while its runs are made.
package struct SeriesFolder: Sendable {
    package let path: String
    /// Held for as long as this value, or a copy of it, lives.
    let lock: FileLock

    /// Writes a whole file of the series.
    package func write(_ name: String, _ text: String) throws(HistoryError) {
        do throws(FileError) {
            try Files.replace("\(path)/\(name)", with: Array(text.utf8))
        } catch {
            throw HistoryError(error.message)
        }
    }
}
