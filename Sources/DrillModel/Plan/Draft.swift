/// An experiment with every fault compiled for every target, and the problems met on the way.
struct Draft: Sendable {
    let experiment: Experiment
    let facts: Facts?
    let run: String
    let named: Planner.Lookup
    let selection: Selection

    private(set) var faults: [PlannedFault] = []
    private(set) var reaches: [Reach] = []
    private(set) var needs: [HostNeed] = []
    private(set) var problems: [Problem] = []
    /// Faults that compile without facts, but not with what the survey found.
    private(set) var cannot: [Refusal] = []

    /// What a fault needs on one of its targets.
    struct HostNeed: Hashable, Sendable {
        var fault: String
        var host: Host
        var need: Need
    }

    init(
        _ experiment: Experiment,
        facts: Facts?,
        seed: UInt64,
        run: String,
        named: @escaping Planner.Lookup
    ) {
        self.experiment = experiment
        self.facts = facts
        self.run = run
        self.named = named
        selection = Selection(
            inventory: experiment.inventory ?? Inventory(name: "", hosts: []),
            who: experiment.who,
            seed: seed
        )
        for who in experiment.who where who.among.who != nil {
            report("`among:` of \(who.name) may not itself say `who:`", at: who.position)
        }
        for step in experiment.prepare.flattened {
            compile(step.fault, at: step.position, isInPrepare: true)
        }
        for step in experiment.method.flattened {
            compile(step.fault, at: step.position, isInPrepare: false)
        }
    }

    var inventory: Inventory { selection.inventory }

    private mutating func compile(_ step: FaultStep, at position: Position?, isInPrepare: Bool) {
        let place = step.target.position ?? position
        guard experiment.inventory != nil else {
            return report(
                "fault \(step.id) has targets, but the experiment names no inventory",
                at: position,
                fix: "add `inventory: FILE`"
            )
        }
        guard let fault = named(step.fault) else {
            return report(
                "unknown fault \(step.fault); `drill faults` lists those there are",
                at: position
            )
        }
        guard !step.target.namesNothing else {
            return report(
                "the target of \(step.id) names nothing",
                at: place,
                fix: "choose by region, zone, role, host or who"
            )
        }
        if step.includesControl && step.lasts == nil {
            report(
                "\(step.id) cuts drill's own path (`include-control: true`) and so needs `for:`:"
                    + " only the target itself can end it",
                at: position,
                fix: "add `for: 30s`, say"
            )
        }
        checkExcept(step.target, of: step.id, at: place)
        let targets = targets(of: step, at: place)
        let peers = peers(of: step, fault: fault, at: position)
        reaches.append(
            Reach(
                fault: step.id,
                candidates: selection.candidates(step.target),
                countMax: step.target.pick.count(of: selection.candidates(step.target).count),
                from: peers["from"]
            )
        )
        let scene = Scene(inventory: inventory, facts: facts, run: run, peers: peers)
        var procedures: [Procedure] = []
        for host in targets {
            needs += fault.needs(step, on: host).map {
                HostNeed(fault: step.id, host: host, need: $0)
            }
            if let procedure = procedure(step, fault, on: host, in: scene, at: place) {
                procedures.append(procedure)
            }
        }
        faults.append(
            PlannedFault(
                id: step.id,
                fault: step.fault,
                isInPrepare: isInPrepare,
                procedures: procedures,
                who: step.target.who,
                pick: step.target.who == nil ? .all : step.target.pick,
                lasts: step.lasts,
                includesControl: step.includesControl,
                lease: step.includesControl ? step.lasts ?? experiment.lease : experiment.lease,
                reachability: Reachability(
                    step,
                    cuts: targets.compactMap { host in
                        fault.cut(step, on: host, in: scene).map { (host, $0) }
                    },
                    in: scene
                )
            )
        )
    }

    /// The hosts to compile for; reports a selection that is empty.
    private mutating func targets(of step: FaultStep, at position: Position?) -> [Host] {
        let candidates = selection.candidates(step.target)
        let count = step.target.pick.count(of: candidates.count)
        if candidates.isEmpty {
            report(
                "the target of \(step.id), \(step.target.shown), chooses no host of the inventory"
                    + " \(inventory.name)",
                at: position
            )
        } else if count == 0 {
            report(
                "`pick: \(step.target.pick)` of \(counted(candidates.count, "host"))"
                    + " (\(candidates.map(\.name).listed)) is none: \(step.id) would do nothing",
                at: position,
                fix: "pick: 1"
            )
        }
        return selection.hosts(step.target, for: step.id)
    }

    /// The hosts of every other selector of the step, such as a partition's `from`.
    private mutating func peers(
        of step: FaultStep,
        fault: any Fault.Type,
        at position: Position?
    ) -> [String: [Host]] {
        var peers: [String: [Host]] = [:]
        for (key, value) in step.values.entries.sorted(by: { $0.key < $1.key }) {
            let selectors = value.selectors
            guard !selectors.isEmpty else { continue }
            var names: Set<String> = []
            for (index, selector) in selectors.enumerated() {
                let place = selector.position ?? step.values.positions[key] ?? position
                checkExcept(selector, of: step.id, at: place)
                if selector.who != nil {
                    report(
                        "`\(key):` of \(step.id) must be known when the plan is made;"
                            + " `who:` works under `target:` only",
                        at: place
                    )
                    continue
                }
                let chosen = selection.hosts(selector, for: "\(step.id).\(key).\(index)")
                if chosen.isEmpty {
                    report(
                        "`\(key):` of \(step.id), \(selector.shown), chooses no host",
                        at: place
                    )
                }
                names.formUnion(chosen.map(\.name))
            }
            peers[key] = inventory.hosts.filter { names.contains($0.name) }
        }
        return peers
    }

    private mutating func procedure(
        _ step: FaultStep,
        _ fault: any Fault.Type,
        on host: Host,
        in scene: Scene,
        at position: Position?
    ) -> Procedure? {
        do throws(Problems) {
            let procedure = try fault.procedure(step, on: host, in: scene)
            check(procedure, of: step, at: position)
            return procedure
        } catch {
            if compilesOffline(step, fault, on: host, in: scene) {
                cannot += error.list.map { problem in
                    Refusal(
                        .cannot,
                        hosts: [host.name],
                        "\(step.id): \(problem.message)",
                        change: problem.fix ?? "change the host, or take it out with `except:`"
                    )
                }
            } else {
                for var problem in error.list {
                    problem.position = problem.position ?? position
                    add(problem)
                }
            }
            return nil
        }
    }

    /// Whether it is what the survey found, not the file, that stands in the way.
    private func compilesOffline(
        _ step: FaultStep,
        _ fault: any Fault.Type,
        on host: Host,
        in scene: Scene
    ) -> Bool {
        guard scene.facts != nil else { return false }
        var offline = scene
        offline.facts = nil
        do throws(Problems) {
            _ = try fault.procedure(step, on: host, in: offline)
            return true
        } catch {
            return false
        }
    }

    /// A host that heals itself can only run its own commands.
    private mutating func check(
        _ procedure: Procedure,
        of step: FaultStep,
        at position: Position?
    ) {
        for action in procedure.all {
            guard case .command(let name, _) = action.verb, let host = inventory.host(name),
                !host.runsCommands
            else { continue }
            report(
                "\(step.id) must run commands on \(name), which the inventory gives no `address:`",
                at: position,
                fix: "give \(name) an address, or fail it as a container"
            )
        }
        if step.includesControl, case .controller(let why) = procedure.healing {
            report(
                "\(step.id) cuts drill's own path to \(procedure.target), but \(why)",
                at: position
            )
        }
        guard procedure.healing == .lease else { return }
        for action in procedure.undo {
            if case .command(procedure.target, _) = action.verb { continue }
            report(
                "\(step.id) on \(procedure.target) is undone elsewhere (\(action.shown)), so"
                    + " \(procedure.target) can't heal itself by a lease",
                at: position
            )
        }
    }

    private mutating func checkExcept(
        _ selector: Selector,
        of step: String,
        at position: Position?
    ) {
        for except in selector.except where except.who != nil || except.pick != .all {
            report(
                "`except:` of \(step) may not say \(except.who != nil ? "`who:`" : "`pick:`"):"
                    + " what it takes away must be known when the plan is made",
                at: except.position ?? position
            )
        }
    }

    private mutating func report(_ message: String, at position: Position?, fix: String? = nil) {
        add(Problem(message, at: position, fix: fix))
    }

    private mutating func add(_ problem: Problem) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}

extension Procedure {
    /// Every action, in the order in which it is carried out.
    package var all: [Action] { capture + inject + effective + undo + settled }
}

extension [Step] {
    /// Every fault, those inside `parallel` too, in the order of the file.
    fileprivate var flattened: [(fault: FaultStep, position: Position?)] {
        flatMap { step -> [(fault: FaultStep, position: Position?)] in
            switch step.kind {
            case .fault(let fault): [(fault, step.position)]
            case .parallel(let steps): steps.flattened
            default: []
            }
        }
    }
}

extension Values.Value {
    /// The selectors that it is or lists.
    var selectors: [Selector] {
        switch self {
        case .selector(let selector): [selector]
        case .list(let values): values.flatMap(\.selectors)
        default: []
        }
    }
}
