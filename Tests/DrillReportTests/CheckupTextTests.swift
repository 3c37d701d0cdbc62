import DrillModel
import Testing

@testable import DrillReport

/// What `drill doctor` prints, for few hosts and for many.
@Suite struct CheckupTextTests {
    static func facts(_ change: (inout HostFacts) -> Void = { _ in }) -> HostFacts {
        var facts = HostFacts(
            transport: "libssh2",
            user: "drill",
            hasSudo: true,
            tools: ["iptables": "/i", "ip6tables": "/i", "setsid": "/s"],
            iptables: "iptables-legacy",
            ip6tables: "ip6tables-legacy",
            clockOffset: .milliseconds(-3),
            clockOffsetBound: .milliseconds(12),
            serviceManager: "systemd",
            hostKey: HostKey(type: "ssh-ed25519", fingerprint: "SHA256:x", knownFrom: "k:1"),
            system: "Debian GNU/Linux 12 (bookworm)",
            rooms: ["/": Room(freeBytes: 12_300_000_000, totalBytes: 40_000_000_000)]
        )
        change(&facts)
        return facts
    }

    static func text(_ hosts: [(Host, HostFacts?)], width: Int = 100) -> String {
        var facts = Facts(
            controller: HostFacts(user: "root", system: "Debian", kernel: "Linux 6.1")
        )
        for (host, found) in hosts { facts.hosts[host.name] = found }
        return CheckupText.render(
            Checkup(
                Inventory(name: "shop", file: "shop.yaml", hosts: hosts.map(\.0)),
                facts: facts,
                controller: Checkup.Controller(
                    version: "1.0",
                    name: "vm",
                    stateFolder: "/s",
                    room: Room(freeBytes: 900_000_000_000, totalBytes: 1_000_000_000_000),
                    policy: Policy(
                        name: "acme",
                        file: "/etc/drill/policy.yaml",
                        blastRadius: .init(0.25),
                        longest: .init(.minutes(30))
                    )
                )
            ),
            width: width
        )
    }

    @Test func aLineAHostThenFaultsThenFindings() {
        let text = Self.text([
            (Host(name: "db", address: "10.0.0.1"), Self.facts()),
            (
                Host(name: "web", address: "10.0.0.2"),
                Self.facts { $0.tools["setsid"] = nil }
            ),
            (
                Host(name: "lost", address: "10.0.0.3"),
                HostFacts(unreachable: "lost is down", unreachableCode: "refused")
            ), (Host(name: "edge", address: "10.0.0.4", isProtected: true), Self.facts()),
        ])
        #expect(
            text == """
                controller  drill 1.0 on vm as root; Debian, Linux 6.1
                state       /s: writable, 900 GB of 1000 GB free, every run is healed
                halt        none
                policy      acme (/etc/drill/policy.yaml): blast-radius 25%; longest 30m
                engine      not looked at
                inventory   shop (shop.yaml), 4 hosts

                HOST BY      KEY     LOGIN       CLOCK           FIREWALL        SERVICES / FREE  SYSTEM
                db   libssh2 ed25519 drill, sudo -3.00 ms ±12 ms iptables-legacy systemd  12.3 GB Debian 12
                web  libssh2 ed25519 drill, sudo -3.00 ms ±12 ms iptables-legacy systemd  12.3 GB Debian 12
                lost UNREACHABLE
                edge libssh2 ed25519 drill, sudo -3.00 ms ±12 ms iptables-legacy systemd  12.3 GB Debian 12

                FAULT fail   fail partition kill      pause     kill    pause   stop    run
                      region zone           container container process process service
                db    part   part yes       a         a         yes     yes     yes     yes
                web   b      b    c         a         a         part    c       c       part
                lost  b      b    d         a         a         d       d       d       d
                edge  –      –    –         –         –         –       –       –       –
                  a         it is no container (db, web and lost): give its `container:` in the inventory
                  b         its `power` isn't in the inventory (web and lost): give `power: {off:, on:, state:}`
                  c         setsid is missing (web): apt-get install util-linux
                  d         it can't be reached (lost): see the findings
                  –         protected: edge
                  part      works only as fail-region by: network (db)
                  part      works only as fail-zone by: network (db)
                  part      works only as kill-process without restart (web)
                  part      works only as run without undo (web)

                1 thing to see to
                  lost: lost is down

                """,
            "\(text)"
        )
    }

    /// Where a table doesn't fit beside the names it goes below them.
    @Test(arguments: [(80, false), (100, true)])
    func namesAreNeverCut(_ width: Int, _ isBeside: Bool) {
        let name = isBeside ? "db" : "a-database-with-a-name-of-37-characters"
        let text = Self.text(
            [
                (Host(name: name, address: "10.0.0.1"), Self.facts()),
                (Host(name: "edge", address: "10.0.0.4", isProtected: true), Self.facts()),
            ],
            width: width
        )
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { Plain.width(String($0)) <= width }, "\(text)")
        let own = lines.filter { $0 == name }
        #expect(own.count == (isBeside ? 0 : 2), "\(text)")
        #expect(text.contains("Debian 12") && text.contains("12.3 GB"), "\(text)")
    }

    @Test func aHundredHostsOfWhichMostAreAlike() {
        let hosts = (1...100).map { number in
            (
                Host(name: "web-\(number)", address: "10.0.0.\(number)"),
                number == 7 ? Self.facts { $0.tools["setsid"] = nil } : Self.facts()
            )
        }
        let text = Self.text(hosts)
        let faults = text.split(separator: "\n").drop { !$0.hasPrefix("FAULT") }
        #expect(faults.dropFirst(2).first?.hasPrefix("1: 99 hosts part") == true, "\(faults)")
        #expect(faults.contains { $0.hasPrefix("web-7 ") })
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(text)")
    }
}
