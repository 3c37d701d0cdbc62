/// Something that would keep a runbook from working, seen without carrying it out.
package struct RunbookFinding: Hashable, Sendable {
    package enum Severity: String, Codable, Sendable, CaseIterable {
        /// A step would fail.
        case error
        /// It may fail, or nobody can say that it works.
        case warning
        /// What couldn't be looked at.
        case note
    }

    package var severity: Severity
    /// Nil is of the runbook as a whole.
    package var step: RunbookStepPlace?
    /// Where it was looked; nil where the file alone shows it.
    package var host: String?
    package var message: String
    package var fix: String?
    private var own: Position?

    package init(
        _ severity: Severity,
        _ message: String,
        step: RunbookStepPlace? = nil,
        host: String? = nil,
        at position: Position? = nil,
        fix: String? = nil
    ) {
        self.severity = severity
        self.step = step
        self.host = host
        self.message = message
        self.fix = fix
        own = position
    }

    package var position: Position? { own ?? step?.position }

    /// As a problem of its file, the severity in front.
    package var problem: Problem {
        Problem("\(severity.rawValue): \(message)", at: position, fix: fix)
    }
}

/// Which step of which runbook something is about.
package struct RunbookStepPlace: Hashable, Sendable {
    /// The runbook that has it, which another one may include.
    package var runbook: String
    /// From the runbook that is checked: `[3, 1]` is the first of those inside of the third.
    package var path: [Int]
    package var title: String
    package var position: Position?

    package var place: String { path.map(String.init).joined(separator: ".") }

    /// The same step of the same runbook, whichever includes it.
    package func isSame(as other: RunbookStepPlace) -> Bool {
        runbook == other.runbook && title == other.title
    }
}

extension Runbook {
    /// Every step with its place, in the order of the file, those inside of others after them.
    package var places: [(place: RunbookStepPlace, step: RunbookStep)] { places(inside: []) }

    private func places(inside path: [Int]) -> [(place: RunbookStepPlace, step: RunbookStep)] {
        places(of: steps, inside: path)
    }

    private func places(
        of steps: [RunbookStep],
        inside path: [Int]
    ) -> [(place: RunbookStepPlace, step: RunbookStep)] {
        steps.enumerated().flatMap {
            index,
            step -> [(place: RunbookStepPlace, step: RunbookStep)] in
            let path = path + [index + 1]
            let own = RunbookStepPlace(
                runbook: name,
                path: path,
                title: step.title,
                position: step.position
            )
            switch step.deed {
            case .parallel(let inner): return [(own, step)] + places(of: inner, inside: path)
            case .include(let include): return [(own, step)] + include.runbook.places(inside: path)
            default: return [(own, step)]
            }
        }
    }
}
