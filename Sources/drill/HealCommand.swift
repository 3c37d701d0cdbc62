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

    @Argument(help: "A run's id, its last four digits, or `last`: the last that left something.")
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
        let all = try runs(in: store)
        let isAlone = all.count == 1
        // What others are at work on keeps no other run from being healed: it comes last.
        var busy: [String] = []
        for run in all {
            let end = isAlone ? Wiring.now() + Healing.patience : nil
            guard let outcome = await heal(run, in: store, stop, waitingUntil: end) else {
                continue
            }
            isQuiet = false
            switch outcome {
            case .whole: break
            case .busy where !isAlone: busy.append(run)
            case .busy, .left: isWhole = false
            }
        }
        let end = Wiring.now() + Healing.patience
        for run in busy {
            let outcome = await heal(run, in: store, stop, waitingUntil: end)
            if let outcome, outcome != .whole { isWhole = false }
        }
        if isQuiet, name != nil, let run = all.first {
            let others = try unhealed(in: store, but: run)
            Terminal.write(
                others.isEmpty
                    ? "Nothing is broken: \(run) has left nothing to undo.\n"
                    : "\(run) left nothing to undo; but \(others.joined(separator: "; ")).\n"
            )
            isWhole = others.isEmpty
        } else if isQuiet {
            Terminal.write(try nothing(in: store))
        }
        if !isWhole { throw ExitCode(RunVerdict.notRestored.exit) }
    }

    /// Without an end to wait until, nobody is waited for.
    ///
    /// - Returns: nil where the run has left nothing.
    private func heal(
        _ run: String,
        in store: RunStore,
        _ stop: StopSwitch,
        waitingUntil end: Instant?
    ) async -> Healing.Outcome? {
        do throws(HistoryError) {
            if end == nil, try store.worker(on: run)?.role == .guardian { return .busy }
            try await awaitGuardian(of: run, in: store, stop)
            var open = try store.open(run, isThorough: true)
            if open.isNothing, name != nil, !dryRun, try store.worker(on: run) == nil,
                try await reopen(open.closed, of: run, in: store, stop)
            {
                open = try store.open(run, isThorough: true)
            }
            guard !open.isNothing else { return nil }
            Terminal.write("\(run)\n")
            return try await heal(run, open, in: store, stop, waitingUntil: end)
        } catch {
            Terminal.write("\(run)\n  what it left can't be told: \(error.message)\n")
            return .left
        }
    }

    private func reopen(
        _ closed: [Wound],
        of run: String,
        in store: RunStore,
        _ stop: StopSwitch
    ) async throws(HistoryError) -> Bool {
        let healing = Healing(run: run, store: store, stop: stop) { line in
            Terminal.write(Plain.block(line) + "\n")
        }
        return try await healing.reopen(closed)
    }

    private func heal(
        _ run: String,
        _ open: Open,
        in store: RunStore,
        _ stop: StopSwitch,
        waitingUntil end: Instant?
    ) async throws(HistoryError) -> Healing.Outcome {
        let healing = Healing(run: run, store: store, stop: stop) { line in
            Terminal.write(Plain.block("  \(line)") + "\n")
        }
        if let worker = try store.worker(on: run) {
            healing.tell(open, workedOnBy: worker)
            return .left
        }
        if forget {
            try await healing.forget()
            return .whole
        }
        if dryRun {
            healing.tell(open, leases: try store.leaseEnds(of: run))
            return .left
        }
        return try await healing.heal(as: .healer, waitingUntil: end)
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

    /// Newest first; the last one is the last that left something.
    ///
    /// Runs that were refused since are not what anybody means.
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
        if name == "last", let last = runs.first(where: { !isClean($0, in: store) }) {
            return [last]
        }
        do throws(HistoryError) {
            return [try store.find(name)]
        } catch {
            throw Failure.usage(error.message)
        }
    }

    private func isClean(_ run: String, in store: RunStore) -> Bool {
        do throws(HistoryError) {
            return try store.open(run).isNothing
        } catch {
            return false
        }
    }

    /// What other runs have left, for whoever named the wrong one; what goes on sees to its own.
    private func unhealed(in store: RunStore, but healthy: String) throws -> [String] {
        let runs: [String]
        do throws(HistoryError) { runs = try store.runs() } catch {
            throw Failure.unknown("nobody can tell what other runs left: \(error.message)")
        }
        return runs.filter { $0 != healthy }.compactMap { run in
            do throws(HistoryError) {
                let open = try store.open(run)
                guard !open.isNothing, try store.worker(on: run)?.role != .runner else {
                    return nil
                }
                let count = open.wounds.count
                let what =
                    count == 0
                    ? "may have left something broken"
                    : "has \(Shown.plural(count, "fault")) not healed"
                return "\(run) \(what): run `drill heal \(run)`"
            } catch {
                return "what \(run) left can't be told: \(error.message)"
            }
        }
    }

    private func nothing(in store: RunStore) throws -> String {
        try store.checkPlace("nobody looked for what is broken")
        return store.isThere
            ? "Nothing is broken: no run under \(store.path) has left anything to undo.\n"
            : """
            No run is kept in \(store.path), which does not exist: nothing is known to be broken. \
            Where runs are kept elsewhere, set DRILL_HOME.

            """
    }
}
