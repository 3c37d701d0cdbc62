/// What must be there before a run may start, held against what the survey found.
struct Preflight: Sendable {
    let draft: Draft
    private let uses: [HostUse]

    init(draft: Draft) {
        self.draft = draft
        uses = HostUse.all(in: draft)
    }

    /// Hosts that must run commands and by the inventory can't.
    var problems: [Problem] {
        var problems: [Problem] = []
        for use in uses where use.position != nil {
            guard let host = draft.inventory.host(use.host), !host.runsCommands else { continue }
            let problem = Problem(
                "\(use.by) works on \(use.host), which the inventory gives no `address:`",
                at: use.position,
                fix: "give \(use.host) an address in the inventory"
            )
            if !problems.contains(problem) { problems.append(problem) }
        }
        return problems
    }

    /// Every host that commands must run on: of faults, probes, `who` and runbooks.
    var hosts: [Host] {
        let names = Set(uses.map(\.host))
        return draft.inventory.hosts.filter { names.contains($0.name) }
    }

    /// Every container that a fault touches.
    var containers: [String] {
        var names: [String] = []
        for name in draft.faults.flatMap(containers) where !names.contains(name) {
            names.append(name)
        }
        for need in draft.needs where need.need == .container {
            if let name = need.host.container, !names.contains(name) { names.append(name) }
        }
        return names
    }

    var request: SurveyRequest {
        var tools: [String: [String]] = [:]
        for (tool, places) in toolNeeds {
            for place in places { tools[place.host, default: []].append(tool) }
            // Both are used wherever one is: a cut of IPv4 alone is none where IPv6 is on.
            guard tool == "iptables" else { continue }
            for place in places { tools[place.host, default: []].append("ip6tables") }
        }
        // The others, too, so that it is seen whose an address really is.
        let all = containers + draft.inventory.hosts.compactMap(\.container)
        return SurveyRequest(
            hosts: hosts,
            tools: tools,
            containers: containers.isEmpty ? [] : all.unique
        )
    }

    func refusals(_ facts: Facts) -> [Refusal] {
        let unreachable = hosts.filter { facts.hosts[$0.name]?.unreachable != nil }.map(\.name)
        return reach(facts) + privilege(facts, but: unreachable) + tools(facts, but: unreachable)
            + engine(facts) + twoMachines(facts) + Presence.refusals(draft.faults, facts)
            + unhealed(facts) + draft.cannot
    }

    /// What an offline plan can't know.
    var unknown: [String] {
        var lines: [String] = []
        if !hosts.isEmpty { lines.append("whether \(hosts.map(\.name).listed) can be reached") }
        if !rootHosts.isEmpty { lines.append("sudo on \(rootHosts.map(\.host).listed)") }
        var tools: [(hosts: [String], names: [String])] = []
        for need in toolNeeds {
            let hosts = need.places.map(\.host)
            if let index = tools.firstIndex(where: { $0.hosts == hosts }) {
                tools[index].names.append(need.tool)
            } else {
                tools.append((hosts, [need.tool]))
            }
        }
        lines += tools.map { "\($0.names.listed) on \($0.hosts.listed)" }
        if !containers.isEmpty {
            lines.append("the container engine and \(counted(containers.count, "container"))")
        }
        lines = lines.map { "unknown offline: \($0)" }
        if toolNeeds.contains(where: { $0.tool == "iptables" }) {
            lines.append(
                "commands may differ once the hosts are looked at: which iptables works, and what"
                    + " spares drill's own connection"
            )
        }
        return lines + unknownManagers
    }

    /// Hosts whose service manager nobody has seen yet: the plan shows one that it may not be.
    var unknownManagers: [String] {
        let hosts = draft.faults.filter { $0.fault == StopService.name }
            .flatMap(\.procedures).map(\.target).unique
            .filter { draft.facts?.hosts[$0]?.serviceManager == nil }
        guard !hosts.isEmpty else { return [] }
        return [
            "commands are shown as for systemd on \(hosts.listed), and may differ once it is seen what"
                + " manages services there (runit, sysv)"
        ]
    }

    private var rootHosts: [(host: String, by: [String])] {
        grouped(uses.filter(\.needsRoot).map { ($0.host, $0.by) })
    }

    /// Tool to the hosts that need it and the faults that they need it for.
    private var toolNeeds: [(tool: String, places: [(host: String, by: [String])])] {
        var needs: [(tool: String, places: [(String, String)])] = []
        for entry in draft.needs {
            guard case .tool(let tool) = entry.need else { continue }
            let place = (entry.host.name, entry.fault)
            if let index = needs.firstIndex(where: { $0.tool == tool }) {
                needs[index].places.append(place)
            } else {
                needs.append((tool, [place]))
            }
        }
        return needs.map { ($0.tool, grouped($0.places)) }
    }

    private func grouped(_ pairs: [(String, String)]) -> [(host: String, by: [String])] {
        var groups: [(host: String, by: [String])] = []
        for (host, by) in pairs {
            if let index = groups.firstIndex(where: { $0.host == host }) {
                if !groups[index].by.contains(by) { groups[index].by.append(by) }
            } else {
                groups.append((host, [by]))
            }
        }
        return groups
    }
}

// What is refused, a kind each.
extension Preflight {
    private func reach(_ facts: Facts) -> [Refusal] {
        let by = grouped(uses.map { ($0.host, $0.by) })
        return hosts.compactMap { host in
            let users = by.first { $0.host == host.name }?.by.listed ?? "the plan"
            guard let found = facts.hosts[host.name] else {
                return Refusal(
                    .unreachable,
                    hosts: [host.name],
                    "\(host.name) was not surveyed, and \(users) must work on it",
                    change: "give it an `address:` in the inventory"
                )
            }
            guard let why = found.unreachable else { return nil }
            return Refusal(
                .unreachable,
                hosts: [host.name],
                "\(host.name) can't be reached, and \(users) must work on it: \(why)",
                change: "set that right, then plan again"
            )
        }
    }

    private func privilege(_ facts: Facts, but unreachable: [String]) -> [Refusal] {
        rootHosts.compactMap { host, by in
            guard let found = facts.hosts[host], !unreachable.contains(host), !found.isRoot,
                !found.hasSudo
            else { return nil }
            let user = found.user ?? "the login user"
            return Refusal(
                .noSudo,
                hosts: [host],
                "\(user) on \(host) may not use sudo without a password, and \(by.listed) needs"
                    + " root there",
                change: "put what `drill sudoers --host \(host) FILE` prints there as"
                    + " \(SudoersText.file), or let drill log in as root (`user: root`)"
            )
        }
    }

    private func tools(_ facts: Facts, but unreachable: [String]) -> [Refusal] {
        toolNeeds.compactMap { tool, places in
            let lacking = places.filter { place in
                guard let found = facts.hosts[place.host], !unreachable.contains(place.host) else {
                    return false
                }
                return !found.has(tool)
            }
            guard !lacking.isEmpty else { return nil }
            let hosts = lacking.map(\.host)
            var faults: [String] = []
            for by in lacking.flatMap(\.by) where !faults.contains(by) { faults.append(by) }
            let unusable = hosts.filter { facts.hosts[$0]?.tools[tool] != nil }
            let message =
                unusable.isEmpty
                ? "\(tool) is missing on \(hosts.listed); \(faults.listed) needs it"
                : "\(tool) does not work on \(hosts.listed); \(faults.listed) needs it"
            let change =
                unusable.isEmpty
                ? Package.bringing(tool).map { "install the package \($0) there" }
                    ?? "install \(tool) there"
                : "see what `sudo \(tool) -S` says there: the kernel may lack it, or the"
                    + " container the capability NET_ADMIN"
            return Refusal(.missingTool, hosts: hosts, message, change: change)
        }
    }

    private func engine(_ facts: Facts) -> [Refusal] {
        guard !containers.isEmpty else { return [] }
        guard let engine = facts.engine else {
            return [
                Refusal(
                    .engine,
                    "the container engine was not surveyed",
                    change: "survey it first"
                )
            ]
        }
        if let why = engine.unusable {
            return [
                Refusal(
                    .engine,
                    "the container engine can't be used: \(why)",
                    change: "set that right, then plan again"
                )
            ]
        }
        return
            containers.filter { engine.containers[$0] == nil }.map { name in
                Refusal(
                    .container,
                    hosts: hosts(of: name),
                    "the container engine knows no container \(name)",
                    change: "start it, or correct `container:` in the inventory"
                )
            } + removedAtEnd(engine) + alreadyDown(engine)
    }

    /// Containers that would be gone for good, with all that is in them, once they are killed.
    private func removedAtEnd(_ engine: EngineFacts) -> [Refusal] {
        draft.faults.flatMap { fault in
            fault.procedures.flatMap(\.inject).compactMap { action -> Refusal? in
                guard case .container(let name, .kill) = action.verb,
                    engine.containers[name]?.isRemovedAtEnd == true
                else { return nil }
                return Refusal(
                    .container,
                    hosts: hosts(of: name),
                    "\(fault.id) would kill \(name), which the engine removes with all that is in it as"
                        + " soon as it ends (it was run with --rm): nothing could start it again",
                    change:
                        "run it without --rm, or pause it instead (`pause-container`, `by: pause`)"
                )
            }
        }
    }

    /// Hosts of which some faults would meet another machine than the others.
    private func twoMachines(_ facts: Facts) -> [Refusal] {
        let targets = draft.faults.flatMap(\.procedures).map(\.target)
        let names = Set(uses.map(\.host) + targets)
        return draft.inventory.hosts.filter { names.contains($0.name) }.compactMap { host in
            facts.twoMachines(host).map {
                Refusal(.container, hosts: [host.name], $0, change: Facts.oneMachine)
            }
        }
    }

    /// Faults that would find nothing running; one that finds some leaves the others as they are.
    private func alreadyDown(_ engine: EngineFacts) -> [Refusal] {
        draft.faults.compactMap { fault in
            let states = containers(of: fault).compactMap { engine.containers[$0]?.status }
            guard !states.isEmpty, !states.contains("running") else { return nil }
            let hosts = fault.procedures.map(\.target)
            return Refusal(
                .container,
                hosts: hosts,
                "\(fault.id) would find nothing running: the containers of \(hosts.listed) are"
                    + " down already",
                change: "bring them back first (`drill heal`, or start them by hand)"
            )
        }
    }

    /// What the survey found and nothing is refused for.
    func notes(_ facts: Facts) -> [String] {
        alreadyDownNotes(facts) + routeNotes(facts)
            + hosts.flatMap { host in
                (facts.hosts[host.name]?.chains ?? []).map {
                    "\($0.tool) on \(host.name) has rules that an earlier run left (\($0.name)): `drill"
                        + " doctor` tells how to remove them"
                }
            }
    }

    /// Hosts whose way nobody knows: no guard can keep what lies on it from being touched.
    private func routeNotes(_ facts: Facts) -> [String] {
        let found = hosts.compactMap { host in
            facts.hosts[host.name]?.route?.proxyCommand.map { (place: $0, host: host.name) }
        }
        guard !draft.faults.isEmpty else { return [] }
        return found.map(\.place).unique.map { place in
            let names = found.filter { $0.place == place }.map(\.host)
            return
                "whom \(names.listed) \(names.count == 1 ? "is" : "are") reached through can't be told,"
                + " by ssh_config's \(place): see to it that no fault touches that"
        }
    }

    /// Notes on containers that a fault will leave as they are, since they are down before it.
    private func alreadyDownNotes(_ facts: Facts) -> [String] {
        draft.faults.flatMap { fault in
            containers(of: fault).compactMap { name -> String? in
                guard let state = facts.engine?.containers[name], state.status != "running" else {
                    return nil
                }
                return "\(name) is \(state.status) already: \(fault.id) leaves it as it is"
            }
        }
    }

    private func containers(of fault: PlannedFault) -> [String] {
        var names: [String] = []
        for case .container(let name, _) in fault.procedures.flatMap(\.all).map(\.verb)
        where !names.contains(name) { names.append(name) }
        return names
    }

    private func hosts(of container: String) -> [String] {
        draft.inventory.hosts.filter { $0.container == container }.map(\.name)
    }

    private func unhealed(_ facts: Facts) -> [Refusal] {
        hosts.compactMap { host in
            guard let left = facts.hosts[host.name]?.leftovers, !left.isEmpty else { return nil }
            return Refusal(
                .unhealed,
                hosts: [host.name],
                "\(left.listed) still holds \(host.name): it is under way, or left something broken",
                change: "wait for its end, or, if it is over, run"
                    + " `drill heal \(left.count == 1 ? left[0] : "--all")` with the DRILL_HOME of then"
            )
        }
    }
}

extension HostFacts {
    /// Whether a tool can be used: for iptables, whether a variant of it really works.
    func has(_ tool: String) -> Bool {
        switch tool {
        case "iptables": iptables != nil
        case "ip6tables": ip6tables != nil
        default: tools[tool] != nil
        }
    }
}

/// Debian's package of a tool, for messages.
package enum Package {
    package static func bringing(_ tool: String) -> String? {
        switch tool {
        case "iptables", "ip6tables", "iptables-restore", "ip6tables-restore", "iptables-legacy":
            "iptables"
        case "pgrep", "pkill", "ps": "procps"
        case "ss", "ip", "tc": "iproute2"
        case "setsid", "flock", "mount": "util-linux"
        case "timeout", "stat", "sleep", "mkfifo": "coreutils"
        case "nc": "netcat-openbsd"
        case "bash", "curl", "socat", "sudo", "stress-ng", "psmisc": tool
        case "fuser", "killall": "psmisc"
        case "sv", "runsv": "runit"
        case "systemctl", "systemd-run": "systemd"
        case "psql": "postgresql-client"
        case "python3": "python3-minimal"
        default: nil
        }
    }
}
