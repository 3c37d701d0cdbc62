import Foundation
import Testing

@testable import DrillModel

@Suite struct PlanTextTests {
    static let places: [(name: String, address: String, zone: String, role: String)] = [
        ("db-east-a", "10.77.1.11", "us-east-1/a", "db"),
        ("etcd-east", "10.77.1.21", "us-east-1/a", "etcd"),
        ("app-east-a", "10.77.1.41", "us-east-1/a", "app"),
        ("lb-east-a", "10.77.1.51", "us-east-1/a", "lb"),
        ("db-east-b", "10.77.1.139", "us-east-1/b", "db"),
        ("app-east-b", "10.77.1.161", "us-east-1/b", "app"),
        ("lb-east-b", "10.77.1.171", "us-east-1/b", "lb"),
        ("db-west", "10.77.2.11", "us-west-2/a", "db"),
        ("etcd-west", "10.77.2.21", "us-west-2/a", "etcd"),
        ("app-west", "10.77.2.41", "us-west-2/a", "app"),
        ("lb-west", "10.77.2.51", "us-west-2/a", "lb"),
        ("etcd-witness", "10.77.3.21", "us-central-1/a", "etcd"),
    ]

    /// The lab's twelve hosts in regions, and the experiment that loses seven of them.
    static func regionLoss(facts: Facts?) throws -> Plan {
        var hosts = places.map { Shop.host($0.0, $0.1, $0.2, [$0.3]) }
        hosts.append(
            Host(
                name: "edge",
                address: "10.77.9.10",
                roles: ["edge"],
                container: "lab-edge",
                isProtected: true
            )
        )
        let inventory = Inventory(
            name: "lab",
            file: "Experiments/lab/inventory.yaml",
            hosts: hosts
        )
        let promote = Runbook(
            name: "promote-us-west-2",
            budget: .minutes(2),
            steps: [
                RunbookStep(
                    title: "promote the standby",
                    host: "db-west",
                    run: .list([
                        "patronictl", "-c", "/etc/patroni.yml", "failover", "--candidate",
                        "db-west", "--force",
                    ]),
                    budget: .seconds(30),
                    verify: RunbookStep.Verify(
                        look: .sql(
                            SQLLook(
                                url: "postgresql://shop@10.77.2.11:5432/shop",
                                query: "select pg_is_in_recovery()",
                                condition: .equals("f")
                            )
                        )
                    )
                ),
                RunbookStep(
                    title: "see that the edge serves shoppers from us-west-2",
                    host: "edge",
                    run: .shell(
                        "until curl -fs -m 2 http://localhost:8080/orders | grep -q us-west-2;"
                            + " do sleep 0.2; done"
                    ),
                    budget: .seconds(30)
                ),
            ]
        )
        let experiment = Experiment(
            name: "region-loss",
            about: "us-east-1 goes dark without warning; us-west-2 must take over.",
            file: "Experiments/region-loss.yaml",
            inventory: inventory,
            disruption: .region,
            budgets: [
                Budget(figure: .detect, limit: .atMost(.seconds(10))),
                Budget(figure: .failover, limit: .atMost(.seconds(45))),
                Budget(figure: .downtime, probe: "storefront", limit: .atMost(.seconds(45))),
                Budget(figure: .availability, limit: .atLeast(0.9995)),
                Budget(figure: .lost, limit: .atMostCount(100)),
                Budget(figure: .restore, limit: .atMost(.minutes(3))),
            ],
            probes: [
                Probe(
                    name: "storefront",
                    kind: .http(HTTPLook(url: "http://10.77.9.10:8080/orders", statuses: [200])),
                    every: .milliseconds(20)
                ),
                Probe(
                    name: "edge-notices",
                    measure: .detection,
                    kind: .command(
                        CommandLook(
                            host: "edge",
                            command: .shell("echo show stat | socat - /run/haproxy.sock"),
                            match: "us-east-1,.*DOWN"
                        )
                    ),
                    every: .milliseconds(200)
                ),
                Probe(
                    name: "orders",
                    measure: .data,
                    kind: .ledger(
                        Ledger(
                            postgres: Text(parts: [
                                .literal("postgresql://shop:"), .environment("SHOP_PASSWORD"),
                                .literal("@10.77.9.10:5432/shop"),
                            ])
                        )
                    ),
                    every: .milliseconds(20)
                ),
                Probe(
                    name: "replicas",
                    measure: .redundancy,
                    kind: .sql(
                        SQLLook(
                            url: "postgresql://shop@10.77.9.10:5432/shop",
                            query: "select count(*) from pg_stat_replication",
                            condition: .atLeast(2)
                        )
                    ),
                    every: .milliseconds(500)
                ),
            ],
            prepare: [
                Step(
                    .fault(
                        FaultStep(
                            id: "lag",
                            fault: "partition",
                            target: Selector(hosts: ["db-east-a"]),
                            values: Values(["from": .selector(Selector(hosts: ["db-west"]))])
                        )
                    )
                ),
                Step(.wait(Wait(until: nil, holds: .seconds(5)))),
            ],
            method: [
                Step(
                    .fault(
                        FaultStep(
                            id: "blackout",
                            fault: "fail-region",
                            target: Selector(regions: ["us-east-1"])
                        )
                    )
                ),
                Step(.wait(Wait(until: "edge-notices", within: .seconds(30)))),
                Step(.runbook(promote)),
                Step(.wait(Wait(until: "storefront", holds: .seconds(5), within: .seconds(60)))),
                Step(.undo("blackout")),
                Step(.wait(Wait(until: "replicas", within: .minutes(3)))),
            ],
            guards: Guards(
                blastRadius: 0.6,
                stopWhen: [
                    Guards.Stop(probe: "storefront", state: .down, holds: .minutes(3))
                ],
                longest: .minutes(15)
            )
        )
        return try Planner.plan(
            experiment,
            facts: facts,
            seed: 42,
            run: "20261123T141500Z-region-loss-7f3a"
        )
    }

    static var facts: Facts {
        var facts = Shop.facts
        for place in places {
            var found = Shop.facts.hosts["witness"] ?? HostFacts()
            found.tools["setsid"] = "/usr/bin/setsid"
            found.sshConnection = ["10.77.0.1", "50022", place.address, "22"]
            facts.hosts[place.name] = found
            facts.engine?.containers["lab-\(place.name)"] = ContainerState(
                status: "running",
                id: "",
                startedAt: "",
                attachments: [
                    NetworkAttachment(
                        network: "lab",
                        address: place.address,
                        aliases: [place.name]
                    )
                ]
            )
        }
        return facts
    }

    @Test func saysWhatATicketNeeds() throws {
        let text = PlanText.render(try Self.regionLoss(facts: Self.facts))
        for part in [
            "# Plan: region-loss", "touches       7 of 12 hosts in regions, 58.3% (limit 60%)",
            "a guardian heals the rest", "may run       yes",
            "1.  partition (lag) on {host: db-east-a}, from: {host: db-west}",
            "3.  fail-region (blackout) on {region: us-east-1}",
            "[db-west] patronictl -c /etc/patroni.yml failover --candidate db-west --force",
            "[engine] docker kill --signal=KILL CONTAINER", "on lb-east-b   lab-lb-east-b",
            "docker start lab-db-east-a lab-etcd-east lab-app-east-a",
            "blackout on db-east-a, etcd-east, app-east-a, lb-east-a, db-east-b, app-east-b and lb-east-b:",
            "availability  at least 99.95%", "stop when     storefront is down for 3m",
            "107 looks a second, 50 of them writes of the ledger",
            "postgresql://shop:${env:SHOP_PASSWORD}@",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        // Told once, not once a host.
        #expect(text.components(separatedBy: "[engine] docker kill").count == 2)
        let long = text.split(separator: "\n").prefix { $0 != "## Scripts" }
            .filter { $0.count > 100 && !$0.contains("[edge] until") }
        #expect(long.isEmpty, "\(long)")
    }

    @Test("what nothing undoes is told at the top, and nothing says that it is undone")
    func lasting() throws {
        func text(_ ids: [String]) throws -> String {
            var plan = try Shop.plan(
                Shop.experiment([
                    Shop.kill(Selector(hosts: ["db-west"])),
                    Shop.kill(Selector(hosts: ["app-west"]), id: "lasting"),
                ])
            )
            for index in plan.faults.indices where ids.contains(plan.faults[index].id) {
                plan.faults[index].procedures[0].undo = []
            }
            return PlanText.render(plan).split(whereSeparator: \.isWhitespace)
                .joined(separator: " ")
        }
        let none = try text([])
        #expect(
            none.contains("heals itself no: a guardian heals it, should drill die, see"),
            "\(none)"
        )
        #expect(none.contains("and whatever is broken then is undone: "))
        #expect(!none.contains("NOTHING undoes") && !none.contains("nothing undoes"))
        let one = try text(["lasting"])
        for part in [
            "heals itself no: a guardian heals what else has an undo, see",
            "NOTHING undoes lasting on app-west",
            "signal and timeout. Not so what nothing undoes: lasting on app-west.",
            "and what then has an undo is undone:",
        ] {
            #expect(one.contains(part), "\(one)")
        }
        let all = try text(["kill", "lasting"])
        #expect(all.contains("heals itself no, see"), "\(all)")
        #expect(all.contains("NOTHING undoes kill on db-west and lasting on app-west"))
    }

    /// Blanks would be lost where the table wraps the cell.
    @Test(
        "the bar of the blast radius",
        arguments: [
            (1, 100, 0.5, "[█·········|··········] 1% of 50% allowed"),
            (0, 7, 0.5, "[··········|··········] 0% of 50% allowed"),
            (7, 12, 0.6, "[████████████|········] 58.3% of 60% allowed"),
            (4, 7, 0.2, "[████|███████·········] 57.1% of 20% allowed"),
            (7, 7, 1, "[████████████████████|] 100% of 100% allowed"),
        ]
    )
    func bar(_ touched: Int, _ hosts: Int, _ limit: Double, _ bar: String) throws {
        var plan = try Self.regionLoss(facts: Self.facts)
        plan.blastRadius = BlastRadius(touchedMax: touched, hosts: hosts, limit: limit)
        plan.experiment.guards.blastRadiusBy = Position(
            file: "/etc/drill/a-policy-with-a-long-name-that-makes-this-the-widest-cell.yaml",
            line: 7,
            column: 3
        )
        let text = PlanText.render(plan).split(whereSeparator: \.isWhitespace).joined(
            separator: " "
        )
        #expect(text.contains("blast radius \(bar) (/etc/drill/a-policy"), "\(text)")
    }

    @Test("what is drawn, and whether a run draws the same")
    func draws() throws {
        func note(of run: String) throws -> String? {
            let step = Shop.cut(Selector(roles: ["db"], pick: .count(1)))
            return try Planner.plan(
                Shop.experiment([step]),
                facts: nil,
                seed: 0,
                run: run,
                named: Shop.named
            ).notes.first { $0.contains("drawn") }
        }
        #expect(
            try note(of: "20261126T0-x")
                == "cut: 1 of 3 hosts drawn with the seed 0; `--seed 0` draws the same ones again"
        )
        #expect(
            try note(of: Planner.noRun)
                == "cut: 1 of 3 hosts drawn with the seed 0; `drill run --seed 0` draws these; without"
                + " `--seed` a run draws its own"
        )
    }

    @Test func theStepThatSetsT0IsMarked() throws {
        func marked(_ method: [Step]) throws -> [String] {
            let text = PlanText.render(try Shop.plan(Shop.experiment(method)))
            return text.split(separator: "\n").filter { $0.contains("T0") }.map {
                String($0.prefix(24))
            }
        }
        let wait = Step(.wait(Wait(until: nil, holds: .seconds(1))))
        let kill = Shop.kill(Selector(hosts: ["db-west"]))
        #expect(try marked([wait, kill, wait]) == ["2.  kill on {host: db-we"])
        #expect(try marked([kill, Step(.disaster)]).map { $0.prefix(12) } == ["2.  disaster"])
        #expect(
            try marked([Step(.disaster), wait, kill]).map { $0.prefix(12) } == ["1.  disaster"]
        )
    }

    @Test func saysWhereHealWorksAndWhatAWaitDoesWhenItRunsOut() throws {
        let text = PlanText.render(try Self.regionLoss(facts: Self.facts))
        let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(flat.contains("does this from any machine that has the run's journal."))
        let wait = Wait(until: "shop", within: .seconds(9), continues: true)
        #expect(Step(.wait(wait)).title == "wait until shop, within 9s, else continue")
    }

    @Test func notesHowHostsAreReachedAndWhoseClockIsOff() throws {
        var facts = Self.facts
        for name in ["db-west", "db-east-b"] {
            facts.hosts[name]?.transport = "openssh"
            facts.hosts[name]?.transportWhy = "its only key is RSA"
        }
        facts.hosts["db-west"]?.clockOffset = .seconds(-75)
        facts.hosts["db-west"]?.clockOffsetBound = .milliseconds(20)
        facts.hosts["edge"]?.clockOffset = .seconds(2)
        facts.hosts["edge"]?.clockOffsetBound = .milliseconds(1500)
        let text = PlanText.render(try Self.regionLoss(facts: facts))
        let notes = text.components(separatedBy: "## Notes\n\n")[1]
            .components(separatedBy: "\n\n")[0]
        #expect(
            notes == """
                - db-east-b and db-west: reached by OpenSSH's ssh: its only key is RSA.
                - the clock of db-west is 1 min 15 s behind; figures use the controller's alone.
                """
        )
    }

    @Test func saysFirstThatItMayNotRun() throws {
        var facts = Self.facts
        facts.hosts["db-east-a"]?.unreachable = "Nobody listens on port 22."
        let text = PlanText.render(try Self.regionLoss(facts: facts))
        #expect(text.contains("may run       NO: 1 reason below; nothing would be touched"))
        #expect(
            text.contains(
                """
                - db-east-a can't be reached, and lag must work on it: Nobody listens on port 22.
                  To do: set that right, then plan again.
                """
            )
        )
    }

    /// A folded command with its words and scripts put back is the command that will be sent.
    @Test(arguments: [("us-east-1", 7), ("us-west-2", 4), ("us-central-1", 1)])
    func foldingLosesNothing(_ region: String, _ count: Int) throws {
        let plan = try Self.regionLoss(facts: Self.facts)
        let inventory = try #require(plan.experiment.inventory)
        let hosts = Dictionary(uniqueKeysWithValues: inventory.hosts.map { ($0.name, $0) })
        let step = FaultStep(id: "cut", fault: "x", target: Selector(regions: [region]))
        let scene = Scene(
            inventory: inventory,
            facts: plan.facts,
            run: plan.run,
            peers: ["from": inventory.hosts.filter { $0.name == "edge" }]
        )
        for fault in [Partition.self, FailRegion.self] as [any Fault.Type] {
            var procedures: [String: Procedure] = [:]
            for host in inventory.hosts where host.region == region {
                procedures[host.name] = try fault.procedure(step, on: host, in: scene)
            }
            var scripts = Scripts()
            let folds = Fold.folded(
                procedures.sorted { $0.key < $1.key }.map(\.value),
                hosts: hosts,
                scripts: &scripts
            )
            #expect(folds.count == 1, "\(fault.name)")
            #expect(folds.map(\.rows.count) == [count])
            for row in folds[0].rows {
                let procedure = try #require(procedures[row.target])
                let shown = folds[0].stages.flatMap(\.self)
                #expect(shown.count == procedure.all.count)
                for (action, shown) in zip(procedure.all, shown) {
                    #expect(
                        unfolded(shown, count > 1 ? row.names : [:], scripts)
                            == ShownAction(action).words
                    )
                }
            }
        }
    }

    func unfolded(
        _ action: ShownAction,
        _ names: [String: String],
        _ scripts: Scripts
    ) -> [String] {
        action.words.map { word in
            let number = Int(word.dropFirst(3).dropLast())
            let script = word.hasPrefix("\"$S") ? number.map { scripts.texts[$0 - 1] } : nil
            return names.reduce(script.map(Shell.quoted) ?? word) {
                $0.replacingWord($1.key, with: $1.value)
            }
        }
    }

    @Test func aCommandThatHasTheWordsItselfIsNotFolded() {
        let procedures = ["a", "b"].map { name in
            Procedure(
                target: name,
                inject: [
                    Action("x", .command(host: name, .list(["env", "HOST=1", "x", name])))
                ],
                effective: [],
                undo: [],
                settled: [],
                healing: .lease
            )
        }
        var scripts = Scripts()
        let folds = Fold.folded(procedures, hosts: [:], scripts: &scripts)
        #expect(
            folds.map { $0.stages[1].map(\.command) } == [
                ["[a] env HOST=1 x a"], ["[b] env HOST=1 x b"],
            ]
        )
    }

    /// What stands under "Scripts" can be pasted into a POSIX shell as it is.
    @Test func scriptsCanBePasted() async throws {
        let plan = try Self.regionLoss(facts: Self.facts)
        let text = PlanText.render(plan)
        let section = try #require(text.components(separatedBy: "\n## Scripts\n").last)
        let blocks = section.components(separatedBy: "```sh\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
        #expect(blocks.count >= 3)
        let used = plan.faults.flatMap(\.procedures).flatMap(\.all).compactMap(Self.script)
        for (index, block) in blocks.enumerated() {
            let pasted = try await SurveyScriptTests.shell(
                block + "\nprintf %s \"$S\(index + 1)\"\n"
            )
            // A command substitution drops line ends at the end, and so does the shell's reader.
            #expect(used.contains(pasted) || used.contains(pasted + "\n"), "\(pasted)")
        }
    }

    static func script(of action: Action) -> String? {
        guard case .command(_, let command) = action.verb, case .list(let words) = command.body,
            words.count > 2, words[0].shown == "sh"
        else { return nil }
        return words[2].shown
    }

    /// What a host answered and what a file says may hold what a terminal would obey.
    @Test func nothingThatATerminalObeysComesThrough() throws {
        let hostile = "\u{1B}[31mred\u{9B}2J\u{7}\u{202E}txt"
        var facts = Shop.facts
        for name in facts.hosts.keys {
            facts.hosts[name]?.user = hostile
            facts.hosts[name]?.hasSudo = false
            facts.hosts[name]?.unreachable = "ssh: \(hostile)"
        }
        var plan = try Self.regionLoss(facts: facts)
        plan.experiment.about = hostile
        plan.refusals.append(Refusal(.unhealed, hostile, change: hostile))
        let text = PlanText.render(plan)
        #expect(text.contains("red"))
        for scalar in text.unicodeScalars where scalar != "\n" && scalar != "\t" {
            #expect(!Plain.isControl(scalar), "U+\(String(scalar.value, radix: 16))")
        }
    }
}

@Suite struct PlainTests {
    @Test(
        "a kind and what is told of it say each thing once",
        arguments: [
            ("status", "status 503", "status 503"),
            ("refused", "connection refused", "connection refused"),
            ("refused", "not reachable", "refused: not reachable"),
            ("refused", "db: Connection refused", "db: Connection refused"),
            ("timeout", "no answer within 1s", "timeout: no answer within 1s"),
            ("body", "nobody is there", "body: nobody is there"),
            ("reset", "", "reset"),
        ]
    )
    func once(_ kind: String, _ detail: String, _ shown: String) {
        #expect(Plain.once(kind, detail) == shown)
    }

    @Test func aBlockKeepsItsLinesAndTabs() {
        #expect(Plain.block("a\tb\u{1B}[0m\r\n\r\nc\n") == "a\tb\u{FFFD}[0m\n\nc\n")
        #expect(Plain.oneLine("a\tb\nc") == "a b c")
    }
}
