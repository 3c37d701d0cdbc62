extension Runbook {
    /// The step at a report's path: `[3, 1]` is the first of those inside of the third.
    package func step(at path: [Int]) -> RunbookStep? {
        var inside = steps
        var found: RunbookStep?
        for number in path {
            guard inside.indices.contains(number - 1) else { return nil }
            let step = inside[number - 1]
            found = step
            inside =
                switch step.deed {
                case .parallel(let steps): steps
                case .include(let include): include.runbook.steps
                default: []
                }
        }
        return found
    }
}

extension RunbookStep {
    /// How long a manual step without a budget is waited for.
    package static let unbudgetedByPeople = Span.minutes(60)
}
