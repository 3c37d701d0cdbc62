@testable import DrillModel

/// A small shop in two regions, and faults that stand for every way of healing.
enum Shop {
    static let inventory = Inventory(
        name: "shop",
        file: "shop.yaml",
        hosts: [
            host("db-east-a", "10.77.1.11", "us-east-1/a", ["db"]),
            host("app-east-a", "10.77.1.41", "us-east-1/a", ["app"]),
            host("db-east-b", "10.77.1.139", "us-east-1/b", ["db"]),
            host("app-east-b", "10.77.1.169", "us-east-1/b", ["app"]),
            host("db-west", "10.77.2.11", "us-west-2/a", ["db"]),
            host("app-west", "10.77.2.41", "us-west-2/a", ["app"]),
            host("witness", "10.77.3.11", "eu-west-1/a", ["witness"]),
            Host(name: "edge", address: "10.77.9.10", roles: ["edge"], isProtected: true),
            Host(name: "here", isLocal: true),
        ]
    )

    static func host(
        _ name: String,
        _ address: String?,
        _ zone: String,
        _ roles: [String]
    ) -> Host {
        Host(
            name: name,
            address: address,
            region: zone.split(separator: "/").first.map(String.init),
            zone: zone,
            roles: roles,
            container: "lab-\(name)"
        )
    }

    static let leader = Who(
        name: "leader",
        among: Selector(roles: ["db"]),
        condition: .http(HTTPLook(url: "http://leader"))
    )

    static func experiment(
        _ method: [Step],
        prepare: [Step] = [],
        probes: [Probe] = [],
        who: [Who] = [leader],
        inventory: Inventory? = inventory,
        guards: Guards = Guards()
    ) -> Experiment {
        Experiment(
            name: "region-loss",
            file: "region-loss.yaml",
            inventory: inventory,
            who: who,
            probes: probes,
            prepare: prepare,
            method: method,
            guards: guards
        )
    }

    static func cut(
        _ target: Selector,
        id: String = "cut",
        from: Selector? = nil,
        lasts: Span? = nil,
        includesControl: Bool = false
    ) -> Step {
        Step(
            .fault(
                FaultStep(
                    id: id,
                    fault: "cut",
                    target: target,
                    values: Values(from.map { ["from": .selector($0)] } ?? [:]),
                    lasts: lasts,
                    includesControl: includesControl
                )
            ),
            at: Position(file: "region-loss.yaml", line: 7, column: 5)
        )
    }

    static func kill(_ target: Selector, id: String = "kill") -> Step {
        Step(.fault(FaultStep(id: id, fault: "kill", target: target)))
    }

    static let named: Planner.Lookup = { name in
        let faults: [any Fault.Type] = [Cut.self, Kill.self, Fussy.self, Abroad.self]
        return faults.first { $0.name == name }
    }

    static func plan(
        _ experiment: Experiment,
        facts: Facts? = nil,
        seed: UInt64 = 42
    ) throws(Problems) -> Plan {
        try Planner.plan(experiment, facts: facts, seed: seed, run: "RUN", named: named)
    }

    /// What a survey finds where all is well.
    static var facts: Facts {
        var facts = Facts(
            engine: EngineFacts(version: "20.10.24"),
            controller: HostFacts(boot: "boot-1:0", network: "net:[1]"),
            controllerAddresses: ["192.0.2.1", "10.77.0.1"]
        )
        for host in inventory.hosts {
            facts.hosts[host.name] = HostFacts(
                user: "drill",
                hasSudo: true,
                tools: ["iptables": "/usr/sbin/iptables"],
                iptables: "iptables",
                ip6tables: "ip6tables",
                boot: "boot-1:\(host.name)",
                network: "net:[\(host.name)]"
            )
            if let container = host.container {
                facts.engine?.containers[container] = ContainerState(
                    status: "running",
                    id: host.name,
                    startedAt: "",
                    attachments: []
                )
            }
        }
        return facts
    }

    /// Done by commands on the target, which heals itself.
    enum Cut: Fault {
        static let name = "cut"
        static let about = "Cuts a host off."
        static let keys = [Key("from", .selector, "From whom.")]
        static func needs(_ step: FaultStep, on host: Host) -> [Need] {
            [.tool("iptables"), .root]
        }

        static func procedure(
            _ step: FaultStep,
            on host: Host,
            in scene: Scene
        ) throws(Problems) -> Procedure {
            let peers = scene.peers["from"] ?? scene.inventory.hosts.filter { $0 != host }
            return Procedure(
                target: host.name,
                inject: peers.map {
                    Action(
                        "drop \($0.name)",
                        .command(
                            host: host.name,
                            .list(["iptables", "-A", $0.name], sudo: true)
                        )
                    )
                },
                effective: [],
                undo: [
                    Action(
                        "drop the chain",
                        .command(
                            host: host.name,
                            .list(["iptables", "-X", "DRILL-RUN"], sudo: true)
                        )
                    )
                ],
                settled: [],
                healing: .lease
            )
        }
    }

    /// Done by the engine, so that the target can't heal itself.
    enum Kill: Fault {
        static let name = "kill"
        static let about = "Kills a container."
        static let keys: [Key] = []
        static func needs(_ step: FaultStep, on host: Host) -> [Need] { [.container] }

        static func procedure(
            _ step: FaultStep,
            on host: Host,
            in scene: Scene
        ) throws(Problems) -> Procedure {
            guard let container = host.container else {
                throw Problems([Problem("\(host.name) is no container")])
            }
            return Procedure(
                target: host.name,
                inject: [Action("kill", .container(container, .kill(signal: "KILL")))],
                effective: [
                    Action("look", .container(container, .state), expect: .output(["exited"]))
                ],
                undo: [Action("start", .container(container, .start))],
                settled: [
                    Action("look", .container(container, .state), expect: .output(["running"]))
                ],
                healing: .controller(why: "a killed container can't start itself")
            )
        }
    }

    /// Can't be done where the survey found no service manager.
    enum Fussy: Fault {
        static let name = "fussy"
        static let about = "Needs a service manager."
        static let keys: [Key] = []
        static func needs(_ step: FaultStep, on host: Host) -> [Need] { [] }

        static func procedure(
            _ step: FaultStep,
            on host: Host,
            in scene: Scene
        ) throws(Problems) -> Procedure {
            if let facts = scene.facts, facts.hosts[host.name]?.serviceManager == nil {
                throw Problems([Problem("\(host.name) has no service manager")])
            }
            return Procedure(
                target: host.name,
                inject: [],
                effective: [],
                undo: [],
                settled: [],
                healing: .lease
            )
        }
    }

    /// A mistake: says that it heals itself, but is undone elsewhere.
    enum Abroad: Fault {
        static let name = "abroad"
        static let about = "Undone on another host."
        static let keys: [Key] = []
        static func needs(_ step: FaultStep, on host: Host) -> [Need] { [] }

        static func procedure(
            _ step: FaultStep,
            on host: Host,
            in scene: Scene
        ) throws(Problems) -> Procedure {
            Procedure(
                target: host.name,
                inject: [],
                effective: [],
                undo: [Action("undo", .command(host: "witness", .list(["true"])))],
                settled: [],
                healing: .lease
            )
        }
    }
}
