import DrillModel

/// Looks whether a runbook would work, without carrying out any of its steps: what `drill test` asks for
/// each one that it finds.
protocol RunbookChecking: Sendable {
    func check(_ runbook: Runbook) async -> RunbookCheck
}

/// What a check of a runbook came to.
struct RunbookCheck: Sendable {
    var verdict: CaseVerdict
    /// Each with its place in the file, as far as there is one.
    var findings: [Problem] = []
}

/// The file alone: what has been read without a problem is in order.
struct FileCheck: RunbookChecking {
    func check(_ runbook: Runbook) async -> RunbookCheck { RunbookCheck(verdict: .passed) }
}
