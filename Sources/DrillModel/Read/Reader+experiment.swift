extension Reader {
    func experiment(_ file: WrittenFile) throws(Problems) -> Experiment {
        var reading = Reading(file, scope: scope(of: file))
        reading.declareVariables(of: file.root, overrides: variables)
        let inventory = inventory(of: file.root, in: &reading)
        // Once more: `inventory:` may use variables, and only now the addresses of hosts are known.
        let before = reading.scope.variables
        reading.scope.variables = [:]
        reading.declareVariables(of: file.root, overrides: variables, before: before)
        reading.scope.probes = file.root["probes"]?.pairs.map(\.key) ?? []
        reading.scope.ledgers =
            file.root["probes"]?.pairs.filter { $0.value["ledger"] != nil }.map(\.key) ?? []
        reading.scope.who = file.root["who"]?.pairs.map(\.key) ?? []
        guard let values = reading.values(file.root, Grammar.experiment, in: "the experiment")
        else {
            throw reading.found
        }
        let name = values.word("experiment") ?? ""
        if !name.isEmpty {
            reading.checkName(name, of: "experiment", at: values.positions["experiment"])
        }
        let probes = reading.probes(values)
        let steps = method(values, probes: probes, in: &reading)
        let steady = reading.steady(values)
        reading.checkSteady(steady, of: probes, values.mapping("probes"))
        var experiment = Experiment(
            name: name,
            about: values.word("about"),
            file: file.source.file,
            inventory: inventory,
            disruption: values.word("disruption").flatMap(Disruption.init),
            budgets: reading.budgets(values, probes: probes, hasDisaster: steps.hasDisaster),
            who: reading.who(values),
            probes: probes,
            steady: steady,
            prepare: steps.prepare,
            method: steps.method,
            lease: reading.lease(values),
            guards: reading.guards(values, probes: probes),
            syslog: values.boolean("syslog"),
            assume: reading.assumption(values, hasDisaster: steps.hasDisaster)
        )
        experiment.repetition = reading.repetition(values)
        experiment.tags = reading.tags(values)
        experiment.jitter = reading.jitter(values, hasDisaster: steps.hasDisaster)
        // Only now: what is made on the way reports problems of its own.
        try reading.throwProblems()
        return experiment
    }

    /// The inventory that an experiment names; sets which hosts its other keys may name.
    private func inventory(of root: Written, in reading: inout Reading) -> Inventory? {
        guard let written = root["inventory"], written.shape != .nothing else {
            reading.scope.hosts = .none
            return nil
        }
        reading.scope.hosts = .unknown
        return namedInventory(written, in: &reading)
    }

    /// The inventory that the value of `inventory:` names; where it can be read, its hosts are known.
    func namedInventory(_ written: Written, in reading: inout Reading) -> Inventory? {
        guard case .word(let path)? = reading.value(written, .word, of: "\"inventory\""),
            let file = included(
                path,
                as: .inventory,
                at: reading.source.position(written.mark),
                in: &reading
            )
        else { return nil }
        do {
            let inventory = try inventory(opened: file)
            reading.scope.hosts = .known(inventory)
            return inventory
        } catch {
            reading.problems += error.list
            return nil
        }
    }
}

extension Reading {
    mutating func who(_ values: Values) -> [Who] {
        let named = values.mapping("who") ?? Values()
        return named.inOrder.compactMap { name, value in
            checkName(name, of: "who", at: named.positions[name])
            guard case .mapping(let who) = value else { return nil }
            let condition = who.mapping("where").flatMap {
                look($0, of: "\"where\" of \(quoted(name))")
            }
            guard let among = who.selector("among"), let condition else { return nil }
            if among.who != nil {
                report(
                    "\(quoted(name)) is chosen among a `who`",
                    at: among.position,
                    fix: "choose among a region, zone, role or hosts"
                )
            }
            return Who(
                name: name,
                among: among,
                condition: condition,
                position: named.positions[name]
            )
        }
    }

    mutating func steady(_ values: Values) -> Steady {
        guard let values = values.mapping("steady") else { return Steady() }
        let steady = Steady(
            holds: values.span("for") ?? Steady().holds,
            within: values.span("within")
        )
        // Looks lie `every` apart: what must hold for all of `within` is never seen to.
        if steady.within <= steady.holds {
            report(
                "steady for \(steady.holds) can't be seen within \(steady.within)",
                at: values.positions["within"] ?? values.positions["for"],
                fix: "make `within` longer than `for`"
            )
        }
        return steady
    }

    /// Looks lie `every` apart; those that steady state needs must come within its time.
    mutating func checkSteady(_ steady: Steady, of probes: [Probe], _ written: Values?) {
        for probe in probes where probe.every > .zero {
            let apart = (steady.holds.ns + probe.every.ns - 1) / probe.every.ns
            let isUp = probe.measure != .detection
            let needed = max(apart, isUp ? Int64(probe.upAfter - 1) : 0)
            guard needed > 0, probe.every * needed >= steady.within, steady.within > steady.holds
            else { continue }
            report(
                "\(quoted(probe.name)) looks every \(probe.every), and steady state needs"
                    + " \(needed + 1) looks within \(steady.within)",
                at: written?.mapping(probe.name)?.positions["every"] ?? probe.position,
                fix: "look more often, or give it more time: `steady: { within: … }`"
            )
        }
    }

    mutating func lease(_ values: Values) -> Span {
        let lease = values.span("lease") ?? .seconds(30)
        if lease < .seconds(1) {
            report(
                "a lease of \(lease) runs out before it can be renewed",
                at: values.positions["lease"],
                fix: "write 30s"
            )
        }
        return lease
    }

    mutating func guards(_ values: Values, probes: [Probe]) -> Guards {
        guard let values = values.mapping("guards") else { return Guards() }
        let standard = Guards()
        var guards = Guards(
            blastRadius: values.share("blast-radius") ?? standard.blastRadius,
            longest: values.span("longest") ?? standard.longest,
            windows: windows(values).map { [$0] } ?? []
        )
        if guards.longest == .zero {
            report("no run is as short as 0s", at: values.positions["longest"], fix: "write 15m")
        }
        for case .mapping(let stop) in values.list("stop-when") {
            guard let name = stop.word("probe"),
                let state = stop.word("is").flatMap(ProbeState.init)
            else {
                continue
            }
            checkIsLookedAt(name, among: probes, at: stop.positions["probe"])
            guards.stopWhen.append(
                Guards.Stop(probe: name, state: state, holds: stop.span("for") ?? .zero)
            )
        }
        return guards
    }

    /// A ledger is neither up nor down.
    mutating func checkIsLookedAt(_ name: String, among probes: [Probe], at position: Position?) {
        guard let probe = probes.first(where: { $0.name == name }), probe.measure == .data else {
            return
        }
        let others = probes.filter { $0.measure != .data }.map(\.name)
        report(
            "\(quoted(name)) is a ledger: neither up nor down",
            at: position,
            fix: others.isEmpty
                ? "name another probe" : "name another probe: \(alternatives(others))"
        )
    }
}
