import DrillModel
import Testing

struct ContainerFaultTests {
    private let inventory = Bench.inventory(
        Host(name: "db", address: "10.0.0.1", container: "lab db")
    )

    private func shown(_ actions: [Action]) -> [String] { actions.map(\.shown) }

    @Test(
        "a container that ran is lost and brought back",
        arguments: [
            (
                "kill", "[engine] docker kill --signal=KILL 'lab db'",
                "[engine] docker start 'lab db'",
                ["exited", "dead"]
            ),
            (
                "pause", "[engine] docker pause 'lab db'", "[engine] docker unpause 'lab db'",
                ["paused"]
            ),
        ]
    )
    func ran(way: String, inject: String, undo: String, seen: [String]) throws {
        for fault in [FailZone.self, FailRegion.self] as [any Fault.Type] {
            let plan = try Bench.compile(fault, ["by": .word(way)], inventory: inventory)
            let look = "[engine] docker inspect --format {{.State.Status}} 'lab db'"
            let which = "[engine] docker inspect --format {{.Id}} 'lab db'"
            #expect(shown(plan.capture) == [which, look])
            let filled = plan.filled(saved: ["state": "running", "id": "0123"])
            // Another may be called `lab db` by then.
            let all = filled.inject + filled.effective + filled.undo + filled.settled
            #expect(all.allSatisfy { $0.containerID == "0123" })
            #expect(shown(filled.inject) == [inject])
            #expect(shown(filled.undo) == [undo])
            #expect(filled.effective.map(\.expect) == [.output(seen)])
            #expect(filled.settled.map(\.expect) == [.output(["running"])])
            guard case .controller = filled.healing else {
                Issue.record("a container can't heal itself")
                return
            }
        }
    }

    @Test("one that wasn't running is left as it was", arguments: ["kill", "pause", "network"])
    func down(way: String) throws {
        let plan = try Bench.compile(FailZone.self, ["by": .word(way)], inventory: inventory)
        let filled = plan.filled(saved: ["state": "exited", "networks": "[]", "reached": ""])
        #expect(filled.inject.isEmpty && filled.undo.isEmpty)
        #expect(filled.effective.map(\.expect) == [.outputNot(["running"])])
        #expect(filled.settled.first?.expect == .output(["exited"]))
    }

    @Test("by network: off every network, and back onto those that were saved")
    func network() throws {
        let plan = try Bench.compile(
            FailRegion.self,
            ["by": .word("network")],
            inventory: inventory
        )
        let networks = #"[{"aliases":[],"network":"lab"}]"#
        let saved = ["state": "running", "networks": networks, "reached": ""]
        let filled = plan.filled(saved: saved)
        #expect(
            shown(filled.inject)
                == ["[engine] docker network disconnect (each of its networks) 'lab db'"]
        )
        #expect(
            filled.undo.map(\.verb) == [
                .container("lab db", .connect(saved: Text(parts: [.value(networks)])))
            ]
        )
        #expect(filled.effective.map(\.expect) == [.output(["[]"])])
        #expect(filled.settled.map(\.expect) == [.output(["running"]), .output([networks])])
        // Where connections came through before, they are looked at, too.
        let seen = plan.filled(saved: saved.merging(["reached": "10.0.0.1,22"]) { $1 })
        #expect(seen.effective.map(\.what).last == "see that drill reaches db no more")
        #expect(seen.settled.map(\.what).last == "see that drill reaches db again")
    }

    @Test("kill is the default, and kill-container and pause-container do the same to one")
    func others() throws {
        let killed = try Bench.compile(FailZone.self, inventory: inventory)
        #expect(try Bench.compile(KillContainer.self, inventory: inventory) == killed)
        let paused = try Bench.compile(FailZone.self, ["by": .word("pause")], inventory: inventory)
        #expect(try Bench.compile(PauseContainer.self, inventory: inventory) == paused)
        #expect(Bench.problem(KillContainer.self)?.contains("db is no container") == true)
    }

    @Test("a machine: powered off where that is known how, else said what to do instead")
    func machine() throws {
        let kill = Bench.problem(FailZone.self)
        #expect(kill?.contains("give `power: {off:, on:, state:}` for db") == true)
        let pause = Bench.problem(FailZone.self, ["by": .word("pause")])
        #expect(pause?.contains("use `by: network`, or `pause-process`") == true)

        let power = Host.Power(
            off: .list(["ipmi", "off"]),
            on: .list(["ipmi", "on"]),
            state: .list(["ipmi", "state"])
        )
        let plan = try Bench.compile(
            FailZone.self,
            inventory: Bench.inventory(Host(name: "db", address: "10.0.0.1", power: power))
        )
        let on = plan.filled(saved: ["power": "on"])
        #expect(shown(on.inject) == ["[(controller)] ipmi off"])
        #expect(shown(on.undo) == ["[(controller)] ipmi on"])
        #expect(on.effective.map(\.expect) == [.output(["off"])])
        #expect(on.settled.map(\.expect) == [.output(["on"])])
        let off = plan.filled(saved: ["power": "off"])
        #expect(off.inject.isEmpty && off.undo.isEmpty)
    }

    @Test("by network, a machine is cut from everyone but drill")
    func everyone() throws {
        let facts = Bench.facts(
            HostFacts(
                iptables: "iptables",
                ip6tables: "ip6tables",
                sshConnection: ["10.9.9.9", "40000", "10.0.0.1", "22"]
            )
        )
        let plan = try Bench.compile(FailZone.self, ["by": .word("network")], facts: facts)
        let script = plan.inject[0].words[2]
        #expect(
            script.contains(
                """
                 -p tcp -m tcp -s 10.9.9.9 --dport 22 -j RETURN
                """
            )
        )
        #expect(script.contains(" -o lo -j RETURN\n"))
        #expect(plan.healing == .lease)
    }
}
