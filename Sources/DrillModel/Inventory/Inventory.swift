/// The hosts of a system, where they stand and how each is reached.
package struct Inventory: Hashable, Codable, Sendable {
    package var name: String
    /// The path it was read from, as given; relative paths inside are already resolved against it.
    package var file: String
    /// Where the very file that was read lies, without links; nil where that isn't known.
    package var realFile: String?
    /// `production` asks for a typed confirmation.
    package var environment: String?
    /// A known_hosts file of its own; else the user's.
    package var knownHosts: String?
    /// In the order of the file.
    package var hosts: [Host]

    package init(
        name: String,
        file: String = "",
        realFile: String? = nil,
        environment: String? = nil,
        knownHosts: String? = nil,
        hosts: [Host]
    ) {
        self.name = name
        self.file = file
        self.realFile = realFile
        self.environment = environment
        self.knownHosts = knownHosts
        self.hosts = hosts
    }

    /// The environment whose runs are confirmed.
    package static let production = "production"

    package func host(_ name: String) -> Host? { hosts.first { $0.name == name } }

    /// The hosts of these names, and those on the way to them.
    package func hosts(_ names: [String]) -> [Host] {
        var wanted = Set(names)
        var ways = names
        while let name = ways.popLast() {
            guard let jump = host(name)?.jump, wanted.insert(jump).inserted else { continue }
            ways.append(jump)
        }
        return hosts.filter { wanted.contains($0.name) }
    }

    package var regions: [String] { hosts.compactMap(\.region).unique }
    /// Every zone as `region/zone`.
    package var zones: [String] { hosts.compactMap(\.zone).unique }
    package var roles: [String] { hosts.flatMap(\.roles).unique }
    /// The hosts that the blast radius counts: those in regions.
    package var hostsInRegions: [Host] { hosts.filter { $0.region != nil } }
}

/// A machine or container and the ways to it.
package struct Host: Hashable, Codable, Sendable {
    package enum Transport: String, Codable, Sendable, CaseIterable {
        case auto, libssh2, openssh
    }

    /// Commands, run on the controller, that can power the host; `state` prints `on` or `off`.
    package struct Power: Hashable, Codable, Sendable {
        package var off: Command
        package var on: Command
        package var state: Command

        package init(off: Command, on: Command, state: Command) {
            self.off = off
            self.on = on
            self.state = state
        }
    }

    package var name: String
    package var address: String?
    package var region: String?
    /// As `region/zone`.
    package var zone: String?
    package var roles: [String]
    /// The container's name in the engine.
    package var container: String?
    /// The controller itself: commands run without SSH.
    package var isLocal: Bool
    /// No fault may touch it.
    package var isProtected: Bool
    package var power: Power?
    package var user: String?
    package var port: Int?
    package var key: String?
    /// The name of another host of the inventory, or `user@address:port`.
    package var jump: String?
    package var transport: Transport
    package var position: Position?

    package init(
        name: String,
        address: String? = nil,
        region: String? = nil,
        zone: String? = nil,
        roles: [String] = [],
        container: String? = nil,
        isLocal: Bool = false,
        isProtected: Bool = false,
        power: Power? = nil,
        user: String? = nil,
        port: Int? = nil,
        key: String? = nil,
        jump: String? = nil,
        transport: Transport = .auto,
        position: Position? = nil
    ) {
        self.name = name
        self.address = address
        self.region = region
        self.zone = zone
        self.roles = roles
        self.container = container
        self.isLocal = isLocal
        self.isProtected = isProtected
        self.power = power
        self.user = user
        self.port = port
        self.key = key
        self.jump = jump
        self.transport = transport
        self.position = position
    }

    /// Whether commands can run on it: over SSH, or because it is the controller.
    package var runsCommands: Bool { isLocal || address != nil }
}

extension Host {
    /// What tells this machine from others, whatever an inventory calls it: its container and its
    /// address; its name only where it has neither.
    package var identities: [String] {
        var identities: [String] = []
        if let container { identities.append("container-\(container)") }
        if let address { identities.append("address-\(Address.canonical(address))-\(port ?? 22)") }
        return identities.isEmpty ? ["host-\(name)"] : identities
    }

    package func isSame(as other: Host) -> Bool {
        !Set(identities).isDisjoint(with: other.identities)
    }
}
