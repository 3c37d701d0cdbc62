import ArgumentParser
import DrillModel
import DrillWire

/// `drill validate FILE...`: everything that is wrong with files, without looking at any host.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Look for problems in experiments, inventories, runbooks and policies.",
        discussion: """
            All problems of a file are shown, each with line, column and what to do. Exit code 0 when \
            there is none, 64 otherwise.
            """
    )

    @Argument(help: "The files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(name: .customLong("var"), help: "Set a variable of the files: name=value.")
    var variables: [String] = []

    @Flag(help: "Machine-readable: an array with one object a file.")
    var json = false

    func run() throws {
        let reader = try Reading.reader(variables: variables, checksEnvironment: false)
        let findings = files.map { Finding(file: $0, reader: reader) }
        if json {
            Terminal.write(try JSONText.of(findings))
        } else {
            var told: Set<Problem> = []
            for finding in findings { finding.show(&told) }
        }
        let unknown = try Reading.unknown(variables)
        if !unknown.isEmpty { throw Failure.problems(Problems(unknown)) }
        if findings.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(64) }
    }

    private struct Finding: Encodable {
        var file: String
        /// `experiment`, `inventory`, `runbook` or `policy`; nil where the problems don't let that be known.
        var kind: FileKind?
        var name: String?
        var problems: [Problem] = []

        init(file: String, reader: Reader) {
            self.file = file
            do {
                switch try reader.file(file) {
                case .experiment(let experiment):
                    // The faults' own problems show when they are compiled.
                    try Reading.check(experiment)
                    (kind, name) = (.experiment, experiment.name)
                case .inventory(let inventory): (kind, name) = (.inventory, inventory.name)
                case .runbook(let runbook): (kind, name) = (.runbook, runbook.name)
                case .policy(let policy): (kind, name) = (.policy, policy.name)
                }
            } catch {
                problems = error.list
            }
        }

        /// What another file that includes the same one had to say of it isn't said again.
        func show(_ told: inout Set<Problem>) {
            if let kind, let name {
                Terminal.write("\(file): \(kind.rawValue) \(name), no problems\n")
            } else {
                let fresh = problems.filter { told.insert($0).inserted }
                let known = problems.count - fresh.count
                let words =
                    known == 0 ? [] : ["\(file): \(counted(known, "problem")) told above already"]
                let text = fresh.isEmpty ? [] : [Problems(fresh).rendered]
                Terminal.writeError((text + words).map { $0 + "\n" }.joined())
            }
        }
    }
}
