/// What of the world an experiment may touch or look at: two that share any of it run one after another.
///
/// Deliberately wide, since a fault elsewhere in a system shows in every figure of it:
/// - every host of its inventory, by address and container, whatever inventories call it. That holds all
///   candidates of a `who` or a `pick`, and the hosts that probes and runbooks use;
/// - every machine that its probes and runbooks ask, by name or address and whatever the port, so that two without
///   an inventory don't disturb each other, and every container that a runbook names;
/// - the controller, where a fault or a runbook's command works there.
package struct Footprint: Hashable, Sendable {
    package static let controller = "the controller"

    package var places: Set<String>

    package init(_ places: Set<String> = []) { self.places = places }

    package init(_ experiment: Experiment) {
        let hosts = experiment.inventory?.hosts ?? []
        let others = hosts.filter { !$0.isLocal }
        places = Set(others.flatMap(\.identities))
        // A probe of another experiment may ask it by its address.
        for address in others.compactMap(\.address) { places.formUnion(Self.place(address)) }
        for probe in experiment.probes { places.formUnion(Self.servers(of: probe.kind)) }
        let steps = (experiment.prepare + experiment.method).flatMap(\.leaves)
        for case .runbook(let runbook) in steps.map(\.kind) {
            for step in runbook.allSteps { places.formUnion(Self.places(of: step)) }
        }
        if steps.contains(where: { Self.works(onControllerIn: $0, experiment) }) {
            places.insert(Self.controller)
        }
    }

    package func overlaps(_ other: Footprint) -> Bool { !places.isDisjoint(with: other.places) }

    private static func works(onControllerIn step: Step, _ experiment: Experiment) -> Bool {
        switch step.kind {
        case .fault(let fault):
            guard let inventory = experiment.inventory else { return false }
            // Any seed will do: `candidates` come before the pick.
            let selection = Selection(inventory: inventory, who: experiment.who, seed: 0)
            guard let who = experiment.who.first(where: { $0.name == fault.target.who }) else {
                return selection.candidates(fault.target).contains(where: \.isLocal)
            }
            return inventory.hosts.contains { $0.isLocal && who.among.names($0) }
        case .runbook(let runbook):
            return runbook.allSteps.flatMap { [$0.deed, $0.undo] }.contains { deed in
                guard case .command(let host, _) = deed else { return false }
                return host.map { experiment.inventory?.host($0)?.isLocal ?? false } ?? true
            }
        case .undo, .wait, .parallel, .disaster, .repaired: return false
        }
    }

    /// The servers that a step asks or changes, and the containers that it names.
    private static func places(of step: RunbookStep) -> [String] {
        let looks = step.looks.flatMap { servers(of: $0) }
        return looks
            + [step.deed, step.undo].flatMap { deed -> [String] in
                switch deed {
                case .http(let look): server(look.url)
                case .sql(let deed): server(deed.url)
                case .container(let deed): ["container-\(deed.container)"]
                case .command, .wait, .include, .parallel, .manual, .approve, nil: []
                }
            }
    }

    /// The machines that a look asks.
    private static func servers(of kind: Probe.Kind) -> [String] {
        switch kind {
        case .http(let look): server(look.url) + (look.resolver.map { place(authority: $0) } ?? [])
        case .tcp(let look): place(look.address.shown)
        case .sql(let look): server(look.url)
        case .prometheus(let look): server(look.server.url)
        case .alertmanager(let look): server(look.server.url)
        case .postgresRole(let look): look.urls.flatMap(server)
        case .ledger(let ledger): ledger.store.texts.flatMap(server)
        case .dns(let look): place(authority: look.resolver)
        case .command, .log, .loadBalancer: []
        }
    }

    /// The machine of a web or database address.
    private static func server(_ url: Text) -> [String] {
        let shown = url.shown
        guard let start = shown.firstRange(of: "://")?.upperBound else { return [] }
        let authority = shown[start...].prefix { !"/?#".contains($0) }
        return place(authority: String(authority.split(separator: "@").last ?? authority))
    }

    /// `HOST:PORT` or `[ADDRESS]:PORT` without the port.
    private static func place(authority: String) -> [String] {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return place(String(authority[authority.index(after: authority.startIndex)..<end]))
        }
        return place(String(authority.prefix { $0 != ":" }))
    }

    /// One name for one machine: case and a last dot tell none apart (RFC 4343, RFC 1034 3.1).
    private static func place(_ host: String) -> [String] {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? [] : ["server-\(name)"]
    }
}

extension Step {
    /// The steps that do something, those of `parallel` too.
    fileprivate var leaves: [Step] {
        if case .parallel(let steps) = kind { return steps.flatMap(\.leaves) }
        return [self]
    }
}

/// Which of the experiments that wait may begin beside those that run.
package enum SuiteSchedule {
    /// The first that shares nothing with a running one, so that they run in the order of the files as far
    /// as that goes.
    package static func next(of waiting: [Footprint], beside running: [Footprint]) -> Int? {
        waiting.firstIndex { candidate in !running.contains { $0.overlaps(candidate) } }
    }
}
