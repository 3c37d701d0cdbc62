extension Reader {
    func inventory(_ file: WrittenFile) throws(Problems) -> Inventory {
        var reading = Reading(file, scope: scope(of: file))
        reading.scope.hosts = .unknown
        reading.declareVariables(of: file.root, overrides: variables)
        guard let values = reading.values(file.root, Grammar.inventory, in: "the inventory") else {
            throw reading.found
        }
        let ansible = ansibleHosts(values, in: &reading)
        var inventory = reading.inventory(
            values,
            named: values.word("inventory") ?? "",
            ansible: ansible
        )
        inventory.realFile = file.realPath
        try reading.throwProblems()
        return inventory
    }
}

extension Reading {
    /// `ansible` are hosts from elsewhere.
    mutating func inventory(
        _ values: Values,
        named name: String,
        ansible: [Host]
    ) -> Inventory {
        if !name.isEmpty { checkName(name, of: "inventory", at: values.positions["inventory"]) }
        checkEnvironment(values)
        let ssh = values.mapping("ssh") ?? Values()
        var hosts: [Host] = []
        for (region, value) in values.mapping("regions")?.inOrder ?? [] {
            checkName(region, of: "region", at: values.mapping("regions")?.positions[region])
            guard case .mapping(let region_) = value, let zones = region_.mapping("zones") else {
                continue
            }
            for (zone, value) in zones.inOrder {
                checkName(zone, of: "zone", at: zones.positions[zone])
                guard case .mapping(let named) = value else { continue }
                hosts += self.hosts(named, ssh: ssh, region: region, zone: "\(region)/\(zone)")
            }
        }
        hosts += self.hosts(values.mapping("hosts") ?? Values(), ssh: ssh, region: nil, zone: nil)
        hosts.sort {
            ($0.position?.line ?? 0, $0.position?.column ?? 0) < (
                $1.position?.line ?? 0, $1.position?.column ?? 0
            )
        }
        hosts += ansible
        checkUnique(hosts)
        checkMachines(hosts)
        checkJumps(hosts)
        if hosts.isEmpty, problems.isEmpty {
            report(
                "the inventory has no hosts",
                at: values.position,
                fix: values.has("ansible") || !values.has("inventory")
                    ? "name some in the Ansible inventory, or take `only:` and `except:` back"
                    : "add them under `regions:` or `hosts:`"
            )
        }
        return Inventory(
            name: name,
            file: source.file,
            environment: values.word("environment"),
            knownHosts: ssh.word("known-hosts").map(scope.folder.locate),
            hosts: hosts
        )
    }

    /// Only `production` is asked about: one that means it and says otherwise would run unasked.
    private mutating func checkEnvironment(_ values: Values) {
        guard let word = values.word("environment"), Inventory.isMistakenForProduction(word) else {
            return
        }
        report(
            "\(quoted(word)) isn't confirmed before a run, as \(quoted(Inventory.production)) is",
            at: values.positions["environment"],
            fix: "write \(Inventory.production), or a word that can't be taken for it"
        )
    }

    private mutating func hosts(
        _ named: Values,
        ssh: Values,
        region: String?,
        zone: String?
    ) -> [Host] {
        named.inOrder.compactMap { name, value in
            guard case .mapping(let values) = value else { return nil }
            checkName(name, of: "host", at: named.positions[name])
            var host = host(name, values, ssh: ssh)
            host.region = region
            host.zone = zone
            host.position = named.positions[name]
            return host
        }
    }

    /// `folder` is where paths of the host's own start; nil: where others of the file do.
    mutating func host(
        _ name: String,
        _ values: Values,
        ssh: Values,
        folder: Folder? = nil
    ) -> Host {
        let host = Host(
            name: name,
            address: values.word("address"),
            roles: values.list("roles").compactMap { value in
                guard case .word(let role) = value else { return nil }
                return role
            },
            container: values.word("container"),
            isLocal: values.boolean("local") ?? false,
            isProtected: values.boolean("protect") ?? false,
            power: values.mapping("power").flatMap(power),
            user: values.word("user") ?? ssh.word("user"),
            port: values.integer("port") ?? ssh.integer("port"),
            key: values.word("key").map((folder ?? scope.folder).locate)
                ?? ssh.word("key").map(scope.folder.locate),
            jump: values.word("jump") ?? ssh.word("jump"),
            transport: (values.word("transport") ?? ssh.word("transport"))
                .flatMap(Host.Transport.init) ?? .auto
        )
        let hasWay = ["address", "container", "local"].contains(where: values.has)
        if !hasWay {
            report(
                "there is no way to the host \(quoted(name))",
                at: values.position,
                fix: "give it an `address`, a `container` or `local: true`"
            )
        }
        checkWords(host, values, ssh: ssh)
        if host.isLocal, values.has("address") || values.has("container") {
            report(
                "the host \(quoted(name)) is the controller itself and elsewhere too",
                at: values.position,
                fix: "take `local: true` out, or `address` and `container`"
            )
        }
        return host
    }

    /// What goes to ssh or to the engine as a name: nothing there may look like an option, or like
    /// something that a shell of the user's own ssh_config would obey.
    private mutating func checkWords(_ host: Host, _ values: Values, ssh: Values) {
        let words: [(key: String, word: String?, isGood: (String) -> Bool, fix: String)] = [
            (
                "address", host.address, { $0.isWord(of: ".-_:%") },
                "an IP address, a DNS name or a name of ~/.ssh/config"
            ),
            (
                "user", host.user, { $0.isWord(of: #".-_@+\"#) },
                "letters, digits, `.`, `-`, `_`, `@`, `+` and a backslash"
            ),
            (
                "jump", host.jump, { $0.isWord(of: ".-_:%@[],") },
                "a host of this inventory, or USER@ADDRESS:PORT"
            ),
            (
                "container", host.container, { $0.isWord(of: "_.-") },
                "as the engine names it: letters, digits, `_`, `.` and `-`"
            ),
        ]
        for (key, word, isGood, fix) in words {
            guard let word, !isGood(word) else { continue }
            report(
                "\(quoted(word)) is no \(key) for \(quoted(host.name))",
                at: values.positions[key] ?? ssh.positions[key],
                fix: fix
            )
        }
    }

    private func power(_ values: Values) -> Host.Power? {
        guard let off = values.command("off"), let on = values.command("on"),
            let state = values.command("state")
        else { return nil }
        return Host.Power(off: off, on: on, state: state)
    }

    private mutating func checkUnique(_ hosts: [Host]) {
        var first: [String: Position] = [:]
        for host in hosts {
            if let other = first[host.name] {
                report(
                    "there are two hosts \(quoted(host.name))",
                    at: host.position,
                    fix: "the first is \(place(other, from: host.position)): give one another name"
                )
            } else {
                first[host.name] = host.position
            }
        }
    }

    /// Guards count hosts: a machine that is two of them would count as two, and be left alone and lost
    /// at once.
    ///
    /// Behind another jump host the same address may well be another machine.
    private mutating func checkMachines(_ hosts: [Host]) {
        var earlier: [String: [Host]] = [:]
        for host in hosts {
            let identities = host.identities
            let twin = identities.lazy.flatMap { earlier[$0] ?? [] }.first {
                $0.name != host.name
                    && ($0.jump == host.jump
                        || $0.container != nil && $0.container == host.container)
            }
            for identity in identities { earlier[identity, default: []].append(host) }
            guard let twin else { continue }
            let same =
                twin.container != nil && twin.container == host.container
                ? "container \(quoted(host.container ?? ""))"
                : "address and port, \(host.address ?? ""):\(host.port ?? 22)"
            report(
                "\(quoted(host.name)) and \(quoted(twin.name)) are one machine: they have the same \(same)",
                at: host.position,
                fix:
                    "the first is \(place(twin.position, from: host.position)): make one host of them, with the"
                    + " roles of both"
            )
        }
    }

    /// Where another host stands, as seen from one: `on line 7`.
    private func place(_ other: Position?, from position: Position?) -> String {
        guard let other else { return "elsewhere" }
        return other.file == position?.file ? "on line \(other.line)" : "at \(other)"
    }

    private mutating func checkJumps(_ hosts: [Host]) {
        let jumps = Dictionary(hosts.map { ($0.name, $0.jump) }) { first, _ in first }
        for host in hosts {
            guard let jump = host.jump else { continue }
            if jumps[jump] == nil, !jump.contains(where: { "@:.".contains($0) }) {
                report(
                    "unknown host \(quoted(jump)) in \"jump\" of \(quoted(host.name))",
                    at: host.position,
                    fix: nearest(to: jump, among: hosts.map(\.name)).map {
                        "did you mean \(quoted($0))?"
                    }
                        ?? "add it to the inventory, or write where it is: USER@ADDRESS:PORT"
                )
            }
            var way = [host.name]
            var next = jumps[host.name] ?? nil
            while let hop = next, !way.contains(hop) {
                way.append(hop)
                next = jumps[hop] ?? nil
            }
            if next == host.name {
                report(
                    "the way to \(quoted(host.name)) goes through itself",
                    at: host.position,
                    fix: "jumps: \((way + [host.name]).joined(separator: " -> "))"
                )
            }
        }
    }
}

extension String {
    /// ASCII letters, digits and `others`; the first no `-` and no `.`.
    fileprivate func isWord(of others: String) -> Bool {
        guard let first = unicodeScalars.first, !"-.".unicodeScalars.contains(first) else {
            return false
        }
        return unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": true
            default: others.unicodeScalars.contains(scalar)
            }
        }
    }
}

extension Inventory {
    /// Whether a word for an environment means `production` and isn't it.
    ///
    /// By its first part, so that `production-eu` is noticed and `non-prod` is nobody's business.
    static func isMistakenForProduction(_ word: String) -> Bool {
        guard word != production else { return false }
        let first = word.lowercased().prefix { $0.isLetter }.unicodeScalars.prefix(100)
        return ["prod", "prd", "live"].contains(String(first))
            // Misspelt; `preproduction` is further off.
            || editDistance(Array(first), Array(production.unicodeScalars)) <= 2
    }
}
