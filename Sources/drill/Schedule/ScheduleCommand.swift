import ArgumentParser

/// `drill schedule`: experiments that begin by themselves, by a systemd timer or a crontab.
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Run experiments unattended, by a systemd timer or a crontab.",
        subcommands: [
            ScheduleInstallCommand.self,
            ScheduleListCommand.self,
            ScheduleRemoveCommand.self,
            ScheduleRunCommand.self,
        ]
    )
}
