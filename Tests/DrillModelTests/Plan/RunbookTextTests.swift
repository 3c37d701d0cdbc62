import Testing

@testable import DrillModel

/// A runbook in a plan: every step as it will be done.
@Suite struct RunbookTextTests {
    private static func plan() throws -> Plan {
        let runbook = try Fixture.reader().runbook("rescue.yaml")
        return try Shop.plan(Shop.experiment([Step(.runbook(runbook))]))
    }

    @Test("a plan shows what will be done, by whom, and how it is taken back")
    func text() throws {
        let text = PlanText.render(try Self.plan())
        let expected = [
            "- see who leads",
            #"expect: it matches /leader/, members[0].lag is at most 100, members[0].state is "running","#,
            "save: leader from members[0].name, first from /name: (.*)/, all",
            "tried 4 times at most, 100ms between two, growing to 300ms",
            #"when: ${leader} is not "${target}""#,
            "[db-west] sudo -n halt '${leader}'",
            "undo: [db-west] start '${leader}'",
            "on failure: undo",
            "at once:",
            "docker restart lb",
            "- tell customers (budget 5m, by a person), optional",
            "asks: Promote ${target}? (ann or bob, within 2m)",
            "when: GET http://10.77.9.10/ is down",
            "runbook rescue-inner with lsn = ${lsn}",
            "[controller] reach '${lsn}' standby",
            "wait until shoppers for 2s, within 30s",
        ]
        for line in expected { #expect(text.contains(line), "\(line)\n\(text)") }
        #expect(!text.contains("done twice"))
        var plan = try Self.plan()
        plan.doesTwice = true
        #expect(PlanText.render(plan).contains("done twice, since it is idempotent"))
    }

    @Test("hosts of conditions, waits, steps inside and undos are looked at before")
    func hosts() {
        let command = Probe.Kind.command(CommandLook(host: "edge", command: .list(["true"])))
        let inner = RunbookStep(
            title: "b",
            deed: .command(host: nil, .list(["true"], sudo: true)),
            undo: .command(host: "db-west", .list(["back"]))
        )
        let runbook = Runbook(
            name: "r",
            steps: [
                RunbookStep(title: "a", when: .look(command, .up), deed: .parallel([inner]))
            ]
        )
        let draft = Draft(
            Shop.experiment([Step(.runbook(runbook))]),
            facts: nil,
            seed: 1,
            run: "RUN",
            named: { _ in nil }
        )
        let uses = HostUse.all(in: draft).filter { $0.by == "runbook r" }
        #expect(uses.map(\.host) == ["edge", Action.controller, "db-west"])
        #expect(uses.map(\.needsRoot) == [false, true, false])
    }
}
