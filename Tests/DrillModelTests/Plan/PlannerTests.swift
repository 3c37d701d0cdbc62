import Foundation
import Testing

@testable import DrillModel

@Suite struct PlannerTests {
    static func problems(_ experiment: Experiment, facts: Facts? = nil) -> [Problem] {
        do throws(Problems) {
            _ = try Shop.plan(experiment, facts: facts)
            return []
        } catch {
            return error.list
        }
    }

    @Test(arguments: [
        (Selector(), "the target of cut names nothing"),
        (
            Selector(regions: ["us-east-1"], hosts: ["db-west"]),
            "the target of cut, {region: us-east-1, host: db-west}, chooses no host of the inventory shop"
        ),
        (
            Selector(roles: ["db"], pick: .share(0.1)),
            "`pick: 10%` of 3 hosts (db-east-a, db-east-b and db-west) is none: cut would do nothing"
        ),
        (
            Selector(roles: ["app"], except: [Selector(who: "leader")]),
            "`except:` of cut may not say `who:`: what it takes away must be known when the plan is made"
        ),
    ])
    func reportsTargets(_ target: Selector, _ message: String) {
        let problems = Self.problems(Shop.experiment([Shop.cut(target)]))
        #expect(problems.map(\.message) == [message])
        #expect(problems.first?.position?.line == 7)
    }

    @Test func reportsAllProblemsAtOnce() {
        let problems = Self.problems(
            Shop.experiment(
                [
                    Shop.cut(Selector(regions: ["mars"])),
                    Step(
                        .parallel([
                            Step(
                                .fault(
                                    FaultStep(
                                        id: "x",
                                        fault: "x",
                                        target: Selector(hosts: ["witness"])
                                    )
                                )
                            )
                        ])
                    ),
                    Shop.cut(Selector(hosts: ["db-west"]), id: "deaf", includesControl: true),
                    Shop.cut(Selector(hosts: ["db-west"]), id: "p", from: Selector(who: "leader")),
                    Shop.kill(Selector(hosts: ["edge"])),
                ],
                prepare: [
                    Step(
                        .fault(
                            FaultStep(
                                id: "far",
                                fault: "abroad",
                                target: Selector(hosts: ["db-west"])
                            )
                        )
                    )
                ]
            )
        )
        #expect(
            problems.map(\.message) == [
                "far on db-west is undone elsewhere ([witness] true), so db-west can't heal itself by a lease",
                "the target of cut, {region: mars}, chooses no host of the inventory shop",
                "unknown fault x; `drill faults` lists those there are",
                "deaf cuts drill's own path (`include-control: true`) and so needs `for:`: only the target itself can end it",
                "`from:` of p must be known when the plan is made; `who:` works under `target:` only",
                "edge is no container",
            ]
        )
    }

    @Test func needsAnInventoryForTargets() {
        let problems = Self.problems(
            Shop.experiment([Shop.cut(Selector(roles: ["db"]))], inventory: nil)
        )
        #expect(
            problems.map(\.message)
                == ["fault cut has targets, but the experiment names no inventory"]
        )
        #expect(Self.problems(Shop.experiment([], inventory: nil)).isEmpty)
    }

    @Test func commandsNeedAnAddress() {
        var inventory = Shop.inventory
        inventory.hosts[0].address = nil
        let problems = Self.problems(
            Shop.experiment([Shop.cut(Selector(hosts: ["db-east-a"]))], inventory: inventory)
        )
        #expect(
            problems.map(\.message)
                == ["cut must run commands on db-east-a, which the inventory gives no `address:`"]
        )
    }

    @Test func whatWorksOnAHostNeedsItsAddress() {
        var inventory = Shop.inventory
        inventory.hosts.append(Host(name: "dark", container: "dark"))
        let place = Position(file: "x.yaml", line: 3, column: 5)
        let probe = Probe(
            name: "seen",
            kind: .tcp(TCPLook(address: "10.0.0.1", port: 1)),
            every: .seconds(1),
            via: "dark",
            position: place
        )
        let runbook = Runbook(
            name: "mend",
            steps: [
                RunbookStep(title: "mend", host: "dark", run: .list(["true"]), position: place)
            ]
        )
        let problems = Self.problems(
            Shop.experiment([Step(.runbook(runbook))], probes: [probe], inventory: inventory)
        )
        #expect(
            problems.map(\.message) == [
                "probe seen works on dark, which the inventory gives no `address:`",
                "runbook mend works on dark, which the inventory gives no `address:`",
            ]
        )
        #expect(problems.allSatisfy { $0.position == place })
    }

    @Test func plansFaultsInTheOrderOfTheFile() throws {
        let plan = try Shop.plan(
            Shop.experiment(
                [
                    Step(
                        .parallel([
                            Shop.kill(Selector(zones: ["us-east-1/a"])),
                            Shop.cut(Selector(who: "leader", pick: .count(1)), id: "split"),
                        ])
                    ),
                    Shop.cut(
                        Selector(hosts: ["db-west"]),
                        id: "deaf",
                        lasts: .seconds(9),
                        includesControl: true
                    ),
                ],
                prepare: [Shop.cut(Selector(hosts: ["db-west"]), id: "lag")]
            ),
            facts: Shop.facts
        )
        #expect(plan.faults.map(\.id) == ["lag", "kill", "split", "deaf"])
        #expect(plan.faults.map(\.isInPrepare) == [true, false, false, false])
        let split = try #require(plan.fault("split"))
        #expect(split.who == "leader")
        #expect(split.pick == .count(1))
        #expect(split.procedures.map(\.target) == ["db-east-a", "db-east-b", "db-west"])
        #expect(plan.fault("deaf")?.lease == .seconds(9))
        #expect(plan.fault("lag")?.lease == .seconds(30))
        #expect(
            plan.notSelfHealing
                == ["kill on db-east-a and app-east-a: a killed container can't start itself"]
        )
        #expect(plan.refusals.map(\.cause) == [.blastRadius, .lastOfRole])
    }

    @Test func whatTheSurveyFindsMissingIsRefused() throws {
        var facts = Shop.facts
        facts.hosts["db-east-a"]?.tools = [:]
        facts.hosts["db-east-a"]?.iptables = nil
        facts.hosts["db-east-b"]?.iptables = nil
        facts.hosts["db-west"]?.hasSudo = false
        facts.hosts["app-east-a"]?.unreachable = "connection refused: is sshd running there?"
        facts.hosts["app-west"]?.leftovers = ["20260101T000000Z-x-1111"]
        let experiment = Shop.experiment(
            [
                Shop.cut(
                    Selector(roles: ["db", "app"], except: [Selector(hosts: ["app-east-b"])])
                )
            ],
            guards: Guards(blastRadius: 1)
        )
        let lines = try Shop.plan(experiment, facts: facts).refusals.filter { !$0.cause.isGuard }
            .map(\.line)
        #expect(
            lines == [
                "app-east-a can't be reached, and cut must work on it: connection refused: is sshd running there?; set that right, then plan again",
                "drill on db-west may not use sudo without a password, and cut needs root there; put what `drill sudoers --host db-west FILE` prints there as /etc/sudoers.d/drill, or let drill log in as root (`user: root`)",
                "iptables does not work on db-east-a and db-east-b; cut needs it; see what `sudo iptables -S` says there: the kernel may lack it, or the container the capability NET_ADMIN",
                "20260101T000000Z-x-1111 still holds app-west: it is under way, or left something broken; wait for its end, or, if it is over, run `drill heal 20260101T000000Z-x-1111` with the DRILL_HOME of then",
            ]
        )
    }

    @Test func aMissingToolNamesItsPackage() throws {
        var facts = Shop.facts
        facts.hosts["db-west"]?.tools = [:]
        facts.hosts["db-west"]?.iptables = nil
        let plan = try Shop.plan(
            Shop.experiment([Shop.cut(Selector(hosts: ["db-west"]))]),
            facts: facts
        )
        #expect(
            plan.refusals.map(\.line)
                == [
                    "iptables is missing on db-west; cut needs it; install the package iptables there"
                ]
        )
    }

    @Test func anUnusableEngineOrContainerIsRefused() throws {
        let experiment = Shop.experiment([Shop.kill(Selector(zones: ["us-east-1/a"]))])
        var facts = Shop.facts
        facts.engine?.containers["lab-db-east-a"] = nil
        facts.engine?.containers["lab-app-east-a"]?.status = "exited"
        let plan = try Shop.plan(experiment, facts: facts)
        #expect(
            plan.refusals.map(\.message) == [
                "the container engine knows no container lab-db-east-a",
                "kill would find nothing running: the containers of db-east-a and app-east-a are down already",
            ]
        )
        #expect(plan.notes == ["lab-app-east-a is exited already: kill leaves it as it is"])
        facts.engine?.containers["lab-db-east-a"] = Shop.facts.engine?.containers["lab-db-west"]
        #expect(try Shop.plan(experiment, facts: facts).refusals.isEmpty)
        facts.engine?.containers["lab-db-east-a"]?.isRemovedAtEnd = true
        let removed = try Shop.plan(experiment, facts: facts).refusals.map(\.message)
        #expect(removed.count == 1)
        #expect(
            removed.first?.contains("kill would kill lab-db-east-a, which the engine removes")
                == true
        )
        facts.engine = EngineFacts(unusable: "no socket at /var/run/docker.sock")
        #expect(try Shop.plan(experiment, facts: facts).refusals.map(\.cause) == [.engine])
    }

    /// What only the survey shows is no mistake of the file: exit 3, not 64.
    @Test func aFaultThatFailsByFactsAloneIsRefusedNotAProblem() throws {
        let experiment = Shop.experiment([
            Step(.fault(FaultStep(id: "f", fault: "fussy", target: Selector(hosts: ["db-west"]))))
        ])
        let plan = try Shop.plan(experiment, facts: Shop.facts)
        #expect(plan.refusals.map(\.message) == ["f: db-west has no service manager"])
        #expect(try Shop.plan(experiment).refusals.isEmpty)
    }

    @Test func offlineMarksWhatIsUnknown() throws {
        let plan = try Shop.plan(
            Shop.experiment([
                Shop.cut(Selector(hosts: ["db-west"])), Shop.kill(Selector(hosts: ["app-west"])),
            ])
        )
        #expect(
            plan.notes == [
                "planned offline: no host was looked at",
                "unknown offline: whether db-west can be reached",
                "unknown offline: sudo on db-west", "unknown offline: iptables on db-west",
                "unknown offline: the container engine and 1 container",
                "commands may differ once the hosts are looked at: which iptables works, and what spares drill's own connection",
            ]
        )
    }

    @Test func theSurveyIsAskedForWhatIsNeeded() throws {
        let runbook = Runbook(
            name: "promote",
            steps: [
                RunbookStep(title: "promote", host: "db-west", run: .list(["true"], sudo: true)),
                RunbookStep(
                    title: "check",
                    verify: RunbookStep.Verify(
                        look: .command(CommandLook(host: "witness", command: .list(["true"])))
                    )
                ),
            ]
        )
        let probes = [
            Probe(
                name: "via",
                kind: .tcp(TCPLook(address: "10.0.0.1", port: 5432)),
                every: .milliseconds(20),
                via: "app-west"
            ),
            Probe(
                name: "edge",
                kind: .command(CommandLook(host: "edge", command: .list(["true"]))),
                every: .milliseconds(200)
            ),
        ]
        let experiment = Shop.experiment(
            [
                Shop.cut(Selector(hosts: ["db-east-a"])),
                Shop.kill(Selector(hosts: ["app-east-b"])),
                Step(.runbook(runbook)),
            ],
            probes: probes
        )
        let request = try Planner.survey(of: experiment, seed: 1, named: Shop.named)
        #expect(
            request.hosts.map(\.name) == ["db-east-a", "db-west", "app-west", "witness", "edge"]
        )
        #expect(request.tools == ["db-east-a": ["iptables", "ip6tables"]])
        // The others, so that it is seen whose an address is.
        #expect(request.containers.first == "lab-app-east-b")
        #expect(request.containers.count == Shop.inventory.hosts.compactMap(\.container).count)
    }

    @Test("a host whose address is another container's is two machines")
    func twoMachines() throws {
        func line(_ change: (inout DrillModel.Host, inout Facts) -> Void) throws -> String? {
            var (inventory, facts) = (Shop.inventory, Shop.facts)
            for host in inventory.hosts {
                facts.engine?.containers[host.container ?? ""]?.attachments = [
                    NetworkAttachment(network: "lab", address: host.address)
                ]
            }
            let index = try #require(inventory.hosts.firstIndex { $0.name == "db-west" })
            change(&inventory.hosts[index], &facts)
            let steps = [Shop.kill(Selector(hosts: ["db-west"]))]
            return try Shop.plan(Shop.experiment(steps, inventory: inventory), facts: facts)
                .refusals.first?.line
        }
        let words =
            "leads to the container lab-db-east-a, and its `container:` is lab-db-west; correct its"
            + " `address:` or its `container:` in the inventory"
        #expect(try line { _, _ in } == nil)
        #expect(
            try line { host, _ in host.address = "10.77.1.11" }
                == "db-west is two machines: its address 10.77.1.11 \(words)"
        )
        // Commands were seen to run there, whatever the address is.
        #expect(
            try line { host, facts in
                host.address = "127.0.0.1"
                facts.hosts["db-west"]?.container = "db-east-a"
            } == "db-west is two machines: its address 127.0.0.1 \(words)"
        )
        for address in ["127.0.0.1", "192.0.2.7", "db-west.example"] {
            #expect(try line { host, _ in host.address = address } == nil, "\(address)")
        }
        #expect(
            try line { host, _ in (host.address, host.jump) = ("10.77.1.11", "edge") } == nil,
            "behind another host it may well be another network"
        )
    }

    @Test("faults on processes and services that aren't there are refused")
    func nothingToBreak() throws {
        func step(_ id: String, _ fault: String, _ target: Selector, _ key: String) -> Step {
            Step(
                .fault(
                    FaultStep(
                        id: id,
                        fault: fault,
                        target: target,
                        values: Values([key: .word("nosuch")])
                    )
                )
            )
        }
        let west = Selector(hosts: ["db-west"])
        let experiment = Shop.experiment([
            step("kill", "kill-process", west, "name"),
            step("stop", "stop-service", west, "service"),
            step("pause", "pause-process", Selector(who: "leader"), "name"),
        ])
        let request = try Planner.survey(of: experiment, seed: 1)
        let looks = request.looks["db-west"] ?? []
        #expect(looks.filter { $0.manager == "runit" }.map(\.fault) == ["kill", "stop", "pause"])
        #expect(looks.filter { $0.fault == "stop" }.count == 3)
        #expect(request.looks["db-east-a"]?.map(\.fault).unique == ["pause"])
        #expect(try Planner.survey(of: Shop.experiment([]), seed: 1).looks.isEmpty)

        func refused(_ absent: [String: [String: String]]) throws -> [String] {
            var facts = Shop.facts
            for (host, absent) in absent { facts.hosts[host]?.absent = absent }
            for host in facts.hosts.keys {
                facts.hosts[host]?.serviceManager = "sysv"
                facts.hosts[host]?.tools["setsid"] = "/usr/bin/setsid"
            }
            return try Planner.plan(experiment, facts: facts, seed: 1, run: "RUN").refusals
                .filter { $0.cause == .cannot }.map(\.line)
        }
        #expect(try refused([:]).isEmpty)
        #expect(
            try refused(["db-west": ["kill": "no process found by name nosuch"]]) == [
                "kill would find nothing to break on db-west: no process found by name nosuch;"
                    + " correct what it names, see that it runs there, or choose other targets"
            ]
        )
        // The leader may be another.
        #expect(try refused(["db-west": ["pause": "none"]]).isEmpty)
        let all = ["db-east-a", "db-east-b", "db-west"].map { ($0, ["pause": "none"]) }
        #expect(try refused(Dictionary(uniqueKeysWithValues: all)).count == 1)
        #expect(try refused(["db-west": ["stop": SurveyLook.down]]).count == 1)
    }

    @Test func aPlanSurvivesItsJSON() throws {
        let plan = try Shop.plan(
            Shop.experiment([Shop.cut(Selector(who: "leader"))]),
            facts: Shop.facts
        )
        #expect(plan.refusals.map(\.cause) == [.lastOfRole])
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(Plan.self, from: data) == plan)
    }

    @Test(arguments: [
        (0, "x", "19700101T000000Z-x-"),
        (1_795_443_300, "region-loss", "20261123T141500Z-region-loss-"),
        (951_827_696, "Région  Loss!", "20000229T123456Z-r-gion-loss-"),
        (4_107_542_399, "", "21000228T235959Z-run-"),
    ])
    func namesRuns(_ wall: Int64, _ experiment: String, _ start: String) {
        let name = RunName.make(wallSeconds: wall, experiment: experiment, salt: 7)
        #expect(name.hasPrefix(start), "\(name)")
        #expect(name.utf8.count == start.utf8.count + 4)
        #expect(name == RunName.make(wallSeconds: wall, experiment: experiment, salt: 7))
        #expect(name != RunName.make(wallSeconds: wall, experiment: experiment, salt: 8))
        #expect(RunName.short(name) == name.suffix(4))
        #expect(RunName.mayBe(name, of: experiment))
    }

    /// Names that aren't their own slug, and ones that another's slug ends or begins with.
    @Test(arguments: [
        ("Region_Loss.v2", "Region_Loss.v2", true), ("region-loss", "loss", false),
        ("region-loss", "region", false), ("region-loss-lagging", "region-loss", false),
        (String(repeating: "long-", count: 20), String(repeating: "long-", count: 20), true),
    ])
    func aRunIsKnownByItsExperiment(_ experiment: String, _ asked: String, _ isIt: Bool) {
        let run = RunName.make(wallSeconds: 1_795_443_300, experiment: experiment, salt: 7)
        #expect(RunName.mayBe(run, of: asked) == isIt)
    }
}
