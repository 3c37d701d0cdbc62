/// What one read-only survey found before planning.
package struct Facts: Hashable, Codable, Sendable {
    package var hosts: [String: HostFacts]
    package var engine: EngineFacts?
    /// The machine that drill runs on, and its own addresses, in one spelling each.
    package var controller: HostFacts?
    package var controllerAddresses: [String]

    package init(
        hosts: [String: HostFacts] = [:],
        engine: EngineFacts? = nil,
        controller: HostFacts? = nil,
        controllerAddresses: [String] = []
    ) {
        self.hosts = hosts
        self.engine = engine
        self.controller = controller
        self.controllerAddresses = controllerAddresses.map(Address.canonical)
    }
}

extension Facts {
    static let oneMachine = "correct its `address:` or its `container:` in the inventory"

    /// That a host's address is another container's than its own, in words; nil where it isn't.
    ///
    /// By the container that commands run in, or else by fixed addresses that both have in the engine's
    /// networks. Whoever is reached through a published port, or from elsewhere, has an address of no
    /// container's.
    func twoMachines(_ host: Host) -> String? {
        guard let name = host.container, let containers = engine?.containers,
            let own = containers[name]
        else { return nil }
        let others = containers.filter { $0.key != name && $0.value.id != own.id }
            .sorted { $0.key < $1.key }
        let other =
            others.first { $0.value.id == hosts[host.name]?.container }
            ?? others.first { _, state in
                guard let address = host.address, host.jump == nil, !own.addresses.isEmpty else {
                    return false
                }
                let canonical = Address.canonical(address)
                return state.addresses.contains(canonical) && !own.addresses.contains(canonical)
            }
        guard let other else { return nil }
        return
            "\(host.name) is two machines: its address\(host.address.map { " \($0)" } ?? "") leads to"
            + " the container \(other.key), and its `container:` is \(name)"
    }
}

extension ContainerState {
    fileprivate var addresses: [String] {
        attachments.flatMap { [$0.address, $0.address6] }.compactMap(\.self)
            .map(Address.canonical)
    }
}

/// What the survey found on one host.
package struct HostFacts: Hashable, Codable, Sendable {
    /// Nil when it was reached; else what is wrong and what to do.
    package var unreachable: String?
    /// `libssh2`, `openssh` or `local`.
    package var transport: String?
    package var transportWhy: String?
    package var user: String?
    package var isRoot: Bool
    package var hasSudo: Bool
    /// Name to path, of the tools asked for that are there.
    package var tools: [String: String]
    /// The iptables command that really works (`iptables`, `iptables-legacy`), nil when none does.
    package var iptables: String?
    package var ip6tables: String?
    /// `SSH_CONNECTION`: peer address, peer port, own address, own port.
    package var sshConnection: [String]
    /// Boot id and the start time of PID 1: a container shares its host's boot id.
    package var boot: String?
    /// The network namespace: hosts that share boot and namespace are one machine to a fault.
    package var network: String?
    /// The id of the container that commands run in, where an engine's mounts tell.
    package var container: String?
    package var uptime: Span?
    /// Host clock minus controller clock, and how far that may be off.
    package var clockOffset: Span?
    package var clockOffsetBound: Span?
    /// `systemd`, `runit`, `sysv`, nil when unknown.
    package var serviceManager: String?
    /// Runs that left something on the host.
    package var leftovers: [String]
    /// `RemoteError.Code`, where it couldn't be reached: `hostKeyChanged`, say.
    package var unreachableCode: String?
    /// The key that the host showed, as far as the transport can tell.
    package var hostKey: HostKey?
    /// The operating system's name for people, and the kernel's with its release.
    package var system: String?
    package var kernel: String?
    /// Whether `logger` is there, which writes to syslog.
    package var hasLogger: Bool?
    /// Where a lease would lie, and the type of the file system there (`tmpfs`).
    package var leasePlace: String?
    package var leaseFileSystem: String?
    /// Room on disk, by path: `/`, `/tmp` and where a lease would lie.
    package var rooms: [String: Room]?
    /// Chains of drill's that no lease there accounts for; nil where none were found.
    package var chains: [RuleChain]?
    /// The hosts on the way there; nil where no SSH is.
    package var route: Passage?
    /// Fault's id to why it would find nothing to break; nil where nothing was looked for.
    package var absent: [String: String]?

    package init(
        unreachable: String? = nil,
        transport: String? = nil,
        transportWhy: String? = nil,
        user: String? = nil,
        isRoot: Bool = false,
        hasSudo: Bool = false,
        tools: [String: String] = [:],
        iptables: String? = nil,
        ip6tables: String? = nil,
        sshConnection: [String] = [],
        boot: String? = nil,
        network: String? = nil,
        container: String? = nil,
        uptime: Span? = nil,
        clockOffset: Span? = nil,
        clockOffsetBound: Span? = nil,
        serviceManager: String? = nil,
        leftovers: [String] = [],
        unreachableCode: String? = nil,
        hostKey: HostKey? = nil,
        system: String? = nil,
        kernel: String? = nil,
        hasLogger: Bool? = nil,
        leasePlace: String? = nil,
        leaseFileSystem: String? = nil,
        rooms: [String: Room]? = nil,
        chains: [RuleChain]? = nil
    ) {
        self.unreachable = unreachable
        self.transport = transport
        self.transportWhy = transportWhy
        self.user = user
        self.isRoot = isRoot
        self.hasSudo = hasSudo
        self.tools = tools
        self.iptables = iptables
        self.ip6tables = ip6tables
        self.sshConnection = sshConnection
        self.boot = boot
        self.network = network
        self.container = container
        self.uptime = uptime
        self.clockOffset = clockOffset
        self.clockOffsetBound = clockOffsetBound
        self.serviceManager = serviceManager
        self.leftovers = leftovers
        self.unreachableCode = unreachableCode
        self.hostKey = hostKey
        self.system = system
        self.kernel = kernel
        self.hasLogger = hasLogger
        self.leasePlace = leasePlace
        self.leaseFileSystem = leaseFileSystem
        self.rooms = rooms
        self.chains = chains
    }

    /// Whether a lease would lie in memory, where a full disk can't stop it; nil where nobody knows.
    package var isLeaseInMemory: Bool? {
        leaseFileSystem.map { Lease.memoryFileSystems.contains($0) }
    }
}

/// A chain of firewall rules that an earlier run left: saved while it was cut off, and restored, say.
package struct RuleChain: Hashable, Codable, Sendable {
    /// `iptables-legacy`, say.
    package var tool: String
    package var name: String

    package init(tool: String, name: String) {
        self.tool = tool
        self.name = name
    }

    /// What takes it away, typed as root: the jumps to it, its rules, itself.
    package var removal: String {
        "\(tool) -S | sed -n 's/^-A \\(.* -j \(name)\\)$/\(tool) -D \\1/p' | sh;"
            + " \(tool) -F \(name); \(tool) -X \(name)"
    }
}

/// How a host is reached, as the inventory and ssh_config tell.
package struct Passage: Hashable, Codable, Sendable {
    /// What is really connected to.
    package var address: String
    /// The addresses of the jump hosts.
    package var through: [String]
    /// The place of a `ProxyCommand`, where there is one: nobody can tell whom it goes through.
    package var proxyCommand: String?

    package init(address: String, through: [String] = [], proxyCommand: String? = nil) {
        self.address = address
        self.through = through
        self.proxyCommand = proxyCommand
    }
}

/// The public key of a host.
package struct HostKey: Hashable, Codable, Sendable {
    /// `ssh-ed25519`, say.
    package var type: String
    /// As ssh-keygen shows it: `SHA256:…`.
    package var fingerprint: String
    /// The file and line that it was known from.
    package var knownFrom: String?

    package init(type: String, fingerprint: String, knownFrom: String?) {
        self.type = type
        self.fingerprint = fingerprint
        self.knownFrom = knownFrom
    }
}

/// How much of a file system is free for who asks, and how large it is.
package struct Room: Hashable, Codable, Sendable {
    package var freeBytes: Int64
    package var totalBytes: Int64

    package init(freeBytes: Int64, totalBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }
}

/// What the survey found of the container engine.
package struct EngineFacts: Hashable, Codable, Sendable {
    /// Nil when it answers; else what is wrong and what to do.
    package var unusable: String?
    package var version: String?
    /// Container name to its state; absent where there is no such container.
    package var containers: [String: ContainerState]

    package init(
        unusable: String? = nil,
        version: String? = nil,
        containers: [String: ContainerState] = [:]
    ) {
        self.unusable = unusable
        self.version = version
        self.containers = containers
    }
}
