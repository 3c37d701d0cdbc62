import ArgumentParser

/// What runbooks are read with.
struct RunbookSetting: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The inventory, instead of the one that a runbook names.",
        completion: .file(extensions: ["yaml", "yml", "ini"])
    )
    var inventory: String?

    @Option(
        name: .customLong("var"),
        help: ArgumentHelp("Set a variable or an input.", valueName: "name=value")
    )
    var variables: [String] = []

    /// As they are typed.
    var words: [String] {
        (inventory.map { ["-i", $0] } ?? []) + variables.flatMap { ["--var", $0] }
    }
}

/// Which runbook, and what it is read with.
struct RunbookFile: ParsableArguments {
    @Argument(help: "The runbook.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var setting: RunbookSetting

    /// `checksEnvironment` is no where whoever carries it out may have other secrets set.
    func read(checksEnvironment: Bool = true) throws -> Reading.AskedRunbook {
        try Reading.runbook(file, setting, checksEnvironment: checksEnvironment)
    }
}
