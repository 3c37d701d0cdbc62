package import DrillModel

extension FieldHosts {
    /// The hosts on the way to a host, by the inventory and ssh_config; nothing is opened.
    ///
    /// - Returns: nil where there is no such way: the controller itself, or a host without an address.
    package nonisolated func route(to host: Host) -> Passage? {
        guard !host.isLocal, let address = host.address else { return nil }
        let endpoint = SSHEndpoint(host, address: address, setup: setup)
        var route = Passage(
            address: endpoint.address,
            proxyCommand: Self.proxyCommand(of: endpoint)
        )
        var ahead = jumps(of: endpoint)
        // As many as drill follows: a circle has no end.
        while let jump = ahead.popLast(), route.through.count < 8 {
            route.through.append(jump.address)
            route.proxyCommand = route.proxyCommand ?? Self.proxyCommand(of: jump)
            ahead += jumps(of: jump)
        }
        return route
    }

    /// Those that are named for it: `ProxyJump a,b` names two (ssh_config(5)).
    private nonisolated func jumps(of endpoint: SSHEndpoint) -> [SSHEndpoint] {
        (endpoint.jump ?? "").split(separator: ",").compactMap { word in
            let name = String(word.trimmingPrefix("ssh://"))
            // Names of the inventory are its own; ssh knows nothing of them.
            let known = endpoint.given.jump == nil ? nil : inventory.host(name)
            let host = known ?? Self.host(fromJump: name)
            return host.address.map { SSHEndpoint(host, address: $0, setup: setup) }
        }
    }

    /// A jump takes the place of one.
    private static func proxyCommand(of endpoint: SSHEndpoint) -> String? {
        endpoint.jump == nil ? endpoint.beyond.first { $0.hasPrefix("proxycommand ") } : nil
    }
}
