extension Draft {
    /// Held against what other runs may break meanwhile, too; nil where nothing is targeted.
    func guards(beside others: [OtherRun] = [], keeper: String? = nil) -> Guard? {
        guard !reaches.isEmpty else { return nil }
        return Guard(
            inventory: inventory,
            reaches: reaches,
            blastRadius: experiment.guards.blastRadius,
            blastRadiusBy: experiment.guards.blastRadiusBy,
            facts: facts,
            needed: Preflight(draft: self).hosts,
            others: others,
            keeper: keeper
        )
    }

    var blastRadius: BlastRadius {
        var names: [String] = []
        for procedure in faults.flatMap(\.procedures) where !names.contains(procedure.target) {
            names.append(procedure.target)
        }
        return BlastRadius(
            touched: inventory.hosts.map(\.name).filter(names.contains),
            touchedMax: guards()?.touchedMax ?? 0,
            hosts: inventory.hostsInRegions.count,
            limit: experiment.guards.blastRadius
        )
    }

    /// One line a reason, with the hosts that it holds for.
    var notSelfHealing: [String] {
        faults.flatMap { fault -> [String] in
            var reasons: [(why: String, hosts: [String])] = []
            for procedure in fault.procedures {
                guard case .controller(var why) = procedure.healing else { continue }
                if fault.procedures.count > 1 {
                    // So that twelve hosts give one reason, not twelve.
                    let container = inventory.host(procedure.target)?.container ?? ""
                    why = why.replacingWord(container, with: "the container")
                        .replacingWord(procedure.target, with: "the host")
                }
                if let index = reasons.firstIndex(where: { $0.why == why }) {
                    reasons[index].hosts.append(procedure.target)
                } else {
                    reasons.append((why, [procedure.target]))
                }
            }
            return reasons.map { "\(fault.id) on \($0.hosts.listed): \($0.why)" }
        }
    }

    var notes: [String] {
        var notes: [String] = []
        if facts == nil {
            notes.append("planned offline: no host was looked at")
        }
        let (least, longest) = (PlanLength.least(experiment), experiment.guards.longest)
        if least >= longest {
            let place = experiment.guards.longestBy.map { " (\($0))" } ?? ""
            notes.append(
                "`longest`\(place) ends it before its steps can all be carried out: their waits alone"
                    + " take \(least.inWords), and it is \(longest.inWords)"
            )
        }
        if !reaches.isEmpty && inventory.hostsInRegions.isEmpty {
            notes.append(
                "no host of the inventory is in a region, so the blast radius limits nothing"
            )
        }
        for reach in reaches where reach.countMax < reach.candidates.count {
            guard faults.contains(where: { $0.id == reach.fault && $0.who == nil }) else {
                continue
            }
            // A plan of no run shows the draw of a seed that a run takes only when told to.
            let again =
                run == Planner.noRun
                ? "`drill run --seed \(selection.seed)` draws these; without `--seed` a run draws its own"
                : "`--seed \(selection.seed)` draws the same ones again"
            notes.append(
                "\(reach.fault): \(reach.countMax) of \(counted(reach.candidates.count, "host"))"
                    + " drawn with the seed \(selection.seed); \(again)"
            )
        }
        for reach in reaches where reach.countMax == reach.candidates.count {
            guard let fault = faults.first(where: { $0.id == reach.fault }), let who = fault.who,
                reach.countMax > 1
            else { continue }
            notes.append(
                "\(fault.id) takes whomever `who: \(who)` finds when the step runs; guards assume"
                    + " all \(reach.countMax) candidates (`pick: 1` narrows it to one)"
            )
        }
        notes += blindProbes
        return notes
    }

    /// Probes that look from a host which a fault may touch: they may go blind with it.
    private var blindProbes: [String] {
        experiment.probes.flatMap { probe -> [String] in
            probe.lookers.flatMap { looker in
                reaches.filter { $0.candidates.contains { $0.name == looker } }.map {
                    "probe \(probe.name) looks from \(looker), which \($0.fault) may touch: its"
                        + " samples may be bad for that alone"
                }
            }
        }
    }
}

extension Probe {
    /// The hosts that it looks from.
    package var lookers: [String] {
        var told: Set<String> = []
        return ([via].compactMap(\.self) + kind.hosts).filter { told.insert($0).inserted }
    }
}

extension Probe.Kind {
    /// The hosts that its commands run on.
    package var hosts: [String] { commands.compactMap(\.host) }

    /// Its commands, each with the host that it runs on; nil is the controller.
    package var commands: [(command: Command, host: String?)] {
        switch self {
        case .ledger(let ledger):
            guard case .command(let store) = ledger.store else { return [] }
            let own = [store.write, store.read] + (store.delete.map { [$0] } ?? [])
            return own.map { ($0, store.host) }
                + ledger.readFrom.compactMap { place in
                    guard case .command(let read, let host) = place.way else { return nil }
                    return (read, host)
                }
        default: return ran.map { [($0.command, $0.host)] } ?? []
        }
    }
}
