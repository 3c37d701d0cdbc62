import Testing

@testable import DrillModel

@Suite struct PolicyTests {
    static let file = "/etc/drill/policy.yaml"

    static func at(_ line: Int) -> Position { Position(file: file, line: line, column: 3) }

    static func limit<Value>(_ value: Value, _ line: Int = 7) -> Policy.Limit<Value> {
        Policy.Limit(value, at: at(line))
    }

    static func plan(
        _ policy: Policy,
        _ steps: [Step] = [Shop.cut(Selector(hosts: ["db-west"]))],
        guards: Guards = Guards(),
        environment: String? = nil,
        realFile: String? = nil,
        site: Site = Site()
    ) throws -> Plan {
        var inventory = Shop.inventory
        inventory.realFile = realFile
        inventory.environment = environment
        var site = site
        site.policy = policy
        site.policyHash = "sha256:00"
        return try Planner.plan(
            Shop.experiment(steps, inventory: inventory, guards: guards),
            facts: nil,
            seed: 1,
            run: "RUN",
            site: site,
            named: Shop.named
        )
    }

    @Test(
        "what a policy refuses, each with its place, what was asked for and what to do",
        arguments: [
            (Policy(name: "acme", forbidsRuns: at(3)), "forbids every run"),
            (
                Policy(name: "acme", faults: .init(forbidden: limit(["cut"]))),
                "forbids the fault cut"
            ),
            (
                Policy(name: "acme", faults: .init(only: limit(["kill"]))),
                "allows only kill, not the fault cut"
            ),
            (
                Policy(name: "acme", inventories: .init(forbidden: limit(["shop"]))),
                "forbids the inventory shop (shop.yaml)"
            ),
            (
                Policy(name: "acme", inventories: .init(only: limit(["staging"]))),
                "allows only staging, not the inventory shop"
            ),
            (
                Policy(name: "acme", protected: [.init(Selector(roles: ["db"]), at: at(7))]),
                "protects db-west, which a fault could touch"
            ),
            (
                Policy(name: "acme", protected: [.init(addresses: ["10.77.2.11"], at: at(7))]),
                "protects db-west"
            ),
            (
                Policy(name: "acme", protected: [.init(containers: ["lab-db-west"], at: at(7))]),
                "protects db-west"
            ),
            (Policy(name: "acme", requiresStopWhen: at(7)), "requires a stop condition"),
        ]
    )
    func refuses(policy: Policy, why: String) throws {
        var policy = policy
        policy.file = Self.file
        let refusals = try Self.plan(policy).refusals
        #expect(refusals.map(\.cause) == [.policy])
        let line = try #require(refusals.first).line
        #expect(line.contains("the policy acme (/etc/drill/policy.yaml:"), "\(line)")
        #expect(line.contains(why), "\(line)")
        #expect(refusals[0].limit != nil && !refusals[0].change.isEmpty)
    }

    @Test(
        "what it doesn't refuse",
        arguments: [
            Policy(name: "acme"), Policy(name: "acme", faults: .init(forbidden: limit(["kill"]))),
            Policy(name: "acme", faults: .init(only: limit(["kill", "cut"]))),
            Policy(name: "acme", inventories: .init(only: limit(["shop"]))),
            Policy(
                name: "acme",
                protected: [.init(Selector(roles: ["db"]), addresses: ["10.77.1.11"])]
            ),
            Policy(name: "acme", blastRadius: limit(0.9), longest: limit(.minutes(600))),
        ]
    )
    func allows(policy: Policy) throws {
        let plan = try Self.plan(policy)
        #expect(plan.refusals.isEmpty, "\(plan.refusals.map(\.line))")
        #expect(plan.experiment.guards.blastRadius == 0.5)
        #expect(plan.experiment.guards.longest == .minutes(60))
        #expect(
            plan.policy
                == PolicyInForce(
                    name: "acme",
                    file: "",
                    hash: "sha256:00",
                    protected: policy.protected
                )
        )
    }

    @Test("whom it protects is in the plan, and whom to ask is in its refusals")
    func protects() throws {
        let policy = Policy(
            name: "acme",
            about: "ops team, ask maria",
            file: Self.file,
            faults: .init(forbidden: Self.limit(["cut"])),
            blastRadius: Self.limit(0.1),
            protected: [
                .init(Selector(roles: ["app"]), at: Self.at(7)),
                .init(addresses: ["192.0.2.9"], at: Self.at(8)),
            ]
        )
        let plan = try Self.plan(policy)
        let text = PlanText.render(plan)
        for row in [
            "protected     edge\n",
            "protected     app-east-a, app-east-b and app-west, by {role: app} (/etc/drill/policy.yaml:7:3)\n",
            "protected     none of these hosts, by address 192.0.2.9 (/etc/drill/policy.yaml:8:3)\n",
        ] {
            #expect(text.flat.contains(row.flat), "\(text)")
        }
        let who = "ask whoever keeps /etc/drill/policy.yaml (ops team, ask maria) to"
        #expect(plan.refusals.map(\.cause) == [.policy, .blastRadius])
        for refusal in plan.refusals {
            #expect(refusal.change.contains(who), "\(refusal.line)")
        }
    }

    @Test("the tightest wins: the policy's limit, or the file's")
    func tightest() throws {
        var policy = Policy(
            name: "acme",
            file: Self.file,
            blastRadius: Self.limit(0.2),
            longest: Self.limit(.minutes(10), 8),
            lease: Self.limit(.seconds(5), 9),
            windows: try WindowTests.windows("UTC", allowed: ["Sat"], at: Self.at(10))
        )
        let own = try WindowTests.windows("UTC", blocked: ["Sat 12:00-24:00"])
        let steps = [Shop.kill(Selector(zones: ["us-east-1/a"]))]
        // A Saturday morning.
        let site = Site(
            now: .init(at: Instant(ns: 0), wallNs: utc("2026-11-28 10:00") * 1_000_000_000)
        )
        let tight = try Self.plan(policy, steps, guards: Guards(windows: [own]), site: site)
        #expect(tight.experiment.guards.longest == .minutes(10))
        #expect(tight.experiment.lease == .seconds(5))
        #expect(tight.faults.map(\.lease) == [.seconds(5)])
        #expect(tight.closing?.at == Instant(ns: 0) + .minutes(120))
        #expect(
            tight.refusals.map(\.line) == [
                "blast radius: up to 2 of 7 hosts in regions would be touched, 28.6%; the limit is 20%,"
                    + " by the site's policy (/etc/drill/policy.yaml:7:3); target fewer hosts, or ask"
                    + " whoever keeps /etc/drill/policy.yaml to raise it"
            ]
        )
        for line in [
            "of 20% allowed (/etc/drill/policy.yaml:7:3)",
            "longest       10 min (/etc/drill/policy.yaml:8:3)",
            "windows       allow Sat (UTC) (/etc/drill/policy.yaml:10:3)",
            "windows       freeze Sat 12:00-24:00 (UTC)\n",
            "lease         5s (/etc/drill/policy.yaml:9:3)",
        ] {
            #expect(PlanText.render(tight).contains(line), "\(PlanText.render(tight))")
        }
        #expect(tight.notes.contains { $0.contains("`blast-radius` is 20%, not 50%") })
        #expect(tight.notes.contains { $0.contains("`longest` is 10m, not 1h") })
        #expect(tight.notes.contains { $0.contains("`lease` is 5s, not 30s") })

        policy.blastRadius = Self.limit(0.9)
        policy.longest = Self.limit(.minutes(600))
        let loose = try Self.plan(
            policy,
            steps,
            guards: Guards(blastRadius: 0.1, longest: .minutes(5)),
            site: site
        )
        #expect(loose.experiment.guards.longest == .minutes(5))
        #expect(loose.refusals.map(\.limit) == ["10%"])
        #expect(loose.refusals[0].change.contains("`guards: {blast-radius: "))
    }

    @Test("a fault that needs a longer lease than the policy gives is refused")
    func lease() throws {
        let policy = Policy(name: "acme", file: Self.file, lease: Self.limit(.seconds(5)))
        let steps = [
            Shop.cut(Selector(hosts: ["db-west"]), lasts: .seconds(9), includesControl: true)
        ]
        let refusals = try Self.plan(policy, steps).refusals
        #expect(refusals.map(\.value) == ["9s"])
        #expect(refusals.map(\.limit) == ["5s"])
    }

    @Test("an inventory by its path is the very file that was read")
    func path() throws {
        let policy = Policy(name: "acme", inventories: .init(only: Self.limit(["/srv/shop.yaml"])))
        func causes(_ read: String?) throws -> [Refusal.Cause] {
            // By now the path leads to the one that is allowed.
            let site = Site(realPath: { $0 == "shop.yaml" ? "/srv/shop.yaml" : $0 })
            return try Self.plan(policy, realFile: read, site: site).refusals.map(\.cause)
        }
        #expect(try causes("/srv/shop.yaml") == [])
        #expect(try causes("/home/eve/shop.yaml") == [.policy])
        #expect(try causes(nil) == [.policy])
    }

    @Test(
        "who must confirm",
        arguments: [
            (nil, [], nil), ("staging", [], nil), ("staging", ["live"], nil),
            ("production", [], "the inventory shop says `environment: production`"),
            (
                "staging", ["staging"],
                "the policy acme (/etc/drill/policy.yaml:7:3) wants runs in staging"
            ),
            (nil, ["always"], "the policy acme (/etc/drill/policy.yaml:7:3) wants every run"),
        ] as [(String?, [String], String?)]
    )
    func confirmation(environment: String?, confirm: [String], why: String?) throws {
        let policy = Policy(name: "acme", file: Self.file, confirm: Self.limit(confirm))
        let asked = try Self.plan(policy, environment: environment).confirmation
        #expect(asked?.given == nil)
        if let why {
            #expect(asked?.why.hasPrefix(why) == true, "\(asked?.why ?? "nobody")")
        } else {
            #expect(asked == nil)
        }
    }

    @Test("what somebody sees who must confirm")
    func question() throws {
        var plan = try Self.plan(
            Policy(name: "acme"),
            [
                Shop.kill(Selector(zones: ["us-east-1/a"])),
                Step(
                    .runbook(
                        Runbook(
                            name: "promote",
                            steps: [
                                RunbookStep(title: "see"),
                                RunbookStep(title: "go", host: "db-west", run: .list(["true"])),
                                RunbookStep(title: "tell", run: .list(["true"])),
                            ]
                        )
                    )
                ),
            ],
            environment: "production"
        )
        plan.closing = Closing(at: Instant(ns: 0), shown: "Thu 2026-11-26 16:00 UTC", position: nil)
        #expect(
            ConfirmationText.render(plan, why: plan.confirmation?.why ?? "", columns: 80) == """
                region-loss on shop, production: the inventory shop says
                `environment: production`.
                  fault         kill (kill) on db-east-a and app-east-a
                  runbook       promote changes things on db-west and the controller
                  blast radius  up to 2 of 7 hosts in regions, 28.6% (limit 50%)
                  takes         at most 12 min 40 s
                  window        closes Thu 2026-11-26 16:00 UTC
                  by itself     not: kill on db-east-a and app-east-a: a killed container can't
                                start itself
                """
        )
    }

    @Test("a policy's file, whole")
    func file() throws {
        let text = """
            policy: acme
            about: Whoever breaks things here.
            run: forbidden
            faults: { forbid: [partition, run] }
            inventories: { only: /srv/shop.yaml }
            guards:
              blast-radius: 25%
              longest: 30m
              windows: { allow: Sat, freeze: ["2026-12-24"] }
              confirm: always
              protect: [{ role: [db], region: us-east-1 }, { address: 10.0.0.1, container: x }]
              stop-when: required
            lease: { longest: 1m }
            """
        guard
            case .policy(let policy) = try Fixture.reader(files: ["policy.yaml": text])
                .file("policy.yaml")
        else {
            Issue.record("it is no policy")
            return
        }
        func at(_ line: Int, _ column: Int) -> Position {
            Position(file: "policy.yaml", line: line, column: column)
        }
        #expect(policy.forbidsRuns == at(3, 6))
        #expect(policy.faults == .init(forbidden: .init(["partition", "run"], at: at(4, 19))))
        #expect(policy.inventories == .init(only: .init(["/srv/shop.yaml"], at: at(5, 22))))
        #expect(policy.blastRadius == .init(0.25, at: at(7, 17)))
        #expect(policy.longest == .init(.minutes(30), at: at(8, 12)))
        #expect(policy.lease == .init(.minutes(1), at: at(13, 19)))
        #expect(policy.confirm == .init(["always"], at: at(10, 12)))
        #expect(policy.requiresStopWhen == at(12, 14))
        #expect(policy.windows?.allowed.first?.position == at(9, 21))
        #expect(policy.windows?.blocked.map(\.written) == ["2026-12-24"])
        #expect(policy.protected.map(\.selector.roles) == [["db"], []])
        #expect(policy.protected[1].addresses == ["10.0.0.1"])
        #expect(policy.protected[1].containers == ["x"])
        #expect(
            policy.limits == [
                "run forbidden", "faults forbid partition and run",
                "inventories only /srv/shop.yaml", "blast-radius 25%", "longest 30m",
                "windows allow Sat; freeze 2026-12-24 (UTC)", "confirm always",
                "protect {region: us-east-1, role: db}, address 10.0.0.1 container x",
                "stop-when required", "lease longest 1m",
            ]
        )
    }
}

extension String {
    /// However its lines are broken.
    fileprivate var flat: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
