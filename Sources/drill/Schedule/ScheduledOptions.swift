import ArgumentParser
import DrillModel
import DrillWire

/// What is run unattended and whom that is told: the same for installing it and for the run itself.
struct ScheduledOptions: ParsableArguments {
    @Argument(help: "The experiment.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(name: .customLong("var"), help: "Set a variable of the file: name=value.")
    var variables: [String] = []

    @OptionGroup var repetition: RepeatOptions

    @OptionGroup var runbooks: RunbookOptions

    @Flag(
        help: "Confirm a run that must be confirmed, as in production: nobody is there to be asked."
    )
    var yesProduction = false

    @Option(help: "The schedule's name; that of the experiment where it is left out.")
    var name: String?

    @Option(
        help: """
            An address that gets the verdict as JSON; ${env:NAME} and ${file:PATH} keep a secret out of \
            the unit.
            """
    )
    var webhook: String?

    /// The same as words of a command line; `file` is its whole path.
    func words(file: String, name: String) -> [String] {
        var words = [file, "--name", name]
        words += variables.flatMap { ["--var", $0] }
        words += howToRun
        if let address = webhook { words += ["--webhook", address] }
        return words
    }

    /// - Throws: `Failure.problems` where it is no address.
    func webhookText() throws -> Text? {
        guard let webhook else { return nil }
        do throws(Problems) {
            return try Text(
                webhook: webhook,
                home: Wiring.environment["HOME"],
                working: Wiring.workingDirectory
            )
        } catch {
            throw Failure.problems(error)
        }
    }

    /// How `drill run` would be asked for the same.
    func asRun() throws -> RunCommand {
        try RunCommand.parse([file] + howToRun)
    }

    /// What `drill run` takes, too.
    private var howToRun: [String] {
        var words: [String] = []
        if let times = repetition.times { words += ["--repeat", String(times)] }
        if let pause = repetition.pause { words += ["--pause", pause] }
        words += runbooks.answers.flatMap { ["--answer", $0] }
        if runbooks.skipPeople { words.append("--skip-people") }
        if runbooks.twice { words.append("--twice") }
        if yesProduction { words.append("--yes-production") }
        return words
    }

    /// How the steps of runbooks are carried out, of which nobody is there to do any.
    ///
    /// - Throws: `Failure.usage` for a step that would wait for a person in the middle of the disaster.
    func choice(for experiment: Experiment) throws -> RunbookChoice {
        let choice = try runbooks.choice(for: experiment.runbooks)
        guard !choice.skipsPeople else { return choice }
        let open = experiment.runbooks.flatMap(\.allSteps).filter {
            $0.isHuman && !choice.isAnswered($0)
        }
        guard open.isEmpty else {
            let names = open.map { "\"\($0.id ?? $0.title)\"" }.unique.listed
            throw Failure.usage(
                "nobody is there to do what people do: \(names); give --answer STEP=yes, or --skip-people"
            )
        }
        return choice
    }
}
