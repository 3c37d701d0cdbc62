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
            wall_s: Wiring.wall_ns() / 1_000_000_000, experiment: experiment.name,
            salt: UInt64.random(in: 0...UInt64.max))
        let folder = try create(run)
        let hosts = Wiring.hosts(experiment.inventory)
        let plan = try await plan(run, hosts: hosts)

        let screen = Screen(
            plan: plan, isTerminal: Terminal.isTerminal, hasColour: Wiring.hasColour)
        let world = Wiring.world(
            experiment.inventory, hosts: hosts, journal: folder,
            recorder: Tee(recorders: [folder, screen]))
        try await keep(plan, in: folder)
        let start = Event.Start(
            run: run, seed: seed, wall_ns: Wiring.wall_ns(), who: Wiring.user,
            controller: Wiring.controllerName, version: Drill.version)
        let timeline = await Run.run(
            plan, refusals: try plan.refusals.map(\.line) + unhealed(plan), start: start,
            in: world, stop: stop)
        await screen.end()
        await world.probers.close()
        await hosts.close()

        let record = Record(
            run: run, plan: plan, timeline: timeline, judgement: Judge.judge(plan, timeline),
            start: start, last: last(before: run))
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

    private func plan(_ run: String, hosts: any Hosts) async throws -> Plan {
        do {
            let request = try Planner.survey(of: experiment, seed: seed)
            let facts = await Survey(hosts: hosts, engine: Wiring.engine(), now: Wiring.now)
                .survey(request)
            return try Planner.plan(experiment, facts: facts, seed: seed, run: run)
        } catch let problems as Problems {
            throw Failure.problems(problems)
        }
    }

    /// Earlier runs that left something broken on hosts that this one wants.
    private func unhealed(_ plan: Plan) throws -> [String] {
        let wanted = Set(plan.faults.flatMap(\.procedures).map(\.target))
        var refusals: [String] = []
        for run in store.runs where run != plan.run {
            let hosts: Set<String>
            do {
                hosts = Set(try store.wounds(of: run).map(\.procedure.target))
            } catch {
                refusals.append("\(run) has a journal that can't be read: \(error.message)")
                continue
            }
            let shared = hosts.intersection(wanted).sorted()
            guard !shared.isEmpty else { continue }
            let names = shared.joined(separator: ", ")
            refusals.append(
                store.isRunning(run)
                    ? "\(run) is running on \(names); wait for its end"
                    : "\(run) left \(names) broken; `drill heal \(run)` undoes it")
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

    /// What the last run of the same experiment found, for the report's comparison.
    private func last(before run: String) -> Judgement? {
        let name = "-\(experiment.name)-"
        for earlier in store.runs.reversed() where earlier < run && earlier.contains(name) {
            // A run whose files can't be read is no run to compare with.
            guard let record = try? store.load(earlier) else { continue }
            if record.plan.experiment.name == experiment.name { return record.judgement }
        }
        return nil
    }
}
