import ArgumentParser
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// `drill schedule list`: what is scheduled on this machine, and how each ended last.
struct ScheduleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List what is scheduled on this machine and for its user, and how each ended last."
    )

    @Flag(help: "Machine-readable: an array with one object a schedule.")
    var json = false

    private struct Entry: Encodable {
        var name: String
        var file: String
        var calendar: String
        /// Of the user alone, not of the machine.
        var user: Bool
        /// `active`, `inactive`, …; null where systemd doesn't run this machine.
        var timer: String?
        /// As systemd writes it; where it doesn't run this machine, when it would begin.
        var next: String?
        /// What the run would no longer find: drill itself, the experiment.
        var missing: [String]
        /// The last that was kept in this state folder.
        var last: GameDayReport?
    }

    func run() async throws {
        var entries: [Entry] = []
        for isUsers in [false, true] {
            let folder = try UnitFolder(isUsers: isUsers)
            for (name, marks) in try folder.timers() {
                entries.append(await Self.entry(name, marks, in: folder))
            }
        }
        if json { return Terminal.write(try JSONText.of(entries)) }
        guard !entries.isEmpty else {
            return Terminal.write(
                "Nothing is scheduled: `drill schedule install FILE` does that.\n"
            )
        }
        for entry in entries { Terminal.write(Self.text(entry)) }
    }

    private static func entry(
        _ name: String,
        _ marks: [String: String],
        in folder: UnitFolder
    ) async -> Entry {
        var entry = Entry(
            name: name,
            file: marks["File"] ?? "",
            calendar: marks["Calendar"] ?? "",
            user: folder.isUsers,
            next: UnitFolder.isBooted ? nil : StartPreview.next(marks["Calendar"] ?? ""),
            missing: missing(name, marks, in: folder),
            last: last(of: name)
        )
        if UnitFolder.isBooted {
            let timer = "\(ScheduledRun.prefix)\(name).timer"
            entry.timer = await folder.asked(["show", "-P", "ActiveState", timer])
            let next = await folder.asked(["show", "-P", "NextElapseUSecRealtime", timer])
            entry.next = next.flatMap { $0.isEmpty ? nil : $0 }
        }
        return entry
    }

    private static func missing(
        _ name: String,
        _ marks: [String: String],
        in folder: UnitFolder
    ) -> [String] {
        let service = "\(ScheduledRun.prefix)\(name).service"
        guard let unit = try? folder.text(of: service) else { return [folder.path(of: service)] }
        let program = unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") }
            .flatMap { UnitText.words(String($0.dropFirst("ExecStart=".count)))?.first }
        return [program, marks["File"]].compactMap(\.self).filter { !Files.exists($0) }
    }

    /// A report that can't be read is no report; the file stays for whoever wants to look.
    private static func last(of name: String) -> GameDayReport? {
        let folder = GameDayTelling.folder(of: name)
        guard let newest = (try? Files.list(folder))?.filter({ $0.hasSuffix(".json") }).max(),
            let bytes = try? Files.read("\(folder)/\(newest)")
        else { return nil }
        return try? JSONDecoder().decode(GameDayReport.self, from: Data(bytes))
    }

    private static func text(_ entry: Entry) -> String {
        let state = entry.timer ?? "not started: systemd doesn't run this machine"
        var lines = [
            "\(entry.name)\(entry.user ? " (yours)" : "")",
            "  file      \(entry.file)",
            "  calendar  \(entry.calendar)",
            "  timer     \(state)\(entry.next.map { ", next \($0)" } ?? "")",
        ]
        for path in entry.missing {
            lines.append("  MISSING   \(path): the run can't begin; install it again")
        }
        if let last = entry.last {
            // The sentence may begin with the verdict itself.
            let said = last.reason.hasPrefix("\(last.verdict.word): ")
            let verdict = said ? "" : "\(last.verdict.word): "
            lines.append("  last      \(last.began) \(verdict)\(last.reason)")
            if let why = last.delivery?.why { lines.append("  webhook   not told: \(why)") }
        }
        return lines.map { Plain.oneLine($0) + "\n" }.joined()
    }
}
