/// A plan as text, fit to paste into a change ticket: Markdown that reads as well unrendered.
///
/// In the order in which someone would ask: may it run, what would it do, to whom, by which commands,
/// how is it undone (by hand too), what can't heal itself, what was promised, what load it makes.
package struct PlanText: Sendable {
    let plan: Plan
    let length: PlanLength
    var lines: [String] = []
    var scripts = Scripts()

    /// Columns of running text; commands may be longer, since a broken one can't be pasted.
    let width: Int

    /// What reads best where there is room for it.
    package static let widthBest = 96

    /// As wide as reads best, or as the terminal is; narrower than 60 nothing can be laid out.
    static func width(columns: Int) -> Int { min(widthBest, max(columns, 60)) }

    /// Narrower than the best width where `columns` says so.
    package static func render(_ plan: Plan, columns: Int = widthBest) -> String {
        let width = width(columns: columns)
        var text = PlanText(plan: plan, length: PlanLength(plan), width: width)
        text.header()
        text.refusals()
        text.steps()
        text.faults()
        text.undoByHand()
        text.notSelfHealing()
        text.guards()
        text.budgets()
        text.probes()
        text.notes()
        text.scriptsUsed()
        // Once, at the end: names and commands come from files, facts from hosts.
        return Plain.block(text.lines.joined(separator: "\n")) + "\n"
    }

    var experiment: Experiment { plan.experiment }

    func host(_ name: String) -> Host? { experiment.inventory?.host(name) }
}

// What stands at the top.
extension PlanText {
    private mutating func header() {
        lines.append("# Plan: \(experiment.name)")
        if let about = experiment.about { paragraph(about) }
        var rows = [["run", "\(runName) (seed \(plan.seed))"], ["file", experiment.file]]
        rows += seriesRows
        if let inventory = experiment.inventory {
            let environment = inventory.environment.map { ", environment \($0)" } ?? ""
            rows.append(["inventory", "\(inventory.name) (\(inventory.file)\(environment))"])
        }
        if let disruption = experiment.disruption { rows.append(["disruption", "\(disruption)"]) }
        rows.append(["touches", touches])
        if !plan.faults.isEmpty { rows.append(["heals itself", healing]) }
        if !plan.lasting.isEmpty { rows.append(["NOTHING undoes", plan.lasting.listed]) }
        rows.append([
            "takes", "\(length.takes(in: plan.series)), unless an undo must be tried again",
        ])
        rows.append(["may run", verdict])
        block(rows)
    }

    private var runName: String {
        plan.run == Planner.noRun
            ? "not started yet: its id stands as \(Planner.noRun) below, in names of chains too"
            : plan.run
    }

    private var touches: String {
        guard !plan.faults.isEmpty else {
            let hosts = experiment.runbooks.flatMap(\.hostsOfCommands).unique
            return hosts.isEmpty
                ? "nothing: it only watches"
                : "no fault; its runbooks change things on \(hosts.listed), and the run's end undoes"
                    + " none of it"
        }
        let radius = plan.blastRadius
        let outside = radius.touched.filter { host($0)?.region == nil }.count
        let more = outside == 0 ? "" : ", and \(outside) outside of all regions"
        let atMost = plan.faults.contains { $0.who != nil } ? "at most " : ""
        let hosts = "\(radius.touchedMax) of \(counted(radius.hosts, "host")) in regions"
        let share = "\(Share.shown(radius.share)) (limit \(Share.shown(radius.limit)))"
        return "\(atMost)\(hosts), \(share)\(more)"
    }

    private var healing: String {
        if plan.notSelfHealing.isEmpty {
            return "yes: each target, within its lease, should drill die"
        }
        let procedures = plan.faults.flatMap(\.procedures)
        let all = procedures.allSatisfy { $0.healing != .lease }
        let isGuarded = procedures.contains { $0.healing != .lease && !$0.undo.isEmpty }
        let rest =
            plan.lasting.isEmpty
            ? (all ? "it, should drill die" : "the rest") : "what else has an undo"
        return "\(all ? "no" : "in part")\(isGuarded ? ": a guardian heals \(rest)" : "")"
            + ", see \"Not self-healing\""
    }

    private var verdict: String {
        if !plan.refusals.isEmpty {
            return "NO: \(counted(plan.refusals.count, "reason")) below; nothing would be touched"
        }
        if plan.facts == nil { return "unknown: planned offline" }
        return plan.confirmation == nil ? "yes" : "yes, once it is confirmed"
    }

    private mutating func refusals() {
        guard !plan.refusals.isEmpty else { return }
        section("Refused")
        for refusal in plan.refusals {
            item(sentence(refusal.message), then: "To do: " + sentence(refusal.change))
        }
    }
}

// The steps, in order.
extension PlanText {
    private mutating func steps() {
        section("Steps")
        if !experiment.probes.isEmpty {
            paragraph(
                "First every probe must show a steady state for \(experiment.steady.holds), within"
                    + " \(experiment.steady.within); else nothing is touched."
            )
        }
        let disaster = experiment.disasterStep.map { $0 + experiment.prepare.count }
        let all = experiment.prepare + experiment.method
        if all.isEmpty {
            paragraph("No steps: it only watches.")
        } else {
            lines += ["", "```"]
            for (number, step) in all.enumerated() {
                let marks = [
                    number < experiment.prepare.count ? "prepare" : nil,
                    number == disaster ? "T0" : nil,
                    length.steps[number] == .zero ? nil : "≤ \(length.steps[number].inWords)",
                ].compactMap(\.self).joined(separator: ", ")
                let head = "\(number + 1). ".padded(4)
                let room = width - 4 - 22
                let words = wrapped(title(step), room)
                lines.append(
                    marks.isEmpty
                        ? head + (words.first ?? "")
                        : head + (words.first ?? "").padded(room + 2) + marks
                )
                lines += (words.dropFirst() + details(step)).map { "    " + $0 }
            }
            lines.append("```")
        }
        if !plan.faults.isEmpty {
            paragraph(
                "Then whatever is still broken is undone, newest first; so it is on failure, signal"
                    + " and timeout."
                    + (plan.lasting.isEmpty
                        ? "" : " Not so what nothing undoes: \(plan.lasting.listed).")
            )
        }
        let steps = length.steps.reduce(.zero, +).inWords
        paragraph(
            "\(length.total.inWords) if all used all their time: steady state"
                + " \(length.steady.inWords), steps \(steps), undo \(length.undo.inWords), looking on"
                + " \(length.after.inWords). `longest` ends the steps after"
                + " \(experiment.guards.longest.inWords), and"
                + " \(plan.lasting.isEmpty ? "whatever is broken then" : "what then has an undo") is undone:"
                + " \(length.atMost.inWords) at most. The"
                + " survey, reading ledgers back and an undo that must be tried again come on top."
        )
    }

    private func title(_ step: Step) -> String {
        switch step.kind {
        case .fault(let fault):
            let lasts = fault.lasts.map { ", for \($0)" } ?? ""
            let keys = fault.values.shown.map { ", \($0)" }.joined()
            return "\(step.title) on \(fault.target.shown)\(keys)\(lasts)"
        case .runbook(let runbook):
            let budget = runbook.budget.map { ", budget \($0)" } ?? ""
            return step.title + budget
        case .parallel: return "at once:"
        default: return step.title
        }
    }

    /// Commands aren't wrapped: what is pasted must be what is run.
    private func details(_ step: Step) -> [String] {
        switch step.kind {
        case .parallel(let steps):
            steps.flatMap { step in ["  - " + title(step)] + details(step).map { "  " + $0 } }
        case .runbook(let runbook): runbook.steps.flatMap(runbookStep)
        default: []
        }
    }
}

extension Values {
    /// Each key as the file format writes it, in alphabetical order; commands stand elsewhere.
    fileprivate var shown: [String] {
        entries.sorted { $0.key < $1.key }.compactMap { key, value in
            if case .command = value { nil } else { "\(key): \(value.shown)" }
        }
    }
}

extension Values.Value {
    fileprivate var shown: String {
        switch self {
        case .word(let word): word
        case .text(let text): text.shown
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .boolean(let isTrue): "\(isTrue)"
        case .span(let span): "\(span)"
        case .share(let share): Share.shown(share)
        case .command(let command): command.shown
        case .selector(let selector): selector.shown
        case .window(let window): window.written
        case .list(let values): "[\(values.map(\.shown).joined(separator: ", "))]"
        case .mapping(let values): "{\(values.shown.joined(separator: ", "))}"
        }
    }
}
