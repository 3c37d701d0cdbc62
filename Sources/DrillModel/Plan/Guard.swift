/// The hosts that a fault may touch and how many of them at most.
///
/// A partition's reach is its `target` side alone.
package struct Reach: Hashable, Sendable {
    /// The fault's id.
    package var fault: String
    /// Whom the draw or `who` chooses from.
    package var candidates: [Host]
    package var countMax: Int
    /// The other side of a partition that names one; nil where the targets are lost to everyone.
    package var from: [Host]?

    package init(fault: String, candidates: [Host], countMax: Int, from: [Host]? = nil) {
        self.fault = fault
        self.candidates = candidates
        self.countMax = countMax
        self.from = from
    }

    /// Whether a target no longer does what `role` is for.
    ///
    /// Cut off only from others of its own role (a replication link), it still serves everyone else.
    func takesAway(_ role: String, of host: Host) -> Bool {
        let others = from?.filter { $0.name != host.name }
        return host.roles.contains(role)
            && (others.map { !$0.allSatisfy { $0.roles.contains(role) } } ?? true)
    }
}

extension [Reach] {
    /// What to do about hosts that must be left alone: `except:`, unless a fault has no other target.
    func advice(without names: [String]) -> String {
        if isEmptied(without: { names.contains($0.name) }) { return "choose other targets" }
        let list = names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
        return "take out with `except: {host: \(list)}`"
    }

    /// Whether one of them would have nobody left to choose from.
    func isEmptied(without isOut: (Host) -> Bool) -> Bool {
        contains { $0.candidates.allSatisfy(isOut) }
    }
}

/// Another run that goes on or has left something, and which hosts of this inventory that is about.
package struct OtherRun: Hashable, Sendable {
    package var run: String
    /// The state folder that it is kept in, where that is another one.
    package var home: String?
    /// By their names in this inventory.
    package var hosts: [String]
    /// Nobody is at work on it: it left them broken.
    package var isOver: Bool

    package init(run: String, home: String? = nil, hosts: [String], isOver: Bool = false) {
        self.run = run
        self.home = home
        self.hosts = hosts
        self.isOver = isOver
    }

    fileprivate var shown: String {
        let place = home.map { "kept in \($0), " } ?? ""
        return isOver
            ? "\(run) (\(place)it left \(hosts.listed) broken)"
            : "\(run) (\(place)at work on \(hosts.listed))"
    }
}

/// The guards that hold before anything is touched, all of `prepare` and `method` taken together.
///
/// They assume the worst: whatever `who` finds and whichever seed `pick` is drawn with. What other runs
/// may break meanwhile counts as touched.
package struct Guard: Sendable {
    package var inventory: Inventory
    package var reaches: [Reach]
    /// The most of the hosts in regions that may be touched, from 0 to 1.
    package var blastRadius: Double
    /// Where a site's policy sets that limit.
    package var blastRadiusBy: Position?
    /// Nil offline: what the inventory says of the controller counts all the same.
    package var facts: Facts?
    /// Every host that drill must reach: targets, and hosts that probes and steps work on.
    package var needed: [Host]
    package var others: [OtherRun]
    /// Whom to ask for a higher limit, where a site's policy sets it.
    package var keeper: String?

    package init(
        inventory: Inventory,
        reaches: [Reach],
        blastRadius: Double,
        blastRadiusBy: Position? = nil,
        facts: Facts? = nil,
        needed: [Host] = [],
        others: [OtherRun] = [],
        keeper: String? = nil
    ) {
        self.inventory = inventory
        self.reaches = reaches
        self.blastRadius = blastRadius
        self.blastRadiusBy = blastRadiusBy
        self.facts = facts
        self.needed = needed
        self.others = others
        self.keeper = keeper
    }

    package func refusals() -> [Refusal] {
        [tooMuch(), everyZone()].compactMap(\.self) + lastOfRole()
            + [protected(), controller()].compactMap(\.self) + jumpHosts()
    }

    /// The most hosts in regions that the worst case touches.
    package var touchedMax: Int {
        worst(inventory.hostsInRegions.map(\.name), reaches) { [$1.name] }
    }

    private func tooMuch() -> Refusal? {
        let hosts = inventory.hostsInRegions.map(\.name)
        guard !hosts.isEmpty else { return nil }
        func share(_ count: Int) -> Double { Double(count) / Double(hosts.count) }
        let breach = breach(of: hosts) {
            share($0) > blastRadius + 1e-9
        } itemsOf: {
            [$1.name]
        }
        guard let breach else { return nil }
        let shown = Share.shown(share(breach.count))
        let raised = Share.shown((share(breach.count) * 100).rounded(.up) / 100)
        return Refusal(
            .blastRadius,
            "blast radius: \(breach.together)up to \(breach.count) of"
                + " \(counted(hosts.count, "host")) in regions would be touched, \(shown); the limit"
                + " is \(Share.shown(blastRadius))"
                + (blastRadiusBy.map { ", by the site's policy (\($0))" } ?? ""),
            value: shown,
            limit: Share.shown(blastRadius),
            change: breach.wait
                ?? blastRadiusBy.map {
                    "target fewer hosts, or ask \(keeper ?? "whoever keeps \($0.file)") to raise it"
                }
                ?? "target fewer hosts, or, if so many are meant, write"
                + " `guards: {blast-radius: \(raised)}`"
        )
    }

    private func everyZone() -> Refusal? {
        let zones = inventory.zones
        // With one zone in all there is no other to leave alone; the other guards still hold.
        guard zones.count > 1 else { return nil }
        let breach = breach(of: zones) {
            $0 == zones.count
        } itemsOf: {
            $1.zone.map { [$0] } ?? []
        }
        guard let breach else { return nil }
        let spare = zones.last { zone in !reaches.isEmptied { $0.zone == zone } }
        return Refusal(
            .everyZone,
            "every zone: \(breach.together)all \(breach.count) zones of the inventory could be touched"
                + " (\(zones.listed)); one must be left",
            value: "\(breach.count) of \(zones.count) zones",
            limit: "\(zones.count - 1)",
            change: breach.wait
                ?? spare.map {
                    "leave one zone out, for example with `except: {zone: \($0)}`\(narrowing)"
                }
                ?? "choose targets in fewer zones"
        )
    }

    private func lastOfRole() -> [Refusal] {
        let leftOut = Set(candidates.filter { $0.isProtected || isController($0) }.map(\.name))
        return inventory.roles.compactMap { role in
            let holders = inventory.hosts.filter { $0.roles.contains(role) }.map(\.name)
            // Another guard keeps that one out, and so one is left.
            guard leftOut.isDisjoint(with: holders) else { return nil }
            let breach = breach(of: holders) {
                $0 == holders.count
            } itemsOf: { reach, host in
                reach.takesAway(role, of: host) ? [host.name] : []
            }
            guard let breach else { return nil }
            let spare = holders.last { holder in !reaches.isEmptied { $0.name == holder } }
            return Refusal(
                .lastOfRole,
                hosts: holders,
                holders.count == 1
                    ? "last of a role: \(holders[0]) is the only \(role) of the inventory and would be"
                        + " touched"
                    : "last of a role: \(breach.together)all \(holders.count) hosts of role \(role) could"
                        + " be touched (\(holders.listed)); one must be left",
                value: "0 left",
                limit: "at least 1 left",
                change: breach.wait
                    ?? spare.map {
                        "leave one alone, for example with `except: {host: \($0)}`\(narrowing)"
                    }
                    ?? "choose other targets"
            )
        }
    }

    private func protected() -> Refusal? {
        let names = candidates.filter(\.isProtected).map(\.name)
        guard !names.isEmpty else { return nil }
        return Refusal(
            .protect,
            hosts: names,
            "protected: \(names.listed) \(names.count == 1 ? "says" : "say") `protect: true`, so no"
                + " fault may touch \(names.count == 1 ? "it" : "them")",
            change: reaches.advice(without: names)
        )
    }

    private func controller() -> Refusal? {
        let names = candidates.filter(isController).map(\.name)
        guard !names.isEmpty else { return nil }
        return Refusal(
            .controller,
            hosts: names,
            "controller: \(names.listed) \(names.count == 1 ? "is" : "are") the machine that drill runs on:"
                + " a fault there could keep drill from undoing it",
            change: "\(reaches.advice(without: names)), or run drill on another machine"
        )
    }

    /// Whether a host is this machine: said so, at one of its addresses, or found so by the survey.
    ///
    /// A container may well be reached through a port of the controller's own address, so for those
    /// only the survey counts: same boot, same PID 1, same network namespace, or drill's own container.
    func isController(_ host: Host) -> Bool {
        if host.isLocal { return true }
        if host.container == nil, let address = host.address {
            if Address.isLoopback(address) { return true }
            if let facts, facts.controllerAddresses.contains(Address.canonical(address)) {
                return true
            }
        }
        if let container = host.container, let own = facts?.controller?.container,
            facts?.engine?.containers[container]?.id == own
        {
            return true
        }
        guard let found = facts?.hosts[host.name], let own = facts?.controller,
            let boot = found.boot, let network = found.network
        else { return false }
        return boot == own.boot && network == own.network
    }

    private func jumpHosts() -> [Refusal] {
        // The controller is refused as such.
        candidates.filter { !isController($0) }.compactMap { target in
            let addresses = [target.address, facts?.hosts[target.name]?.route?.address]
            let through = needed.filter { host in
                guard host.name != target.name else { return false }
                if let jump = host.jump,
                    jump == target.name
                        || Address.canonical(Address.ofJump(jump))
                            == target.address.map(Address.canonical)
                {
                    return true
                }
                return facts?.hosts[host.name]?.route?.through.contains(where: addresses.contains)
                    ?? false
            }.map(\.name)
            guard !through.isEmpty else { return nil }
            return Refusal(
                .jumpHost,
                hosts: [target.name],
                "jump host: drill reaches \(through.listed) through \(target.name), which would be touched",
                change:
                    "\(reaches.advice(without: [target.name])), or reach \(through.listed) another"
                    + " way (`jump:`)"
            )
        }
    }

    /// Every host that could be touched, once, in the order of the inventory.
    private var candidates: [Host] {
        let names = Set(reaches.filter { $0.countMax > 0 }.flatMap(\.candidates).map(\.name))
        return inventory.hosts.filter { names.contains($0.name) }
    }

    /// A hint for selectors that take all, as `who` does in the worst case.
    private var narrowing: String {
        reaches.contains { $0.candidates.count > 1 && $0.countMax == $0.candidates.count }
            ? ", or choose fewer with `pick:`" : ""
    }

    /// A count that breaks a guard.
    private struct Breach {
        var count: Int
        /// Without whose hosts it would not.
        var others: [OtherRun]

        /// For the middle of a message: `together with RUN (at work on a and b), `.
        var together: String {
            others.isEmpty ? "" : "together with \(others.map(\.shown).listed), "
        }

        /// What to do where it is not this plan alone that breaks it.
        var wait: String? {
            guard !others.isEmpty else { return nil }
            let live = others.filter { !$0.isOver }.map(\.run)
            let ways =
                (live.isEmpty ? [] : ["wait for the end of \(live.listed)"])
                + others.filter(\.isOver).map { "run `drill heal \($0.run)`" }
            return "\(ways.joined(separator: " and ")), or choose other targets"
        }
    }

    /// The most of `items` that this plan could touch, or else it and the other runs together, where
    /// that is too much.
    private func breach(
        of items: [String],
        where isTooMuch: (Int) -> Bool,
        itemsOf: (Reach, Host) -> [String]
    ) -> Breach? {
        let own = worst(items, reaches, itemsOf)
        if isTooMuch(own) { return Breach(count: own, others: []) }
        // What others do is no matter of a plan that touches none of these itself.
        guard own > 0 else { return nil }
        let theirs = others.map { other -> (other: OtherRun, reach: Reach) in
            let hosts = inventory.hosts.filter { other.hosts.contains($0.name) }
            return (other, Reach(fault: other.run, candidates: hosts, countMax: hosts.count))
        }.filter { worst(items, [$0.reach], itemsOf) > 0 }
        let together = worst(items, reaches + theirs.map(\.reach), itemsOf)
        return isTooMuch(together) ? Breach(count: together, others: theirs.map(\.other)) : nil
    }

    /// The most of `items` that the reaches could touch together.
    private func worst(
        _ items: [String],
        _ reaches: [Reach],
        _ itemsOf: (Reach, Host) -> [String]
    ) -> Int {
        WorstCase.covered(
            items,
            by: reaches.map { reach in
                (Set(reach.candidates.flatMap { itemsOf(reach, $0) }), reach.countMax)
            }
        )
    }
}
