extension Reading {
    /// The budgets of an experiment, each checked to have a probe that measures it.
    ///
    /// A budget that nothing can ever meet or miss would leave a run inconclusive for good.
    mutating func budgets(_ values: Values, probes: [Probe], hasDisaster: Bool) -> [Budget] {
        guard let values = values.mapping("budgets") else { return [] }
        var budgets: [Budget] = []
        for (key, value) in values.inOrder {
            guard let figure = FigureName(rawValue: key) else { continue }
            let position = values.positions[key]
            if figure.countsFromDisaster, !hasDisaster {
                report(
                    "\(quoted(key)) counts from a disaster, and the method has none",
                    at: position,
                    fix: "inject a fault, or add a step `disaster: declared`"
                )
            }
            if case .mapping(let named) = value {
                for (name, value) in named.inOrder {
                    let position = named.positions[name]
                    check(name, value, measures: figure, among: probes, at: position)
                    budgets += promises(value, of: figure, name, hasDisaster, at: position)
                }
            } else {
                let promised = promises(value, of: figure, nil, hasDisaster, at: position)
                if !promised.isEmpty { checkAny(measures: figure, among: probes, at: position) }
                budgets += promised
            }
        }
        checkOnce(budgets)
        return budgets
    }

    /// Of two limits for the same thing one would never be looked at.
    private mutating func checkOnce(_ budgets: [Budget]) {
        for (index, budget) in budgets.enumerated()
        where budgets[..<index].contains(where: { $0.isSame(as: budget) }) {
            report(
                "\(quoted(budget.label)) is promised twice"
                    + (budget.probe.map { " of \(quoted($0))" } ?? ""),
                at: budget.position,
                fix: "take one of the two out"
            )
        }
    }

    private mutating func checkAny(
        measures figure: FigureName,
        among probes: [Probe],
        at position: Position?
    ) {
        // A probe with problems of its own may be the one: one mistake, one problem.
        guard probes.count == scope.probes?.count,
            !probes.contains(where: { figure.isMeasured(by: $0) })
        else { return }
        report(
            "no probe measures what \(quoted(figure.rawValue)) promises",
            at: position,
            fix: "declare \(figure.probeThatMeasures)"
        )
    }

    private mutating func check(
        _ name: String,
        _ value: Values.Value,
        measures figure: FigureName,
        among probes: [Probe],
        at position: Position?
    ) {
        guard let probe = probes.first(where: { $0.name == name }) else {
            guard let known = scope.probes, !known.contains(name) else { return }
            report(
                "unknown probe \(quoted(name))",
                at: position,
                fix: meantAsPercentile(name, value, of: figure)
                    ?? suggestion(for: name, among: known, what: "probes")
            )
            return
        }
        guard !figure.isMeasured(by: probe) else { return }
        let fitting = probes.filter { figure.isMeasured(by: $0) }.map(\.name)
        guard !figure.measures.contains(probe.measure) else {
            report(
                "\(quoted(name)) reads from one place only, and \(quoted(figure.rawValue)) is about how far"
                    + " others are behind",
                at: position,
                fix: "name them under `read-from` of its ledger"
            )
            return
        }
        report(
            "\(quoted(name)) measures \(probe.measure.rawValue), and \(quoted(figure.rawValue)) is about \(alternatives(figure.measures.map(\.rawValue)))",
            at: position,
            fix: fitting.isEmpty ? nil : "probes for it: \(fitting.joined(separator: ", "))"
        )
    }

    /// `latency: { p99: 50ms }` names no probe.
    private func meantAsPercentile(
        _ name: String,
        _ value: Values.Value,
        of figure: FigureName
    ) -> String? {
        guard figure == .latency, Percentile(rawValue: name) != nil else { return nil }
        var limit = "50ms"
        if case .list(let limits) = value, case .span(let span)? = limits.first {
            limit = span.description
        }
        return "\(name) is a percentile: write { at-most: \(limit), at: \(name) }"
    }
}

extension FigureName {
    /// The measures that probes of this figure have.
    package var measures: [Probe.Measure] {
        switch self {
        case .detect: [.detection]
        case .failover, .downtime, .rto, .availability, .latency, .errors: [.service]
        case .restore: [.redundancy, .service]
        case .rpo, .lost, .staleness: [.data]
        }
    }

    /// Whether a probe can tell this figure.
    fileprivate func isMeasured(by probe: Probe) -> Bool {
        guard measures.contains(probe.measure) else { return false }
        guard self == .staleness, case .ledger(let ledger) = probe.kind else { return true }
        return !ledger.readFrom.isEmpty
    }

    /// What has to be there for it, in words that say how to declare it.
    var probeThatMeasures: String {
        switch self {
        case .staleness: "a probe with a `ledger:` that has `read-from`"
        case .rpo, .lost: "a probe with a `ledger:`"
        default: "a probe with `measures: \(alternatives(measures.map(\.rawValue)))`"
        }
    }

    /// Whether there is no such figure without a disaster.
    fileprivate var countsFromDisaster: Bool {
        switch self {
        case .detect, .failover, .rto, .restore: true
        case .downtime, .rpo, .availability, .lost, .staleness, .latency, .errors: false
        }
    }
}
