import ArgumentParser
import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// `drill schedule run FILE`: what a timer or a crontab starts.
struct ScheduleRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Run an experiment unattended: heal what a crash left, keep the windows, tell a webhook.",
        discussion: """
            Exit codes are those of `drill run`. 3 is a run that was skipped, with its reason: outside \
            of its windows, or steady state didn't hold. 5 without a run: what an earlier one left \
            could not be healed. Whether the webhook could be told changes none of them.
            """
    )

    @OptionGroup var options: ScheduledOptions

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let stop = StopSwitch()
        let listening = Ear.listen(for: stop)
        defer { withExtendedLifetime(listening) {} }

        let webhook = try options.webhookText()
        let began = Wiring.wallNs()
        var experiment: String?
        var healed: [String] = []
        let ending: GameDayEnding
        var isTold = false
        do {
            var asked: Reading.Asked?
            ending = try await GameDay.go(
                heal: {
                    let outcome = await Leftovers(store: Wiring.store, stop: stop).heal()
                    healed = outcome.runs
                    return outcome
                },
                stopped: { stop.reason },
                refusals: {
                    let read = try Reading.experiments(
                        [options.file],
                        variables: options.variables
                    )[0]
                    experiment = read.experiment.name
                    _ = try options.choice(for: read.experiment)
                    asked = read
                    return try refusals(read.experiment)
                },
                run: {
                    guard let asked else { throw Failure.defect("nothing was read") }
                    return try await run(asked, stop)
                }
            )
        } catch let failure as Failure {
            Terminal.writeError(failure.text)
            ending = Self.ending(failure)
            isTold = true
        }
        if ending.runs.isEmpty, !isTold {
            for reason in ending.reasons {
                Terminal.writeError("drill: \(Plain.oneLine(reason))\n")
            }
        }
        let report = GameDayReport(
            schedule: options.name ?? experiment ?? Self.name(of: options.file),
            experiment: experiment,
            file: options.file,
            ending: ending,
            healed: healed,
            host: Wiring.controllerName,
            version: Drill.version,
            began: WallTime(ns: began).iso,
            ended: WallTime(ns: Wiring.wallNs()).iso
        )
        await GameDayTelling(webhook: webhook, stop: stop).tell(report)
        if ending.exit != 0 { throw ExitCode(ending.exit) }
    }

    /// What the windows and freeze dates have against it now; asks no host.
    private func refusals(_ experiment: Experiment) throws -> [Refusal] {
        do throws(Problems) {
            let plan = try Planner.plan(
                experiment,
                facts: nil,
                seed: 0,
                run: "schedule",
                site: SitePolicy.site
            )
            return plan.refusals.filter { $0.cause == .windows }
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    private func run(_ asked: Reading.Asked, _ stop: StopSwitch) async throws -> GameDayEnding {
        var runs: [GameDayReport.RunEntry] = []
        let command = try options.asRun()
        let choice = try options.choice(for: asked.experiment)
        let outcome = try await command.run(asked, choice, stop) { record in
            runs.append(GameDayReport.RunEntry(record))
        }
        guard let (series, judgement) = outcome.series else {
            return GameDayEnding(outcome.verdict, reasons: runs.last?.reasons ?? [], runs: runs)
        }
        return GameDayEnding(
            outcome.verdict,
            reasons: judgement.reasons,
            runs: runs,
            series: series.id
        )
    }

    private static func ending(_ failure: Failure) -> GameDayEnding {
        let verdict: RunVerdict =
            switch failure {
            case .problems, .usage: .notStarted
            case .unknown: .notRestored
            case .defect: .error
            }
        let text = failure.text
        let words = Plain.oneLine(text.hasPrefix("drill: ") ? String(text.dropFirst(7)) : text)
            .trimmingCharacters(in: .whitespaces)
        return GameDayEnding(verdict, exit: failure.exit, reasons: [words])
    }

    /// The file's own, without its folder and ending.
    private static func name(of file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? "experiment"
        return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    }
}
