import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// `drill runbook check FILE...`: whether runbooks would work, without carrying any of them out.
struct RunbookCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look whether runbooks would work: hosts, tools, files, credentials, proofs.",
        discussion: """
            Changes nothing. Exit code 0 without an error, 1 with one (with --strict, with a warning, too), \
            64 when a file has problems.
            """
    )

    @Argument(
        help: "Runbooks, or folders of them.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var files: [String]

    @OptionGroup var setting: RunbookSetting

    @Flag(help: "Look at the files and at earlier runs alone, and at no host.")
    var offline = false

    @Flag(help: "A warning is an error.")
    var strict = false

    @Flag(help: "Machine-readable.")
    var json = false

    func run() async throws {
        let runbooks = try Reading.runbooks(files, setting)
        let proofs = StepProofs(Wiring.store)
        let checking = RunbookChecking(proofs: proofs, isOffline: offline)
        var checkups: [RunbookCheckup] = []
        for runbook in runbooks { checkups.append(await checking.checkup(runbook)) }
        if json {
            Terminal.write(try JSONText.of(RunbookCheckFile(checkups)))
        } else {
            let now = Wiring.wallNs()
            let texts = checkups.map { checkup in
                checkup.text(now: now) { Reading.located(Problems([$0])).list[0] }
            }
            Terminal.write(texts.joined(separator: "\n"))
        }
        let errors = checkups.reduce(0) { $0 + $1.count(.error) }
        let warnings = checkups.reduce(0) { $0 + $1.count(.warning) }
        if errors > 0 || strict && warnings > 0 { throw ExitCode(1) }
    }
}
