import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// One run from the experiment to the report: the street of the design, station by station.
struct Drilling {
    private let experiment: Experiment
    private let seed: UInt64
    private let stop: StopSwitch
    private let store = Wiring.store

    init(_ experiment: Experiment, seed: UInt64?, stop: StopSwitch) {
        self.experiment = experiment
        self.seed = seed ?? UInt64.random(in: 0...9999)
        self.stop = stop
    }

    func run() async throws -> Record {
        let run = RunName.make(
            wallSeconds: Wiring.wallNs() / 1_000_000_000,
            experiment: experiment.name,
            salt: UInt64.random(in: 0...UInt64.max)
        )
        let folder = try create(run)
        let field = Field(experiment.inventory)
        var plan = try await plan(run, survey: field.survey)
        plan.refusals += try unhealed(plan)

        let screen = Screen(
            plan: plan,
            isTerminal: Terminal.isTerminal,
            hasColour: Wiring.hasColour
        )
        let world = Wiring.world(
            experiment.inventory,
            hosts: hosts,
            journal: folder,
            recorder: Tee(recorders: [folder, screen])
        )
        try await keep(plan, in: folder)
        let start = Event.Start(
            run: run,
            seed: seed,
            wallNs: Wiring.wallNs(),
            who: Wiring.user,
            controller: Wiring.controllerName,
            version: Drill.version
        )
        let timeline = await Run.run(
            plan,
            refusals: try plan.refusals.map(\.line) + unhealed(plan),
            start: start,
            in: world,
            stop: stop
        )
        await screen.end()
        await field.end()

        let record = Record(
            run: run,
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: start,
            last: Keeping.last(experiment.name, before: run, in: store)
        )
        try await Keeping.keep(record, in: folder)
        Terminal.write(Summary.text(record, folder: folder.path))
        return record
    }

    private func create(_ run: String) throws -> RunFolder {
        do {
            return try store.create(run)
        } catch let error as HistoryError {
            throw Failure.defect(error.message)
        }
    }

    private func plan(_ run: String, survey: Survey) async throws -> Plan {
        do {
            let request = try Planner.survey(of: experiment, seed: seed)
            let facts = await survey.look(request)
            return try Planner.plan(experiment, facts: facts, seed: seed, run: run)
        } catch let problems as Problems {
            throw Failure.problems(problems)
        }
    }

    /// Earlier runs that left something broken on hosts that this one wants.
    private func unhealed(_ plan: Plan) throws -> [Refusal] {
        let wanted = Set(plan.faults.flatMap(\.procedures).map(\.target))
        var refusals: [Refusal] = []
        for run in store.runs where run != plan.run {
            let hosts: Set<String>
            do {
                hosts = Set(try store.wounds(of: run).map(\.procedure.target))
            } catch {
                refusals.append(
                    Refusal(
                        .unhealed,
                        "the journal of \(run) can't be read (\(error.message))",
                        change: "look into it: it may name hosts that are still broken"
                    )
                )
                continue
            }
            let shared = hosts.intersection(wanted).sorted()
            guard !shared.isEmpty else { continue }
            let names = shared.joined(separator: ", ")
            refusals.append(
                store.isRunning(run)
                    ? Refusal(
                        .unhealed,
                        hosts: shared,
                        "\(run) is running on \(names)",
                        change: "wait for its end"
                    )
                    : Refusal(
                        .unhealed,
                        hosts: shared,
                        "\(run) left \(names) broken",
                        change: "run `drill heal \(run)` first"
                    )
            )
        }
        return refusals
    }

    private func keep(_ plan: Plan, in folder: RunFolder) async throws {
        do {
            try await folder.write("plan.json", json: plan)
            for file in Reading.filesRead {
                let name = file.path.split(separator: "/").suffix(2).joined(separator: "/")
                try await folder.write("files/\(name)", String(decoding: file.bytes, as: UTF8.self))
            }
        } catch let error as HistoryError {
            throw Failure.defect("nothing was touched, since \(error.message)")
        }
    }
}
