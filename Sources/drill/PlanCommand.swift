import ArgumentParser
import DrillEngine
import DrillHistory
import DrillModel
import DrillWire

/// `drill plan FILE`: what a run would do, fit to paste into a change ticket.
///
/// Touches nothing.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a run would do: targets, commands, undo, blast radius, budgets.",
        discussion: """
            Looks at every host that the experiment needs, and touches nothing. Exit code 0 when it \
            may run, 3 when a guard or what was found stands against it, 64 when the file has problems.
            """
    )

    @Argument(help: "The experiment.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(name: .customLong("var"), help: "Set a variable of the file: name=value.")
    var variables: [String] = []

    @Option(
        help: "What every `pick` is drawn with, as the run's --seed; a run without draws its own."
    )
    var seed: UInt64 = 0

    @OptionGroup var repetition: RepeatOptions

    @Flag(help: "Look at no host; what only a look could tell is marked unknown.")
    var offline = false

    @Flag(help: "Machine-readable: the whole plan as an object.")
    var json = false

    func run() async throws {
        let experiment = try Reading.experiment(file, variables: variables)
        let plan = try await plan(experiment)
        Terminal.write(json ? try JSONText.of(plan) : text(plan))
        if !plan.refusals.isEmpty { throw ExitCode(3) }
    }

    private func text(_ plan: Plan) -> String {
        PlanText.render(
            plan,
            columns: Terminal.isTerminal ? Terminal.size.columns : PlanText.widthBest
        )
    }

    private func plan(_ experiment: Experiment) async throws -> Plan {
        let facts = offline ? nil : try await facts(experiment)
        var plan = try plan(experiment, facts)
        let store = Wiring.store
        let halted = Standing.halted(in: store)
        if offline {
            plan.refusals = halted + plan.refusals
            return plan
        }
        let taken: [Claims.Taken]
        let others: [OtherRun]
        do throws(HistoryError) {
            taken = try store.claimed(Standing.targets(of: plan))
            others = try Standing.others(of: plan, in: store)
        } catch {
            throw Failure.defect(error.message)
        }
        if !others.isEmpty { plan = try self.plan(experiment, facts, beside: others) }
        let unhealed = Standing.unhealed(plan, in: store)
        plan.refusals = Standing.refusals(taken, in: store) + unhealed + halted + plan.refusals
        return plan
    }

    private func plan(
        _ experiment: Experiment,
        _ facts: Facts?,
        beside others: [OtherRun] = []
    ) throws -> Plan {
        var site = SitePolicy.site
        site.others = others
        let series = try repetition.place(of: experiment, id: "SERIES", seed: seed)
        do throws(Problems) {
            return try Planner.plan(
                experiment,
                facts: facts,
                seed: seed,
                run: Planner.noRun,
                site: site,
                series: series
            )
        } catch {
            throw Failure.problems(Reading.located(error))
        }
    }

    private func facts(_ experiment: Experiment) async throws -> Facts {
        let request: SurveyRequest
        do throws(Problems) {
            request = try Planner.survey(of: experiment, seed: seed)
        } catch {
            throw Failure.problems(Reading.located(error))
        }
        let field = Field(experiment.inventory)
        let facts = await field.look(request)
        await field.end()
        return facts
    }
}
