/// Whether a fault would work on a host, by what the fault itself says it needs.
package struct FaultCheck: Hashable, Sendable {
    package var fault: String
    package var isPlanned: Bool
    /// Why no fault may touch the host, whatever is there; nil where one may.
    package var forbidden: String?
    /// One a way of using it that needs something else (`by: kill`, `with undo`).
    package var ways: [Way]

    package struct Way: Hashable, Sendable {
        /// Empty where there is but one.
        package var use: String
        /// Empty where it would work.
        package var lacks: [Lack]
    }

    package enum Verdict: String, Codable, Hashable, Sendable {
        case works, partly, lacking, forbidden
    }

    package var verdict: Verdict {
        if forbidden != nil { return .forbidden }
        let working = ways.count { $0.lacks.isEmpty }
        return working == ways.count ? .works : working == 0 ? .lacking : .partly
    }

    /// What the way that lacks least would lack.
    package var lacks: [Lack] {
        ways.min { $0.lacks.count < $1.lacks.count }?.lacks ?? []
    }

    init(
        _ fault: any Fault.Type,
        on host: Host,
        facts: HostFacts?,
        engine: EngineFacts?,
        isController: Bool,
        isPlanned: Bool
    ) {
        self.fault = fault.name
        self.isPlanned = isPlanned
        forbidden =
            isController
            ? "the machine that drill runs on" : host.isProtected ? "protected" : nil
        ways = FaultNeeds.all(of: fault, on: host).map { way in
            // Where nothing but commands is needed, somewhere to run them is.
            let needs = way.needs.isEmpty ? [nil] : way.needs.map(Optional.some)
            let lacks = needs.compactMap { Lack($0, on: host, facts: facts, engine: engine) }
            return Way(
                use: way.use,
                lacks: lacks.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            )
        }
    }
}

/// Something that a fault needs and that isn't there; alike on all hosts that lack the same.
package struct Lack: Hashable, Sendable {
    package var what: String
    /// What would bring it.
    package var change: String

    /// Nil where the need is met; no need at all is that commands can run.
    init?(_ need: Need?, on host: Host, facts: HostFacts?, engine: EngineFacts?) {
        switch need {
        case .power:
            guard host.power == nil else { return nil }
            what = "its `power` isn't in the inventory"
            change = "give `power: {off:, on:, state:}`"
        case .container:
            guard let lack = Self.container(host, engine) else { return nil }
            self = lack
        case .root, .tool, nil:
            guard let lack = Self.command(need, host, facts) else { return nil }
            self = lack
        }
    }

    private init(_ what: String, _ change: String) {
        self.what = what
        self.change = change
    }

    private static func container(_ host: Host, _ engine: EngineFacts?) -> Lack? {
        guard let name = host.container else {
            return Lack(
                "it is no container",
                "give its `container:` in the inventory"
            )
        }
        guard let engine, engine.unusable == nil else {
            return Lack("the container engine can't be used", "see the findings")
        }
        guard engine.containers[name] == nil else { return nil }
        return Lack("the engine doesn't know its container", "correct `container:`, or start it")
    }

    private static func command(_ need: Need?, _ host: Host, _ facts: HostFacts?) -> Lack? {
        guard host.runsCommands else {
            return Lack("no command can run there", "give its `address:` in the inventory")
        }
        guard let facts, facts.unreachable == nil else {
            return Lack("it can't be reached", "see the findings")
        }
        switch need {
        case .root where !facts.isRoot && !facts.hasSudo:
            return Lack(
                "no root: the login user may not use sudo without a password",
                "`drill sudoers FILE` prints the rules that an experiment needs; or `user: root`"
            )
        case .tool(let tool) where !facts.has(tool): return self.tool(tool, facts)
        default: return nil
        }
    }

    private static func tool(_ tool: String, _ facts: HostFacts) -> Lack? {
        guard facts.tools[tool] != nil else {
            guard let package = Package.bringing(tool) else {
                return Lack("\(tool) is missing", "install \(tool)")
            }
            let isDebian = ["Debian", "Ubuntu"].contains { facts.system?.contains($0) == true }
            return Lack(
                "\(tool) is missing",
                isDebian ? "apt-get install \(package)" : "install the package \(package)"
            )
        }
        // Without root nobody can tell whether it works; that root is missing is told already.
        guard facts.isRoot || facts.hasSudo else { return nil }
        return Lack(
            "\(tool) is there and doesn't work",
            "see what `\(tool) -S` says as root: the kernel may lack it, or a container NET_ADMIN"
        )
    }
}
