/// What one read-only survey found before planning.
package struct Facts: Hashable, Codable, Sendable {
    package var hosts: [String: HostFacts]
    package var engine: EngineFacts?
    /// The machine that drill runs on, and its own addresses.
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
        self.controllerAddresses = controllerAddresses
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
    package var uptime: Span?
    /// Host clock minus controller clock, and how far that may be off.
    package var clockOffset: Span?
    package var clockOffsetBound: Span?
    /// `systemd`, `runit`, `sysv`, nil when unknown.
    package var serviceManager: String?
    /// Runs that left something on the host.
    package var leftovers: [String]

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
        uptime: Span? = nil,
        clockOffset: Span? = nil,
        clockOffsetBound: Span? = nil,
        serviceManager: String? = nil,
        leftovers: [String] = []
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
        self.uptime = uptime
        self.clockOffset = clockOffset
        self.clockOffsetBound = clockOffsetBound
        self.serviceManager = serviceManager
        self.leftovers = leftovers
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
