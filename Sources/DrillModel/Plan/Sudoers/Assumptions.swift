/// What a survey might find, where nobody has looked: one `Facts` for each way that commands may differ.
struct Assumptions: Sendable {
    private let inventory: Inventory?
    private let facts: Facts?
    private let addresses: [String]

    init(_ inventory: Inventory?, facts: Facts?, addresses: [String]) {
        self.inventory = inventory
        self.facts = facts
        self.addresses = addresses
    }

    private static let variants = ["", "-legacy", "-nft"]
    private static let managers: [Service.Manager] = [.systemd, .runit, .sysv]

    /// Variant and manager go together: no fault's commands depend on both.
    var all: [Facts] {
        let peers = max(1, addresses.count)
        return (0..<Self.managers.count).flatMap { way in
            (0..<peers).map { peer in
                var scene = Facts(controllerAddresses: addresses)
                for host in inventory?.hosts ?? [] {
                    scene.hosts[host.name] = assumed(host, way: way, peer: peer)
                }
                return scene
            }
        }
    }

    private func assumed(_ host: Host, way: Int, peer: Int) -> HostFacts {
        let found = self.facts?.hosts[host.name]
        var facts = found ?? HostFacts()
        facts.unreachable = nil
        facts.hasSudo = true
        if found?.iptables == nil { facts.iptables = "iptables" + Self.variants[way] }
        if found?.ip6tables == nil { facts.ip6tables = "ip6tables" + Self.variants[way] }
        if found?.serviceManager == nil { facts.serviceManager = Self.managers[way].rawValue }
        if found?.sshConnection.count != 4 {
            facts.sshConnection = connection(to: host, peer: peer)
        }
        return facts
    }

    /// From one of the controller's addresses of the host's own kind, to sshd's port.
    private func connection(to host: Host, peer: Int) -> [String] {
        guard let address = host.address else { return [] }
        let isLoopback = Address.isLoopback(address)
        let own = addresses.filter { other in
            guard Address.isLoopback(other) == isLoopback else { return false }
            switch (PeerAddress(address), PeerAddress(other)) {
            case (.literal(let version, _), .literal(let otherVersion, _)):
                return version == otherVersion
            default: return true
            }
        }
        guard !own.isEmpty else { return [] }
        return [own[peer % own.count], "0", address, "\(host.port ?? 22)"]
    }
}
