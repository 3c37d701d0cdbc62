import Testing

@testable import DrillModel

@Suite struct GuardTests {
    typealias Cause = Refusal.Cause

    static func causes(_ plan: Plan) -> [Cause] { plan.refusals.map(\.cause) }

    @Test(arguments: [
        // Four of seven hosts: 57 %.
        (Selector(regions: ["us-east-1"]), 0.5, [Cause.blastRadius]),
        (Selector(regions: ["us-east-1"]), 0.6, []),
        (Selector(zones: ["us-east-1/a"]), 0.5, []),
        (Selector(roles: ["db"]), 0.5, [.lastOfRole]),
        // Both app and db have somebody left, and eu-west-1/a is left alone.
        (Selector(roles: ["db", "app"], pick: .count(2)), 0.5, []),
        (Selector(roles: ["db", "app"], pick: .count(3)), 0.5, [.lastOfRole, .lastOfRole]),
        (Selector(hosts: ["witness"]), 0.5, [.lastOfRole]),
        // Left out as protected, the only edge is left.
        (Selector(hosts: ["edge"]), 0.5, [.protect]),
        (Selector(hosts: ["here"]), 0.5, [.controller]),
        (Selector(who: "leader", pick: .count(1)), 0.5, []),
        // Nobody knows how many leaders there are when brains are split.
        (Selector(who: "leader"), 0.5, [.lastOfRole]),
    ])
    func refuses(_ target: Selector, _ limit: Double, _ causes: [Cause]) throws {
        let plan = try Shop.plan(
            Shop.experiment([Shop.cut(target)], guards: Guards(blastRadius: limit))
        )
        #expect(Self.causes(plan) == causes, "\(plan.refusals.map(\.line))")
    }

    @Test func prepareAndMethodCountTogether() throws {
        let plan = try Shop.plan(
            Shop.experiment(
                [Shop.kill(Selector(zones: ["us-east-1/a"]))],
                prepare: [Shop.cut(Selector(zones: ["us-west-2/a"]))]
            )
        )
        #expect(Self.causes(plan) == [.blastRadius])
        #expect(plan.blastRadius.touchedMax == 4)
        #expect(plan.blastRadius.touched == ["db-east-a", "app-east-a", "db-west", "app-west"])
    }

    @Test func aHostHitTwiceCountsOnce() throws {
        let plan = try Shop.plan(
            Shop.experiment([
                Step(
                    .parallel([
                        Shop.kill(Selector(zones: ["us-east-1/a"])),
                        Shop.cut(Selector(zones: ["us-east-1/a"])),
                    ])
                )
            ])
        )
        #expect(plan.blastRadius.touchedMax == 2)
        #expect(plan.refusals.isEmpty)
    }

    @Test func aPartitionCountsItsTargetSideAlone() throws {
        let plan = try Shop.plan(
            Shop.experiment([
                Shop.cut(
                    Selector(zones: ["us-east-1/a"]),
                    from: Selector(hosts: ["edge", "db-west"])
                )
            ])
        )
        #expect(plan.refusals.isEmpty)
        #expect(plan.blastRadius.touched == ["db-east-a", "app-east-a"])
        #expect(plan.faults[0].procedures[0].inject.map(\.what) == ["drop db-west", "drop edge"])
    }

    /// A standby whose replication link is cut still serves; one that is cut from its users doesn't.
    @Test(arguments: [
        (Selector(roles: ["db"]), []),
        (Selector(regions: ["us-east-1"], roles: ["db"]), []),
        (Selector(roles: ["db", "app"]), [Cause.lastOfRole]),
        (Selector(hosts: ["edge"]), [.lastOfRole]),
    ])
    func aLinkWithinARoleLeavesTheRole(_ from: Selector, _ causes: [Cause]) throws {
        let plan = try Shop.plan(
            Shop.experiment(
                [Shop.kill(Selector(regions: ["us-east-1"]))],
                prepare: [Shop.cut(Selector(hosts: ["db-west"]), from: from)],
                guards: Guards(blastRadius: 0.8)
            )
        )
        #expect(Self.causes(plan) == causes)
    }

    @Test func everyZoneIsRefusedEvenByDraws() throws {
        let everywhere = Inventory(
            name: "i",
            hosts: ["a", "b", "c"].flatMap { zone in
                (0..<4).map { Shop.host("\(zone)\($0)", "10.0.0.1", "r/\(zone)", ["app"]) }
            }
        )
        func plan(_ count: Int) throws -> Plan {
            try Shop.plan(
                Shop.experiment(
                    [Shop.kill(Selector(roles: ["app"], pick: .count(count)))],
                    who: [],
                    inventory: everywhere
                )
            )
        }
        #expect(try Self.causes(plan(2)) == [])
        #expect(try Self.causes(plan(3)) == [.everyZone])
    }

    @Test func oneZoneInAllIsNoReasonToRefuse() throws {
        let small = Inventory(
            name: "i",
            hosts: (0..<4).map { Shop.host("h\($0)", nil, "r/a", ["app"]) }
        )
        let plan = try Shop.plan(
            Shop.experiment(
                [Shop.kill(Selector(roles: ["app"], pick: .count(1)))],
                who: [],
                inventory: small
            )
        )
        #expect(plan.refusals.isEmpty)
    }

    @Test func theControllerIsFoundByAddressAndBySurvey() throws {
        var inventory = Shop.inventory
        inventory.hosts.append(Host(name: "desk", address: "192.0.2.1"))
        inventory.hosts.append(Host(name: "alias", address: "desk.example.net"))
        inventory.hosts.append(Host(name: "loop", address: "127.0.0.1"))
        inventory.hosts.append(
            Host(name: "mapped", address: "127.0.0.1", container: "mapped", port: 2222)
        )
        var facts = Shop.facts
        facts.hosts["alias"] = facts.controller
        facts.hosts["alias"]?.isRoot = true
        let experiment = Shop.experiment(
            [Shop.cut(Selector(hosts: ["desk", "alias", "loop", "mapped"]))],
            inventory: inventory
        )
        let controller = try Shop.plan(experiment, facts: facts).refusals.filter {
            $0.cause == .controller
        }
        #expect(controller.map(\.hosts) == [["desk", "alias", "loop"]])
    }

    @Test(arguments: ["app-east-a", "me@10.77.1.41:22", "10.77.1.41"])
    func aJumpHostIsRefused(_ jump: String) throws {
        var inventory = Shop.inventory
        inventory.hosts[0].jump = jump
        let both = try Shop.plan(
            Shop.experiment([Shop.cut(Selector(zones: ["us-east-1/a"]))], inventory: inventory)
        )
        #expect(both.refusals.map(\.cause) == [.jumpHost])
        #expect(both.refusals.map(\.hosts) == [["app-east-a"]])
        let alone = try Shop.plan(
            Shop.experiment([Shop.cut(Selector(hosts: ["app-east-a"]))], inventory: inventory)
        )
        #expect(alone.refusals.isEmpty)
    }

    @Test(
        "a jump host that only ssh_config names is refused; a ProxyCommand, which hides one, is noted"
    )
    func aJumpHostOfSSHConfig() throws {
        let experiment = Shop.experiment([Shop.cut(Selector(zones: ["us-east-1/a"]))])
        let address = try #require(Shop.inventory.host("app-east-a")?.address)
        var facts = Shop.facts
        facts.hosts["db-east-a"]?.route = Passage(address: "x", through: ["192.0.2.7", address])
        let jump = try Shop.plan(experiment, facts: facts)
        #expect(jump.refusals.map(\.cause) == [.jumpHost])
        #expect(jump.refusals.map(\.hosts) == [["app-east-a"]])
        // By the address that the target's own alias stands for.
        facts.hosts["db-east-a"]?.route?.through = ["192.0.2.8"]
        facts.hosts["app-east-a"]?.route = Passage(address: "192.0.2.8")
        #expect(try Shop.plan(experiment, facts: facts).refusals.map(\.cause) == [.jumpHost])

        facts.hosts["db-east-a"]?.route = Passage(address: "x", proxyCommand: "proxycommand (c:3)")
        let hidden = try Shop.plan(experiment, facts: facts)
        #expect(hidden.refusals.isEmpty)
        #expect(hidden.notes.contains { $0.contains("db-east-a is reached through can't be told") })
    }

    @Test("the container that drill itself runs in is the controller")
    func ownContainer() throws {
        var facts = Shop.facts
        let name = try #require(Shop.inventory.host("db-west")?.container)
        facts.controller?.container = String(repeating: "0a", count: 32)
        #expect(try Shop.plan(Self.killWest, facts: facts).refusals.isEmpty)
        facts.engine?.containers[name]?.id = String(repeating: "0a", count: 32)
        #expect(try Shop.plan(Self.killWest, facts: facts).refusals.map(\.cause) == [.controller])
    }

    private static var killWest: Experiment {
        Shop.experiment([Shop.kill(Selector(hosts: ["db-west"]))])
    }

    @Test func everyRefusalSaysWhatToDo() throws {
        let plan = try Shop.plan(
            Shop.experiment([Shop.cut(Selector(roles: ["db", "app", "edge", "witness"]))])
        )
        #expect(plan.refusals.count == 6)
        #expect(plan.refusals.allSatisfy { !$0.change.isEmpty && !$0.message.isEmpty })
        #expect(
            plan.refusals[0].line
                == "blast radius: up to 7 of 7 hosts in regions would be touched, 100%; the limit is"
                + " 50%; target fewer hosts, or, if so many are meant, write"
                + " `guards: {blast-radius: 100%}`"
        )
    }

    @Test("a jump host that is the controller is refused once")
    func aJumpHostThatIsTheController() throws {
        var inventory = Shop.inventory
        inventory.hosts[0].jump = "here"
        let plan = try Shop.plan(
            Shop.experiment(
                [Shop.cut(Selector(hosts: ["here", "db-east-a"]))],
                inventory: inventory
            )
        )
        #expect(Self.causes(plan) == [.controller])
    }

    @Test(
        "`except:` is no advice where nobody else is a target",
        arguments: [
            (Selector(hosts: ["edge"]), "choose other targets"),
            (Selector(hosts: ["edge", "db-west"]), "take out with `except: {host: edge}`"),
            (Selector(hosts: ["here"]), "choose other targets, or run drill on another machine"),
            (Selector(hosts: ["witness"]), "choose other targets"),
            (
                Selector(hosts: ["witness", "db-west"]),
                "leave one alone, for example with `except: {host: witness}`"
            ),
        ]
    )
    func advice(_ target: Selector, _ change: String) throws {
        let plan = try Shop.plan(Shop.experiment([Shop.cut(target)]))
        #expect(plan.refusals.count == 1)
        #expect(plan.refusals.first?.change.hasPrefix(change) == true, "\(plan.refusals)")
        #expect(plan.refusals.first?.change.contains("except") == change.contains("except"))
    }

    @Test(
        "what other runs are at work on counts as touched, where the plan touches some of it itself",
        arguments: [
            ([], []), (["db-east-a"], []), (["db-east-b"], []), (["edge"], []),
            (["db-east-b", "db-west"], [Cause.lastOfRole]),
            // Four of seven; of app none is the plan's.
            (["app-east-a", "app-east-b", "app-west"], [.blastRadius]),
            (["app-east-b", "app-west", "witness"], [.blastRadius, .everyZone]),
        ] as [([String], [Cause])]
    )
    func others(_ hosts: [String], _ causes: [Cause]) throws {
        let plan = try Planner.plan(
            Shop.experiment([Shop.cut(Selector(hosts: ["db-east-a"]))]),
            facts: nil,
            seed: 1,
            run: "RUN",
            site: Site(others: [OtherRun(run: "other", hosts: hosts)]),
            named: Shop.named
        )
        #expect(Self.causes(plan) == causes, "\(plan.refusals.map(\.line))")
        #expect(
            plan.refusals.allSatisfy { $0.message.contains("together with other (at work on ") }
        )
        #expect(plan.blastRadius.touchedMax == 1)
    }

    @Test("what is refused because of other runs names them, their hosts and what to do")
    func othersAreNamed() throws {
        let live = [
            OtherRun(run: "one", hosts: ["db-east-b"]),
            OtherRun(run: "two", home: "/srv/drill", hosts: ["db-west", "app-west"]),
            OtherRun(run: "three", hosts: ["edge"]),
        ]
        func plan(_ target: [String], _ others: [OtherRun]) throws -> [String] {
            try Planner.plan(
                Shop.experiment([Shop.cut(Selector(hosts: target))]),
                facts: nil,
                seed: 1,
                run: "RUN",
                site: Site(others: others),
                named: Shop.named
            ).refusals.map(\.line)
        }
        let runs =
            "together with one (at work on db-east-b) and two (kept in /srv/drill, at work on db-west"
            + " and app-west)"
        let wait = "wait for the end of one and two, or choose other targets"
        #expect(
            try plan(["db-east-a"], live) == [
                "blast radius: \(runs), up to 4 of 7 hosts in regions would be touched, 57.1%; the"
                    + " limit is 50%; \(wait)",
                "last of a role: \(runs), all 3 hosts of role db could be touched (db-east-a, db-east-b"
                    + " and db-west); one must be left; \(wait)",
            ]
        )
        let left = OtherRun(run: "dead", hosts: ["db-east-b", "db-west"], isOver: true)
        #expect(
            try plan(["db-east-a"], [left]) == [
                "last of a role: together with dead (it left db-east-b and db-west broken), all 3 hosts of"
                    + " role db could be touched (db-east-a, db-east-b and db-west); one must be left; run"
                    + " `drill heal dead`, or choose other targets"
            ]
        )
        // What a plan breaks alone is told as ever.
        #expect(try plan(["witness", "db-east-b"], live).last?.contains("together") == false)
    }

    /// Over random plans: no seed draws more than the guard assumed, and what is refused for one seed
    /// is refused for all.
    @Test func noSeedExceedsWhatTheGuardAssumed() throws {
        for plot in UInt64(0)..<40 {
            var random = SplitMix64(seed: plot)
            let steps = (0..<3).map { number in
                Shop.kill(
                    Selector(
                        roles: random.draw(1 + random.below(2), from: ["db", "app"]),
                        pick: [.count(1), .count(2), .majority, .share(0.5), .all][random.below(5)]
                    ),
                    id: "kill-\(number)"
                )
            }
            var causes: Set<[Cause]> = []
            for seed in UInt64(0)..<25 {
                let plan = try Shop.plan(Shop.experiment(steps), seed: seed)
                #expect(
                    plan.blastRadius.touched.count <= plan.blastRadius.touchedMax,
                    "plot \(plot) seed \(seed)"
                )
                causes.insert(Self.causes(plan))
            }
            #expect(causes.count == 1, "plot \(plot): \(causes)")
        }
    }

    /// Whatever the seed draws and `who` finds: never more than the guard assumed, and some draws
    /// reach it.
    @Test func theWorstCaseIsNeverExceededAndIsReached() {
        for seed in UInt64(0)..<300 {
            var random = SplitMix64(seed: seed)
            let hosts = (0..<7).map { "h\($0)" }
            let draws = (0..<3).map { _ in
                let among = random.draw(1 + random.below(5), from: hosts)
                return (among: Set(among), capacity: 1 + random.below(among.count))
            }
            let worst = WorstCase.covered(hosts, by: draws)
            var most = 0
            for _ in 0..<400 {
                var touched: Set<String> = []
                for draw in draws {
                    touched.formUnion(random.draw(draw.capacity, from: draw.among.sorted()))
                }
                most = max(most, touched.count)
            }
            #expect(most <= worst, "seed \(seed): drew \(most), assumed \(worst)")
            #expect(most == worst, "seed \(seed): assumed \(worst), never drew more than \(most)")
        }
    }
}
