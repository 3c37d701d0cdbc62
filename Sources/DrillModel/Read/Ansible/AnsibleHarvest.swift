/// Takes hosts as drill has them out of an Ansible inventory.
struct AnsibleHarvest {
    let ancestry: AnsibleAncestry
    let choice: AnsibleChoice
    /// Of drill's own inventory: what hosts don't say of SSH comes from there.
    let values: Values
    /// Where paths in the Ansible inventory start.
    let folder: Folder

    private var tree: AnsibleTree { ancestry.tree }

    func hosts(in reading: inout Reading) -> [Host] {
        checkNames(in: &reading)
        let ssh = values.mapping("ssh") ?? Values()
        return tree.hostNames.compactMap { name in
            guard let member = tree.hosts[name] else { return nil }
            let groups = ancestry.groups(of: member)
            func isAmong(_ names: [String]) -> Bool {
                names.contains(name) || groups.contains(where: names.contains)
            }
            guard choice.only.map(isAmong) ?? true, !isAmong(choice.except) else { return nil }
            var view = AnsibleView(ancestry: ancestry, member: member, groups: groups)
            guard checkName(of: member, in: &reading) else { return nil }
            var values = view.way()
            let others = choice.others
            let roles = groups.filter { choice.roles?.contains($0) ?? !others.contains($0) }
            values.entries["roles"] = .list(
                ancestry.inOrderOfTheFile(roles).map { .word($0) }
            )
            if isAmong(choice.protect) { values.entries["protect"] = .boolean(true) }
            let region = place(choice.regions, "region", of: &view)
            let zone = place(choice.zones, "zone", of: &view)
            reading.problems += view.problems
            guard view.problems.isEmpty else { return nil }
            var host = reading.host(name, values, ssh: ssh, folder: folder)
            host.position = member.position
            stand(&host, region: region, zone: zone, in: &reading)
            return host
        }
    }

    /// Ansible takes addresses of IPv6 for names.
    private func checkName(of member: AnsibleTree.Member, in reading: inout Reading) -> Bool {
        guard member.name.contains(":") else {
            let told = reading.problems.count
            reading.checkName(member.name, of: "host", at: member.position)
            return reading.problems.count == told
        }
        reading.report(
            "\(quoted(member.name)) is no name for a host",
            at: member.position,
            fix:
                "give it one of letters, digits, `-`, `_` and `.`, and say what it is reached by as ansible_host"
        )
        return false
    }

    /// Sets where a host stands; a region without chosen zones is one zone of its own name.
    private func stand(
        _ host: inout Host,
        region: (name: String, position: Position)?,
        zone: (name: String, position: Position)?,
        in reading: inout Reading
    ) {
        guard let region else {
            // That zones lack regions is said already.
            if let zone, values.mapping("ansible")?.has("regions") ?? true {
                reading.report(
                    "\(quoted(host.name)) is in the zone \(quoted(zone.name)) and in no region",
                    at: zone.position,
                    fix:
                        "zones lie within regions: give it one of \(words(of: choice.regions, "region"))"
                )
            }
            return
        }
        reading.checkName(region.name, of: "region", at: region.position)
        if let zone { reading.checkName(zone.name, of: "zone", at: zone.position) }
        if zone == nil, case .groups = choice.zones {
            reading.report(
                "\(quoted(host.name)) is in the region \(quoted(region.name)) and in no zone",
                at: host.position,
                fix: "put it into one of \(words(of: choice.zones, "zone"))"
            )
        }
        host.region = region.name
        host.zone = "\(region.name)/\(zone?.name ?? region.name)"
    }

    private func words(of divider: AnsibleChoice.Divider, _ what: String) -> String {
        switch divider {
        case .groups(let groups):
            "the groups \(groups.prefix(10).map(printable).joined(separator: ", "))"
        case .variable(let name): "the \(what)s, by the variable \(printable(name))"
        }
    }

    private func place(
        _ divider: AnsibleChoice.Divider,
        _ what: String,
        of view: inout AnsibleView
    ) -> (name: String, position: Position)? {
        switch divider {
        case .variable(let name): return view.word(name).map { ($0.word, $0.position) }
        case .groups(let names):
            let found = view.groups.filter(names.contains)
            if found.count > 1 {
                view.report(
                    "\(quoted(view.member.name)) is in two \(what)s, \(found.map(quoted).joined(separator: " and "))",
                    at: view.member.position,
                    fix: "leave it in one, or leave groups out under `\(what)s:`"
                )
            }
            return found.first.map { ($0, view.member.position) }
        }
    }

    /// A group that is misspelt would choose nothing, and nobody would see it.
    private func checkNames(in reading: inout Reading) {
        guard let ansible = values.mapping("ansible") else { return }
        var named: [(key: String, names: [String], orHosts: Bool)] = [
            ("roles", choice.roles ?? [], false), ("protect", choice.protect, true),
            ("only", choice.only ?? [], true), ("except", choice.except, true),
        ]
        if case .groups(let names) = choice.regions { named.append(("regions", names, false)) }
        if case .groups(let names) = choice.zones { named.append(("zones", names, false)) }
        for (key, names, orHosts) in named {
            for name in names
            where tree.groups[name] == nil && !(orHosts && tree.hosts[name] != nil) {
                reading.report(
                    "there is no group \(quoted(name)) in \(printable(tree.file))",
                    at: ansible.positions[key],
                    fix: suggestion(
                        for: name,
                        among: tree.groupNames.filter { $0 != "all" && $0 != "ungrouped" },
                        what: "groups"
                    )
                )
            }
        }
        if case .groups = choice.zones, !ansible.has("regions") {
            reading.report(
                "\"zones\" without \"regions\": zones lie within regions",
                at: ansible.positions["zones"],
                fix: "say under `regions:` which groups or which variable are regions"
            )
        }
    }
}
