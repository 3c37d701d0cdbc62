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

    @Option(help: "What every `pick` is drawn with, as the run's --seed.")
    var seed: UInt64 = 0

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
        let plan: Plan
        do throws(Problems) {
            let facts = offline ? nil : try await facts(experiment)
            plan = try Planner.plan(
                experiment,
                facts: facts,
                seed: seed,
                run: Planner.noRun,
                site: SitePolicy.site
            )
        } catch {
            throw Failure.problems(error)
        }
        return try standing(plan)
    }

    /// With what other runs on this machine have against it.
    private func standing(_ plan: Plan) throws -> Plan {
        var plan = plan
        let store = Wiring.store
        plan.refusals = Standing.halted(in: store) + plan.refusals
        if offline { return plan }
        do throws(HistoryError) {
            let taken = try store.claimed(Standing.targets(of: plan))
            let unhealed = Standing.unhealed(plan, in: store)
            plan.refusals = Standing.refusals(taken, in: store) + unhealed + plan.refusals
            return plan
        } catch {
            throw Failure.defect(error.message)
        }
    }

    private func facts(_ experiment: Experiment) async throws(Problems) -> Facts {
        let request = try Planner.survey(of: experiment, seed: seed)
        let field = Field(experiment.inventory)
        let facts = await field.survey.look(request)
        await field.end()
        return facts
    }
}
