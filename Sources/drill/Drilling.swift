import DrillEngine
import DrillHistory
import DrillModel
import DrillReport
import DrillWire

/// One run from the experiment to the report: the street of the design, station by station.
struct Drilling {
    private let asked: Reading.Asked
    private let seed: UInt64
    private let series: SeriesPlace?
    private let confirmed: String?
    private let runbooks: RunbookChoice
    private let stop: StopSwitch
    private let store = Wiring.store

    private var experiment: Experiment { asked.experiment }

    /// `series` says which run of a series it is, `confirmed` how it was confirmed already, `runbooks` how
    /// their steps are carried out.
    init(
        _ asked: Reading.Asked,
        seed: UInt64,
        series: SeriesPlace? = nil,
        confirmed: String?,
        runbooks: RunbookChoice,
        stop: StopSwitch
    ) {
        self.asked = asked
        self.seed = seed
        self.series = series
        self.confirmed = confirmed
        self.runbooks = runbooks
        self.stop = stop
    }

    /// Short enough to be typed again.
    static func anySeed() -> UInt64 { UInt64.random(in: 0...9999) }

    /// A run that went to its end.
    struct Outcome {
        var record: Record

        /// Whether somebody was asked, and didn't want it: then nothing that was to follow is wanted either.
        var isDeclined: Bool {
            Terminal.canAsk && record.plan.refusals.contains { $0.cause == .confirmation }
        }

        var verdict: RunVerdict { record.judgement.verdict }
    }

    /// Surveys, plans, runs, judges, keeps and shows.
    ///
    /// `held` are the targets that the run before it in a series has to itself, so that nobody else gets them
    /// in between; when it returns, this run's.
    ///
    /// - Throws: `Failure` where the file or the asking is wrong, or where nothing can be kept: then
    ///   nothing was touched.
    func run(holding held: inout Claims?) async throws -> Outcome {
        let run = RunName.make(
            wallSeconds: Wiring.wallNs() / 1_000_000_000,
            experiment: experiment.name,
            salt: UInt64.random(in: 0...UInt64.max)
        )
        let folder = try create(run)
        // With the run's lock held: a halt that comes later finds it, one that came before is seen here.
        let halted = Standing.halted(in: store)
        let lookout = halted.isEmpty ? HaltLookout(store, stop: stop) : nil
        defer { lookout?.end() }
        let field = Field(experiment.inventory)
        let plan: Plan
        do {
            var planned: Plan
            (planned, held) = try await claimed(run, in: field, insteadOf: &held)
            planned.refusals = halted + planned.refusals
            planned.doesTwice = runbooks.twice ? true : nil
            plan = await Confirming(given: confirmed, stop: stop).confirm(planned)
            try await keep(plan, in: folder)
        } catch {
            await field.end()
            throw error
        }
        defer { withExtendedLifetime(held) {} }

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
            last: Keeping.last(experiment.name, before: run, in: store)
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
        return Outcome(record: record)
    }

    /// The plan, and its targets for this run alone; what stands against that becomes its refusals.
    private func claimed(
        _ run: String,
        in field: Field,
        insteadOf held: inout Claims?
    ) async throws -> (Plan, Claims?) {
        let facts = try await facts(in: field)
        var plan = try plan(run, facts)
        held = nil
        let claims: Claims?
        let taken: [Claims.Taken]
        let others: [OtherRun]
        do throws(HistoryError) {
            (claims, taken) = try await claim(plan)
            others = try Standing.others(of: plan, in: store)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
        if !others.isEmpty { plan = try self.plan(run, facts, beside: others) }
        // After the claim: until then another run may still leave something behind.
        let unhealed = Standing.unhealed(plan, in: store)
        // First: what the survey finds down may be so because of them.
        plan.refusals = Standing.refusals(taken, in: store) + unhealed + plan.refusals
        return (plan, claims)
    }

    /// - Returns: claims, or who has them: one of both.
    private func claim(_ plan: Plan) async throws(HistoryError) -> (Claims?, [Claims.Taken]) {
        for _ in 0..<50 {
            let (claims, taken) = try Standing.claim(plan, in: store)
            if claims != nil || !taken.isEmpty { return (claims, taken) }
            await Wiring.sleep(Wiring.now() + .milliseconds(10))
        }
        throw HistoryError(
            "others take the targets and let go of them again and again; run it once more"
        )
    }

    private func create(_ run: String) throws -> RunFolder {
        if let exposure = store.exposure {
            throw Failure.defect("nothing was touched: \(exposure)")
        }
        do throws(HistoryError) {
            return try store.create(run)
        } catch {
            throw Failure.defect("nothing was touched: \(error.message)")
        }
    }

    private func facts(in field: Field) async throws -> Facts {
        do throws(Problems) {
            return await field.look(try Planner.survey(of: experiment, seed: seed))
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    private func plan(_ run: String, _ facts: Facts, beside others: [OtherRun] = []) throws -> Plan
    {
        var site = SitePolicy.site
        site.others = others
        do throws(Problems) {
            return try Planner.plan(
                experiment,
                facts: facts,
                seed: seed,
                run: run,
                site: site,
                series: series
            )
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    private func keep(_ plan: Plan, in folder: RunFolder) async throws {
        do throws(JournalError) {
            try await folder.append([.begun])
        } catch {
            throw Failure.defect(
                "nothing was touched, since the journal can't be begun: \(error.message)"
            )
        }
        do throws(HistoryError) {
            try await folder.write("plan.json", json: plan)
            for (index, file) in asked.files.enumerated() {
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
}
