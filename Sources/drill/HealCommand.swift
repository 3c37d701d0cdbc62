import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// `drill heal [RUN]`: undoes what is left, from the journals alone.
struct HealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal",
        abstract: "Undo what a run left broken, from its journal; all runs where none is named.",
        discussion: """
            Idempotent. Every undo is attempted, newest first, even where one fails, and looked at \
            afterwards. Exit 0 when nothing is broken any more, 5 while something may be.
            """
    )

    @Argument(help: "A run's id, its last four digits, or `last`.")
    var name: String?

    @Flag(help: "Heal every run (the default where no run is named).")
    var all = false

    @Flag(help: "Only list what is left and the commands that would undo it.")
    var dryRun = false

    @Flag(help: "Strike what RUN left without undoing it: done by hand, or the host is gone.")
    var forget = false

    func validate() throws {
        if all, let name {
            throw ValidationError("--all heals every run: leave \(name) away, or --all")
        }
        if forget, name == nil {
            throw ValidationError("--forget strikes what one run left: name that run")
        }
        if forget, dryRun {
            throw ValidationError("--forget undoes nothing that --dry-run could show: choose one")
        }
    }

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let stop = StopSwitch()
        let listening = Signals.listen(to: Signals.ending) { name in
            stop.stop(.signal(name))
            stop.hurry()
        }
        defer { withExtendedLifetime(listening) {} }

        let store = Wiring.store
        var isWhole = true
        var isQuiet = true
        for run in try runs(in: store) {
            do throws(HistoryError) {
                try await awaitGuardian(of: run, in: store, stop)
                let open = try store.open(run, isThorough: true)
                guard !open.isNothing else { continue }
                isQuiet = false
                Terminal.write("\(run)\n")
                if try await !heal(run, open, in: store, stop) { isWhole = false }
            } catch {
                isQuiet = false
                isWhole = false
                Terminal.write("\(run)\n  what it left can't be told: \(error.message)\n")
            }
        }
        if isQuiet { Terminal.write(try nothing(in: store)) }
        if !isWhole { throw ExitCode(RunVerdict.notRestored.exit) }
    }

    /// - Returns: whether nothing of the run is broken any more.
    private func heal(
        _ run: String,
        _ open: Open,
        in store: RunStore,
        _ stop: StopSwitch
    ) async throws(HistoryError) -> Bool {
        let healing = Healing(run: run, store: store, stop: stop) { line in
            Terminal.write(Plain.block("  \(line)") + "\n")
        }
        if let worker = try store.worker(on: run) {
            healing.tell(open, workedOnBy: worker)
            return false
        }
        if forget {
            try await healing.forget()
            return true
        }
        if dryRun {
            healing.tell(open, leases: try store.leaseEnds(of: run))
            return false
        }
        return try await healing.heal(as: .healer)
    }

    /// Where a run has just died its guardian may be healing it: what is left is known afterwards.
    private func awaitGuardian(
        of run: String,
        in store: RunStore,
        _ stop: StopSwitch
    ) async throws(HistoryError) {
        // As long as it tries what fails, and looks whether all is as before.
        let end = Wiring.now() + .seconds(90)
        var isTold = false
        while let worker = try store.worker(on: run), worker.role == .guardian,
            stop.reason == nil, Wiring.now() < end
        {
            if !isTold {
                Terminal.write("\(run): its guardian, process \(worker.process), is healing it …\n")
                isTold = true
            }
            await Wiring.sleep(Wiring.now() + .milliseconds(100))
        }
    }

    /// Newest first.
    private func runs(in store: RunStore) throws -> [String] {
        let runs: [String]
        do throws(HistoryError) {
            runs = try store.runs().reversed()
        } catch {
            throw Failure.unknown(
                "nobody can tell whether something is broken: \(error.message); make the folder"
                    + " readable, or set DRILL_HOME to where runs are kept"
            )
        }
        guard let name else { return runs }
        do throws(HistoryError) {
            return [try store.find(name)]
        } catch {
            throw Failure.usage(error.message)
        }
    }

    private func nothing(in store: RunStore) throws -> String {
        guard store.isThere || !store.isGiven else {
            throw Failure.usage(
                "DRILL_HOME is \(store.path), which does not exist: nobody looked for what is broken;"
                    + " set it to where runs are kept, or unset it"
            )
        }
        if let name { return "Nothing is broken: \(name) has left nothing to undo.\n" }
        return store.isThere
            ? "Nothing is broken: no run under \(store.path) has left anything to undo.\n"
            : """
            No run is kept in \(store.path), which does not exist: nothing is known to be broken. \
            Where runs are kept elsewhere, set DRILL_HOME.

            """
    }
}
