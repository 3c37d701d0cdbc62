/// What came of one file of a suite: a run's verdict, or one that only several runs can have.
package enum CaseVerdict: String, Codable, Sendable, CaseIterable {
    case passed
    /// It passed, but not at the first try.
    case flaky
    case failed, inconclusive
    case notStarted = "not-started"
    case stopped
    case notRestored = "not-restored"
    case error
    /// The file has problems: nothing was run.
    case broken

    package init(_ verdict: RunVerdict) {
        self =
            switch verdict {
            case .passed: .passed
            case .failed: .failed
            case .inconclusive: .inconclusive
            case .notStarted: .notStarted
            case .stopped: .stopped
            case .notRestored: .notRestored
            case .error: .error
            }
    }

    /// Of tries one after another: a pass after a failure is flaky, never a pass.
    package init(_ tries: [RunVerdict]) {
        let others = tries.dropLast()
        self =
            tries.last == .passed && others.allSatisfy(\.isTriedAgain)
            ? (others.isEmpty ? .passed : .flaky) : CaseVerdict(RunVerdict.worst(tries))
    }

    package func exit(allowsFlaky: Bool) -> Int32 {
        switch self {
        case .passed: 0
        case .flaky: allowsFlaky ? 0 : 1
        case .failed: 1
        case .inconclusive: 2
        case .notStarted: 3
        case .stopped: 4
        case .notRestored: 5
        case .broken: 64
        case .error: 70
        }
    }

    /// For people.
    package var word: String {
        switch self {
        case .notStarted: "not started"
        case .notRestored: "not restored"
        default: rawValue
        }
    }

    /// Whether nothing is to be seen to.
    package var isGreen: Bool { self == .passed }

    /// The worst first: 5, 70, 4, 1, then 64, then a flaky pass, 2 and 3.
    ///
    /// A broken file says less than a drill that failed, and more than one that can't say.
    package static let worstFirst: [CaseVerdict] = [
        .notRestored, .error, .stopped, .failed, .broken, .flaky, .inconclusive, .notStarted,
        .passed,
    ]

    /// Of several files the worst counts; a flaky one only where it isn't allowed.
    package static func exit(_ verdicts: [CaseVerdict], allowsFlaky: Bool) -> Int32 {
        let counting = verdicts.filter { $0 != .flaky || !allowsFlaky }
        return worstFirst.first { counting.contains($0) }?.exit(allowsFlaky: allowsFlaky) ?? 0
    }
}

extension RunVerdict {
    /// Whether `--retries` has an experiment run again after this.
    ///
    /// Not where something may still be broken, drill itself failed or somebody wants it to end; nor where
    /// nothing was touched, since what is refused once is refused again.
    package var isTriedAgain: Bool { self == .failed || self == .inconclusive }
}
