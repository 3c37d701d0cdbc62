/// What can be asked of a container through its engine.
package enum ContainerVerb: Hashable, Codable, Sendable {
    case start
    /// A signal name without SIG.
    case kill(signal: String)
    case pause
    case unpause
    /// Looks only: the container's own id, which stays whatever it is called later.
    case id
    /// Looks only: the state is the action's output (`running`, `paused`, `exited`, …).
    case state
    /// Looks only: every network attachment as JSON, for `connect` to bring back.
    case networks
    /// Off every network it is attached to.
    case disconnect
    /// Back onto the networks that `networks` saved, given as its JSON; same addresses and aliases.
    case connect(saved: Text)
}

extension ContainerVerb {
    /// What `docker` is told for the same; the networks, which only a look can tell, in words.
    package func shown(on container: String) -> String {
        let name = Shell.quoted(container)
        return switch self {
        case .start: "start \(name)"
        case .kill(let signal): "kill --signal=\(signal) \(name)"
        case .pause: "pause \(name)"
        case .unpause: "unpause \(name)"
        case .id: "inspect --format {{.Id}} \(name)"
        case .state: "inspect --format {{.State.Status}} \(name)"
        case .networks: "inspect --format {{.NetworkSettings.Networks}} \(name)"
        case .disconnect: "network disconnect (each of its networks) \(name)"
        case .connect(let saved): "network connect (each of \(saved.shown)) \(name)"
        }
    }
}

/// How a container hangs on a network, enough to hang it there again.
package struct NetworkAttachment: Hashable, Codable, Sendable {
    package var network: String
    /// The address that was asked for (IPAMConfig); a killed container has no other.
    package var address: String?
    package var address6: String?
    package var aliases: [String]
    /// Other containers under names of this one's own, each as `container:alias`; nil where there are none.
    package var links: [String]?
    /// What the network's driver was told about this end; nil where nothing was.
    package var driverOptions: [String: String]?

    package init(
        network: String,
        address: String? = nil,
        address6: String? = nil,
        aliases: [String] = [],
        links: [String]? = nil,
        driverOptions: [String: String]? = nil
    ) {
        self.network = network
        self.address = address
        self.address6 = address6
        self.aliases = aliases
        self.links = links
        self.driverOptions = driverOptions
    }

    /// The words after `docker network connect`, as they are.
    package func words(connecting container: String) -> [String] {
        var words: [String] = []
        if let address { words += ["--ip", address] }
        if let address6 { words += ["--ip6", address6] }
        for alias in aliases { words += ["--alias", alias] }
        for link in links ?? [] { words += ["--link", link] }
        for (name, value) in (driverOptions ?? [:]).sorted(by: { $0.key < $1.key }) {
            words += ["--driver-opt", "\(name)=\(value)"]
        }
        return words + [network, container]
    }
}

/// What the engine says of a container.
package struct ContainerState: Hashable, Codable, Sendable {
    /// `created`, `running`, `paused`, `restarting`, `exited`, `dead`.
    package var status: String
    package var id: String
    /// When it was last started, in the engine's words; a change means that it was restarted.
    package var startedAt: String
    package var attachments: [NetworkAttachment]
    /// The engine removes it, with all that is in it, as soon as it ends (`--rm`); nil as false.
    package var isRemovedAtEnd: Bool?

    package init(
        status: String,
        id: String,
        startedAt: String,
        attachments: [NetworkAttachment],
        isRemovedAtEnd: Bool? = nil
    ) {
        self.isRemovedAtEnd = isRemovedAtEnd
        self.status = status
        self.id = id
        self.startedAt = startedAt
        self.attachments = attachments
    }
}
