package import DrillEngine
import DrillModel
import DrillWire
import Foundation

/// The state folder: `$DRILL_HOME`, by default the XDG state folder's `drill/`; one folder a run.
package struct RunStore: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// As the environment says.
    ///
    /// Source: XDG Base Directory Specification 0.8, `$XDG_STATE_HOME`.
    package init(environment: [String: String]) {
        if let home = environment["DRILL_HOME"], !home.isEmpty {
            path = home
        } else if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = "\(state)/drill"
        } else {
            path = "\(environment["HOME"] ?? "/root")/.local/state/drill"
        }
    }

    package func folder(of run: String) -> String { "\(path)/runs/\(run)" }

    /// Every run's id, oldest first (ids begin with their time).
    package var runs: [String] { Files.list("\(path)/runs") }

    /// Finds a run by its id, the end of its id (`7f3a`), or `last`.
    package func find(_ name: String) throws(HistoryError) -> String {
        let runs = runs
        if name == "last", let last = runs.last { return last }
        if runs.contains(name) { return name }
        let matches = runs.filter { $0.hasSuffix("-\(name)") || $0.hasPrefix(name) }
        if matches.count == 1, let match = matches.first { return match }
        if matches.isEmpty {
            throw HistoryError(
                "there is no run \(name) under \(path)/runs; `drill runs` lists what there is"
            )
        }
        throw HistoryError("\(name) could be any of: \(matches.joined(separator: ", "))")
    }

    /// Makes a new run's folder, and holds its lock for as long as the result lives.
    package func create(_ run: String) throws(HistoryError) -> RunFolder {
        do {
            try Files.makeFolder(folder(of: run))
            return try RunFolder(folder(of: run), run: run)
        } catch let error as FileError {
            throw HistoryError("the run can't be kept: \(error.message)")
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError("the run can't be kept: \(error)")
        }
    }

    /// What a run left broken: broken and not healed, in the order in which it was broken.
    ///
    /// A torn last line is what a crash in the middle of an append leaves; its fault was never begun.
    package func wounds(of run: String) throws(HistoryError) -> [Wound] {
        let path = "\(folder(of: run))/journal.jsonl"
        guard Files.exists(path) else { return [] }
        var open: [Wound] = []
        for entry in try Lines.decode(JournalEntry.self, from: path) {
            switch entry {
            case .broken(let wound): open.append(wound)
            case .healed(let fault, let host):
                open.removeAll { $0.fault == fault && $0.procedure.target == host }
            }
        }
        return open
    }

    /// Whether a process is still carrying the run out.
    package func isRunning(_ run: String) -> Bool {
        let path = "\(folder(of: run))/lock"
        guard Files.exists(path) else { return false }
        do { return try FileLock(path) == nil } catch { return false }
    }
}

package struct HistoryError: Error, Hashable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}
