import ArgumentParser

/// `drill runbook`: recovery procedures that a person can read, and drill carries out.
struct RunbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook",
        abstract: "Carry out a runbook, look whether it would work, or show it as a page.",
        subcommands: [RunbookRunCommand.self, RunbookCheckCommand.self, RunbookShowCommand.self]
    )
}
