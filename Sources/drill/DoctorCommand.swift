import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// `drill doctor [-i INVENTORY | EXPERIMENT...]`: looks at every host before anything is broken.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Look at every host: reach, key, sudo, tools, clock, room; which faults would work.",
        discussion: """
            Touches nothing. Without a file it looks at this machine alone. Exit code 0 when there is \
            nothing to see to, 1 with findings: a host that can't be reached or shows another key, no \
            root where a fault could be used, something left by an earlier run, a clock that is unknown \
            or off by more than 500 ms, a disk nearly full, an engine or a container that is down, a \
            state folder that can't be written, a run that isn't healed, a halt, a policy that forbids \
            runs or can't be relied on, or what an experiment named here needs and lacks. \
            64 when a file has problems.
            """
    )

    @Option(
        name: [.customShort("i"), .customLong("inventory")],
        help: "An inventory: every host of it, and every fault.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var inventory: String?

    @Argument(
        help: "Experiments: their inventories, with what their plans need marked.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var files: [String] = []

    @Option(name: .customLong("var"), help: "Set a variable of the files: name=value.")
    var variables: [String] = []

    @Option(help: "What every `pick` is drawn with, as the run's --seed.")
    var seed: UInt64 = 0

    @Flag(help: "Machine-readable: one object, or an array where there are several inventories.")
    var json = false

    func validate() throws {
        guard inventory == nil || files.isEmpty else {
            throw ValidationError(
                "an experiment names its own inventory: give -i or FILE, not both"
            )
        }
    }

    func run() async throws {
        var checkups: [Checkup] = []
        for patient in try patients() { checkups.append(try await look(at: patient)) }
        Terminal.write(json ? try told(checkups) : shown(checkups))
        if checkups.contains(where: { $0.exit != 0 }) { throw ExitCode(1) }
    }

    /// An inventory, and the experiments on it.
    private struct Patient {
        var inventory: Inventory
        var experiments: [Experiment] = []
    }

    private func patients() throws -> [Patient] {
        if let inventory { return [Patient(inventory: try Reading.inventory(inventory))] }
        guard !files.isEmpty else {
            return [Patient(inventory: Inventory(name: "none", hosts: []))]
        }
        var patients: [Patient] = []
        for experiment in try Reading.experiments(files, variables: variables).map(\.experiment) {
            let inventory = experiment.inventory ?? Inventory(name: "none", hosts: [])
            if let index = patients.firstIndex(where: { $0.inventory == inventory }) {
                patients[index].experiments.append(experiment)
            } else {
                patients.append(Patient(inventory: inventory, experiments: [experiment]))
            }
        }
        return patients
    }

    private func look(at patient: Patient) async throws -> Checkup {
        let field = Field(patient.inventory)
        let facts = await field.look(Checkup.request(patient.inventory))
        await field.end()
        var plans: [Plan] = []
        var needed: Set<String> = []
        do throws(Problems) {
            for experiment in patient.experiments {
                let request = try Planner.survey(of: experiment, seed: seed)
                needed.formUnion(request.hosts.map(\.name))
                plans.append(
                    try Planner.plan(experiment, facts: facts, seed: seed, run: Planner.noRun)
                )
            }
        } catch {
            throw Failure.problems(Reading.located(error))
        }
        return Checkup(
            patient.inventory,
            facts: facts,
            controller: controller,
            plans: plans,
            needed: needed
        )
    }

    private var controller: Checkup.Controller {
        let store = Wiring.store
        let site = SitePolicy.site
        let forbidden = site.policy?.refusalOfRuns
        let left = Left(in: store)
        return Checkup.Controller(
            version: Drill.version,
            name: Wiring.controllerName,
            stateFolder: store.path,
            unwritable: Files.unwritable(store.path),
            exposed: store.exposure,
            room: Files.room(store.path).map { Room(freeBytes: $0.free, totalBytes: $0.total) },
            open: left.open,
            isOpenKnown: left.isKnown,
            running: left.running,
            policy: site.policy,
            refusals: Standing.halted(in: store) + site.refusals
                + (forbidden.map { [$0] } ?? [])
        )
    }

    /// What runs have broken, a line a run.
    private struct Left {
        var open: [String] = []
        /// Of those that somebody is at work on: they see to it themselves.
        var running: [String] = []
        /// Whether the runs can be listed.
        var isKnown = true

        init(in store: RunStore) {
            if let why = store.misplaced {
                isKnown = false
                open = ["nobody looked for what runs left: \(why)"]
                return
            }
            do throws(HistoryError) {
                for run in try store.runs() { add(run, in: store) }
            } catch {
                isKnown = false
                open = ["nobody can tell whether a run left something broken: \(error.message)"]
            }
        }

        private mutating func add(_ run: String, in store: RunStore) {
            do throws(HistoryError) {
                let open = try store.open(run)
                guard !open.isNothing else { return }
                if let worker = try store.worker(on: run) {
                    running.append("\(run): \(Standing.words(of: worker, open))")
                } else {
                    self.open.append(Self.words(of: open, run, try store.leaseEnds(of: run)))
                }
            } catch {
                open.append("the journal of \(run) can't be read: \(error.message)")
            }
        }

        private static func words(of open: Open, _ run: String, _ leases: LeaseEnds) -> String {
            if let damage = open.damage.first {
                return "\(run) may have left something broken (\(damage)); `drill heal \(run)`"
            }
            if !open.lost.isEmpty {
                return
                    "the journal of \(run) is lost, and \(open.lost.listed) may still be in place;"
                    + " `drill heal \(run)` tells what to see to"
            }
            let targets = open.wounds.map(\.procedure.target).unique
            let lapsed = open.wounds.filter { leases.isLapsed($0, at: Wiring.wallNs()) }
                .map(\.procedure.target).unique
            let over =
                lapsed.isEmpty
                ? ""
                : lapsed == targets
                    ? ", whose leases are over (nobody has looked since whether it was undone)"
                    : "; on \(lapsed.listed) leases are over (nobody has looked since)"
            return "\(run) left \(targets.listed) broken\(over); `drill heal \(run)` sees to it"
        }
    }

    private func shown(_ checkups: [Checkup]) -> String {
        checkups.map {
            CheckupText.render(
                $0,
                width: Terminal.isTerminal ? Terminal.size.columns : 100,
                colour: Wiring.hasColour
            )
        }.joined(separator: "\n")
    }

    private func told(_ checkups: [Checkup]) throws -> String {
        let files = checkups.map(CheckupFile.init)
        return files.count == 1 ? try JSONText.of(files[0]) : try JSONText.of(files)
    }
}
