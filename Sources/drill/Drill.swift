internal import ArgumentParser

/// The command: every subcommand is a struct in a file of its own.
@main
struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract:
            "Runs chaos experiments and disaster-recovery drills, and measures what happened.",
        subcommands: []
    )
}
