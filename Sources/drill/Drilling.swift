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
        let carrying = try Carrying(experiment.name, runbooks: runbooks, stop: stop)
        // With the run's lock held: a halt that comes later finds it, one that came before is seen here.
        let halted = Standing.halted(in: store)
        let lookout = halted.isEmpty ? HaltLookout(store, stop: stop) : nil
        defer { lookout?.end() }
        let field = Field(experiment.inventory)
        let plan: Plan
        do {
            var planned: Plan
            (planned, held) = try await claimed(carrying.run, in: field, insteadOf: &held)
            planned.refusals =
                halted + planned.refusals + runbooks.refusals(of: experiment.runbooks)
            planned.doesTwice = runbooks.twice ? true : nil
            plan = await Confirming(given: confirmed, stop: stop).confirm(planned)
            try await carrying.keep(plan, asked.files)
        } catch {
            await field.end()
            throw error
        }
        defer { withExtendedLifetime(held) {} }

        return Outcome(record: await carrying.carryOut(plan, in: field))
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
}
