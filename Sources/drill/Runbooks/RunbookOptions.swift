import ArgumentParser
import DrillModel

/// How the steps of runbooks are carried out that people do, and those that say that they are idempotent.
struct RunbookOptions: ParsableArguments {
    @Option(
        name: .customLong("answer"),
        help: ArgumentHelp(
            """
            Answer a manual or approval step beforehand, by its id or title: STEP=yes, STEP=no, or \
            STEP=NAME where its `by` names who may approve.
            """,
            valueName: "step=word"
        )
    )
    var answers: [String] = []

    @Flag(
        help:
            "Leave out manual and approval steps that no --answer is given for; the report marks them."
    )
    var skipPeople = false

    @Flag(
        help: "Do steps that are declared idempotent twice: one that doesn't bear it has failed."
    )
    var twice = false

    /// - Throws: `Failure.usage` with every answer that is none, or is for no step that people do.
    func choice(for runbooks: [Runbook]) throws -> RunbookChoice {
        RunbookChoice(answers: try given(for: runbooks), skipsPeople: skipPeople, twice: twice)
    }

    /// A step's answer, given before it was asked.
    struct Answer: Hashable, Sendable {
        /// Its id or title.
        var step: String
        var isYes: Bool
        /// Who gives it.
        var by: String
    }

    /// The answers, each held against the steps that it may be for.
    private func given(for runbooks: [Runbook]) throws -> [Answer] {
        let steps = runbooks.flatMap(\.allSteps).filter(\.isHuman)
        var mistakes: [String] = []
        var given: [Answer] = []
        for written in answers {
            switch Self.answer(written, among: steps, user: Wiring.user) {
            case .success(let answer): given.append(answer)
            case .failure(let mistake): mistakes.append("--answer \"\(written)\": \(mistake.words)")
            }
        }
        guard mistakes.isEmpty else { throw Failure.usage(mistakes.joined(separator: "\n")) }
        return given
    }

    struct Mistake: Error, Hashable {
        var words: String
    }

    static func answer(
        _ written: String,
        among steps: [RunbookStep],
        user: String
    ) -> Result<Answer, Mistake> {
        // Titles may hold a `=`, answers don't.
        guard let sign = written.lastIndex(of: "="), sign != written.startIndex else {
            return .failure(Mistake(words: "write STEP=yes, STEP=no or STEP=NAME"))
        }
        let name = String(written[..<sign])
        let word = String(written[written.index(after: sign)...])
        let meant = steps.filter { $0.id == name || $0.title == name }
        guard !meant.isEmpty else {
            let all = steps.map { "\"\($0.id ?? $0.title)\"" }.unique
            let known = all.isEmpty ? "no step here is done by people" : "those are \(all.listed)"
            return .failure(Mistake(words: "no step of that name is done by people; \(known)"))
        }
        if word == "no" { return .success(Answer(step: name, isYes: false, by: user)) }
        for case .approve(let approval) in meant.compactMap(\.deed) where !approval.by.isEmpty {
            let who = word == "yes" ? user : word
            guard approval.by.contains(who) else {
                let few = approval.by.map { "`\(name)=\($0)`" }.joined(separator: " or ")
                return .failure(Mistake(words: "\(who) may not approve it: write \(few)"))
            }
            return .success(Answer(step: name, isYes: true, by: who))
        }
        guard word == "yes" else {
            return .failure(Mistake(words: "write \(name)=yes or \(name)=no"))
        }
        return .success(Answer(step: name, isYes: true, by: user))
    }
}

/// What was chosen by those options.
struct RunbookChoice: Sendable {
    var answers: [RunbookOptions.Answer]
    var skipsPeople: Bool
    var twice: Bool
}
