extension Runbook {
    /// How long it may take at the most, people included, were each step to use all the time it has.
    ///
    /// Not counted: taking steps back.
    package func longest(doesTwice: Bool = false) -> Span {
        steps.reduce(.zero) { $0 + $1.longest(doesTwice: doesTwice) }
    }
}

extension RunbookStep {
    /// How long a command may take whose step has no budget.
    package static let unbudgeted = Span.minutes(5)

    /// How long it may take at the most, seeing that it worked included.
    package func longest(doesTwice: Bool = false) -> Span {
        let verify = verify?.within ?? .zero
        let deed: Span
        switch self.deed {
        case nil: deed = .zero
        // What is inside has its own time, whatever the budget of the whole says of it.
        case .include(let include): deed = include.runbook.longest(doesTwice: doesTwice)
        case .parallel(let steps):
            deed = steps.map { $0.longest(doesTwice: doesTwice) }.max() ?? .zero
        case .wait(let wait): deed = budget ?? tried(wait.until == nil ? wait.holds : wait.within)
        case .manual: deed = budget ?? Self.unbudgetedByPeople
        case .approve(let approval): deed = min(approval.timeout, budget ?? approval.timeout)
        case .command, .http, .sql, .container: deed = budget ?? tried(Self.unbudgeted)
        }
        let once = deed + verify
        return doesTwice && isIdempotent ? once * 2 : once
    }

    /// All tries, and the pauses between them.
    private func tried(_ one: Span) -> Span {
        guard let retry else { return one }
        return (1..<max(retry.times, 1)).reduce(one) { $0 + retry.pause(after: $1) + one }
    }
}
