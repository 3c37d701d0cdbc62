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

        var experiments: [Experiment] = []
        for file in files {
            experiments.append(try Reading.experiment(file, variables: variables))
        }
        var records: [Record] = []
        for experiment in experiments where stop.reason == nil {
            records.append(try await Drilling(experiment, seed: seed, stop: stop).run())
        }
        if let junit {
            do throws(FileError) {
                try Files.replace(junit, with: Array(JUnit.xml(records).utf8), mode: 0o644)
            } catch {
                throw Failure.defect("the JUnit report can't be written: \(error.message)")
            }
        }
        let verdict = RunVerdict.worst(records.map(\.judgement.verdict))
        if verdict != .passed { throw ExitCode(verdict.exit) }
    }
}
