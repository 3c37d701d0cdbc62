import DrillModel
import DrillTesting
import Testing

/// Faults on what is down already: they would break nothing, and prove nothing.
@Suite struct DownBeforeTests {
    /// As `stop-service` is: nothing is sent where the service was seen to be down.
    private func stop(_ hosts: [(name: String, state: String)]) -> PlannedFault {
        let procedures = hosts.map { host in
            var procedure = Scenario.mark(host.name, as: "stop")
            procedure.capture = [
                Action(
                    "see whether it runs",
                    .command(host: host.name, .list(["say", host.state])),
                    saves: "state"
                )
            ]
            let ran = Action.When.saved("state", isOneOf: ["active"])
            for index in procedure.inject.indices { procedure.inject[index].when = ran }
            // Whatever was running or not, it is down now.
            if host.state == "inactive" { procedure.effective = procedure.settled }
            return procedure
        }
        return PlannedFault(
            id: "stop",
            fault: "stop-service",
            procedures: procedures,
            lease: .seconds(30)
        )
    }

    @Test("a fault that finds nothing running is no disaster, and makes no pass")
    func none() async {
        let run = await Rehearsal(
            [.fault("stop"), .pause(.seconds(1))],
            faults: [stop([("alpha", "inactive"), ("beta", "inactive")])]
        )
        #expect(run.judgement.verdict == .inconclusive)
        #expect(run.judgement.disaster == nil)
        let why = run.judgement.reasons.joined(separator: "\n")
        #expect(
            why.contains("nothing is running on alpha and beta that stop could break"),
            "\(why)"
        )
        #expect(!run.timeline.events.contains { if case .armed = $0.kind { true } else { false } })
        run.expectWhole()
    }

    @Test("one that finds something running leaves the rest as it is, and says so")
    func some() async {
        let run = await Rehearsal(
            [.fault("stop"), .pause(.seconds(1))],
            faults: [stop([("alpha", "active"), ("beta", "inactive")])]
        )
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
        #expect(run.world.commands.contains("alpha: mark stop"))
        #expect(!run.world.commands.contains { $0.hasPrefix("beta: mark ") })
        let note = "nothing is running on beta that stop could break: left as it is"
        #expect(run.timeline.events.contains { $0.kind == .note(note) })
        run.expectWhole()
    }
}
