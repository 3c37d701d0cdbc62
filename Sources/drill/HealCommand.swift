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

    @Argument(help: "A run's id or its last four digits.")
    var name: String?

    @Flag(help: "Heal every run (the default where no run is named).")
    var all = false

    @Flag(help: "Only list what is left and the commands that would undo it.")
    var dryRun = false

    func validate() throws {
        if all, let name {
            throw ValidationError("--all heals every run: leave \(name) away, or --all")
        }
    }

    func run() async throws {
        Signals.ignoreBrokenPipes()
        let store = Wiring.store
        do {
            let runs = try name.map { [try store.find($0)] } ?? store.runs
            var isWhole = true
            var found = false
            for run in runs.reversed() {
                let wounds = try store.wounds(of: run)
                guard !wounds.isEmpty else { continue }
                found = true
                guard try await heal(wounds, of: run, in: store) else {
                    isWhole = false
                    continue
                }
            }
            if !found { Terminal.write("Nothing is broken: no run has left anything to undo.\n") }
            if !isWhole { throw ExitCode(RunVerdict.notRestored.exit) }
        } catch let error as HistoryError {
            throw Failure.defect(error.message)
        }
    }

    /// - Returns: whether all is as before.
    private func heal(_ wounds: [Wound], of run: String, in store: RunStore) async throws -> Bool {
        if store.isRunning(run) {
            Terminal.write("\(run) is still running, and undoes its faults itself.\n")
            return true
        }
        Terminal.write("\(run)\n")
        if dryRun {
            for wound in wounds.reversed() { Terminal.write(byHand(wound)) }
            return false
        }
        let folder = try store.create(run)
        let field = Field(inventory(of: wounds))
        let world = field.world(journal: folder, recorder: folder)
        let log = Log(world)
        var left: [Wound] = []
        var order: [String] = []
        for wound in wounds.reversed() where !order.contains(wound.fault) {
            order.append(wound.fault)
        }
        for fault in order {
            let mine = wounds.filter { $0.fault == fault }
            let failed = await Healer(world, log: log).heal(
                mine,
                of: fault,
                why: "drill heal",
                within: .seconds(30)
            )
            for wound in mine {
                let target = wound.procedure.target
                let problem = failed.first { $0.wound.procedure.target == target }?.why
                Terminal.write(
                    problem.map { "  \(fault) on \(target): NOT RESTORED: \($0)\n" }
                        ?? "  \(fault) on \(target): healed, and as before\n"
                )
            }
            left += failed.map(\.wound)
        }
        if !left.isEmpty {
            Terminal.write("  By hand, where drill can't:\n")
            for wound in left { Terminal.write(byHand(wound)) }
        }
        await field.end()
        _ = await folder.finish()
        try await Keeping.keep(Keeping.record(of: run, in: store), in: folder)
        return left.isEmpty
    }

    private func byHand(_ wound: Wound) -> String {
        wound.procedure.undo.map { "    \($0.shown)\n" }.joined()
    }

    /// The journal alone must do: it carries the hosts that its undos need.
    private func inventory(of wounds: [Wound]) -> Inventory {
        var hosts: [Host] = []
        for host in wounds.flatMap(\.hosts) where !hosts.contains(where: { $0.name == host.name }) {
            hosts.append(host)
        }
        return Inventory(
            name: "journal",
            knownHosts: wounds.lazy.compactMap(\.knownHosts).first,
            hosts: hosts
        )
    }
}
