/// What of a runbook isn't carried out again when it goes on somewhere in the middle.
package struct Resumption: Hashable, Codable, Sendable {
    /// A step that is passed by.
    package struct Step: Hashable, Codable, Sendable {
        /// From the runbook that is carried out: `[3, 1]` is the first of those inside of its third.
        package var path: [Int]
        /// In which run it was done; nil where it was left out, there or by `--from`.
        package var doneIn: String?
        /// What it saved there.
        package var saved: [String: String]
        /// Why it was left out there; nil where it was done, or `--from` leaves it out.
        package var why: String?

        package init(
            _ path: [Int],
            doneIn: String? = nil,
            saved: [String: String] = [:],
            why: String? = nil
        ) {
            self.path = path
            self.doneIn = doneIn
            self.saved = saved
            self.why = why
        }
    }

    /// Why nothing can be gone on with, for people.
    package struct Mistake: Error, Hashable, Sendable {
        package var message: String

        init(_ message: String) { self.message = message }
    }

    /// The run that it goes on with; nil where `--from` says where.
    package var run: String?
    /// A step that has others inside comes with all of those that are passed by.
    package var steps: [Step]
    /// What was given instead of what steps that are passed by would have saved.
    package var given: [String: String] = [:]

    package init(run: String? = nil, steps: [Step] = []) {
        self.run = run
        self.steps = steps
    }

    package func step(at path: [Int]) -> Step? { steps.first { $0.path == path } }

    /// Begins with the step that `word` names: its id, title or number.
    package init(from word: String, in runbook: Runbook) throws(Mistake) {
        let titles = runbook.steps.map(\.title)
        let index =
            runbook.steps.firstIndex { $0.id == word } ?? titles.firstIndex(of: word)
            ?? Int(word).map { $0 - 1 }.flatMap { runbook.steps.indices.contains($0) ? $0 : nil }
        guard let index else {
            let names = runbook.steps.compactMap(\.id) + titles
            let meant = nearest(to: word, among: names).map { "did you mean \(quoted($0))?" }
            throw Mistake(
                "\(runbook.name) has no step \(quoted(word)); "
                    + (meant
                        ?? "name one by its id, its title, or a number from 1 to \(titles.count)")
            )
        }
        self.init(steps: (0..<index).map { Step([$0 + 1]) })
    }

    /// Goes on after a run of the same runbook, with the first step that wasn't done there.
    ///
    /// Steps that are undone again were not done, and nothing after them counts. One that failed, and that the
    /// run went on after, is done again by itself. What was changed in the file since must come after what
    /// was done: else nobody can tell which step is which. `earlier` is what that run itself was to pass by: it
    /// may have ended before it told so.
    package init(
        after run: String,
        of runbook: Runbook,
        as it: Runbook,
        _ events: [Event],
        earlier: Resumption? = nil
    ) throws(Mistake) {
        self.init(run: run)
        given = earlier?.given ?? [:]
        let seen = Seen(events, earlier)
        let isWhole = collect(runbook.steps, inside: [], seen)
        guard !isWhole || runbook.steps.count > it.steps.count else {
            throw Mistake("\(run) carried out every step: nothing is left to go on with")
        }
        for step in steps {
            let (now, then) = (runbook.step(at: step.path), it.step(at: step.path))
            guard let now, let then, now.isSameWork(as: then) else {
                let name = then?.title ?? now?.title ?? ""
                throw Mistake(
                    "step \(step.path.map(String.init).joined(separator: ".")), \(quoted(name)), isn't"
                        + " what it was in \(run): the file or its variables were changed since."
                        + " Name the step to begin with: `--from STEP`"
                )
            }
            // The same name in another inventory (of staging, say) is another machine.
            guard step.doneIn != nil, let host = now.deed?.host,
                let here = runbook.inventory?.host(host), let there = it.inventory?.host(host),
                !here.isSame(as: there)
            else { continue }
            throw Mistake(
                "\(quoted(now.title)) was done on another \(host) than this inventory's:"
                    + " \(run) knew it as \(there.identities.listed), now it is"
                    + " \(here.identities.listed). Give the inventory of before, or name the step to"
                    + " begin with: `--from STEP`"
            )
        }
    }

    /// - Returns: whether all of them were done or left out.
    private mutating func collect(
        _ all: [RunbookStep],
        inside path: [Int],
        _ seen: Seen
    ) -> Bool {
        var isWhole = true
        for (index, step) in all.enumerated() {
            let path = path + [index + 1]
            if take(step, at: path, seen) { continue }
            isWhole = false
            // After `on-failure: continue` others were done; after any other failure none was.
            guard seen.hasFailed(path) else { break }
        }
        return isWhole
    }

    private mutating func take(_ step: RunbookStep, at path: [Int], _ seen: Seen) -> Bool {
        let isDone = seen.isDone(path)
        if isDone, let report = seen.reports[path] {
            let why: String? = if case .skipped(let why) = report.result { why } else { nil }
            steps.append(
                Step(
                    path,
                    doneIn: why == nil ? report.doneIn ?? run : report.doneIn,
                    saved: report.saved ?? [:],
                    why: report.doneIn == nil ? why : nil
                )
            )
        } else if isDone, let passed = seen.earlier?.step(at: path) {
            steps.append(passed)
        }
        switch step.deed {
        case .include(let include): _ = collect(include.runbook.steps, inside: path, seen)
        case .parallel(let inner):
            for (index, step) in inner.enumerated() { _ = take(step, at: path + [index + 1], seen) }
        case .command, .http, .sql, .container, .wait, .manual, .approve, nil: break
        }
        return isDone
    }

    /// What became of each step of a run, by its path.
    private struct Seen {
        var reports: [[Int]: RunbookStepReport] = [:]
        var undone: Set<[Int]> = []
        var earlier: Resumption?

        init(_ events: [Event], _ earlier: Resumption?) {
            self.earlier = earlier
            for event in events {
                switch event.kind {
                case .takingBack(_, let path): undone.insert(path)
                case .runbookStep(let report):
                    let path = report.path ?? [report.number]
                    if report.isUndo == true { undone.insert(path) } else { reports[path] = report }
                default: continue
                }
            }
        }

        func isDone(_ path: [Int]) -> Bool {
            guard !isUndone(path) else { return false }
            return switch reports[path]?.result {
            case .done, .passedOver, .skipped: true
            case .failed, .cancelled: false
            case nil: earlier?.step(at: path) != nil
            }
        }

        func hasFailed(_ path: [Int]) -> Bool {
            guard case .failed = reports[path]?.result else { return false }
            return !isUndone(path)
        }

        private func isUndone(_ path: [Int]) -> Bool {
            undone.contains { $0.starts(with: path) }
        }
    }
}

extension Resumption {
    /// The first step that is carried out, inside of others where those were begun; nil where none is left.
    package func first(in runbook: Runbook) -> (path: [Int], step: RunbookStep)? {
        first(of: runbook.steps, inside: [])
    }

    private func first(
        of all: [RunbookStep],
        inside outer: [Int]
    ) -> (path: [Int], step: RunbookStep)? {
        guard let index = all.indices.first(where: { step(at: outer + [$0 + 1]) == nil }) else {
            return nil
        }
        let path = outer + [index + 1]
        let isBegun = steps.contains { $0.path.count > path.count && $0.path.starts(with: path) }
        switch all[index].deed {
        case .include(let include) where isBegun:
            return first(of: include.runbook.steps, inside: path)
        case .parallel(let inner) where isBegun: return first(of: inner, inside: path)
        default: return (path, all[index])
        }
    }

    /// What was given and no step would have saved, with what is wrong, for people.
    package func unknown(in runbook: Runbook) -> [String] {
        let names = runbook.steps.flatMap(\.allSaved).unique
        return given.keys.filter { !names.contains($0) }.sorted().map { name in
            let meant = nearest(to: name, among: names).map { "did you mean \(quoted($0))?" }
            let known = names.isEmpty ? "none saves anything" : "they save \(names.listed)"
            return "no step saves \(quoted(name)); \(meant ?? known)"
        }
    }

    /// The names that steps still to be done use, and that only steps which are passed by would have saved.
    ///
    /// By name the step that needs it and the one that saves it.
    package func missing(in runbook: Runbook) -> [(name: String, user: String, source: String)] {
        var sources: [String: String] = [:]
        var known = Set(given.keys).union(steps.flatMap(\.saved.keys))
        var missing: [(name: String, user: String, source: String)] = []
        for (index, step) in runbook.steps.enumerated() {
            let saved = step.allSaved
            guard self.step(at: [index + 1]) == nil else {
                for name in saved { sources[name] = step.title }
                continue
            }
            known.formUnion(saved)
            for name in step.allUnsaved where !known.contains(name) {
                guard let source = sources[name], !missing.contains(where: { $0.name == name })
                else { continue }
                missing.append((name, step.title, source))
            }
        }
        return missing
    }
}

extension RunbookStep {
    /// The names that are there after it.
    fileprivate var allSaved: [String] {
        switch deed {
        case .parallel(let steps): steps.flatMap(\.allSaved)
        case .include(let include): include.runbook.outputs
        default: saves.map(\.name)
        }
    }

    /// The names that it, and steps at once inside of it, use; an included runbook sees its inputs alone.
    fileprivate var allUnsaved: [String] {
        let own =
            unsaved + (when?.texts ?? []).flatMap(\.unsaved)
            + (undo?.texts ?? []).flatMap(\.unsaved)
        guard case .parallel(let steps) = deed else { return own }
        return own + steps.flatMap(\.allUnsaved)
    }

    /// Whether both would do the same, what is inside of them aside.
    func isSameWork(as other: RunbookStep) -> Bool {
        guard title == other.title, saves == other.saves else { return false }
        switch (deed, other.deed) {
        case (.parallel, .parallel): return true
        case (.include(let one), .include(let another)): return one.with == another.with
        default: return deed == other.deed
        }
    }
}
