import DrillEngine
import DrillModel
import Foundation
import Synchronization
import Testing

/// After a heal the rule set equals the one before, except for what others changed meanwhile.
///
/// What others do is also done on a twin that had no fault: both must then have the same rules.
@Suite(.serialized)
struct FirewallTests {
    static let variants = ["iptables-nft", "iptables-legacy"]

    private static func six(_ tool: String) -> String {
        tool.replacing("iptables", with: "ip6tables")
    }

    /// Rules that a careful administrator might have, and names that look like drill's.
    private static func foreign(_ tool: String) -> String {
        """
        for t in \(tool) \(six(tool)); do
            $t -N DRILL-foreign
            $t -A DRILL-foreign -p tcp --dport 9 -m comment --comment "it's \\\\ \\"quoted\\"" -j DROP
            $t -A INPUT -j DRILL-foreign
            $t -I OUTPUT -p udp --dport 9 -m comment --comment "drill: -j DROP" -j DROP
            $t -A FORWARD -p tcp --dport 25 -j REJECT
            $t -P FORWARD DROP
        done
        """
    }

    /// Every rule, chain and policy of both families, without counters.
    private func rules(_ spaces: Namespaces, _ host: String, _ tool: String) async throws -> String
    {
        let script =
            "for t in \(tool) \(Self.six(tool)); do $t-save | grep -v '^#' | sed 's/\\[.*//'; done"
        return try await spaces.on(host)(script).output
    }

    private func facts(_ tool: String) -> Facts {
        let host = HostFacts(
            isRoot: true,
            tools: ["iptables": "/usr/sbin/iptables", "setsid": "/usr/bin/setsid"],
            iptables: tool,
            ip6tables: Self.six(tool)
        )
        return Facts(
            hosts: Dictionary(uniqueKeysWithValues: Namespaces.hosts.map { ($0, host) })
        )
    }

    private func procedure(_ spaces: Namespaces, _ tool: String) async throws -> Procedure {
        let inventory = spaces.inventory()
        let step = FaultStep(
            id: "cut",
            fault: "fail-zone",
            target: Selector(hosts: ["a"]),
            values: Values(["by": .word("network")])
        )
        let scene = Scene(
            inventory: inventory,
            facts: facts(tool),
            run: "20261123T141500Z-test-7f3a"
        )
        return try await spaces.captured(
            FailZone.procedure(step, on: try #require(inventory.host("a")), in: scene)
        )
    }

    private func withSpaces(_ body: (Namespaces) async throws -> Void) async throws {
        let spaces = try await Namespaces()
        do {
            try await body(spaces)
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    private func chain(_ procedure: Procedure) throws -> String {
        let words = procedure.undo[0].shown.split { " \n'".contains($0) }
        return String(try #require(words.last { $0.hasPrefix("DRILL-") }))
    }

    @Test(
        "what others add, remove and reorder during the fault stays as they left it",
        arguments: variants
    )
    func changedMeanwhile(tool: String) async throws {
        try await withSpaces { spaces in
            for host in ["a", "b"] {
                #expect(try await spaces.on(host)(Self.foreign(tool)).exit == 0)
            }
            let before = try await rules(spaces, "a", tool)
            #expect(before == (try await rules(spaces, "b", tool)))
            let cut = try await procedure(spaces, tool)

            // Nothing else happens: as before, to the letter.
            #expect(try await spaces.perform(cut.inject) == [])
            #expect(try await spaces.perform(cut.undo) == [])
            #expect(try await rules(spaces, "a", tool) == before)

            #expect(try await spaces.perform(cut.inject) == [])
            // By what a rule says, as configuration managers do, since drill's shift the numbers.
            let changes = """
                for t in \(tool) \(Self.six(tool)); do
                    $t -I INPUT 1 -p tcp --dport 4242 -j ACCEPT
                    $t -A OUTPUT -p tcp --dport 4243 -j DROP
                    $t -D FORWARD -p tcp --dport 25 -j REJECT
                    $t -D INPUT -j DRILL-foreign; $t -I INPUT 1 -j DRILL-foreign
                    $t -N later; $t -A later -j RETURN; $t -A INPUT -j later
                    $t -P FORWARD ACCEPT
                done
                """
            for host in ["a", "b"] { #expect(try await spaces.on(host)(changes).exit == 0) }
            #expect(try await rules(spaces, "a", tool) != (try await rules(spaces, "b", tool)))
            #expect(try await spaces.perform(cut.undo) == [])
            #expect(try await rules(spaces, "a", tool) == (try await rules(spaces, "b", tool)))
            #expect(try await spaces.perform(cut.settled) == [])
        }
    }

    @Test(
        "jumps that were doubled, moved or made by others, and rules put into our chain, go too",
        arguments: variants
    )
    func doubled(tool: String) async throws {
        try await withSpaces { spaces in
            #expect(try await spaces.on("a")(Self.foreign(tool)).exit == 0)
            let before = try await rules(spaces, "a", tool)
            let cut = try await procedure(spaces, tool)
            let chain = try chain(cut)
            #expect(try await spaces.perform(cut.inject) == [])
            let meddled = try await spaces.on("a")(
                """
                set -e
                \(tool) -A INPUT -m comment --comment drill:20261123T141500Z-test-7f3a -j \(chain)
                \(tool) -A OUTPUT -p tcp --dport 80 -j \(chain)
                \(tool) -I FORWARD 1 -m comment --comment "somebody's" -j \(chain)
                \(tool) -A FORWARD -p udp --dport 81 -g \(chain)
                \(tool) -A \(chain) -p udp -j ACCEPT
                \(tool)-save >saved; \(tool)-restore <saved; rm saved
                """
            )
            #expect(meddled.exit == 0, "\(meddled)")
            // The rules are there, so it isn't as before, whatever comes through.
            #expect(try await !spaces.perform([cut.settled[0]]).isEmpty)
            #expect(try await spaces.perform(cut.undo) == [])
            #expect(try await rules(spaces, "a", tool) == before)
            #expect(try await spaces.perform(cut.settled) == [])
        }
    }

    /// Noticed while the fault lasts; or, where it is short, right before its undo.
    static let reloads: [(tool: String, reload: String, lasts: Span)] = [
        (
            "iptables-legacy",
            "iptables-legacy-restore <before4; ip6tables-legacy-restore <before6",
            .seconds(7)
        ),
        ("iptables-nft", "nft flush ruleset || { iptables-nft -F; iptables-nft -X; }", .seconds(2)),
    ]

    /// As the engine sees it: the fault's effect ends at the reload, and the run can't pass.
    @Test("a firewall reload in the middle of a fault is an event", arguments: reloads)
    func reloaded(tool: String, reload: String, lasts: Span) async throws {
        try await withSpaces { spaces in
            #expect(try await spaces.on("a")(Self.foreign(tool)).exit == 0)
            let saved = try await spaces.on("a")(
                "cd \(spaces.scratch.path) && \(tool)-save >before4 && \(Self.six(tool))-save >before6"
            )
            #expect(saved.exit == 0)
            let before = try await rules(spaces, "a", tool)
            let cut = FaultStep(
                id: "cut",
                fault: "partition",
                target: Selector(hosts: ["a"]),
                values: Values(["from": .selector(Selector(hosts: ["b"]))])
            )
            let small = SmallWorld()
            let world = small.world(try SpaceHosts(spaces))
            let plan = try SmallWorld.plan(
                spaces.inventory(),
                [
                    Step(.fault(cut)), Step(.wait(Wait(until: nil, holds: lasts))),
                    Step(.undo("cut")),
                ],
                facts: facts(tool)
            )
            try #require(plan.refusals == [])
            async let timeline = small.run(plan, in: world)
            var tries = 0
            while !small.events.withLock({ $0.contains { $0.isProof(.holds) } }), tries < 200 {
                tries += 1
                try await Task.sleep(for: .milliseconds(50))
            }
            try await Task.sleep(for: .milliseconds(500))
            let reloading = try await spaces.on("a")("cd \(spaces.scratch.path) && { \(reload); }")
            #expect(reloading.exit == 0, "\(reloading)")
            let seen = await timeline
            let judgement = Judge.judge(plan, seen)
            #expect(judgement.faults.first?.effective == false)
            #expect(
                judgement.faults.first?.remarks.contains {
                    $0.hasPrefix("a: the effect was gone before its undo")
                } == true
            )
            #expect(judgement.verdict == .inconclusive)
            #expect(judgement.faults.first?.settled == true)
            if !reload.hasPrefix("nft") { #expect(try await rules(spaces, "a", tool) == before) }
        }
    }

    @Test("who reaches whom is looked at before, during and after a cut, and told in the record")
    func reachability() async throws {
        try await withSpaces { spaces in
            // c answers, and refuses: nothing listens where its sshd would be.
            var inventory = spaces.inventory()
            inventory.hosts[2].port = 9
            let cut = FaultStep(
                id: "cut",
                fault: "partition",
                target: Selector(hosts: ["a"]),
                values: Values([
                    "from": .selector(Selector(hosts: ["b", "c"])), "direction": .word("in"),
                ])
            )
            let small = SmallWorld()
            let plan = try SmallWorld.plan(
                inventory,
                [
                    Step(.fault(cut)), Step(.wait(Wait(until: nil, holds: .seconds(4)))),
                    Step(.undo("cut")),
                ],
                facts: facts("iptables-nft")
            )
            let timeline = await small.run(plan, in: try small.world(SpaceHosts(spaces)))
            let judgement = Judge.judge(plan, timeline)
            #expect(judgement.faults.first?.effective == true)
            let outcome = try #require(
                ReachabilityOutcome(plan.faults[0], targets: ["a"], timeline.events)
            )
            #expect(outcome.hosts == ["a", "b", "c"])
            func row(_ from: String, _ moment: Reachability.Moment) -> [Reachability.Sight?] {
                outcome.hosts.filter { $0 != from }.map { outcome.sight(from, $0, moment) }
            }
            for moment in [Reachability.Moment.before, .after] {
                #expect(row("a", moment) == [.reached, .refused])
                #expect(row("b", moment) == [.reached, nil])
                #expect(row("c", moment) == [.reached, nil])
            }
            #expect(row("a", .during) == [.nothing, .nothing])
            #expect(row("b", .during) == [.nothing, nil])
            #expect(row("c", .during) == [.nothing, nil])
            #expect(outcome.unexpected == [])
            #expect(ReachabilityOutcome.shown(outcome.cut) == "a ↔ b, c")

            // T0 comes after the look before it, and nobody waited for the one during it.
            let kinds = timeline.events.map(\.kind)
            let before = try #require(kinds.firstIndex { $0.isReachability(.before) })
            let injecting = try #require(kinds.firstIndex(of: .injecting(fault: "cut")))
            let during = try #require(kinds.firstIndex { $0.isReachability(.during) })
            let ended = try #require(
                kinds.firstIndex(of: .stepEnded(step: "method.1", result: .done))
            )
            #expect(before < injecting && ended < during)
        }
    }
}

extension Event {
    fileprivate func isProof(_ wanted: Proof) -> Bool {
        if case .proof(_, _, let proof) = kind { proof == wanted } else { false }
    }
}

extension Event.Kind {
    fileprivate func isReachability(_ wanted: Reachability.Moment) -> Bool {
        if case .reachability(_, let moment, _) = self { moment == wanted } else { false }
    }
}
