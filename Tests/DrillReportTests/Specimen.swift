import DrillModel

/// A made-up but plausible record of a lost region: 12 hosts, four probes and a ledger at 20 ms for
/// two minutes, an outage of 15 s that hangs, refuses and answers 503, 18 acknowledged orders gone.
///
/// Everything follows from constants and one seed, so that two calls give equal records.
struct Specimen {
    var storefront = "storefront"
    var east = "us-east-1"
    var output = "Candidate db-west promoted"
    var length = Span.seconds(120)

    static let start = Instant(ns: 5_000_000_000_000)
    /// T0.
    static let disaster = start + .seconds(20)
    static let undo = disaster + .seconds(40)
    static let every = Span.milliseconds(20)

    static func at(_ milliseconds: Int64) -> Instant { disaster + .milliseconds(milliseconds) }

    var record: Record {
        Record(
            run: start.run,
            plan: plan,
            timeline: timeline,
            judgement: judgement,
            start: start,
            last: last
        )
    }

    var start: Event.Start {
        Event.Start(
            run: "20261123T141500Z-region-loss-7f3a",
            seed: 42,
            wallNs: 1_795_443_300_000_000_000,
            who: "maria",
            controller: "ops-1",
            version: "0.1.0"
        )
    }

    var hosts: [Host] {
        func host(_ name: String, _ address: String, _ zone: String, _ role: String) -> Host {
            Host(
                name: name,
                address: address,
                region: zone.split(separator: "/").first.map(String.init),
                zone: zone,
                roles: [role],
                container: "lab-\(name)"
            )
        }
        return [
            host("db-east-a", "10.77.1.11", "\(east)/a", "db"),
            host("app-east-a", "10.77.1.41", "\(east)/a", "app"),
            host("lb-east", "10.77.1.61", "\(east)/a", "lb"),
            host("db-east-b", "10.77.1.139", "\(east)/b", "db"),
            host("app-east-b", "10.77.1.141", "\(east)/b", "app"),
            host("db-west", "10.77.2.11", "us-west-2/a", "db"),
            host("app-west", "10.77.2.41", "us-west-2/a", "app"),
            host("lb-west", "10.77.2.61", "us-west-2/a", "lb"),
            host("app-west-2", "10.77.2.42", "us-west-2/a", "app"),
            host("etcd-w", "10.77.3.11", "eu-witness/a", "etcd"),
            host("etcd-w2", "10.77.3.12", "eu-witness/a", "etcd"),
            Host(name: "edge", address: "10.77.9.10", roles: ["edge"], isProtected: true),
        ]
    }

    var victims: [Host] { hosts.filter { $0.region == east } }

    var probes: [Probe] {
        [
            Probe(
                name: storefront,
                measure: .service,
                kind: .http(HTTPLook(url: "http://10.77.9.10:8080/orders", statuses: [200])),
                every: Self.every
            ),
            Probe(
                name: "edge-notices",
                measure: .detection,
                kind: .command(CommandLook(host: "edge", command: .shell("show stat"))),
                every: Self.every,
                upAfter: 1
            ),
            Probe(
                name: "orders",
                measure: .data,
                kind: .ledger(Ledger(postgres: "postgresql://shop@10.77.9.10:5432/shop")),
                every: Self.every
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
                every: Self.every
            ),
            Probe(
                name: "status-page",
                measure: .service,
                kind: .tcp(TCPLook(address: "10.77.9.10", port: 8090)),
                every: Self.every
            ),
        ]
    }

    var promote: Runbook {
        Runbook(
            name: "promote-us-west-2",
            about: "The primary region is lost.",
            file: "Runbooks/promote-us-west-2.yaml",
            budget: .minutes(2),
            steps: [
                RunbookStep(
                    title: "promote the standby",
                    host: "db-west",
                    run: .list(["patronictl", "failover", "--candidate", "db-west", "--force"]),
                    budget: .seconds(30)
                ),
                RunbookStep(
                    title: "open the pools",
                    host: "edge",
                    run: .shell("open-pools west"),
                    budget: .seconds(10)
                ),
                RunbookStep(title: "look for shoppers", isOptional: true),
            ]
        )
    }

    var experiment: Experiment {
        let blackout = FaultStep(
            id: "blackout",
            fault: "fail-region",
            target: Selector(regions: [east])
        )
        return Experiment(
            name: "region-loss",
            about: "us-east-1 goes dark; us-west-2 must take over.",
            file: "Experiments/region-loss.yaml",
            inventory: Inventory(name: "shop", file: "lab/inventory.yaml", hosts: hosts),
            disruption: .region,
            budgets: [
                Budget(figure: .detect, limit: .atMost(.seconds(10))),
                Budget(figure: .failover, limit: .atMost(.seconds(45))),
                Budget(figure: .downtime, limit: .atMost(.seconds(45))),
                Budget(figure: .rpo, limit: .atMost(.milliseconds(500))),
                Budget(figure: .restore, limit: .atMost(.minutes(3))),
            ],
            probes: probes,
            method: [
                Step(.fault(blackout)),
                Step(.wait(Wait(until: "edge-notices", within: .seconds(30)))),
                Step(.runbook(promote)),
                Step(.wait(Wait(until: storefront, holds: .seconds(5)))),
                Step(.undo("blackout")),
                Step(.wait(Wait(until: "replicas", within: .minutes(3)))),
            ],
            guards: Guards(
                blastRadius: 0.6,
                stopWhen: [.init(probe: storefront, state: .down, holds: .minutes(3))],
                longest: .minutes(15)
            )
        )
    }

    var plan: Plan {
        Plan(
            run: start.run,
            experiment: experiment,
            seed: 42,
            facts: facts,
            faults: [
                PlannedFault(
                    id: "blackout",
                    fault: "fail-region",
                    procedures: victims.map(procedure),
                    lease: .seconds(30)
                )
            ],
            blastRadius: BlastRadius(
                touched: victims.map(\.name),
                touchedMax: 5,
                hosts: 11,
                limit: 0.6
            ),
            notSelfHealing: ["blackout: a killed container can't start itself"]
        )
    }

    private func procedure(_ host: Host) -> Procedure {
        let name = host.container ?? host.name
        func action(_ what: String, _ verb: ContainerVerb, _ expect: Action.Expect) -> Action {
            Action("\(what) \(name)", .container(name, verb), expect: expect)
        }
        return Procedure(
            target: host.name,
            capture: [action("remember networks of", .networks, .exit(0))],
            inject: [action("kill", .kill(signal: "KILL"), .exit(0))],
            effective: [action("see exited", .state, .output(["exited"]))],
            undo: [action("start", .start, .exit(0))],
            settled: [action("see running", .state, .output(["running"]))],
            healing: .controller(why: "a killed container can't start itself")
        )
    }

    var facts: Facts {
        var facts = Facts()
        for (index, host) in hosts.enumerated() {
            facts.hosts[host.name] = HostFacts(
                transport: "libssh2",
                user: "drill",
                hasSudo: true,
                tools: ["iptables": "/usr/sbin/iptables"],
                iptables: "iptables",
                sshConnection: ["10.77.0.1", "50122", host.address ?? "", "22"],
                boot: "b1",
                clockOffset: .milliseconds(Int64(index) - 4),
                clockOffsetBound: .milliseconds(2)
            )
        }
        facts.engine = EngineFacts(version: "20.10.24")
        return facts
    }
}
