package import DrillEngine
package import DrillModel
internal import DrillWire

/// The ways to an inventory's hosts: chosen when first asked for, opened when first used, kept, and
/// opened again after a loss.
package actor FieldHosts: Hosts {
    let inventory: Inventory
    let setup: SSHSetup
    private let folder: SocketFolder
    private var remotes: [String: any Remote] = [:]

    /// Opens nothing yet.
    ///
    /// Of this process's environment HOME, USER and SSH_AUTH_SOCK are looked at. A `configFile` is
    /// read in place of the user's and the system's ssh_config.
    package init(
        inventory: Inventory,
        environment: [String: String],
        configFile: String? = nil
    ) {
        self.inventory = inventory
        setup = SSHSetup(
            environment: environment,
            knownHosts: inventory.knownHosts,
            configFile: configFile
        )
        folder = SocketFolder(environment: environment)
    }

    package func remote(to host: Host) async throws(RemoteError) -> any Remote {
        if let known = remotes[host.name] { return known }
        let new = try await make(host)
        // Somebody else may have asked meanwhile; nothing is open yet, so either will do.
        if let known = remotes[host.name] { return known }
        remotes[host.name] = new
        return new
    }

    /// In one go for each transport: what both need is done before.
    package nonisolated func fire(_ shots: [any Shot]) async {
        let direct = shots.compactMap { ($0 as? LibSSH2Shot)?.shot }
        let others = shots.compactMap { $0 as? OpenSSHShot }.map { (id: $0.child, bytes: $0.input) }
        if !direct.isEmpty { await SSHHub.shared.fire(direct) }
        if !others.isEmpty { await Children.shared.feed(others) }
    }

    /// Whom drill logs in as on a host, by the inventory, ssh_config or this process's environment.
    package nonisolated func login(of host: Host) -> String {
        SSHEndpoint(host, address: host.address ?? "", setup: setup).user
    }

    /// What a person types on the controller to have a command run on a host, through OpenSSH.
    package nonisolated func typed(_ command: Command, on host: Host) throws(RemoteError) -> String
    {
        let endpoint = SSHEndpoint(host, address: try address(of: host), setup: setup)
        return try arguments(for: endpoint).typed(command.typed(asRoot: endpoint.user == "root"))
            .map(Shell.quoted).joined(separator: " ")
    }

    /// What a person types before a line to have it run on a host, word by word, through OpenSSH.
    package nonisolated func typedLogin(to host: Host) throws(RemoteError) -> [String] {
        let endpoint = SSHEndpoint(host, address: try address(of: host), setup: setup)
        return try arguments(for: endpoint).typed("").dropLast()
    }

    package func close() async {
        let all = remotes.values
        remotes = [:]
        // At once: one that is silent is waited for, and holds up no other.
        await withTaskGroup { group in
            for remote in all { group.addTask { await remote.close() } }
        }
        folder.removeAll()
    }

    private func make(_ host: Host) async throws(RemoteError) -> any Remote {
        if host.isLocal { return LocalRemote(host: host.name) }
        let endpoint = SSHEndpoint(host, address: try address(of: host), setup: setup)
        let identities = await identities(for: endpoint)
        let authority = setup.knownHosts.authority(for: endpoint.knownName)
        let choice = TransportChoice.choose(
            host.transport,
            endpoint,
            identities: identities,
            knownTypes: setup.knownHosts.types(for: endpoint.knownName),
            authority: authority.map { "\($0.file):\($0.line)" }
        )
        let arguments = try arguments(for: endpoint)
        let openssh = { @Sendable [setup, folder] (why: String) in
            OpenSSHRemote(arguments, why: why, setup: setup, folder: folder)
        }
        switch choice {
        case .none(let message):
            let code: RemoteError.Code = identities.identities.isEmpty ? .noKey : .unsupported
            throw RemoteError(code, host: host.name, message)
        case .openssh(let why):
            return openssh(why)
        case .libssh2(let why, let fallback):
            let first = await LibSSH2Remote(
                endpoint,
                identities: identities.identities,
                why: why,
                setup: setup
            )
            guard host.transport == .auto else { return first }
            return AutoRemote(first, otherKeys: fallback, second: openssh)
        }
    }

    private nonisolated func address(of host: Host) throws(RemoteError) -> String {
        if let address = host.address { return address }
        throw RemoteError(
            .configuration,
            host: host.name,
            "\(host.name) has no address in the inventory, so no command can run there. Add "
                + "`address:`, or choose a host that has one."
        )
    }

    private func identities(for endpoint: SSHEndpoint) async -> IdentityChoice {
        let areNamed = !endpoint.keys.isEmpty
        let paths =
            areNamed
            ? endpoint.keys
            : IdentityChoice.usualNames.map { "\(setup.home)/.ssh/\($0)" }.filter(setup.exists)
        let files = paths.map { path -> IdentityChoice.KeyFile in
            if let file = setup.keyFile(path) { return .file(file) }
            return .unusable(
                path: path,
                why: setup.exists(path) ? "can't be read as a private key" : "isn't there"
            )
        }
        var agentKeys: [SSHAgentKey] = []
        if let socket = setup.agentSocket, !socket.isEmpty {
            // An agent that is gone is as good as none: the files decide then.
            agentKeys =
                (try? await SSHHub.shared.keys(
                    ofAgent: socket,
                    deadlineNs: BootClock.nowNs() + 3_000_000_000
                )) ?? []
        }
        return IdentityChoice.choose(files: files, areNamed: areNamed, agentKeys: agentKeys)
    }

    private nonisolated func arguments(
        for endpoint: SSHEndpoint
    ) throws(RemoteError) -> OpenSSHArguments {
        OpenSSHArguments(
            endpoint: endpoint,
            jumps: try jumps(to: endpoint),
            configFile: setup.configFile,
            knownHosts: setup.hasOwnKnownHosts ? setup.knownHostsFiles[0] : nil
        )
    }

    /// The hosts on the way, the nearest first; one that only ssh_config names is left to ssh.
    private nonisolated func jumps(to endpoint: SSHEndpoint) throws(RemoteError) -> [SSHEndpoint] {
        var jumps: [SSHEndpoint] = []
        var next = endpoint.given.jump
        while let name = next, name.lowercased() != "none" {
            guard jumps.count < 8 else {
                throw RemoteError(
                    .configuration,
                    host: endpoint.host,
                    "The way to \(endpoint.host) goes round in a circle: look at each `jump:` from "
                        + "there on."
                )
            }
            let host = inventory.host(name) ?? Self.host(fromJump: name)
            guard let address = host.address else {
                throw RemoteError(
                    .configuration,
                    host: endpoint.host,
                    "\(endpoint.host) is reached through \(name), which has no address in the "
                        + "inventory. Add `address:` there."
                )
            }
            let jump = SSHEndpoint(host, address: address, setup: setup)
            jumps.insert(jump, at: 0)
            next = jump.given.jump
        }
        return jumps
    }

    /// `user@address:port`, user and port optional, IPv6 in brackets.
    static func host(fromJump text: String) -> Host {
        var rest = text[...]
        var user: String?
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var port: Int?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]"),
            rest[..<colon].hasSuffix("]") || !rest[..<colon].contains(":")
        {
            port = Int(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        let address = rest.trimmingPrefix("[").replacing("]", with: "")
        return Host(name: text, address: String(address), user: user, port: port)
    }
}
