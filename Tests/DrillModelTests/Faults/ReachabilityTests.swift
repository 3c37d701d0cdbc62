import Testing

@testable import DrillModel

/// Who looks at whom around a cut, and what the three matrices say together.
@Suite struct ReachabilityTests {
    private func host(_ name: String, _ number: Int, zone: String) -> Host {
        Host(
            name: name,
            address: "10.0.0.\(number)",
            region: String(zone.prefix { $0 != "/" }),
            zone: zone
        )
    }

    private func planned(
        _ hosts: [Host],
        _ targets: [String],
        from: [String]? = nil,
        facts: Facts? = nil,
        by: String? = nil
    ) -> Reachability? {
        let fault: any Fault.Type = by == nil ? Partition.self : FailZone.self
        let step = FaultStep(
            id: "cut",
            fault: fault.name,
            target: Selector(hosts: targets),
            values: Values(by.map { ["by": .word($0)] } ?? [:])
        )
        let inventory = Inventory(name: "i", hosts: hosts)
        let peers = from.map { names in ["from": hosts.filter { names.contains($0.name) }] }
        let scene = Scene(inventory: inventory, facts: facts, run: "r", peers: peers ?? [:])
        let chosen = hosts.filter { targets.contains($0.name) }
        return Reachability(
            step,
            cuts: chosen.compactMap { host in
                fault.cut(step, on: host, in: scene).map { (host, $0) }
            },
            in: scene
        )
    }

    private var three: [Host] {
        [
            host("a", 1, zone: "r/x"), host("b", 2, zone: "r/y"), host("c", 3, zone: "r/y"),
            Host(name: "here", isLocal: true),
        ]
    }

    @Test("targets come first, then those they are cut from; others aren't looked at")
    func sides() throws {
        let cut = try #require(planned(three, ["b"], from: ["a"]))
        #expect(cut.hosts.map(\.name) == ["b", "a"])
        #expect(cut.cuts == ["b": ["a"]])
        let all = try #require(planned(three, ["b"], by: "network"))
        #expect(all.hosts.map(\.name) == ["b", "a", "c"])
        #expect(planned(three, ["b"], by: "kill") == nil)
    }

    @Test("of many hosts each side and each zone is represented, and the rest is named")
    func bounded() throws {
        let west = (1...20).map { host("w\($0)", $0, zone: $0 < 15 ? "west/a" : "west/b") }
        let east = (21...24).map { host("e\($0)", $0, zone: "east/a") }
        let cut = try #require(
            planned(west + east, west.map(\.name), from: east.map(\.name))
        )
        #expect(cut.hosts.count == 16)
        #expect(cut.hosts.filter { $0.name.hasPrefix("e") }.count == 4)
        #expect(cut.hosts.contains { $0.name == "w15" })
        #expect(cut.leftOut.count == 8)
        #expect(Set(cut.hosts.map(\.name) + cut.leftOut).count == 24)
    }

    @Test("hosts that aren't cut off look at those that are, and not at each other")
    func bystanders() throws {
        let cut = try #require(planned(three, ["a"]))
        #expect(cut.hosts.map { cut.others(of: $0).map(\.name) } == [["b", "c"], ["a"], ["a"]])
        let two = try #require(planned(three, ["a", "b"], from: ["c"]))
        #expect(
            two.hosts.map { two.others(of: $0).map(\.name) } == [
                ["b", "c"], ["a", "c"], ["a", "b"],
            ]
        )
    }

    @Test("one look from each host; what it prints makes a row")
    func look() throws {
        let cut = try #require(planned(three, ["a"]))
        let words = cut.look(from: cut.hosts[0]).words
        #expect(Array(words[3...]) == ["drill-look", "each", "10.0.0.2,22", "10.0.0.3,22"])
        let seen = cut.cells(
            from: cut.hosts[0],
            output: "Welcome!\nreached 10.0.0.3,22\nrefused 10.0.0.2,22\n",
            failure: nil
        )
        #expect(
            seen == [.init(from: "a", to: "b", .refused), .init(from: "a", to: "c", .reached)]
        )
        let none = cut.cells(from: cut.hosts[1], output: "", failure: "no route")
        #expect(none.allSatisfy { $0.sight == .unseen("no route") })
    }

    // MARK: the outcome

    /// Rows of letters in the order of the hosts: `o` reached, `r` refused, `x` nothing, `?` unseen.
    private func cells(_ rows: String) -> [Reachability.Cell] {
        let names = ["a", "b", "c"]
        let letters = rows.split(separator: " ").map(Array.init)
        return names.indices.flatMap { row in
            names.indices.compactMap { column in
                guard row != column else { return nil }
                let sight: Reachability.Sight =
                    switch letters[row][column] {
                    case "o": .reached
                    case "r": .refused
                    case "x": .nothing
                    default: .unseen("gone")
                    }
                return Reachability.Cell(from: names[row], to: names[column], sight)
            }
        }
    }

    private func outcome(
        before: String = "-oo o-o oo-",
        during: String?,
        after: String? = "-oo o-o oo-",
        spared: [String: [String]] = [:],
        others: [Event.Kind] = []
    ) throws -> ReachabilityOutcome {
        var fault = fault("cut", on: "a")
        fault.reachability = Reachability(
            hosts: ["a", "b", "c"].map { .init(name: $0, address: "10.0.0.\($0)", port: 22) },
            cuts: ["a": ["b"]],
            spared: spared
        )
        var kinds: [Event.Kind] =
            [.reachability(fault: "cut", moment: .before, cells: cells(before))] + others
            + [.injecting(fault: "cut")]
        if let during {
            kinds.append(.reachability(fault: "cut", moment: .during, cells: cells(during)))
        }
        if let after {
            kinds += [
                .undone(fault: "cut", failedHosts: []),
                .reachability(fault: "cut", moment: .after, cells: cells(after)),
            ]
        }
        return try #require(
            ReachabilityOutcome(fault, targets: ["a"], kinds.map { Event(at: ms(1), $0) })
        )
    }

    @Test("a cut as it was meant is told by its ways, and nothing is unexpected")
    func asMeant() throws {
        let seen = try outcome(during: "-xo x-o oo-")
        #expect(ReachabilityOutcome.shown(seen.cut) == "a ↔ b")
        #expect(seen.unexpected == [])
    }

    @Test("what never came through proves nothing, nor does what couldn't be looked at")
    func unproven() throws {
        let seen = try outcome(before: "-xo ?-o oo-", during: "-xo x-o oo-")
        #expect(seen.cut == [])
        #expect(seen.unexpected == [])
        #expect(try outcome(during: "-?o ?-o oo-").unexpected == [])
    }

    static let odd: [(during: String, after: String, told: String)] = [
        ("-oo x-o oo-", "-oo o-o oo-", "not cut, though it was to be: a → b"),
        ("-ro x-o oo-", "-oo o-o oo-", "not cut, though it was to be: a → b"),
        ("-xx x-o oo-", "-oo o-o oo-", "cut, though it was not to be: a → c"),
        ("-xo x-o oo-", "-oo x-o oo-", "does not come through again: b → a"),
    ]

    @Test("an unexpected cell is told", arguments: odd)
    func unexpected(during: String, after: String, told: String) throws {
        #expect(try outcome(during: during, after: after).unexpected == [told])
    }

    @Test("another fault that was in place is told with it")
    func rider() throws {
        let seen = try outcome(during: "-xx x-o oo-", others: [.injecting(fault: "dark")])
        #expect(
            seen.unexpected
                == ["cut, though it was not to be: a → c (dark was in place then, too)"]
        )
    }

    @Test("the way that drill itself comes by stays open, and that is no surprise")
    func spared() throws {
        let seen = try outcome(during: "-xo o-o oo-", spared: ["a": ["b"]])
        #expect(seen.unexpected == [])
    }

    @Test("the record has every cell, and null for a moment when nobody looked")
    func record() throws {
        let entry = ReachabilityEntry(try outcome(during: nil, after: nil))
        #expect(entry.before?.count == 6)
        #expect(entry.before?.first?.seen == "reached")
        #expect(entry.during == nil && entry.after == nil)
    }
}
