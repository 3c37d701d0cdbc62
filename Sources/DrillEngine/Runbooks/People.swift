package import DrillModel

/// People who do manual steps and say whether it may go on.
package protocol People: Sendable {
    /// Returns by the request's deadline, or when the task is cancelled.
    func ask(_ request: PersonRequest) async -> PersonAnswer
}

/// What a step asks of a person.
package struct PersonRequest: Hashable, Sendable {
    package var runbook: String
    /// The step's title.
    package var step: String
    package var id: String?
    /// What is to be done, or the question whether it may go on.
    package var text: String
    /// Whether only a word is wanted, and nothing is to be done.
    package var isApproval: Bool
    /// Who may answer; empty is anybody.
    package var by: [String]
    package var deadline: Instant

    package init(
        runbook: String,
        step: String,
        id: String? = nil,
        text: String,
        isApproval: Bool,
        by: [String] = [],
        deadline: Instant
    ) {
        self.runbook = runbook
        self.step = step
        self.id = id
        self.text = text
        self.isApproval = isApproval
        self.by = by
        self.deadline = deadline
    }
}

/// What a person said, and who it was.
package enum PersonAnswer: Hashable, Sendable {
    /// It is done, or it may go on.
    case yes(by: String)
    case no(by: String, why: String? = nil)
    /// Nobody answered by the deadline.
    case late
    /// There is nobody to be asked.
    case absent
    /// It was said before that people are to be left out.
    case skipped(String)
}
