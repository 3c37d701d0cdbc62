import DrillModel
import Testing

/// A runbook that nobody carries out is a wish.
@Suite struct RunbookRules {
    @Test("every runbook is carried out by an experiment, and each of its steps has a budget")
    func exercised() throws {
        let experiments = try ExampleRules.examples.map {
            try Tree.lines(of: $0).joined(separator: "\n")
        }
        let runbooks = try Tree.files(under: "Runbooks", ending: ".yaml")
        #expect(runbooks.count >= 12)
        for file in runbooks {
            #expect(
                experiments.contains { $0.contains("runbook: ../\(file)") },
                "no experiment carries out \(file)"
            )
        }
        for file in ExampleRules.examples {
            for runbook in try ExampleRules.reader().experiment(file).runbooks {
                #expect(runbook.budget != nil, "\(runbook.file) has no budget")
                for step in runbook.allSteps where step.budget == nil {
                    Issue.record("\(runbook.file): no budget for \"\(step.title)\"")
                }
            }
        }
    }
}
