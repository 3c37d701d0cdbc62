import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// From a plan to its record: kept, carried out before everybody's eyes, judged and told.
struct Carrying {
    let run: String
    let folder: RunFolder
    let runbooks: RunbookChoice
    let stop: StopSwitch
    private let store = Wiring.store

    /// Makes the folder of a new run.
    ///
    /// - Throws: `Failure.defect` where nothing can be kept there.
    init(_ name: String, runbooks: RunbookChoice, stop: StopSwitch) throws {
        run = RunName.make(
            wallSeconds: Wiring.wallNs() / 1_000_000_000,
            experiment: name,
            salt: UInt64.random(in: 0...UInt64.max)
        )
        self.runbooks = runbooks
        self.stop = stop
        if let exposure = store.exposure {
            throw Failure.defect("nothing was touched: \(exposure)")
        }
        do throws(HistoryError) {
            folder = try store.create(run)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
        RunMark.set(run)
    }

    /// The plan and the files that it was made of, before anything is touched.
    func keep(_ plan: Plan, _ files: [Reading.File]) async throws {
        do throws(JournalError) {
            try await folder.append([.begun])
        } catch {
            throw Failure.defect(
                "nothing was touched, since the journal can't be begun: \(error.message)"
            )
        }
        do throws(HistoryError) {
            try await folder.write("plan.json", json: plan)
            for (index, file) in files.enumerated() {
                // Numbered as they were read: two folders may hold files of one name.
                let name = file.path.split(separator: "/").last ?? "file"
                try await folder.write(
                    "files/\(index + 1)-\(name)",
                    String(decoding: file.bytes, as: UTF8.self)
                )
            }
        } catch {
            throw Failure.defect("nothing was touched, since \(error.message)")
        }
    }

    /// Carries a plan out, and ends the field.
    func carryOut(_ plan: Plan, in field: Field) async -> Record {
        let screen = Screen(
            plan: plan,
            isTerminal: Terminal.isTerminal,
            hasColour: Wiring.hasColour
        )
        let start = Event.Start(
            run: run,
            seed: plan.seed,
            wallNs: Wiring.wallNs(),
            who: Wiring.user,
            controller: Wiring.controllerName,
            version: Drill.version
        )
        let timeline = await Run.run(
            plan,
            start: start,
            in: field.world(
                journal: folder,
                recorder: Tee(recorders: [folder, screen]),
                guardian: plan.faults.isEmpty ? nil : GuardianProcess(run: run),
                people: Asking(runbooks, screen: screen)
            ),
            stop: stop
        )
        await screen.end()
        await field.end()

        var record = Record(
            run: run,
            plan: plan,
            timeline: timeline,
            judgement: Judge.judge(plan, timeline),
            start: start,
            last: Keeping.last(plan.experiment.name, before: run, in: store)
        )
        // Kept first, so that what is shown is how it counts.
        let unkept = await Keeping.keep(record, in: folder, of: store)
        if let unkept { record.judgement.add(defect: unkept) }
        Terminal.write(RunSummary.text(record) + "\n")
        if let unkept {
            Terminal.writeError(
                "drill: the run went to its end, but \(unkept): exit"
                    + " \(record.judgement.verdict.exit)\n"
            )
        } else {
            Terminal.write("report  \(folder.path)/report.html\n")
        }
        return record
    }
}
