/// Turns selectors into hosts.
///
/// What a selector names is joined by *and*, names in one list by *or*; `except` takes away; `pick`
/// draws from what is left. Results are in the order of the inventory.
package struct Selection: Sendable {
    package var inventory: Inventory
    package var who: [Who]
    package var seed: UInt64

    package init(inventory: Inventory, who: [Who] = [], seed: UInt64) {
        self.inventory = inventory
        self.who = who
        self.seed = seed
    }

    /// All hosts that `pick` chooses from; with `who`, its candidates.
    package func candidates(_ selector: Selector) -> [Host] {
        var among = inventory.hosts
        if let name = selector.who {
            guard let declared = who.first(where: { $0.name == name }) else { return [] }
            among = drawn(
                declared.among.pick,
                from: inventory.hosts.filter { declared.among.names($0) },
                for: "who \(name)"
            )
        }
        return among.filter { selector.names($0) }
    }

    /// The chosen hosts, `pick` drawn with the seed; with `who`, every candidate.
    ///
    /// With `who` the pick waits for the step. `purpose` is what the draw is for (a fault's id): each
    /// has a stream of its own.
    package func hosts(_ selector: Selector, for purpose: String) -> [Host] {
        let candidates = candidates(selector)
        return selector.who == nil
            ? drawn(selector.pick, from: candidates, for: purpose) : candidates
    }

    /// `pick` of the hosts; the same ones for the same seed and purpose, whatever their order.
    package func drawn(_ pick: Selector.Pick, from hosts: [Host], for purpose: String) -> [Host] {
        let count = pick.count(of: hosts.count)
        guard count < hosts.count else { return hosts }
        let sorted = hosts.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var generator = SplitMix64(seed: seed, purpose: purpose)
        let names = Set(generator.draw(count, from: sorted).map(\.name))
        return hosts.filter { names.contains($0.name) }
    }
}

extension Selector {
    /// Whether the selector names the host, leaving `who` and `pick` aside.
    ///
    /// A `who` under `except` takes nobody away: which host it means isn't known yet.
    package func names(_ host: Host) -> Bool {
        (regions.isEmpty || host.region.map(regions.contains) == true)
            && (zones.isEmpty || host.zone.map(zones.contains) == true)
            && (roles.isEmpty || host.roles.contains(where: roles.contains))
            && (hosts.isEmpty || hosts.contains(host.name))
            && !except.contains { $0.who == nil && $0.names(host) }
    }

    /// Whether it says anything to choose by.
    package var namesNothing: Bool {
        regions.isEmpty && zones.isEmpty && roles.isEmpty && hosts.isEmpty && who == nil
    }

    /// The selector as the file format writes it.
    package var shown: String {
        func key(_ name: String, _ values: [String]) -> String? {
            switch values.count {
            case 0: nil
            case 1: "\(name): \(values[0])"
            default: "\(name): [\(values.joined(separator: ", "))]"
            }
        }
        var keys = [
            key("region", regions), key("zone", zones), key("role", roles), key("host", hosts),
            who.map { "who: \($0)" },
        ].compactMap(\.self)
        if except.count == 1 { keys.append("except: \(except[0].shown)") }
        if except.count > 1 {
            keys.append("except: [\(except.map(\.shown).joined(separator: ", "))]")
        }
        if pick != .all { keys.append("pick: \(pick)") }
        return "{\(keys.joined(separator: ", "))}"
    }
}

extension Selector.Pick: CustomStringConvertible {
    /// How many of `total` are taken: never more than the share says, so `10%` of 5 is none.
    package func count(of total: Int) -> Int {
        switch self {
        case .all: total
        case .minority: max(0, (total - 1) / 2)
        case .majority: total == 0 ? 0 : total / 2 + 1
        case .count(let count): min(max(count, 0), total)
        // The small term undoes what floating point takes away: 0.29 × 100 is 28.999….
        case .share(let share):
            min(max(Int((share * Double(total) + 1e-9).rounded(.down)), 0), total)
        }
    }

    package var description: String {
        switch self {
        case .all: "all"
        case .minority: "minority"
        case .majority: "majority"
        case .count(let count): "\(count)"
        case .share(let share): Share.shown(share)
        }
    }
}

/// Shares of a whole, for people.
package enum Share {
    /// `50%`, `8.3%`: one decimal where it says something.
    package static func shown(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}
