/// Which hosts of a cut reach which: planned here, looked at before, during and after it.
///
/// ```
///            to 1  2  3
///  from 1 a     –  ✓  ✗        each look is a TCP connection to the other's sshd
///       2 b     ✓  –  ·
///       3 c     ✗  ·  –
/// ```
///
/// The rules of a cut are on its targets, so only ways from and to a target are looked at. Of sixteen hosts
/// of which one is cut off that is 30 connections instead of 240, and each has a login begin at its other
/// end: where the hosts share a machine, as in a lab, looking must not become an outage of its own.
package struct Reachability: Hashable, Codable, Sendable {
    package enum Moment: String, Hashable, Codable, Sendable, CaseIterable {
        case before, during, after
    }

    /// What one host saw of another.
    package enum Sight: Hashable, Codable, Sendable {
        /// A connection came through.
        case reached
        /// The other end refused it: packets go there and back, but nothing listens.
        case refused
        /// No answer in time, or no way there.
        case nothing
        /// It wasn't looked at, and why.
        case unseen(String)

        /// Whether packets went there and back.
        package var isThrough: Bool { self == .reached || self == .refused }
    }

    package struct Cell: Hashable, Codable, Sendable {
        package var from: String
        package var to: String
        package var sight: Sight

        package init(from: String, to: String, _ sight: Sight) {
            self.from = from
            self.to = to
            self.sight = sight
        }
    }

    package struct Spot: Hashable, Codable, Sendable {
        package var name: String
        package var address: String
        package var port: Int

        package init(name: String, address: String, port: Int) {
            self.name = name
            self.address = address
            self.port = port
        }
    }

    /// Rows and columns, targets first.
    package var hosts: [Spot]
    /// By target, the hosts that it is cut off from.
    package var cuts: [String: [String]]
    /// By target, the hosts from whose address drill itself comes: sshd's port stays open to them.
    package var spared: [String: [String]]
    /// Hosts of either side for which the matrix has no room.
    package var leftOut: [String]

    package init(
        hosts: [Spot],
        cuts: [String: [String]],
        spared: [String: [String]] = [:],
        leftOut: [String] = []
    ) {
        self.hosts = hosts
        self.cuts = cuts
        self.spared = spared
        self.leftOut = leftOut
    }
}

extension Reachability {
    /// A matrix that a person can still read, and looks that a small host can make at once.
    static let mostHosts = 16

    /// Nil where no target is cut off by rules of its own, or nobody is left to look at.
    init?(
        _ step: FaultStep,
        cuts all: [(target: Host, cut: Partition.Cut)],
        in scene: Scene
    ) {
        guard !all.isEmpty else { return nil }
        let targets = all.map(\.target.name)
        var cuts: [String: [String]] = [:]
        var peers: Set<String> = []
        var spared: [String: [String]] = [:]
        for (target, cut) in all {
            let names =
                switch cut {
                case .peers(let hosts, _): hosts.map(\.name)
                case .everyone: scene.inventory.hosts.map(\.name).filter { $0 != target.name }
                }
            cuts[target.name] = names
            peers.formUnion(names)
            let own =
                step.includesControl ? nil : scene.facts?.hosts[target.name]?.sshConnection.first
            spared[target.name] = scene.inventory.hosts
                .filter { own != nil && $0.address == own }.map(\.name)
        }
        let addressed = scene.inventory.hosts.filter { $0.address != nil }
        let hit = Self.spread(addressed.filter { targets.contains($0.name) })
        let others = Self.spread(
            addressed.filter { peers.contains($0.name) && !targets.contains($0.name) }
        )
        guard hit.count + others.count > 1 else { return nil }
        // Half of the room for each side; what one side doesn't need is the other's.
        let half = Self.mostHosts / 2
        let hitCount = min(hit.count, max(half, Self.mostHosts - others.count))
        let kept = hit.prefix(hitCount) + others.prefix(Self.mostHosts - hitCount)
        let names = Set(kept.map(\.name))
        self.init(
            hosts: addressed.filter { names.contains($0.name) && targets.contains($0.name) }
                .compactMap(Spot.init)
                + addressed.filter { names.contains($0.name) && !targets.contains($0.name) }
                .compactMap(Spot.init),
            cuts: cuts,
            spared: spared.filter { !$0.value.isEmpty },
            leftOut: (hit + others).map(\.name).filter { !names.contains($0) }
        )
    }

    /// One of each zone in turn, so that a bounded number of them stands for all.
    private static func spread(_ hosts: [Host]) -> [Host] {
        var zones: [String] = []
        var byZone: [String: [Host]] = [:]
        for host in hosts {
            let zone = host.zone ?? ""
            if byZone[zone] == nil { zones.append(zone) }
            byZone[zone, default: []].append(host)
        }
        let rounds = byZone.values.map(\.count).max() ?? 0
        return (0..<rounds).flatMap { round in
            zones.compactMap { zone in
                byZone[zone].flatMap { round < $0.count ? $0[round] : nil }
            }
        }
    }
}

extension Reachability.Spot {
    fileprivate init?(_ host: Host) {
        guard let address = host.address else { return nil }
        self.init(name: host.name, address: address, port: host.port ?? 22)
    }

    /// `address,port`, as the looking script takes it and prints it.
    fileprivate var at: String { "\(address),\(port)" }
}

extension Reachability {
    /// One host's look at others, four at a time; takes 2 s for each four where one doesn't answer.
    package func look(from spot: Spot) -> Action {
        Action(
            "see which of \(others(of: spot).count) hosts \(spot.name) reaches",
            .command(
                host: spot.name,
                .script(
                    Text(Partition.Sights.script),
                    name: "drill-look",
                    [Text(Partition.Sights.Look.each.rawValue)]
                        + others(of: spot).map { Text($0.at) }
                )
            ),
            expect: .anything,
            timeout: .seconds(15)
        )
    }

    /// A row of the matrix: what the look printed, or why nothing was seen.
    package func cells(from spot: Spot, output: String, failure: String?) -> [Cell] {
        var seen: [String: Sight] = [:]
        for line in output.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2 else { continue }
            switch words[0] {
            case "reached": seen[words[1]] = .reached
            case "refused": seen[words[1]] = .refused
            case "none": seen[words[1]] = .nothing
            default: continue
            }
        }
        return others(of: spot).map { other in
            Cell(
                from: spot.name,
                to: other.name,
                seen[other.at] ?? .unseen(failure ?? "the look said nothing of it")
            )
        }
    }

    /// Whom a host looks at: a target at all others, everyone else at the targets.
    package func others(of spot: Spot) -> [Spot] {
        hosts.filter { other in
            other.name != spot.name && (cuts[spot.name] != nil || cuts[other.name] != nil)
        }
    }
}
