/// What the matrices of one cut show together.
package struct ReachabilityOutcome: Hashable, Sendable {
    package struct Pair: Hashable, Sendable {
        package var from: String
        package var to: String

        fileprivate var reversed: Pair { Pair(from: to, to: from) }
    }

    package var fault: String
    /// Rows and columns, the fault's targets first.
    package var hosts: [String]
    package var leftOut: [String]
    /// Absent where nobody looked then.
    package private(set) var matrices: [Reachability.Moment: [Pair: Reachability.Sight]] = [:]
    /// What came through before and not during the fault.
    package private(set) var cut: [Pair] = []
    /// What should have been cut and wasn't, was cut and shouldn't have been, or didn't come back.
    package private(set) var unexpected: [String] = []

    /// Nil where the fault is no cut, or nobody ever looked.
    package init?(_ fault: PlannedFault, targets: [String], _ events: [Event]) {
        guard let planned = fault.reachability else { return nil }
        self.fault = fault.id
        hosts = planned.hosts.map(\.name)
        leftOut = planned.leftOut
        var others: [Reachability.Moment: [String]] = [:]
        var lasting: [String] = []
        for event in events {
            switch event.kind {
            case .injecting(let id): lasting = lasting.filter { $0 != id } + [id]
            case .undone(let id, let failed) where failed.isEmpty: lasting.removeAll { $0 == id }
            case .reachability(fault.id, let moment, let cells):
                matrices[moment] = Dictionary(
                    cells.map { (Pair(from: $0.from, to: $0.to), $0.sight) },
                    uniquingKeysWith: { $1 }
                )
                others[moment] = lasting.filter { $0 != fault.id }
            default: continue
            }
        }
        guard !matrices.isEmpty else { return nil }
        compare(planned, targets, others)
    }

    package func sight(
        _ from: String,
        _ to: String,
        _ moment: Reachability.Moment
    )
        -> Reachability.Sight?
    {
        matrices[moment]?[Pair(from: from, to: to)]
    }

    private mutating func compare(
        _ planned: Reachability,
        _ targets: [String],
        _ others: [Reachability.Moment: [String]]
    ) {
        var stayed: [Pair] = []
        var beyond: [Pair] = []
        var lost: [Pair] = []
        for from in hosts {
            for to in hosts where sight(from, to, .before)?.isThrough ?? false {
                let pair = Pair(from: from, to: to)
                let during = sight(from, to, .during)
                let isMeant = planned.isCut(from, to, targets)
                if during == .nothing {
                    cut.append(pair)
                    if !isMeant { beyond.append(pair) }
                } else if during?.isThrough ?? false, isMeant, !planned.isSpared(from, to) {
                    stayed.append(pair)
                }
                if sight(from, to, .after) == .nothing { lost.append(pair) }
            }
        }
        func rider(_ moment: Reachability.Moment) -> String {
            guard let names = others[moment], !names.isEmpty else { return "" }
            return " (\(names.listed) \(names.count == 1 ? "was" : "were") in place then, too)"
        }
        if !stayed.isEmpty {
            unexpected.append("not cut, though it was to be: \(Self.shown(stayed))")
        }
        if !beyond.isEmpty {
            unexpected.append(
                "cut, though it was not to be: \(Self.shown(beyond))\(rider(.during))"
            )
        }
        if !lost.isEmpty {
            unexpected.append(
                "does not come through again: \(Self.shown(lost))\(rider(.after))"
            )
        }
    }

    /// `a ↔ b, c; a → d`: each host, whom it is about both ways, and whom one way.
    package static func shown(_ pairs: [Pair]) -> String {
        let all = Set(pairs)
        var told: Set<Pair> = []
        var parts: [String] = []
        for from in pairs.map(\.from).unique {
            let own = pairs.filter { $0.from == from && !told.contains($0) }
            let both = own.filter { all.contains($0.reversed) }
            told.formUnion(both.map(\.reversed))
            for (arrow, group) in [("↔", both), ("→", own.filter { !both.contains($0) })]
            where !group.isEmpty {
                parts.append("\(from) \(arrow) \(group.map(\.to).joined(separator: ", "))")
            }
        }
        return parts.joined(separator: "; ")
    }
}

extension Reachability {
    /// A cut of one direction breaks TCP both ways.
    fileprivate func isCut(_ from: String, _ to: String, _ targets: [String]) -> Bool {
        targets.contains { target in
            let peers = cuts[target] ?? []
            return target == from && peers.contains(to) || target == to && peers.contains(from)
        }
    }

    fileprivate func isSpared(_ from: String, _ to: String) -> Bool {
        spared[to]?.contains(from) ?? false
    }
}
