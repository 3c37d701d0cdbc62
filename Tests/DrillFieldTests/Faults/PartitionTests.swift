import DrillModel
import Foundation
import Testing

/// The partition's commands in real network namespaces.
@Suite(.serialized)
struct PartitionTests {
    private func step(_ values: [String: Values.Value] = [:]) -> FaultStep {
        FaultStep(
            id: "cut",
            fault: "partition",
            target: Selector(hosts: ["a"]),
            values: Values(values)
        )
    }

    private func facts(_ ssh: [String] = []) -> Facts {
        Facts(hosts: [
            "a": HostFacts(
                isRoot: true,
                iptables: "iptables",
                ip6tables: "ip6tables",
                sshConnection: ssh
            )
        ])
    }

    private func procedure(
        _ spaces: Namespaces,
        from: [String]? = ["b"],
        direction: String = "both",
        ssh: [String] = [],
        address: (String) -> String = Namespaces.address
    ) throws -> Procedure {
        let inventory = spaces.inventory(address)
        let host = try #require(inventory.host("a"))
        let peers = from.map { names in ["from": inventory.hosts.filter { names.contains($0.name) }]
        }
        let scene = Scene(
            inventory: inventory,
            facts: facts(ssh),
            run: "20261123T141500Z-test-7f3a",
            peers: peers ?? [:]
        )
        return try Partition.procedure(
            step(["direction": .word(direction)]),
            on: host,
            in: scene
        )
    }

    static let families: [String] = ["IPv4", "IPv6"]

    @Test(
        "cut, proven, healed; the rules are as before, foreign ones untouched",
        arguments: families,
        ["both", "in", "out"]
    )
    func wholeLife(family: String, direction: String) async throws {
        let spaces = try await Namespaces()
        do {
            let address = family == "IPv4" ? Namespaces.address : Namespaces.address6
            _ = try await spaces.on("a")(
                """
                for t in iptables ip6tables; do
                    $t -N DRILL-foreign; $t -A DRILL-foreign -p tcp --dport 9 -j DROP
                    $t -A INPUT -j DRILL-foreign; $t -I OUTPUT -p udp --dport 9 -j DROP
                done
                """
            )
            let before = try await spaces.rules("a")
            let plan = try procedure(spaces, direction: direction, address: address)
            let filled = try await spaces.captured(plan)
            #expect(filled.effective.count == (direction == "both" ? 2 : 1))
            #expect(try await spaces.connects("a", to: address("b")))
            #expect(try await spaces.perform(filled.effective).count == filled.effective.count)

            #expect(try await spaces.perform(filled.inject) == [])
            #expect(try await spaces.rules("a") != before)
            #expect(try await spaces.perform(filled.effective) == [])
            #expect(try await !spaces.connects("a", to: address("b"), port: 8080))
            #expect(try await !spaces.connects("b", to: address("a"), port: 8080))
            #expect(try await spaces.connects("a", to: address("c")))
            #expect(try await spaces.connects("c", to: address("a")))
            #expect(try await !spaces.perform(filled.settled).isEmpty)

            for _ in 1...2 {
                #expect(try await spaces.perform(filled.undo) == [])
                #expect(try await spaces.rules("a") == before)
            }
            #expect(try await spaces.perform(filled.settled) == [])
            #expect(try await spaces.connects("a", to: address("b"), port: 8080))
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("a connection that stands is cut too, and drill's own is not", arguments: families)
    func standingConnections(family: String) async throws {
        let spaces = try await Namespaces()
        do {
            let address = family == "IPv4" ? Namespaces.address : Namespaces.address6
            // drill comes from b: its connection to sshd's port of a stays, another from b doesn't.
            let ssh = [address("b"), "40000", address("a"), "\(Namespaces.port)"]
            let plan = try procedure(spaces, ssh: ssh, address: address)
            let filled = try await spaces.captured(plan)
            #expect(filled.effective.count == 1, "b can't see the cut by way of sshd's port")
            // Long enough for a neighbour's entry to be asked for anew.
            _ = try await spaces.on("b")(
                "sysctl -qw net.ipv6.neigh.eth0.base_reachable_time_ms=1000 net.ipv6.neigh.eth0.delay_first_probe_time=1"
            )
            func talk(_ port: Int) -> String {
                """
                exec 3<>/dev/tcp/\(address("a"))/\(port) || exit 9
                for i in 1 2 3 4 5 6; do
                    echo $i >&3; read -r -t 1 back <&3 && echo "$back"; sleep 1
                done
                """
            }
            async let own = spaces.on("b")("bash -c '\(talk(Namespaces.port))'")
            async let other = spaces.on("b")("bash -c '\(talk(8080))'")
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await spaces.perform(filled.inject) == [])
            #expect(try await spaces.perform(filled.effective) == [])
            #expect(try await own.output.split(separator: "\n").count == 6)
            #expect(try await other.output.split(separator: "\n").count < 3)
            #expect(try await spaces.perform(filled.undo) == [])
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("undo without inject, inject twice, and half an inject are all undone")
    func halfWays() async throws {
        let spaces = try await Namespaces()
        do {
            let before = try await spaces.rules("a")
            let plan = try procedure(spaces, from: nil)
            let filled = try await spaces.captured(plan)
            #expect(try await spaces.perform(filled.undo) == [])
            #expect(try await spaces.rules("a") == before)
            _ = try await spaces.perform(filled.inject + filled.inject)
            #expect(try await !spaces.connects("a", to: Namespaces.address("c")))
            #expect(try await spaces.perform(filled.undo) == [])
            #expect(try await spaces.rules("a") == before)
            let chain = try #require(chainName(filled))
            _ = try await spaces.on("a")("iptables -N \(chain)")
            #expect(try await spaces.perform(filled.undo) == [])
            #expect(try await spaces.rules("a") == before)
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    private func chainName(_ procedure: Procedure) -> String? {
        procedure.inject.first?.shown.split { " \n'".contains($0) }.first { $0.hasPrefix("DRILL-") }
            .map(String.init)
    }

    @Test("two faults on one host: undoing one leaves the other")
    func twoFaults() async throws {
        let spaces = try await Namespaces()
        do {
            let first = try await spaces.captured(procedure(spaces, from: ["b"]))
            let inventory = spaces.inventory()
            let host = try #require(inventory.host("a"))
            var other = step()
            other.id = "cut-c"
            let second = try Partition.procedure(
                other,
                on: host,
                in: Scene(
                    inventory: inventory,
                    facts: facts(),
                    run: "20261123T141500Z-test-7f3a",
                    peers: ["from": inventory.hosts.filter { $0.name == "c" }]
                )
            )
            _ = try await spaces.perform(first.inject + second.inject)
            #expect(try await spaces.perform(first.undo) == [])
            #expect(try await spaces.connects("a", to: Namespaces.address("b")))
            #expect(try await !spaces.connects("a", to: Namespaces.address("c")))
            #expect(try await spaces.perform(second.undo) == [])
            #expect(try await spaces.connects("a", to: Namespaces.address("c")))
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("by: network on a machine cuts it from everyone, in both families, loopback excepted")
    func everyone() async throws {
        let spaces = try await Namespaces()
        do {
            let inventory = spaces.inventory()
            let host = try #require(inventory.host("a"))
            let step = FaultStep(
                id: "dark",
                fault: "fail-zone",
                target: Selector(hosts: ["a"]),
                values: Values(["by": .word("network")])
            )
            let scene = Scene(
                inventory: inventory,
                facts: facts(),
                run: "20261123T141500Z-test-7f3a"
            )
            let filled = try await spaces.captured(
                FailZone.procedure(step, on: host, in: scene)
            )
            #expect(try await spaces.perform(filled.inject) == [])
            #expect(try await spaces.perform(filled.effective) == [])
            #expect(try await !spaces.connects("c", to: Namespaces.address6("a"), port: 8080))
            #expect(try await !spaces.connects("a", to: Namespaces.address6("b"), port: 8080))
            #expect(try await spaces.connects("a", to: "127.0.0.1"))
            #expect(try await spaces.connects("a", to: Namespaces.address("a")))
            #expect(try await spaces.perform(filled.undo) == [])
            #expect(try await spaces.perform(filled.settled) == [])
            #expect(try await spaces.connects("c", to: Namespaces.address6("a"), port: 8080))
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("a peer known by name is looked up on the target, in both families")
    func names() async throws {
        let spaces = try await Namespaces()
        do {
            let name = "\(spaces.tag)-b.invalid"
            // `ip netns exec` puts this file over /etc/hosts, for that namespace alone.
            let folder = "/etc/netns/\(spaces.tag)-a"
            _ = try await Sh.root(
                """
                mkdir -p \(folder)
                printf '%s \(name)\\n' \(Namespaces.address("b")) \(Namespaces.address6("b")) >\(folder)/hosts
                """
            )
            let plan = try procedure(spaces) { $0 == "b" ? name : Namespaces.address($0) }
            let filled = try await spaces.captured(plan)
            #expect(try await spaces.perform(filled.inject) == [])
            #expect(try await !spaces.connects("a", to: Namespaces.address("b")))
            #expect(try await !spaces.connects("a", to: Namespaces.address6("b")))
            #expect(try await spaces.perform(filled.effective) == [])
            #expect(try await spaces.perform(filled.undo) == [])
            #expect(try await spaces.perform(filled.settled) == [])
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("where no peer came through before, nothing can prove the cut")
    func unproven() async throws {
        let spaces = try await Namespaces()
        do {
            await spaces.endServers()
            let filled = try await spaces.captured(procedure(spaces))
            #expect(filled.effective.isEmpty)
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    @Test("kept by a lease, the cut ends by itself")
    func lapses() async throws {
        let spaces = try await Namespaces()
        do {
            let filled = try await spaces.captured(procedure(spaces))
            let before = try await spaces.rules("a")
            let lease = Lease(
                run: "r",
                fault: "cut",
                host: "a",
                places: [spaces.scratch.path + "/leases"]
            )
            let undo = try filled.undoScript(saved: [:]) { part throws(Sh.Missing) in
                throw Sh.Missing(part: part)
            }
            let sh = spaces.on("a")
            _ = try await sh(lease.arm(undo: undo, lasts: .seconds(2), who: "me"))
            #expect(try await spaces.perform(filled.inject) == [])
            #expect(try await !spaces.connects("a", to: Namespaces.address("b")))
            try await Task.sleep(for: .seconds(3))
            #expect(try await spaces.connects("a", to: Namespaces.address("b")))
            #expect(try await spaces.rules("a") == before)
            let healed = Lease.Healed(try await sh(lease.heal(patience: .seconds(5))).output)
            #expect(healed == .healed(log: "", isLapse: true))
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }
}
