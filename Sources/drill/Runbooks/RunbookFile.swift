import ArgumentParser

/// Which runbook, and what it is about.
struct RunbookFile: ParsableArguments {
    @Argument(help: "The runbook.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        name: .shortAndLong,
        help: "The inventory, instead of the one that the runbook names.",
        completion: .file(extensions: ["yaml", "yml", "ini"])
    )
    var inventory: String?

    @Option(
        name: .customLong("var"),
        help: "Set a variable or an input of the runbook: name=value."
    )
    var variables: [String] = []

    func read() throws -> Reading.AskedRunbook {
        try Reading.runbook(file, inventory: inventory, variables: variables)
    }
}
