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
    package var fix: String?
    /// Further steps of which the same is true.
    package fileprivate(set) var alsoAt: [String] = []
    fileprivate var text: String
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
        text = message
        self.fix = fix
        own = position
    }

    package var message: String {
        guard !alsoAt.isEmpty else { return text }
        return "\(text) (also \(alsoAt.count == 1 ? "step" : "steps") \(alsoAt.listed))"
    }

    package var position: Position? { own ?? step?.position }

    /// As a problem of its file, the severity in front.
    package var problem: Problem {
        Problem("\(severity.rawValue): \(message)", at: position, fix: fix)
    }
}

extension [RunbookFinding] {
    /// What is true of several steps, once: at the first, with the numbers of the others.
    package var toldOnce: [RunbookFinding] {
        reduce(into: []) { all, finding in
            let same = all.firstIndex {
                $0.severity == finding.severity && $0.text == finding.text && $0.fix == finding.fix
            }
            guard let same, let place = finding.step?.place else { return all.append(finding) }
            all[same].alsoAt.append(place)
        }
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

    /// The same, where one of its keys stands, if that is known.
    func at(_ position: Position?) -> RunbookStepPlace {
        var place = self
        place.position = position ?? self.position
        return place
    }

    /// The same step of the same runbook, whichever includes it.
    package func isSame(as other: RunbookStepPlace) -> Bool {
        runbook == other.runbook && title == other.title
    }
}

extension Runbook {
    /// Every step with its place, in the order of the file, those inside of others after them.
    package var places: [(place: RunbookStepPlace, step: RunbookStep)] {
        places(of: steps, inside: [])
    }

    /// The same, what including steps give by `with` put in.
    var filledPlaces: [(place: RunbookStepPlace, step: RunbookStep)] {
        places(of: steps, inside: [], filling: [:])
    }

    /// `known` is what stands for names there; nil leaves every step as it is written.
    private func places(
        of steps: [RunbookStep],
        inside path: [Int],
        filling known: [String: Text]? = nil
    ) -> [(place: RunbookStepPlace, step: RunbookStep)] {
        steps.enumerated().flatMap {
            index,
            step -> [(place: RunbookStepPlace, step: RunbookStep)] in
            var step = step
            if let known {
                step.when = step.when?.filled(with: known)
                step = step.filled(with: known)
            }
            let path = path + [index + 1]
            let own = RunbookStepPlace(
                runbook: name,
                path: path,
                title: step.title,
                position: step.position
            )
            switch step.deed {
            case .parallel(let inner):
                return [(own, step)] + places(of: inner, inside: path, filling: known)
            case .include(let include):
                let book = include.runbook
                let given = known == nil ? nil : include.with
                return [(own, step)] + book.places(of: book.steps, inside: path, filling: given)
            default: return [(own, step)]
            }
        }
    }
}
