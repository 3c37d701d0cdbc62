import ArgumentParser
import DrillModel
import DrillWire
import Glibc

/// The command: every subcommand is a struct in a file of its own.
@main
struct Drill: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract:
            "Runs chaos experiments and disaster-recovery drills, and measures what happened.",
        version: version,
        subcommands: [
            RunCommand.self,
            RunbookCommand.self,
            PlanCommand.self,
            ValidateCommand.self,
            DoctorCommand.self,
            SudoersCommand.self,
            HealCommand.self,
            HaltCommand.self,
            ResumeCommand.self,
            ScheduleCommand.self,
            RunsCommand.self,
            ShowCommand.self,
            ReportCommand.self,
            JudgeCommand.self,
            CompareCommand.self,
            TestCommand.self,
            FaultsCommand.self,
            SchemaCommand.self,
            LabCommand.self,
            GuardianCommand.self,
        ]
    )

    static func main() async {
        Signals.ignoreBrokenPipes()
        Signals.hearChildren()
        OpenFiles.fillGaps()
        let files = OpenFiles.allowMany()
        guard files >= OpenFiles.fewest else {
            Terminal.writeError(
                """
                drill: this process may have \(files) files open at once, and needs \(OpenFiles.fewest) or \
                more: raise the limit (`ulimit -n 1024`, LimitNOFILE= of a service); nothing was touched

                """
            )
            Glibc.exit(70)
        }
        var code: Int32 = 0
        do {
            var command = try parseAsRoot()
            try Wiring.checkHome()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.writeError(failure.text)
            code = failure.exit
        } catch {
            code = tell(error)
        }
        if !Terminal.waitForReaders(withinMs: 2000) {
            // All is done but what is to be read: whoever has enough of that may end it.
            Signals.restore(Signals.ending)
            Terminal.waitForReaders(withinMs: nil)
        }
        if let why = Terminal.lost {
            Terminal.writeError("drill: standard output can't be written: \(why)\n")
            // What may still be broken outranks what nobody could read.
            if code != RunVerdict.notRestored.exit { code = RunVerdict.error.exit }
        }
        Terminal.waitForReaders(withinMs: 2000)
        // Libraries' threads work until the last instant: what exit(3) would free mustn't be freed under them.
        fflush(nil)
        _exit(code)
    }

    /// Help and wrong usage, as the argument parser words them.
    private static func tell(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if !message.isEmpty {
            code == .success
                ? Terminal.write(message + "\n") : Terminal.writeError(message + "\n")
        }
        return code.rawValue
    }
}

/// What ends a command early: with its words and its exit code.
enum Failure: Error {
    /// Mistakes in a file or in what was asked for: exit 64, nothing was touched.
    case problems(Problems)
    case usage(String)
    /// Nobody can tell whether something is broken: exit 5.
    case unknown(String)
    /// drill itself failed to run or to record: exit 70.
    case defect(String)

    var text: String {
        switch self {
        case .problems(let problems): problems.rendered + "\n"
        case .usage(let message), .unknown(let message), .defect(let message):
            "drill: \(Plain.block(message))\n"
        }
    }

    var exit: Int32 {
        switch self {
        case .problems, .usage: 64
        case .unknown: 5
        case .defect: 70
        }
    }
}
