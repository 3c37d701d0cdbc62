import Foundation
import Testing

@testable import DrillModel

private typealias Host = DrillModel.Host

/// What a checkup says of hosts, by what the survey found there.
@Suite struct CheckupTests {
    static let well = HostFacts(
        transport: "libssh2",
        user: "drill",
        hasSudo: true,
        tools: [
            "iptables": "/sbin/iptables", "ip6tables": "/sbin/ip6tables", "setsid": "/bin/setsid",
        ],
        iptables: "iptables",
        ip6tables: "ip6tables",
        clockOffset: .zero,
        clockOffsetBound: .milliseconds(1),
        system: "Debian GNU/Linux 12 (bookworm)",
        leasePlace: "/run",
        leaseFileSystem: "tmpfs",
        rooms: ["/": Room(freeBytes: 50 << 30, totalBytes: 100 << 30)]
    )

    static let controller = Checkup.Controller(version: "1", name: "vm", stateFolder: "/state")

    private static func checkup(
        _ facts: HostFacts?,
        host: Host = Host(name: "db", address: "10.0.0.1"),
        engine: EngineFacts? = nil
    ) -> Checkup {
        var all = Facts(engine: engine)
        all.hosts[host.name] = facts
        return Checkup(
            Inventory(name: "one", hosts: [host]),
            facts: all,
            controller: controller
        )
    }

    static func verdicts(_ checkup: Checkup) -> [String: FaultCheck.Verdict] {
        Dictionary(uniqueKeysWithValues: checkup.hosts[0].faults.map { ($0.fault, $0.verdict) })
    }

    @Test func aMachineThatIsWellLacksPowerAndAContainerOnly() {
        let checkup = Self.checkup(Self.well)
        let verdicts = Self.verdicts(checkup)
        for name in ["partition", "kill-process", "pause-process", "stop-service", "run"] {
            #expect(verdicts[name] == .works, "\(name)")
        }
        #expect(verdicts["fail-zone"] == .partly, "by: network works, by: kill needs power")
        #expect(verdicts["kill-container"] == .lacking)
        #expect(checkup.findings.isEmpty)
        #expect(checkup.exit == 0)
    }

    @Test func aToolThatIsMissingNamesWhatBringsIt() throws {
        var facts = Self.well
        facts.tools["setsid"] = nil
        let fault = try #require(
            Self.checkup(facts).hosts[0].faults.first { $0.fault == "pause-process" }
        )
        #expect(fault.lacks.map(\.what) == ["setsid is missing"])
        #expect(fault.lacks.map(\.change) == ["apt-get install util-linux"])
    }

    @Test func aContainerNeedsItsEngine() {
        let host = Host(name: "db", address: "10.0.0.1", container: "lab-db")
        let running = ContainerState(status: "running", id: "1", startedAt: "", attachments: [])
        let well = Self.checkup(
            Self.well,
            host: host,
            engine: EngineFacts(version: "20", containers: ["lab-db": running])
        )
        #expect(Set(Self.verdicts(well).values) == [.works])
        let unusable = Self.checkup(Self.well, host: host, engine: EngineFacts(unusable: "down"))
        #expect(Self.verdicts(unusable)["kill-container"] == .lacking)
        #expect(unusable.findings.map(\.kind) == [.engine])
        let unknown = Self.checkup(Self.well, host: host, engine: EngineFacts(version: "20"))
        #expect(unknown.findings.map(\.kind) == [.container])
    }

    @Test func noFaultMayTouchAProtectedHostOrTheController() {
        let protected = Host(name: "db", address: "10.0.0.1", isProtected: true)
        let here = Host(name: "here", isLocal: true)
        for host in [protected, here] {
            #expect(Set(Self.verdicts(Self.checkup(Self.well, host: host)).values) == [.forbidden])
        }
    }

    static let findings: [(HostFacts, [Finding.Kind])] = {
        func with(_ change: (inout HostFacts) -> Void) -> HostFacts {
            var facts = well
            change(&facts)
            return facts
        }
        let full = Room(freeBytes: 100 << 20, totalBytes: 100 << 30)
        return [
            (HostFacts(unreachable: "refused", unreachableCode: "refused"), [.unreachable]),
            (HostFacts(unreachable: "changed", unreachableCode: "hostKeyChanged"), [.hostKey]),
            (with { $0.hasSudo = false }, [.noPrivilege]),
            (with { $0.leftovers = ["20260101T000000Z-x-1111"] }, [.leftover]),
            (with { $0.chains = [RuleChain(tool: "iptables", name: "DRILL-x")] }, [.leftover]),
            (with { $0.clockOffset = nil }, [.clock]),
            (with { $0.clockOffset = .milliseconds(-600) }, [.clock]),
            // As far as can be seen it may be right.
            (
                with {
                    $0.clockOffset = .milliseconds(600)
                    $0.clockOffsetBound = .milliseconds(101)
                }, []
            ),
            (with { $0.rooms = ["/": full] }, [.disk]),
            // A small disk that is half empty isn't nearly full.
            (with { $0.rooms = ["/": Room(freeBytes: 100 << 20, totalBytes: 200 << 20)] }, []),
            (
                with { $0.rooms = ["/run": Room(freeBytes: 2 << 20, totalBytes: 100 << 20)] }, []
            ),
            (
                with { $0.rooms = ["/run": Room(freeBytes: 1 << 10, totalBytes: 100 << 20)] },
                [.disk]
            ),
        ]
    }()

    @Test(arguments: findings.indices) func finds(_ index: Int) {
        let (facts, kinds) = Self.findings[index]
        let found = Self.checkup(facts).findings
        #expect(found.map(\.kind) == kinds, "\(facts)")
        #expect(found.allSatisfy { $0.host == "db" })
    }

    @Test func theControllersStateFolderCounts() {
        var controller = Self.controller
        controller.unwritable = "/: Read-only file system"
        controller.open = ["x left db broken; `drill heal x` undoes it"]
        let checkup = Checkup(
            Inventory(name: "none", hosts: []),
            facts: Facts(),
            controller: controller
        )
        #expect(checkup.findings.map(\.kind) == [.stateFolder, .journal])
        #expect(checkup.exit == 1)
    }

    @Test func whatKeepsEveryRunFromBeingStartedIsTold() throws {
        var controller = Self.controller
        let policy = Policy(
            name: "acme",
            file: "/etc/drill/policy.yaml",
            forbidsRuns: Position(file: "/etc/drill/policy.yaml", line: 2, column: 6)
        )
        controller.policy = policy
        controller.refusals = [
            Refusal(.halted, "runs are halted by ann", change: "run `drill resume`"),
            try #require(policy.refusalOfRuns),
        ]
        let checkup = Checkup(
            Inventory(name: "none", hosts: []),
            facts: Facts(),
            controller: controller
        )
        #expect(checkup.findings.map(\.kind) == [.halt, .policy])
        let data = try JSONEncoder().encode(CheckupFile(checkup))
        let found = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let told = try #require(found?["controller"] as? [String: Any])
        #expect(told["halted"] as? String == "runs are halted by ann")
        let inForce = try #require(told["policy"] as? [String: Any])
        #expect(inForce["forbids_runs"] as? Bool == true)
        #expect(inForce["limits"] as? [String] == ["run forbidden"])
    }

    @Test func aPlansNeedsAreMarkedAndCounted() throws {
        var facts = Shop.facts
        facts.hosts["db-west"]?.hasSudo = false
        let experiment = Shop.experiment([Shop.cut(Selector(hosts: ["db-west"]))])
        let plan = try Shop.plan(experiment, facts: facts)
        let checkup = Checkup(
            Shop.inventory,
            facts: facts,
            controller: Self.controller,
            plans: [plan]
        )
        #expect(checkup.hosts.first { $0.host.name == "db-west" }?.isPlanned == true)
        #expect(checkup.findings.filter { $0.kind == .noPrivilege }.map(\.host) == ["db-west"])
    }

    @Test("a host without logger is told of where actions are to leave a line in its syslog")
    func logger() throws {
        var facts = Shop.facts
        facts.hosts["db-west"]?.hasLogger = false
        var experiment = Shop.experiment([Shop.cut(Selector(hosts: ["db-west"]))])
        for (syslog, isTold) in [(nil, true), (true, true), (false, false)] {
            experiment.syslog = syslog
            let checkup = Checkup(
                Shop.inventory,
                facts: facts,
                controller: Self.controller,
                plans: [try Shop.plan(experiment, facts: facts)]
            )
            let told = checkup.findings.filter { $0.message.contains("logger is missing") }
            #expect(told.map(\.host) == (isTold ? ["db-west"] : []))
        }
    }

    @Test func theSurveyIsAskedForEveryTool() {
        let request = Checkup.request(
            Inventory(
                name: "two",
                hosts: [
                    Host(name: "db", address: "10.0.0.1", container: "lab-db"),
                    Host(name: "box", container: "lab-box"),
                ]
            )
        )
        #expect(request.hosts.map(\.name) == ["db"])
        #expect(request.containers == ["lab-db", "lab-box"])
        #expect(Set(request.tools["db"] ?? []) == ["iptables", "setsid", "ip6tables"])
    }

    @Test func unknownIsNullInJSON() throws {
        let data = try JSONEncoder().encode(CheckupFile(Self.checkup(Self.well)))
        let found = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any]
        )
        let host = try #require((found["hosts"] as? [[String: Any]])?.first)
        #expect(host["zone"] is NSNull)
        #expect(host["clock_offset_bound_ns"] as? Int == 1_000_000)
        #expect(host["lease_in_memory"] as? Bool == true)
        #expect(
            (host["rooms"] as? [String: [String: Any]])?["/"]?["free_bytes"] as? Int == 50 << 30
        )
        #expect(found["engine"] is NSNull)
        #expect(found["exit"] as? Int == 0)
    }
}
