import DrillModel
import Testing

/// How far apart the hosts of a fault were hit.
@Suite struct FaultSpreadTests {
    private func told(
        _ host: String,
        _ sent: Int64,
        _ done: Int64,
        of fault: String = "blackout",
        stage: ActionReport.Stage = .inject,
        isAsExpected: Bool = true
    ) -> Event {
        let report = ActionReport(
            of: fault,
            host: host,
            stage: stage,
            what: "break it",
            command: "break",
            sent: ms(sent),
            done: ms(done),
            result: "exit 0",
            isAsExpected: isAsExpected
        )
        return at(done, .action(report))
    }

    private func spread(_ actions: [Event]) -> FaultSpread? {
        let events = whole(breaking("blackout", on: "a", "b", "c", from: 1000, to: 1200) + actions)
        return Judge.judge(
            plan([], [fault("blackout", on: "a", "b", "c")]),
            Timeline(events: events)
        ).faults.first?.spread
    }

    @Test("from the first to the last host, as they were told and as they confirmed")
    func several() {
        let found = spread([
            told("a", 1001, 1050), told("b", 1004, 1100), told("c", 1002, 1030),
            // A host's second action, another stage, another fault.
            told("c", 1040, 1090), told("d", 900, 2000, stage: .arm),
            told("e", 900, 2000, of: "other"),
        ])
        #expect(found?.hosts == 3)
        #expect(found?.sent == span(3))
        #expect(found?.confirmed == span(50))
    }

    @Test("what wasn't confirmed has no last confirmation; one host has no spread")
    func unclear() {
        let found = spread([
            told("a", 1001, 1050), told("b", 1004, 1100, isAsExpected: false),
        ])
        #expect(found?.sent == span(3))
        #expect(found?.confirmed == nil)
        #expect(spread([told("a", 1001, 1050), told("a", 1060, 1070)]) == nil)
    }
}
