/// Cuts a host off from others, or from everyone, by iptables and ip6tables.
///
/// ```
///            INPUT ──┐                 drill's own SSH ──▶ return
///   target           ├─▶ DRILL-… ──▶   from or to a peer ─▶ drop
///            OUTPUT ─┘                 everything else ──▶ return
/// ```
/// Packets are dropped, not connections refused, so connections that stand are cut too, and a cut of
/// one direction alone breaks TCP both ways, as a one-way link does. Rules live in a chain of the
/// fault's own and carry the run's id; undo deletes that chain and the jumps to it, nothing else.
package enum Partition: Fault {
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case both, `in`, out
    }

    /// What the target is cut from.
    package enum Cut: Hashable, Sendable {
        case peers([Host], Direction)
        /// All but loopback and drill's own SSH connection.
        case everyone
    }

    package static let name = "partition"
    package static let about =
        "Drops every packet between a host and others, standing connections included."
    package static let keys = [
        Key(
            "from",
            .selector,
            "The hosts to be cut off from; all others of the inventory when left out."
        ),
        Key(
            "direction",
            .oneOf(Direction.allCases.map(\.rawValue)),
            "What is dropped, as the target sees it: `both` (the default), `in` or `out`."
        ),
    ]

    static let needs: [Need] = [.root, .tool("iptables"), .tool("setsid")]

    package static func mayCutControl(_ step: FaultStep) -> Bool { true }

    package static func needs(_ step: FaultStep, on host: Host) -> [Need] { needs }

    package static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        guard let cut = cut(step, on: host, in: scene) else {
            throw Problems([
                Problem(
                    "partition: nobody with an address is left that \(host.name) could be cut from",
                    at: step.values.positions["from"] ?? step.target.position,
                    fix: "name hosts with an `address:` under `from`, other than the target"
                )
            ])
        }
        return try procedure(step, on: host, in: scene, cut: cut)
    }

    /// Nil where nobody is left that it could be cut from.
    package static func cut(_ step: FaultStep, on host: Host, in scene: Scene) -> Cut? {
        let direction = step.values.word("direction").flatMap(Direction.init(rawValue:)) ?? .both
        let asked = scene.peers["from"] ?? scene.inventory.hosts
        let peers = asked.filter {
            $0.name != host.name && $0.address != nil && $0.address != host.address
        }
        return peers.isEmpty ? nil : .peers(peers, direction)
    }

    static func procedure(
        _ step: FaultStep,
        on host: Host,
        in scene: Scene,
        cut: Cut
    ) throws(Problems) -> Procedure {
        let wall = try Wall(step, on: host, in: scene, cut: cut)
        let sights = Sights(step, on: host, in: scene, cut: cut)
        return Procedure(
            target: host.name,
            capture: wall.resolve + sights.capture,
            inject: [wall.build],
            effective: sights.effective,
            undo: [wall.remove],
            settled: [wall.gone] + sights.settled,
            healing: .lease
        )
    }
}
