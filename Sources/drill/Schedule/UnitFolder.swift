import DrillModel
import DrillWire
import Foundation

/// Where units of this machine or of its user lie, and the manager that reads them.
struct UnitFolder {
    let isUsers: Bool
    let path: String

    /// - Throws: `Failure.usage` where the user's folder isn't known.
    init(isUsers: Bool) throws {
        self.isUsers = isUsers
        guard isUsers else {
            path = "/etc/systemd/system"
            return
        }
        // systemd.unit(5), "User Unit Search Path".
        let configuration = Wiring.environment["XDG_CONFIG_HOME"].flatMap {
            $0.hasPrefix("/") ? $0 : nil
        }
        let home = Wiring.environment["HOME"].map { "\($0)/.config" }
        guard let folder = configuration ?? home else {
            throw Failure.usage("HOME isn't set, so nobody knows where units of yours would lie")
        }
        path = "\(folder)/systemd/user"
    }

    func path(of unit: String) -> String { "\(path)/\(unit)" }

    /// Whether systemd is what runs this machine (sd_booted(3)).
    static var isBooted: Bool { Files.exists("/run/systemd/system") }

    /// A unit's text; nil where there is none.
    func text(of unit: String) throws -> String? {
        let path = path(of: unit)
        guard Files.exists(path) else { return nil }
        do throws(FileError) {
            return String(decoding: try Files.read(path), as: UTF8.self)
        } catch {
            throw Failure.defect("\(path) can't be read: \(error.reason)")
        }
    }

    func write(_ text: String, to unit: String) throws {
        do throws(FileError) {
            try Files.makeFolder(path)
            try Files.replace(path(of: unit), with: Array(text.utf8), mode: 0o644)
        } catch {
            let remedy = isUsers ? "" : "; run it as root, or give --user"
            throw Failure.usage("\(path(of: unit)) can't be written: \(error.reason)\(remedy)")
        }
    }

    /// Everything that drill wrote here: each schedule's timer by its name.
    func timers() throws -> [(name: String, marks: [String: String])] {
        let names: [String]
        do throws(FileError) {
            names = try Files.list(path)
        } catch {
            if error.isAbsence { return [] }
            throw Failure.usage("\(path) can't be listed: \(error.reason)")
        }
        return names.sorted().compactMap { name in
            guard name.hasPrefix(ScheduledRun.prefix), name.hasSuffix(".timer"),
                let text = try? text(of: name), let marks = ScheduledRun.marks(of: text)
            else { return nil }
            let short = name.dropFirst(ScheduledRun.prefix.count).dropLast(".timer".count)
            return (String(short), marks)
        }
    }

    // MARK: systemctl

    /// - Returns: what it says; nil where it failed or isn't there.
    func asked(_ words: [String]) async -> String? {
        guard let outcome = try? await Self.run(systemctl(words)), outcome.exit == .code(0) else {
            return nil
        }
        return String(decoding: outcome.output, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
    }

    /// - Throws: `Failure.defect` with what it says against it.
    func tell(_ words: [String]) async throws {
        let command = systemctl(words)
        let outcome: ChildOutcome
        do throws(ChildFailure) {
            outcome = try await Self.run(command)
        } catch {
            throw Failure.defect("`\(command.joined(separator: " "))`: \(error.cause)")
        }
        guard outcome.exit != .code(0) else { return }
        throw Failure.defect(
            "`\(command.joined(separator: " "))` failed:"
                + " \(Plain.oneLine(String(decoding: outcome.errors, as: UTF8.self)))"
        )
    }

    private func systemctl(_ words: [String]) -> [String] {
        ["systemctl"] + (isUsers ? ["--user"] : []) + words
    }

    static func run(_ words: [String]) async throws(ChildFailure) -> ChildOutcome {
        try await Children.shared.run(
            ChildOrder(words, outputLimitBytes: 1 << 16),
            deadlineNs: BootClock.nowNs() + 30_000_000_000
        )
    }
}
