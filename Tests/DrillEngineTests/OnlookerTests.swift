import DrillEngine
import DrillModel
import DrillTesting
import Testing

/// Who reaches whom: the hosts look one after another, and what was seen too late is no sight.
@Suite struct OnlookerTests {
    @Test("hosts begin apart; a look that meets the undo is told as too late")
    func tooLate() async throws {
        var fault = Rehearsal.fault("cut")
        fault.reachability = Reachability(
            hosts: Scenario.hosts.map {
                Reachability.Spot(name: $0, address: "192.0.2.1", port: 22)
            },
            cuts: ["alpha": ["beta"]]
        )
        let run = await Rehearsal(
            [.fault("cut"), .pause(.milliseconds(100))],
            faults: [fault]
        )
        func cells(_ moment: Reachability.Moment) throws -> [Reachability.Cell] {
            try #require(
                run.timeline.events.lazy.compactMap { event in
                    if case .reachability("cut", moment, let cells) = event.kind {
                        cells
                    } else {
                        nil
                    }
                }.first
            )
        }
        // These hosts have nothing to look with.
        let blind = Reachability.Sight.unseen("exit 127")
        let late = Reachability.Sight.unseen("looked too late: it was over, or being undone")
        func sights(_ moment: Reachability.Moment) throws -> [Reachability.Sight] {
            try cells(moment).map(\.sight)
        }
        #expect(try sights(.before) == Array(repeating: blind, count: 6))
        #expect(try sights(.during).first == blind)
        #expect(try sights(.during).last == late)
        #expect(try sights(.after) == Array(repeating: blind, count: 6))
        let looks = run.timeline.events.compactMap { event in
            if case .action(let report) = event.kind, report.what.hasPrefix("see which of") {
                report.sent
            } else {
                nil
            }
        }
        // What is too late anyway isn't looked at; before the fourth host three tried five connections.
        #expect(looks.count < 12)
        #expect(looks[3] - looks[0] >= .milliseconds(150), "\(looks[3] - looks[0])")
        run.expectWhole()
    }
}
