/// A budget as the command line gives it: `rto=30s`, `rto:storefront=30s`, `rto={at-most: 30s, in: 95%}`.
///
/// The value is what a file has after the colon, and is checked as there; only that a shell's words are
/// often written without spaces.
package enum BudgetOption {
    /// Reads the options for an experiment that was run before.
    ///
    /// - Throws: every problem of all of them.
    package static func budgets(
        _ options: [String],
        for experiment: Experiment
    ) throws(Problems) -> [Budget] {
        var budgets: [Budget] = []
        var problems: [Problem] = []
        for option in options {
            do throws(Problems) {
                for budget in try read(option, experiment) {
                    if budgets.contains(where: { $0.isSame(as: budget) }) {
                        problems.append(Problem("--budget \(option): this budget is there twice"))
                    }
                    budgets.append(budget)
                }
            } catch {
                problems += error.list
            }
        }
        guard problems.isEmpty else { throw Problems(problems) }
        return budgets
    }

    private static func read(
        _ option: String,
        _ experiment: Experiment
    ) throws(Problems) -> [Budget] {
        guard let equals = option.firstIndex(of: "="), equals != option.startIndex else {
            throw Problems([
                Problem("--budget \(printable(option)): write --budget rto=30s, or rto:PROBE=30s")
            ])
        }
        let name = option[..<equals].split(separator: ":", maxSplits: 1).map(String.init)
        let value = spaced(String(option[option.index(after: equals)...]))
        let text = name.count > 1 ? "\(name[0]): { \(name[1]): \(value) }" : "\(name[0]): \(value)"
        let file = try Written.read(Array(text.utf8), file: "--budget")
        var reading = Reading(file, scope: Scope())
        reading.scope.probes = experiment.probes.map(\.name)
        guard let values = reading.values(file.root, Grammar.budgets, in: "a budget") else {
            throw reading.found
        }
        let budgets = reading.budgets(
            Values(["budgets": .mapping(values)]),
            probes: experiment.probes,
            hasDisaster: experiment.disasterStep != nil
        )
        try reading.throwProblems()
        return budgets
    }

    /// `{at-most:3s}` as `{at-most: 3s}`: no name or limit has a colon, and YAML wants a space behind it.
    private static func spaced(_ value: String) -> String {
        value.replacing(#/:(?=\S)/#, with: ": ")
    }
}

extension [Budget] {
    /// With these in the place of those of the same figure, percentile and part of the run: of the one probe
    /// that a new one names, else of all.
    package func replaced(by new: [Budget]) -> [Budget] {
        let kept = filter { old in
            !new.contains { $0.isLike(old) && ($0.probe == nil || $0.probe == old.probe) }
        }
        return kept + new
    }
}
