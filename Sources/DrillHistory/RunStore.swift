import DrillModel
import DrillWire
import Foundation

/// The state folder: `$DRILL_HOME`, by default the XDG state folder's `drill/`; one folder a run.
package struct RunStore: Sendable {
    package let path: String
    /// Whether somebody said by `DRILL_HOME` where it is.
    package let isGiven: Bool
    /// Where the claims of all state folders of this machine lie; nil for one that keeps to itself.
    let machineClaims: String?

    package init(_ path: String, machineClaims: String? = nil) {
        self.path = path
        self.machineClaims = machineClaims
        isGiven = true
    }

    /// As the environment says.
    ///
    /// Source: XDG Base Directory Specification 0.8, `$XDG_STATE_HOME`.
    package init(environment: [String: String]) {
        let home = environment["DRILL_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        isGiven = home != nil
        if let home {
            // Claims and messages are read elsewhere: there it must be the same place.
            path =
                home.hasPrefix("/")
                ? home : "\(FileManager.default.currentDirectoryPath)/\(home)"
        } else if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = "\(state)/drill"
        } else {
            path = "\(environment["HOME"] ?? "/root")/.local/state/drill"
        }
        // Everybody's, and gone with a restart (hier(7)); where it isn't everybody's, the other is.
        let place = ["/run/lock", "/tmp"].first(where: Files.isEverybodys)
        machineClaims = place.map { "\($0)/drill-claims" }
    }

    package func folder(of run: String) -> String { "\(path)/runs/\(run)" }

    /// Whether there is a state folder at all; without one nothing was ever run from here.
    package var isThere: Bool { Files.exists(path) }

    /// Why others than its user could take a halt or a journal from the state folder, and what to do; nil
    /// where they can't, or there is none.
    package var exposure: String? {
        // One that can't be looked at can't be worked in either, and that is told then.
        guard let owner = try? Files.owner(of: path), owner.isOthersToo else { return nil }
        let mode = String(owner.mode & 0o7777, radix: 8)
        let own = "set DRILL_HOME to a folder of your own"
        // Everybody's (/tmp): nothing to be changed there.
        let change = Files.isEverybodys(path) ? own : "run `chmod go-w \(path)`, or \(own)"
        return
            "others may write to the state folder \(path) (mode \(mode)), and so lift a halt or take"
            + " journals away: \(change)"
    }

    /// Every run's id, oldest first: ids begin with their second; within one, by when it was planned.
    ///
    /// - Throws: where the folder is there and can't be read: then nobody knows what was run.
    package func runs() throws(HistoryError) -> [String] {
        try Self.names(in: "\(path)/runs").filter { Files.isFolder(folder(of: $0)) }
            .map { run in (run: run, second: run.prefix(16)) }
            .sorted { one, other in
                guard one.second == other.second else { return one.second < other.second }
                let (first, second) = (planned(one.run), planned(other.run))
                return first == second ? one.run < other.run : first < second
            }
            .map(\.run)
    }

    /// When a run's plan was written, which happens once; nanoseconds since 1970, 0 where there is none.
    private func planned(_ run: String) -> Int64 {
        Files.modifiedNs("\(folder(of: run))/plan.json") ?? 0
    }

    /// The names in a folder; none where there is no such folder.
    static func names(in folder: String) throws(HistoryError) -> [String] {
        do throws(FileError) {
            return try Files.list(folder)
        } catch {
            if error.isAbsence { return [] }
            throw HistoryError(error.message)
        }
    }

    /// Finds a run by its id, the end of its id (`7f3a`), or `last`.
    package func find(_ name: String) throws(HistoryError) -> String {
        let runs = try runs()
        if name == "last", let last = runs.last { return last }
        if runs.contains(name) { return name }
        let matches =
            name.isEmpty ? [] : runs.filter { $0.hasSuffix("-\(name)") || $0.hasPrefix(name) }
        if matches.count == 1, let match = matches.first { return match }
        if matches.isEmpty {
            throw HistoryError(
                "there is no run \(name.isEmpty ? "without a name" : name) under \(path)/runs; `drill runs` lists what there is"
            )
        }
        throw HistoryError("\(name) could be any of: \(matches.joined(separator: ", "))")
    }

    /// Makes a new run's folder, or opens one that is there, and holds its lock for as long as the
    /// result lives.
    ///
    /// - Throws: `isHeld` where somebody else holds it.
    package func create(
        _ run: String,
        as role: Worker.Role = .runner
    ) throws(HistoryError) -> RunFolder {
        do {
            try Files.makeFolder(folder(of: run))
            // `$DRILL_HOME` itself may be anybody's folder; what lies in it is drill's own.
            for kept in ["\(path)/runs", folder(of: run)] { try Files.keepPrivate(kept) }
            return try RunFolder(folder(of: run), run: run, role: role)
        } catch let error as FileError {
            throw HistoryError("the run can't be kept: \(error.message)")
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError("the run can't be kept: \(error)")
        }
    }

    /// Who is at work on the run now; nil where nobody is.
    package func worker(on run: String) throws(HistoryError) -> Worker? {
        do throws(FileError) {
            return try FileLock.holder(of: "\(folder(of: run))/lock").map(Worker.init(note:))
        } catch {
            throw HistoryError("nobody knows whether \(run) still goes on: \(error.message)")
        }
    }
}

package struct HistoryError: Error, Hashable, Sendable {
    package var message: String
    /// Another process holds the run.
    package var isHeld = false

    package init(_ message: String) { self.message = message }
}

/// A process that has a run to itself.
package struct Worker: Hashable, Sendable {
    package enum Role: String, Sendable {
        /// It carries the run out.
        case runner
        /// The run's process died, and it heals what that left.
        case guardian
        /// `drill heal`.
        case healer
    }

    /// Its number.
    package var process: String
    package var role: Role

    /// What stands in the run's lock: the number and the role.
    init(note: String) {
        let words = note.split(separator: " ").map(String.init)
        process = words.first ?? "?"
        role = words.dropFirst().first.flatMap(Role.init) ?? .runner
    }
}
