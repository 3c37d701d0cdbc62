import ArgumentParser
import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// `drill run FILE...`: runs experiments one after another; the worst verdict counts.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run experiments: break, watch, repair, and write a report.",
        discussion: """
            Exit codes: 0 passed, 1 failed, 2 inconclusive, 3 not started (nothing was touched), \
            4 stopped (all undone), 5 not restored, 64 wrong usage or a file with problems, \
            70 drill itself failed.
            """
    )

    @Argument(help: "Experiment files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(name: .customLong("var"), help: "Set a variable of the file: name=value.")
    var variables: [String] = []

    @Option(help: "Draw every `pick` with this seed, to repeat a run.")
    var seed: UInt64?

    @Option(help: "Write a JUnit report of all runs to this file.", completion: .file())
    var junit: String?

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let stop = StopSwitch()
        let listening = Signals.listen(to: Signals.ending) { name in
            if stop.reason != nil {
                Terminal.writeError("\ndrill: still undoing; `drill heal` finishes what is left\n")
            }
            stop.stop(.signal(name))
        }
        defer { withExtendedLifetime(listening) {} }

        let experiments = try Reading.experiments(files, variables: variables)
        if let junit { try Delivery.check("--junit", junit) }
        var records: [Record] = []
        for experiment in experiments where stop.reason == nil {
            records.append(try await Drilling(experiment, seed: seed, stop: stop).run())
        }
        if let junit {
            try Delivery.write(JUnit.xml(records), to: junit, what: "the JUnit report")
        }
        let verdict = RunVerdict.worst(records.map(\.judgement.verdict))
        if verdict != .passed { throw ExitCode(verdict.exit) }
    }
}
