import DrillModel
import Testing

struct PartitionRulesTests {
    private let chain = "DRILL-7f3a-partit-"

    private func script(_ procedure: Procedure) -> String { procedure.inject[0].words[2] }

    /// The chain's own part of the name is a hash: told apart from the rest.
    private func named(_ script: String) throws -> String {
        let range = try #require(script.firstRange(of: chain))
        let name = script[range.lowerBound...].prefix { $0 != " " }
        #expect(name.utf8.count <= 28)
        return script.replacing(name, with: "CHAIN")
    }

    @Test("both ways, both families, drill's own connection spared, in one commit each")
    func both() throws {
        let facts = Bench.facts(
            HostFacts(
                iptables: "iptables-legacy",
                ip6tables: "ip6tables",
                sshConnection: ["10.9.9.9", "40000", "10.0.0.1", "2022"]
            )
        )
        let plan = try Bench.compile(Partition.self, facts: facts)
        #expect(
            try named(script(plan)) == """
                set -e
                iptables-legacy-restore -w 5 --noflush <<'END'
                *filter
                :CHAIN - [0:0]
                -A CHAIN -p tcp -m tcp -s 10.9.9.9 --dport 2022 -j RETURN
                -A CHAIN -p tcp -m tcp -d 10.9.9.9 --sport 2022 -j RETURN
                -A CHAIN -s 10.0.0.2 -j DROP
                -A CHAIN -d 10.0.0.2 -j DROP
                -I INPUT 1 -m comment --comment drill:\(Bench.run) -j CHAIN
                -I OUTPUT 1 -m comment --comment drill:\(Bench.run) -j CHAIN
                COMMIT
                END
                ip6tables-restore -w 5 --noflush <<'END'
                *filter
                :CHAIN - [0:0]
                -A CHAIN -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN
                -A CHAIN -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j RETURN
                -A CHAIN -s fd00::3 -j DROP
                -A CHAIN -d fd00::3 -j DROP
                -I INPUT 1 -m comment --comment drill:\(Bench.run) -j CHAIN
                -I OUTPUT 1 -m comment --comment drill:\(Bench.run) -j CHAIN
                COMMIT
                END
                """
        )
        let undo = plan.undo[0].words
        #expect(undo[5...] == ["iptables-legacy", "ip6tables"])
        #expect(plan.undo[0].shown.hasPrefix("[db] sudo -n sh -c "))
    }

    @Test(
        "one way drops in one direction only",
        arguments: [("in", "-s 10.0.0.2", "INPUT"), ("out", "-d 10.0.0.2", "OUTPUT")]
    )
    func oneWay(direction: String, rule: String, hook: String) throws {
        let plan = try Bench.compile(
            Partition.self,
            ["direction": .word(direction)],
            from: ["app"]
        )
        let text = try named(script(plan))
        #expect(text.components("DROP") == 1)
        #expect(text.contains("-A CHAIN \(rule) -j DROP"))
        #expect(text.components("-I ") == 1 && text.contains("-I \(hook) 1"))
        #expect(!text.contains("ip6tables"))
        // Seen from the one side whose packets are dropped.
        #expect(plan.capture.map(\.saves) == (direction == "in" ? ["in-0"] : ["out"]))
    }

    @Test("include-control spares nobody")
    func includeControl() throws {
        let facts = Bench.facts(
            HostFacts(iptables: "iptables", sshConnection: ["10.0.0.2", "40000", "10.0.0.1", "22"])
        )
        let spared = try Bench.compile(Partition.self, facts: facts, from: ["app"])
        #expect(script(spared).contains("RETURN"))
        #expect(
            spared.capture.map(\.saves) == ["out"],
            "app comes in by sshd's port: it sees no cut"
        )
        let all = try Bench.compile(
            Partition.self,
            facts: facts,
            from: ["app"],
            includesControl: true
        )
        #expect(!script(all).contains("RETURN"))
        #expect(all.capture.map(\.saves) == ["out", "in-0"])
        // Drill is in no inventory: its own machine is cut all the same.
        let far = HostFacts(
            iptables: "iptables",
            sshConnection: ["192.0.2.7", "40000", "10.0.0.1", "22"]
        )
        let cut = try Bench.compile(
            Partition.self,
            facts: Bench.facts(far),
            from: ["app"],
            includesControl: true
        )
        #expect(script(cut).contains("-s 192.0.2.7 -j DROP"))
        #expect(cut.inject[0].what.contains("drill's own machine at 192.0.2.7"))
    }

    @Test("what didn't come through before proves nothing and is left out")
    func sights() throws {
        let plan = try Bench.compile(Partition.self)
        #expect(plan.capture.map(\.saves) == ["out", "in-0", "in-1"])
        #expect(plan.capture[0].words.suffix(3) == ["open", "10.0.0.2,22", "fd00::3,2222"])
        #expect(plan.capture[1].shown.hasPrefix("[app] "))
        #expect(plan.capture[1].words.last == "10.0.0.1,22")
        let filled = plan.filled(saved: ["out": "10.0.0.2,22", "in-0": "", "in-1": "10.0.0.1,22"])
        #expect(
            filled.effective.map { $0.words.suffix(2) } == [
                ["none", "10.0.0.2,22"], ["none", "10.0.0.1,22"],
            ]
        )
        #expect(
            filled.settled.dropFirst().map { $0.words.suffix(2) } == [
                ["all", "10.0.0.2,22"], ["all", "10.0.0.1,22"],
            ]
        )
        #expect(plan.filled(saved: ["out": "", "in-0": "", "in-1": ""]).effective.isEmpty)
    }

    @Test(
        "no address of the inventory ever becomes more than an address",
        arguments: [
            "10.0.0.2\nCOMMIT", "10.0.0.2 -j ACCEPT", "$(reboot)", "-j", "fd00::1'", "",
            "1.2.3.4;id",
            "fd00::zz", "10.0.0.2/8",
        ]
    )
    func hostile(address: String) {
        let inventory = Bench.inventory(
            Host(name: "db", address: "10.0.0.1"),
            [Host(name: "evil", address: address)]
        )
        let problem = Bench.problem(Partition.self, inventory: inventory)
        #expect(problem?.contains("of evil is neither an IP address nor a host name") == true)
    }

    @Test("hostile names of runs, faults and hosts stay out of the rules")
    func hostileNames() throws {
        let evil = "x\n-A INPUT -j DROP\nEND\nreboot\n"
        let inventory = Bench.inventory(
            Host(name: evil, address: "10.0.0.1"),
            [Host(name: evil + "2", address: "10.0.0.2")]
        )
        let step = FaultStep(id: evil, fault: "partition", target: Selector(hosts: [evil]))
        let plan = try Partition.procedure(
            step,
            on: inventory.hosts[0],
            in: Scene(inventory: inventory, facts: nil, run: evil)
        )
        #expect(!script(plan).contains("reboot\n"))
        #expect(script(plan).split(separator: "\n").count == 10)
    }

    @Test("peers known by name are looked up there; the rules come in when that is done")
    func names() throws {
        let inventory = Bench.inventory(
            Host(name: "db", address: "10.0.0.1"),
            [Host(name: "app", address: "app.example.com")]
        )
        let plan = try Bench.compile(Partition.self, inventory: inventory)
        #expect(plan.capture.map(\.saves) == ["rules4", "rules6", "out", "in-0"])
        #expect(script(plan).contains("\n${rules4}\n-I INPUT"))
        let filled = plan.filled(saved: ["rules4": "-A X -s 1.2.3.4 -j DROP", "rules6": ""])
        #expect(script(filled).contains("\n-A X -s 1.2.3.4 -j DROP\n-I INPUT"))
        #expect(script(filled).contains("136 -j RETURN\n\n-I INPUT"))
    }

    @Test("what can't be done is said")
    func cannot() {
        let nobody = Bench.inventory(
            Host(name: "db", address: "10.0.0.1"),
            [Host(name: "here", isLocal: true)]
        )
        #expect(
            Bench.problem(Partition.self, inventory: nobody)?.contains("nobody with an address")
                == true
        )
        let noSix = Bench.facts(HostFacts(iptables: "iptables"))
        #expect(Bench.problem(Partition.self, facts: noSix)?.contains("no ip6tables") == true)
        #expect(Bench.problem(Partition.self, facts: noSix, from: ["app"]) == nil)
        // Offline nothing is known, and a host that can't be reached is refused elsewhere.
        #expect(Bench.problem(Partition.self, facts: nil) == nil)
        let dark = Bench.facts(HostFacts(unreachable: "no route"))
        #expect(Bench.problem(Partition.self, facts: dark) == nil)
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
