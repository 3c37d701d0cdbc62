/// What `drill doctor` says of an inventory: each host as the survey found it, what every fault of the
/// catalogue would lack there, and what is wrong.
///
/// ```
///  inventory ──▶ request ──▶ survey ──▶ Facts ──▶ Checkup ──▶ table, JSON
/// ```
/// The survey is that of a run's preflight, asked for all that any fault needs. Pure.
package struct Checkup: Hashable, Sendable {
    package var inventory: Inventory
    package var facts: Facts
    package var controller: Controller
    /// The experiments whose needs are marked; empty where an inventory alone was asked for.
    package var experiments: [String]
    /// In the order of the inventory.
    package var hosts: [HostCheck]
    /// What somebody should see to, the controller's first.
    package var findings: [Finding]

    /// The machine that drill runs on, and its state folder.
    package struct Controller: Hashable, Sendable {
        package var version: String
        package var name: String
        package var stateFolder: String
        /// Why nothing can be kept there; nil where it can.
        package var unwritable: String?
        /// Why others could take from it what is kept there, and what to do; nil where they can't.
        package var exposed: String?
        package var room: Room?
        /// What earlier runs left broken, a line a run; those that can't be read, too.
        package var open: [String]
        /// Whether it is known what they left: the folder is there, and its runs can be listed.
        package var isOpenKnown: Bool
        /// Runs that go on and have broken something, a line a run: they undo it themselves.
        package var running: [String]
        /// The site's; nil where there is none, or none that can be read.
        package var policy: Policy?
        /// What keeps every run from being started: a halt, the policy.
        package var refusals: [Refusal]

        package init(
            version: String,
            name: String,
            stateFolder: String,
            unwritable: String? = nil,
            exposed: String? = nil,
            room: Room? = nil,
            open: [String] = [],
            isOpenKnown: Bool = true,
            running: [String] = [],
            policy: Policy? = nil,
            refusals: [Refusal] = []
        ) {
            self.version = version
            self.name = name
            self.stateFolder = stateFolder
            self.unwritable = unwritable
            self.exposed = exposed
            self.room = room
            self.open = open
            self.isOpenKnown = isOpenKnown
            self.running = running
            self.policy = policy
            self.refusals = refusals
        }

        /// Why no run may be started, as far as this is the cause.
        package func refusal(_ cause: Refusal.Cause) -> String? {
            refusals.first { $0.cause == cause }?.message
        }
    }

    /// One host and the faults that could be used on it.
    package struct HostCheck: Hashable, Sendable {
        package var host: Host
        /// Nil where no command can run there: it has no address.
        package var facts: HostFacts?
        /// Whether an experiment's plan needs it.
        package var isPlanned: Bool
        /// One a fault of the catalogue, in its order.
        package var faults: [FaultCheck]
    }

    /// Puts together what was found; `plans` are of experiments on this inventory, made with these
    /// `facts`, and `needed` the hosts that their own surveys would ask for.
    package init(
        _ inventory: Inventory,
        facts: Facts,
        controller: Controller,
        plans: [Plan] = [],
        needed: Set<String> = []
    ) {
        self.inventory = inventory
        self.facts = facts
        self.controller = controller
        experiments = plans.map(\.experiment.name)
        let planned = Planned(plans, needed: needed)
        let guardian = Guard(inventory: inventory, reaches: [], blastRadius: 1, facts: facts)
        hosts = inventory.hosts.map { host in
            let found = facts.hosts[host.name]
            let isController = guardian.isController(host)
            return HostCheck(
                host: host,
                facts: found,
                isPlanned: planned.hosts.contains(host.name),
                faults: Catalogue.faults.map { fault in
                    FaultCheck(
                        fault,
                        on: host,
                        facts: found,
                        engine: facts.engine,
                        isController: isController,
                        isPlanned: planned.faults[host.name]?.contains(fault.name) == true
                    )
                }
            )
        }
        findings = []
        findings = Finding.all(of: self, plans: plans)
    }

    /// What the survey must be asked for all of this.
    package static func request(_ inventory: Inventory) -> SurveyRequest {
        let hosts = inventory.hosts.filter(\.runsCommands)
        var tools: [String: [String]] = [:]
        for host in hosts {
            let needs = Catalogue.faults.flatMap { FaultNeeds.all(of: $0, on: host) }
                .flatMap(\.needs)
            var names = needs.compactMap { need in
                if case .tool(let name) = need { name } else { nil }
            }
            // Both are used wherever one is.
            if names.contains("iptables") { names.append("ip6tables") }
            tools[host.name] = names.unique
        }
        return SurveyRequest(
            hosts: hosts,
            tools: tools,
            containers: inventory.hosts.compactMap(\.container).unique,
            wantsEngine: true
        )
    }

    /// What experiments need of hosts.
    private struct Planned {
        var hosts: Set<String>
        var faults: [String: Set<String>] = [:]

        init(_ plans: [Plan], needed: Set<String>) {
            hosts = needed
            for plan in plans {
                for fault in plan.faults {
                    for procedure in fault.procedures {
                        hosts.insert(procedure.target)
                        faults[procedure.target, default: []].insert(fault.fault)
                    }
                }
            }
        }
    }
}
