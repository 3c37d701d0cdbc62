import ArgumentParser
import DrillHistory
import DrillModel
import DrillWire
import Foundation

/// `drill schedule install FILE --on-calendar …`: a timer and a service, or a crontab's line.
struct ScheduleInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Write a systemd timer and service that run an experiment unattended.",
        discussion: """
            Starts the timer where systemd runs this machine, and always prints the crontab's line that \
            does the same, and when it would begin next. Refused for a file with problems. The same name \
            again replaces what it stands for.
            """
    )

    @OptionGroup var options: ScheduledOptions

    @Option(
        help: "When: as systemd.time(7) says, \"Tue 10:00\" or \"Mon..Thu 10:00 Europe/Berlin\"."
    )
    var onCalendar: String

    @Flag(help: "Units of your own, not of the machine.")
    var user = false

    @Option(
        help:
            "A file of NAME=VALUE lines that the run's environment comes from: what ${env:…} names.",
        completion: .file()
    )
    var environmentFile: [String] = []

    @Flag(help: "Write the units, and leave it to you to start the timer.")
    var noEnable = false

    @Flag(help: "Only print the units and the crontab's line.")
    var dryRun = false

    func run() async throws {
        let (scheduled, plan) = try scheduled()
        let times = try await times()
        if let known = try? times.get(), !StartPreview.comes(known) {
            throw Failure.usage(
                "--on-calendar \(onCalendar): no such time comes any more; nothing was written"
            )
        }
        try await UnitCheck.verify(scheduled, isUsers: user)
        let folder = try UnitFolder(isUsers: user)
        if dryRun {
            Terminal.write(
                """
                # \(folder.path(of: scheduled.serviceName))
                \(scheduled.service)
                # \(folder.path(of: scheduled.timerName))
                \(scheduled.timer)

                """
            )
        } else {
            try checkPlace(scheduled, in: folder)
            try folder.write(scheduled.service, to: scheduled.serviceName)
            try folder.write(scheduled.timer, to: scheduled.timerName)
            Terminal.write(
                "wrote   \(folder.path(of: scheduled.serviceName))\n"
                    + "wrote   \(folder.path(of: scheduled.timerName))\n"
            )
            try await enable(scheduled, in: folder)
        }
        sayStarts(times, plan)
        sayCrontab(scheduled, times)
        let needs = UnattendedNeeds(
            experiment: plan.experiment,
            webhook: try options.webhookText(),
            isUsers: user
        )
        for note in needs.notes { Terminal.write("\nnote: \(Plain.oneLine(note))\n") }
    }

    // MARK: What is scheduled

    /// Reads the file as the run will, and refuses what would be refused then for sure.
    private func scheduled() throws -> (ScheduledRun, Plan) {
        guard let folder = Wiring.workingDirectory else {
            throw Failure.usage(
                "this folder is no longer there: go to one where the run is to begin"
            )
        }
        let program = Wiring.program
        guard program.hasPrefix("/"), !program.hasPrefix("/proc/") else {
            throw Failure.usage("drill's own file is no longer there, so no unit can start it")
        }
        let files = environmentFile.map { whole($0, folder) }
        var environment = kept
        environment["DRILL_HOME"] = Wiring.store.path
        let names = try Set(environment.keys).union(EnvironmentFile.names(files))
        let asked = try Reading.experiments(
            [options.file],
            variables: options.variables,
            names: names
        )[0]
        let webhook = try options.webhookText()
        if let missing = webhook?.environmentNames.first(where: { !names.contains($0) }) {
            throw Failure.usage(
                "--webhook: the run won't have ${env:\(missing)}; name the file that sets it with"
                    + " --environment-file, or use ${file:PATH}"
            )
        }
        _ = try options.choice(for: asked.experiment)
        try UnattendedNeeds(experiment: asked.experiment, webhook: webhook, isUsers: user).check()
        let name = options.name ?? asked.experiment.name
        if let misfit = ScheduledRun.misfit(name: name) {
            throw Failure.usage("--name \(name): \(misfit)")
        }
        let file = whole(options.file, folder)
        let plan = try plan(asked.experiment)
        if let confirmation = plan.confirmation, !options.yesProduction {
            throw Failure.usage(
                "\(confirmation.why), and nobody is there to be asked: give --yes-production, which the"
                    + " unit keeps; nothing was written"
            )
        }
        let refused = plan.refusals.filter { $0.cause != .windows }
        guard refused.isEmpty else {
            throw Failure.usage(
                "each run would be refused: "
                    + refused.map(\.line).joined(separator: "\n  and: ") + "; nothing was written"
            )
        }
        let command = [program, "schedule", "run"] + options.words(file: file, name: name)
        try Self.checkSayable(
            words: command + environment.map(\.value),
            whole: files + [file, folder, onCalendar]
        )
        let scheduled = ScheduledRun(
            name: name,
            calendar: onCalendar,
            file: file,
            about: "experiment \(asked.experiment.name)",
            command: command,
            folder: folder,
            environment: environment,
            environmentFiles: files,
            user: user ? nil : Wiring.account,
            undo: Self.undo(plan)
        )
        return (scheduled, plan)
    }

    /// - Throws: `Failure.usage` for what no unit file can hold.
    private static func checkSayable(words: [String], whole: [String]) throws {
        for (value, misfit) in words.map({ ($0, UnitText.misfit($0)) })
            + whole.map({ ($0, UnitText.misfit(whole: $0)) })
        {
            if let misfit { throw Failure.usage("\"\(Plain.oneLine(value))\": \(misfit)") }
        }
    }

    /// What the run finds its tools, keys and engine by.
    private var kept: [String: String] {
        let names = ["HOME", "PATH", "DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]
        return Wiring.environment.filter { names.contains($0.key) && !$0.value.isEmpty }
    }

    private func whole(_ path: String, _ folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    private func plan(_ experiment: Experiment) throws -> Plan {
        do throws(Problems) {
            return try Planner.plan(
                experiment,
                facts: nil,
                seed: 0,
                run: "schedule",
                site: SitePolicy.site
            )
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    /// Twice what the undos may take, since what fails is tried again; then it looks on, reads ledgers back
    /// and tells the webhook.
    private static func undo(_ plan: Plan) -> Span {
        let length = PlanLength(plan)
        return max(.minutes(10), length.undoingAll * 2 + length.after + .minutes(5))
    }

    // MARK: When

    /// - Returns: nil where only systemd knows what it means.
    private func times() async throws -> Result<CalendarTimes, Problems> {
        let own = Result { () throws(Problems) in
            try CalendarTimes(written: onCalendar, zones: LocalZone.known)
        }
        switch await UnitCheck.calendar(onCalendar) {
        case .right: return own
        case .wrong(let why):
            throw Failure.usage(
                "--on-calendar \(onCalendar): \(why); write it as \"Tue 10:00\" or"
                    + " \"Mon..Thu 10:00 Europe/Berlin\"; nothing was written"
            )
        case .nobodyKnows:
            do throws(Problems) { return .success(try own.get()) } catch {
                throw Failure.problems(error)
            }
        }
    }

    private func sayStarts(_ times: Result<CalendarTimes, Problems>, _ plan: Plan) {
        guard let times = try? times.get() else {
            return Terminal.write(
                "begins  when only systemd can tell: `systemd-analyze calendar`; windows weren't looked at\n"
            )
        }
        let lines = StartPreview.lines(of: times, for: plan).map { Plain.oneLine($0) }
        Terminal.write("begins  \(lines.joined(separator: "\n        "))\n")
    }

    private func sayCrontab(_ scheduled: ScheduledRun, _ times: Result<CalendarTimes, Problems>) {
        do throws(Problems) {
            if let misfit = EnvironmentFile.misfit(scheduled.environmentFiles) {
                throw Problems([Problem(misfit)])
            }
            let line = try scheduled.crontab(try times.get(), local: LocalZone.name)
            Terminal.write("\nwithout systemd, this line in a crontab does the same:\n\(line)\n")
        } catch {
            let why = error.list.map(\.message).joined(separator: "; ")
            Terminal.write("\nthere is no crontab's line for it: \(why)\n")
        }
    }

    // MARK: Units

    private func checkPlace(_ scheduled: ScheduledRun, in folder: UnitFolder) throws {
        for unit in [scheduled.serviceName, scheduled.timerName] {
            guard let text = try folder.text(of: unit) else { continue }
            guard let marks = ScheduledRun.marks(of: text) else {
                throw Failure.usage(
                    "\(folder.path(of: unit)) is there, and drill didn't write it: give another --name"
                )
            }
            if let file = marks["File"], file != scheduled.file {
                throw Failure.usage(
                    "\(scheduled.name) is a schedule of \(file): give another --name, or run"
                        + " `drill schedule remove \(scheduled.name)` first"
                )
            }
        }
    }

    private func enable(_ scheduled: ScheduledRun, in folder: UnitFolder) async throws {
        let command = "systemctl \(user ? "--user " : "")enable --now \(scheduled.timerName)"
        guard UnitFolder.isBooted, !noEnable else {
            let why =
                noEnable ? "not started" : "systemd doesn't run this machine, so nothing starts it"
            Terminal.write("timer   \(why); where it does: `\(command)`\n")
            return
        }
        try await folder.tell(["daemon-reload"])
        try await folder.tell(["enable", "--now", scheduled.timerName])
        // An earlier one of another calendar goes on as it was until then.
        try await folder.tell(["restart", scheduled.timerName])
        let next = await folder.asked(["show", "-P", "NextElapseUSecRealtime", scheduled.timerName])
        Terminal.write("timer   started\(next.map { $0.isEmpty ? "" : "; next \($0)" } ?? "")\n")
    }
}
