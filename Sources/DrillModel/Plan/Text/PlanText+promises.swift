// Limits, promises, and the load that looking makes.
extension PlanText {
    mutating func guards() {
        section("Guards")
        let guards = experiment.guards
        var rows: [[String]] = []
        if experiment.inventory != nil, !plan.faults.isEmpty {
            rows.append(["blast radius", bar + by(guards.blastRadiusBy)])
            rows += protected.map { ["protected", $0] }
        }
        rows.append(["longest", guards.longest.inWords + by(guards.longestBy)])
        for stop in guards.stopWhen {
            rows.append([
                "stop when", "\(stop.probe) is \(stop.state.rawValue) for \(stop.holds)",
            ])
        }
        for windows in guards.windows {
            let isPolicy = windows.position.map { $0.file == plan.policy?.file } ?? false
            rows.append(["windows", windows.shown + by(isPolicy ? windows.position : nil)])
        }
        if let closing = plan.closing { rows.append(["open until", closing.shown]) }
        if !plan.faults.isEmpty {
            rows.append(["lease", "\(experiment.lease)" + by(experiment.leaseBy)])
        }
        if let confirmation = plan.confirmation {
            rows.append([
                "to confirm",
                "by its name, typed, or by --yes-production: \(confirmation.why)",
            ])
        }
        if let policy = plan.policy { rows.append(["policy", "\(policy.name) (\(policy.file))"]) }
        block(rows)
    }

    /// By the inventory, then by each entry of the site's policy.
    private var protected: [String] {
        let hosts = experiment.inventory?.hosts ?? []
        let own = hosts.filter(\.isProtected).map(\.name)
        return [own.isEmpty ? plan.policy == nil ? "none" : "none by the inventory" : own.listed]
            + (plan.policy?.protected ?? []).map { entry in
                let names = hosts.filter(entry.names).map(\.name)
                let found = names.isEmpty ? "none of these hosts" : names.listed
                return "\(found), by \(entry.shown)\(by(entry.position))"
            }
    }

    /// The line of the site's policy that a limit comes from.
    private func by(_ position: Position?) -> String { position.map { " (\($0))" } ?? "" }

    /// What is touched and, by a mark, what may be, as a bar of 20 cells and in figures.
    ///
    /// Without blanks, which a table may wrap; what is touched at all fills one cell at least.
    private var bar: String {
        let radius = plan.blastRadius
        func cells(_ share: Double) -> Int { min(Int((share * 20).rounded()), 20) }
        let full = radius.touchedMax == 0 ? 0 : max(cells(radius.share), 1)
        var drawn = (0..<20).map { $0 < full ? "█" : "·" }
        drawn.insert("|", at: cells(radius.limit))
        return
            "[\(drawn.joined())] \(Share.shown(radius.share)) of \(Share.shown(radius.limit)) allowed"
    }

    mutating func budgets() {
        section("Budgets")
        guard !experiment.budgets.isEmpty else {
            return paragraph("None: figures are measured, and nothing is held against them.")
        }
        block(
            experiment.budgets.map { budget in
                [
                    budget.label, budget.limit.promise,
                    (budget.probe.map { "of \($0)" } ?? "of every probe of its measure")
                        + (budget.assurance.map { ", \($0.shown)" } ?? ""),
                ]
            }
        )
        assurances()
        if let assume = experiment.assume {
            let times = FigureText.trimmed(assume.perYear, atMost: 3)
            paragraph("Assumed: such a disaster comes \(times) times a year.")
        }
    }

    mutating func probes() {
        guard !experiment.probes.isEmpty else { return }
        section("Probes")
        var rows = [["probe", "measures", "looks", "a second", "from"]]
        for probe in experiment.probes {
            rows.append([
                probe.name, probe.measure.rawValue, probe.kind.shown,
                Self.rate(1 / probe.every.inSeconds), probe.lookers.first ?? "here",
            ])
        }
        lines += ["", "```"]
        table(rows)
        lines.append("```")
        let load = experiment.probes.reduce(0) { $0 + 1 / $1.every.inSeconds }
        let writes = experiment.probes.filter { $0.measure == .data }
            .reduce(0) { $0 + 1 / $1.every.inSeconds }
        let written = writes == 0 ? "" : ", \(Self.rate(writes)) of them writes of the ledger"
        paragraph(
            "Load on the system while it runs: \(Self.rate(load)) looks a second\(written)."
        )
        ledgers()
    }

    static func rate(_ rate: Double) -> String {
        let tenths = Int((rate * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    mutating func notes() {
        let notes = plan.notes + wayNotes + clockNotes
        guard !notes.isEmpty else { return }
        section("Notes")
        for note in notes { item(sentence(note)) }
    }

    /// Hosts that OpenSSH's `ssh` must reach, and why.
    private var wayNotes: [String] {
        var reasons: [(why: String, hosts: [String])] = []
        for (name, facts) in (plan.facts?.hosts ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard facts.transport == "openssh" else { continue }
            let why = facts.transportWhy ?? "asked for"
            if let index = reasons.firstIndex(where: { $0.why == why }) {
                reasons[index].hosts.append(name)
            } else {
                reasons.append((why, [name]))
            }
        }
        return reasons.map { "\($0.hosts.listed): reached by OpenSSH's ssh: \($0.why)" }
    }

    /// Hosts whose clocks are surely off; figures use the controller's alone.
    private var clockNotes: [String] {
        let hosts = (plan.facts?.hosts ?? [:]).sorted { $0.key < $1.key }
        return hosts.compactMap { name, facts in
            guard let offset = facts.clockOffset, let bound = facts.clockOffsetBound,
                abs(offset.ns) > bound.ns + 1_000_000_000
            else { return nil }
            return "the clock of \(name) is \(Span(ns: abs(offset.ns)).inWords)"
                + " \(offset.ns > 0 ? "ahead" : "behind"); figures use the controller's alone"
        }
    }
}

extension Windows {
    var shown: String {
        let parts = [("allow", allowed), ("freeze", blocked)].filter { !$0.1.isEmpty }
            .map { name, windows in "\(name) \(windows.map(\.written).joined(separator: ", "))" }
        return "\(parts.isEmpty ? "always" : parts.joined(separator: "; ")) (\(zone))"
    }
}

extension Budget.Limit {
    fileprivate var promise: String {
        if case .atLeast = self { "at least \(shown)" } else { "at most \(shown)" }
    }
}
