import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

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

    /// Surveys, plans, runs, judges, keeps and shows.
    ///
    /// - Throws: `Failure` where the file or the asking is wrong, or where drill can't keep the run.
    func run() async throws -> Record {
        let run = RunName.make(
            wallSeconds: Wiring.wallNs() / 1_000_000_000,
            experiment: experiment.name,
            salt: UInt64.random(in: 0...UInt64.max)
        )
        let folder = try create(run)
        let field = Field(experiment.inventory)
        var plan = try await plan(run, survey: field.survey)
        plan.refusals += unhealed(plan)
        try await keep(plan, in: folder)

        let screen = Screen(
            plan: plan,
            isTerminal: Terminal.isTerminal,
            hasColour: Wiring.hasColour
        )
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
            start: start,
            in: field.world(journal: folder, recorder: Tee(recorders: [folder, screen])),
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
        Terminal.write(RunSummary.text(record) + "\nreport  \(folder.path)/report.html\n")
        return record
    }

    private func create(_ run: String) throws -> RunFolder {
        do throws(HistoryError) {
            return try store.create(run)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
    }

    private func plan(_ run: String, survey: Survey) async throws -> Plan {
        do throws(Problems) {
            let request = try Planner.survey(of: experiment, seed: seed)
            let facts = await survey.look(request)
            return try Planner.plan(experiment, facts: facts, seed: seed, run: run)
        } catch {
            throw Failure.problems(error)
        }
    }

    /// Earlier runs that left something broken on hosts that this one wants.
    private func unhealed(_ plan: Plan) -> [Refusal] {
        let wanted = Set(plan.faults.flatMap(\.procedures).map(\.target))
        return store.runs.filter { $0 != plan.run }.compactMap { run in
            do throws(HistoryError) {
                let hosts = Set(try store.wounds(of: run).map(\.procedure.target))
                let shared = hosts.intersection(wanted).sorted()
                guard !shared.isEmpty else { return nil }
                let names = shared.joined(separator: ", ")
                return store.isRunning(run)
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
            } catch {
                return Refusal(
                    .unhealed,
                    "the journal of \(run) can't be read (\(error.message))",
                    change: "look into it: it may name hosts that are still broken"
                )
            }
        }
    }

    private func keep(_ plan: Plan, in folder: RunFolder) async throws {
        do throws(HistoryError) {
            try await folder.write("plan.json", json: plan)
            for file in Reading.filesRead {
                let name = file.path.split(separator: "/").suffix(2).joined(separator: "/")
                try await folder.write("files/\(name)", String(decoding: file.bytes, as: UTF8.self))
            }
        } catch {
            throw Failure.defect("nothing was touched, since \(error.message)")
        }
    }
}
