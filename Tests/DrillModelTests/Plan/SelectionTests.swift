import Testing

@testable import DrillModel

@Suite struct SelectionTests {
    static let selection = Selection(inventory: Shop.inventory, who: [Shop.leader], seed: 42)

    @Test("the hosts that a fault's undo needs are those on the way, too, round in a circle or not")
    func ways() {
        func host(_ name: String, _ jump: String? = nil) -> Host {
            Host(name: name, address: name, jump: jump)
        }
        let inventory = Inventory(
            name: "behind",
            hosts: [
                host("a"), host("door", "a"), host("db", "door"), host("other"),
                host("one", "two"), host("two", "one"), host("far", "ops@192.0.2.1:22"),
            ]
        )
        #expect(inventory.hosts(["db"]).map(\.name) == ["a", "door", "db"])
        #expect(inventory.hosts(["one"]).map(\.name) == ["one", "two"])
        #expect(inventory.hosts(["far"]).map(\.name) == ["far"])
    }

    @Test(arguments: [
        (Selector(regions: ["us-east-1"]), "db-east-a app-east-a db-east-b app-east-b"),
        (Selector(zones: ["us-east-1/b"]), "db-east-b app-east-b"),
        (Selector(roles: ["db"]), "db-east-a db-east-b db-west"),
        (Selector(roles: ["db", "witness"]), "db-east-a db-east-b db-west witness"),
        (Selector(hosts: ["edge", "db-west"]), "db-west edge"),
        (Selector(regions: ["us-east-1"], roles: ["db"]), "db-east-a db-east-b"),
        (Selector(regions: ["us-east-1"], hosts: ["db-west"]), ""),
        (
            Selector(regions: ["us-east-1"], except: [Selector(hosts: ["db-east-a"])]),
            "app-east-a db-east-b app-east-b"
        ),
        (
            Selector(
                regions: ["us-east-1"],
                except: [
                    Selector(zones: ["us-east-1/a"], roles: ["db"]),
                    Selector(hosts: ["app-east-b"]),
                ]
            ),
            "app-east-a db-east-b"
        ),
        (Selector(who: "leader"), "db-east-a db-east-b db-west"),
        (Selector(regions: ["us-east-1"], who: "leader"), "db-east-a db-east-b"),
        (Selector(who: "nobody"), ""),
        (Selector(regions: ["mars"]), ""),
    ])
    func chooses(_ selector: Selector, _ names: String) {
        let chosen = Self.selection.hosts(selector, for: "x").map(\.name)
        #expect(chosen.joined(separator: " ") == names)
    }

    @Test(arguments: [
        (Selector.Pick.all, [0, 1, 2, 3, 4, 5]),
        (.minority, [0, 0, 0, 1, 1, 2]),
        (.majority, [0, 1, 2, 2, 3, 3]),
        (.count(2), [0, 1, 2, 2, 2, 2]),
        (.share(0.5), [0, 0, 1, 1, 2, 2]),
        (.share(1), [0, 1, 2, 3, 4, 5]),
        (.share(0.1), [0, 0, 0, 0, 0, 0]),
    ])
    func counts(_ pick: Selector.Pick, _ counts: [Int]) {
        #expect((0...5).map(pick.count) == counts)
    }

    @Test func aShareIsNotLostToFloatingPoint() {
        #expect(Selector.Pick.share(0.29).count(of: 100) == 29)
        #expect(Selector.Pick.share(0.7).count(of: 10) == 7)
    }

    /// Written down once: a later Swift, or a changed draw, must not move old records' choices.
    @Test func aSeedChoosesTheSameHostsForEver() {
        var generator = SplitMix64(seed: 1_234_567)
        // The reference values of SplitMix64 for this seed.
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        let chosen = (0..<6).map { seed in
            Selection(inventory: Shop.inventory, seed: seed)
                .hosts(Selector(roles: ["app", "db"], pick: .count(1)), for: "blackout")[0].name
        }
        #expect(chosen == Self.drawnOnce)
    }

    static let drawnOnce = [
        "app-east-b", "db-west", "app-west", "app-west", "app-west", "app-east-b",
    ]

    @Test func drawsKeepTheirPromises() {
        let picks: [Selector.Pick] = [
            .all, .minority, .majority, .count(1), .count(3), .share(0.3), .share(0.5),
        ]
        for seed in UInt64(0)..<200 {
            var hosts = Shop.inventory.hosts
            let except = Selector(hosts: ["db-west"])
            for pick in picks {
                let selector = Selector(
                    regions: ["us-east-1", "us-west-2"],
                    except: [except],
                    pick: pick
                )
                let straight = Selection(
                    inventory: Inventory(name: "i", hosts: hosts),
                    seed: seed
                ).hosts(selector, for: "f").map(\.name)
                hosts.reverse()
                let reversed = Selection(
                    inventory: Inventory(name: "i", hosts: hosts),
                    seed: seed
                ).hosts(selector, for: "f").map(\.name)
                #expect(straight == reversed.reversed(), "seed \(seed) pick \(pick)")
                #expect(straight.count == pick.count(of: 5), "seed \(seed) pick \(pick)")
                #expect(!straight.contains("db-west"), "seed \(seed) pick \(pick)")
                #expect(Set(straight).count == straight.count, "seed \(seed) pick \(pick)")
            }
        }
    }

    @Test func everyHostIsDrawnAboutAsOftenAsAnother() {
        var counts: [String: Int] = [:]
        for seed in UInt64(0)..<3000 {
            let selection = Selection(inventory: Shop.inventory, seed: seed)
            for host in selection.hosts(Selector(roles: ["db"], pick: .count(1)), for: "f") {
                counts[host.name, default: 0] += 1
            }
        }
        // 1000 each is expected; a standard deviation is 26.
        #expect(counts.count == 3)
        #expect(counts.values.allSatisfy { (870...1130).contains($0) }, "\(counts)")
    }

    @Test func purposesDrawApart() {
        let apart = (UInt64(0)..<100).filter { seed in
            let selection = Selection(inventory: Shop.inventory, seed: seed)
            let one = Selector(roles: ["db"], pick: .count(1))
            return selection.hosts(one, for: "first") != selection.hosts(one, for: "second")
        }
        #expect((50...85).contains(apart.count), "\(apart.count) of 100, expected about 67")
    }
}
