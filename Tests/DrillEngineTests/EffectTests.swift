import DrillModel
import DrillTesting
import Testing

/// How it is seen that a fault took effect.
@Suite struct EffectTests {
    /// That a connection doesn't come through takes a look seconds, and the method waits for it.
    @Test("all looks at an effect are made at once; those after an undo, one after the other")
    func atOnce() async throws {
        let cut = PlannedFault(
            id: "cut",
            fault: "partition",
            procedures: [Scenario.mark("alpha", as: "cut")],
            lease: .seconds(30)
        )
        let run = await Rehearsal([.fault("cut"), .pause(.seconds(1))], faults: [cut])
        func reports(_ stage: ActionReport.Stage) -> [ActionReport] {
            run.timeline.events.compactMap { event in
                guard case .action(let report) = event.kind else { return nil }
                return report.stage == stage ? report : nil
            }.sorted { $0.sent < $1.sent }
        }
        let effective = reports(.effective)
        try #require(effective.count == 2)
        #expect(effective[1].sent < effective[0].done, "\(effective)")
        let settled = reports(.settled)
        try #require(settled.count == 2)
        #expect(settled[1].sent >= settled[0].done, "\(settled)")
        #expect(run.judgement.verdict == .passed, "\(run.judgement.reasons)")
    }
}
