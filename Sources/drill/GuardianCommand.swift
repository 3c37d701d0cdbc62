import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillWire

/// `drill guardian RUN`: what `drill run` starts beside itself, for itself alone.
///
/// It says that it watches, reads its standard input to the end, and then heals from the journal: the
/// end comes when the process that carries out the run dies. A run that ends otherwise kills it.
struct GuardianCommand: AsyncParsableCommand {
    static let name = "guardian"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Heal a run once standard input ends; `drill run` starts it.",
        shouldDisplay: false
    )

    @Argument(help: "The run's id.")
    var name: String

    @Option(help: "A terminal that is told what was healed.")
    var terminal: String?

    /// Whoever else heals tries what fails for half a minute, and looks for as long.
    private static let patience = Span.minutes(5)

    func run() async throws {
        // Whatever ends the run in good order ends this, too: nothing else may.
        let deaf = Signals.listen(to: Signals.ending) { _ in }
        defer { withExtendedLifetime(deaf) {} }
        OutOfMemory.spareThisProcess()
        let held: HeldJournal
        do throws(HistoryError) {
            held = try Wiring.store.hold(name)
        } catch {
            throw Failure.defect(error.message)
        }
        Terminal.write("watching\n")
        await StandardInput.end()

        let speaker = Speaker(terminal)
        speaker.say("")
        speaker.say("drill: the process of \(name) died; its guardian heals what it left")
        do throws(HistoryError) {
            if try await heal(held, speaker) { return speaker.say("drill: all is as before") }
        } catch {
            speaker.say("drill: \(error.message)")
        }
        speaker.say("drill: something may still be broken: run `drill heal \(name)`")
        throw ExitCode(RunVerdict.notRestored.exit)
    }

    /// - Returns: whether all is known to be as before.
    private func heal(
        _ held: HeldJournal,
        _ speaker: Speaker
    ) async throws(HistoryError) -> Bool {
        if !held.isInPlace {
            speaker.say("  the run's folder was removed or moved away: its journal is put back")
            do throws(HistoryError) { try held.putBack() } catch {
                speaker.say(
                    "  it can't be put back, so what is undone can't be kept: \(error.message)"
                )
            }
        }
        let healing = Healing(run: name, store: Wiring.store, stop: StopSwitch()) { line in
            speaker.say("  \(line)")
        }
        let end = Wiring.now() + Self.patience
        while true {
            do throws(HistoryError) {
                return try await healing.heal(
                    as: .guardian,
                    held: held,
                    waitingUntil: Wiring.now() + Healing.patience
                ) == .whole
            } catch {
                // The dead process's lock goes a moment after its pipe; `drill heal` takes longer.
                guard error.isHeld, Wiring.now() < end else { throw error }
                await Wiring.sleep(Wiring.now() + .milliseconds(10))
            }
        }
    }
}

/// Tells the terminal that the run was started from, where there is one, what became of it.
private struct Speaker: Sendable {
    private let terminal: String?

    init(_ terminal: String?) { self.terminal = terminal }

    func say(_ line: String) {
        // Gone with its window, maybe; the timeline tells all the same.
        if let terminal { Terminal.write(Plain.block(line) + "\r\n", toTerminal: terminal) }
    }
}
