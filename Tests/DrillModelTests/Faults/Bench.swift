import DrillModel

/// Makes what a fault compiles from: one target `db`, peers `app` and `far`.
enum Bench {
    static let run = "20261123T141500Z-region-loss-7f3a"

    static func step(
        _ fault: any Fault.Type,
        _ values: [String: Values.Value] = [:],
        id: String? = nil,
        includesControl: Bool = false
    ) -> FaultStep {
        FaultStep(
            id: id ?? fault.name,
            fault: fault.name,
            target: Selector(hosts: ["db"]),
            values: Values(values),
            includesControl: includesControl
        )
    }

    static func inventory(
        _ db: Host = Host(name: "db", address: "10.0.0.1"),
        _ others: [Host] = [
            Host(name: "app", address: "10.0.0.2"),
            Host(name: "far", address: "fd00::3", port: 2222),
            Host(name: "here", isLocal: true),
        ]
    ) -> Inventory { Inventory(name: "bench", hosts: [db] + others) }

    static func facts(_ host: HostFacts? = nil) -> Facts {
        Facts(hosts: [
            "db": host
                ?? HostFacts(
                    isRoot: true,
                    iptables: "iptables",
                    ip6tables: "ip6tables-legacy",
                    serviceManager: "systemd"
                )
        ])
    }

    static func compile(
        _ fault: any Fault.Type,
        _ values: [String: Values.Value] = [:],
        inventory: Inventory = Bench.inventory(),
        facts: Facts? = Bench.facts(),
        from: [String]? = nil,
        id: String? = nil,
        includesControl: Bool = false
    ) throws(Problems) -> Procedure {
        var peers: [String: [Host]] = [:]
        if let from { peers["from"] = inventory.hosts.filter { from.contains($0.name) } }
        return try fault.procedure(
            step(fault, values, id: id, includesControl: includesControl),
            on: inventory.hosts[0],
            in: Scene(inventory: inventory, facts: facts, run: run, peers: peers)
        )
    }

    /// What is wrong, where compiling fails; nil where it doesn't.
    static func problem(
        _ fault: any Fault.Type,
        _ values: [String: Values.Value] = [:],
        inventory: Inventory = Bench.inventory(),
        facts: Facts? = Bench.facts(),
        from: [String]? = nil
    ) -> String? {
        do throws(Problems) {
            _ = try compile(fault, values, inventory: inventory, facts: facts, from: from)
            return nil
        } catch {
            return error.list.map { [$0.message, $0.fix ?? ""].joined(separator: " | ") }
                .joined(separator: "\n")
        }
    }
}

extension Action {
    /// The words of a command, for tables; what is open stays `${...}`.
    var words: [String] {
        guard case .command(_, let command) = verb, case .list(let words) = command.body else {
            return []
        }
        return words.map(\.shown)
    }
}
