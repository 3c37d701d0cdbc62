import DrillModel
import DrillWire
import Foundation

/// What systemd itself says of a calendar and of units, where it is there to be asked.
enum UnitCheck {
    /// What came of asking whether a calendar is one.
    enum Calendar {
        case right
        case wrong(String)
        case nobodyKnows
    }

    static func calendar(_ text: String) async -> Calendar {
        let words = ["systemd-analyze", "calendar", "--", text]
        guard let outcome = try? await UnitFolder.run(words) else { return .nobodyKnows }
        guard outcome.exit != .code(0) else { return .right }
        let said = String(decoding: outcome.errors, as: UTF8.self)
        return said.contains("calendar")
            ? .wrong(Plain.oneLine(said.trimmingCharacters(in: .whitespacesAndNewlines)))
            : .nobodyKnows
    }

    /// - Throws: `Failure.defect` where systemd has something against a unit.
    static func verify(_ scheduled: ScheduledRun, isUsers: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/drill-units-\(Wiring.process)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let service = "\(folder)/\(scheduled.serviceName)"
        let timer = "\(folder)/\(scheduled.timerName)"
        do throws(FileError) {
            try Files.makeFolder(folder)
            try Files.replace(service, with: Array(scheduled.service.utf8))
            try Files.replace(timer, with: Array(scheduled.timer.utf8))
        } catch {
            throw Failure.defect("\(error.path) can't be written: \(error.reason)")
        }
        let words = ["systemd-analyze", "verify", "--man=no"] + (isUsers ? ["--user"] : [])
        guard let outcome = try? await UnitFolder.run(words + [service, timer]) else { return }
        // What is said of other units of the machine is no matter of these.
        let said = String(decoding: outcome.errors, as: UTF8.self).split(separator: "\n")
            .filter { $0.contains(scheduled.serviceName) || $0.contains(scheduled.timerName) }
        guard outcome.exit != .code(0), !said.isEmpty else { return }
        throw Failure.defect("systemd would not take the units: \(said.joined(separator: "; "))")
    }
}
