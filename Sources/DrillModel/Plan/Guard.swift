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

/// The guards that hold before anything is touched, all of `prepare` and `method` taken together.
///
/// They assume the worst: whatever `who` finds and whichever seed `pick` is drawn with.
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

    package init(
        inventory: Inventory,
        reaches: [Reach],
        blastRadius: Double,
        blastRadiusBy: Position? = nil,
        facts: Facts? = nil,
        needed: [Host] = []
    ) {
        self.inventory = inventory
        self.reaches = reaches
        self.blastRadius = blastRadius
        self.blastRadiusBy = blastRadiusBy
        self.facts = facts
        self.needed = needed
    }

    package func refusals() -> [Refusal] {
        [tooMuch(), everyZone()].compactMap(\.self) + lastOfRole()
            + [protected(), controller()].compactMap(\.self) + jumpHosts()
    }

    /// The most hosts in regions that the worst case touches.
    package var touchedMax: Int {
        worst(inventory.hostsInRegions.map(\.name)) { [$0.name] }
    }

    private func tooMuch() -> Refusal? {
        let total = inventory.hostsInRegions.count
        guard total > 0 else { return nil }
        let share = Double(touchedMax) / Double(total)
        guard share > blastRadius + 1e-9 else { return nil }
        return Refusal(
            .blastRadius,
            "blast radius: up to \(touchedMax) of \(counted(total, "host")) in regions would be"
                + " touched, \(Share.shown(share)); the limit is \(Share.shown(blastRadius))"
                + (blastRadiusBy.map { ", by the site's policy (\($0))" } ?? ""),
            value: Share.shown(share),
            limit: Share.shown(blastRadius),
            change: blastRadiusBy.map {
                "target fewer hosts, or ask whoever keeps \($0.file) to raise it"
            }
                ?? "target fewer hosts, or, if so many are meant, write"
                + " `guards: {blast-radius: \(Share.shown((share * 100).rounded(.up) / 100))}`"
        )
    }

    private func everyZone() -> Refusal? {
        let zones = inventory.zones
        // With one zone in all there is no other to leave alone; the other guards still hold.
        guard zones.count > 1 else { return nil }
        let count = worst(zones) { $0.zone.map { [$0] } ?? [] }
        guard count == zones.count else { return nil }
        return Refusal(
            .everyZone,
            "every zone: all \(count) zones of the inventory could be touched (\(zones.listed)); one must"
                + " be left",
            value: "\(count) of \(zones.count) zones",
            limit: "\(zones.count - 1)",
            change: "leave one zone out, for example with"
                + " `except: {zone: \(zones[zones.count - 1])}`\(narrowing)"
        )
    }

    private func lastOfRole() -> [Refusal] {
        inventory.roles.compactMap { role in
            let holders = inventory.hosts.filter { $0.roles.contains(role) }.map(\.name)
            let count = WorstCase.covered(
                holders,
                by: reaches.map { reach in
                    let taken = reach.candidates.filter { reach.takesAway(role, of: $0) }
                    return (Set(taken.map(\.name)), reach.countMax)
                }
            )
            guard count == holders.count else { return nil }
            let whom =
                holders.count == 1
                ? "last of a role: \(holders[0]) is the only \(role) of the inventory and would be touched"
                : "last of a role: all \(holders.count) hosts of role \(role) could be touched"
                    + " (\(holders.listed)); one must be left"
            return Refusal(
                .lastOfRole,
                hosts: holders,
                whom,
                value: "0 left",
                limit: "at least 1 left",
                change: "leave one alone, for example with"
                    + " `except: {host: \(holders[holders.count - 1])}`\(narrowing)"
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
            change: "take out with `except: {host: \(wordList(names))}`"
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
            change: "take out with `except: {host: \(wordList(names))}`,"
                + " or run drill on another machine"
        )
    }

    /// Whether a host is this machine: said so, at one of its addresses, or found so by the survey.
    ///
    /// A container may well be reached through a port of the controller's own address, so for those
    /// only the survey counts: same boot, same PID 1, same network namespace.
    func isController(_ host: Host) -> Bool {
        if host.isLocal { return true }
        if host.container == nil, let address = host.address {
            if Address.isLoopback(address) { return true }
            if let facts, facts.controllerAddresses.contains(address) { return true }
        }
        guard let found = facts?.hosts[host.name], let own = facts?.controller,
            let boot = found.boot, let network = found.network
        else { return false }
        return boot == own.boot && network == own.network
    }

    private func jumpHosts() -> [Refusal] {
        candidates.compactMap { target in
            let through = needed.filter { host in
                guard host.name != target.name, let jump = host.jump else { return false }
                return jump == target.name || Address.ofJump(jump) == target.address
            }.map(\.name)
            guard !through.isEmpty else { return nil }
            return Refusal(
                .jumpHost,
                hosts: [target.name],
                "jump host: drill reaches \(through.listed) through \(target.name), which would be touched",
                change: "take out with `except: {host: \(target.name)}`,"
                    + " or reach \(through.listed) another way (`jump:`)"
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

    private func wordList(_ names: [String]) -> String {
        names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
    }

    /// The most of `items` that the reaches could touch together.
    private func worst(_ items: [String], _ itemsOf: (Host) -> [String]) -> Int {
        WorstCase.covered(
            items,
            by: reaches.map { reach in
                (Set(reach.candidates.flatMap(itemsOf)), reach.countMax)
            }
        )
    }
}

/// The worst that several draws can do together.
package enum WorstCase {
    /// The most items that can be chosen at once, draw *i* choosing up to its capacity from its set.
    ///
    /// A maximum matching by augmenting paths (Kuhn), so the count is reached by some outcome and
    /// never too high: 2 of {a, b} twice and 1 of {c, d} is 3, not 4.
    package static func covered(
        _ items: [String],
        by draws: [(among: Set<String>, capacity: Int)]
    ) -> Int {
        var taken: [[String]] = draws.map { _ in [] }

        func seat(_ item: String, _ tried: inout Set<Int>) -> Bool {
            for index in draws.indices where draws[index].among.contains(item) {
                guard tried.insert(index).inserted else { continue }
                if taken[index].count < draws[index].capacity {
                    taken[index].append(item)
                    return true
                }
                for (place, other) in taken[index].enumerated() where seat(other, &tried) {
                    taken[index][place] = item
                    return true
                }
            }
            return false
        }

        var count = 0
        for item in items {
            var tried: Set<Int> = []
            if seat(item, &tried) { count += 1 }
        }
        return count
    }
}

/// Addresses as inventories write them.
package enum Address {
    package static func isLoopback(_ address: String) -> Bool {
        address == "localhost" || address == "::1" || address.hasPrefix("127.")
    }

    /// The address in `user@address:port`, `[address6]:port` or a bare address.
    package static func ofJump(_ jump: String) -> String {
        let place = jump.split(separator: "@").last.map(String.init) ?? jump
        if place.hasPrefix("[") {
            return String(place.dropFirst().prefix { $0 != "]" })
        }
        let parts = place.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : place
    }
}
