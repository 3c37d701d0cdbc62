import ArgumentParser
import DrillModel
import DrillWire

/// `drill schedule remove NAME`: stops a timer and takes its units away.
struct ScheduleRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Stop a schedule's timer and take its units away; what its runs left is kept.",
        discussion: "Refused while its run goes on: `systemctl stop` ends that, all undone."
    )

    @Argument(help: "The schedule's name.")
    var name: String

    @Flag(help: "Of your own units, not of the machine's.")
    var user = false

    func run() async throws {
        if let misfit = ScheduledRun.misfit(name: name) {
            throw Failure.usage("\(name): \(misfit)")
        }
        let folder = try UnitFolder(isUsers: user)
        let timer = "\(ScheduledRun.prefix)\(name).timer"
        let service = "\(ScheduledRun.prefix)\(name).service"
        let units = [timer, service]
        var there: [String] = []
        for unit in units {
            guard let text = try folder.text(of: unit) else { continue }
            guard ScheduledRun.marks(of: text) != nil else {
                throw Failure.usage("\(folder.path(of: unit)) was not written by drill, and stays")
            }
            there.append(unit)
        }
        guard !there.isEmpty else {
            let known = try folder.timers().map(\.name)
            let isElsewhere = try UnitFolder(isUsers: !user).timers().map(\.name).contains(name)
            let hint =
                isElsewhere
                ? "; it is one of \(user ? "the machine's: leave --user out" : "your own: give --user")"
                : known.isEmpty ? "" : "; there is \(known.listed)"
            throw Failure.usage("nothing is scheduled as \(name) in \(folder.path)\(hint)")
        }
        if UnitFolder.isBooted {
            let state = await folder.asked(["show", "-P", "ActiveState", service])
            guard state != "activating", state != "active", state != "deactivating" else {
                throw Failure.usage(
                    "a run of \(name) goes on: wait for its end, or `systemctl"
                        + " \(user ? "--user " : "")stop \(service)` ends it, all undone"
                )
            }
            if there.contains(timer) { try await folder.tell(["disable", "--now", timer]) }
        }
        for unit in there {
            do throws(FileError) {
                _ = try Files.remove(folder.path(of: unit))
            } catch {
                throw Failure.usage("\(folder.path(of: unit)) can't be removed: \(error.reason)")
            }
            Terminal.write("removed \(folder.path(of: unit))\n")
        }
        if UnitFolder.isBooted { try await folder.tell(["daemon-reload"]) }
    }
}
