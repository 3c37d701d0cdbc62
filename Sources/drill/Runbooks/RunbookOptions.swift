import ArgumentParser
import DrillModel
import DrillWire

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

    /// `passesOver` leaves out answers that are for none of their steps: of several files each has some.
    ///
    /// - Throws: `Failure.usage` with every answer that is none, or is for no step that people do.
    func choice(for runbooks: [Runbook], passesOver: Bool = false) throws -> RunbookChoice {
        RunbookChoice(
            answers: try Self.given(answers, for: runbooks, passesOver: passesOver),
            skipsPeople: skipPeople,
            twice: twice
        )
    }

    /// A step's answer, given before it was asked.
    struct Answer: Hashable, Sendable {
        /// Its id or title.
        var step: String
        var isYes: Bool
        /// Who gives it.
        var by: String

        /// Whether a step of that name is also the one that this is for.
        fileprivate func isFor(_ name: String, among steps: [RunbookStep]) -> Bool {
            steps.contains { own in
                [own.id, own.title].contains(step) && [own.id, own.title].contains(name)
            }
        }
    }

    /// The answers, each held against the steps that it may be for, and against the others.
    static func given(
        _ answers: [String],
        for runbooks: [Runbook],
        passesOver: Bool = false
    ) throws -> [Answer] {
        let steps = runbooks.flatMap(\.allSteps).filter(\.isHuman)
        var mistakes: [String] = []
        var given: [Answer] = []
        for written in answers {
            switch answer(written, among: steps, user: Wiring.user) {
            case .success(let answer):
                let other = given.first { $0.isFor(answer.step, among: steps) }
                if let other, other.isYes != answer.isYes || other.by != answer.by {
                    mistakes.append(
                        "--answer \"\(written)\": another --answer says otherwise of the same step"
                    )
                }
                given.append(answer)
            case .failure(let mistake) where passesOver && mistake.isOfNoStep: continue
            case .failure(let mistake): mistakes.append("--answer \"\(written)\": \(mistake.words)")
            }
        }
        guard mistakes.isEmpty else { throw Failure.usage(mistakes.joined(separator: "\ndrill: ")) }
        return given
    }

    struct Mistake: Error, Hashable {
        var words: String
        var isOfNoStep = false
    }

    static func answer(
        _ written: String,
        among steps: [RunbookStep],
        user: String
    ) -> Result<Answer, Mistake> {
        // Titles may hold a `=`, answers don't.
        guard let sign = written.lastIndex(of: "="), sign != written.startIndex,
            sign != written.index(before: written.endIndex)
        else {
            return .failure(Mistake(words: "write STEP=yes, STEP=no or STEP=NAME"))
        }
        let name = String(written[..<sign])
        let typed = String(written[written.index(after: sign)...])
        let plain = typed.lowercased()
        let word = ["yes", "no"].contains(plain) ? plain : typed
        let meant = steps.filter { $0.id == name || $0.title == name }
        guard !meant.isEmpty else {
            let all = steps.map { "\"\($0.id ?? $0.title)\"" }.unique
            let known = all.isEmpty ? "no step here is done by people" : "those are \(all.listed)"
            return .failure(
                Mistake(words: "no step of that name is done by people; \(known)", isOfNoStep: true)
            )
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

    func isAnswered(_ step: RunbookStep) -> Bool {
        answers.contains { [step.id, step.title].contains($0.step) }
    }

    /// Why they can't be carried out where nobody is there to be asked.
    ///
    /// What must be approved would fail in the middle. A step that may be left out, or passed over, is no
    /// reason.
    func refusals(of runbooks: [Runbook]) -> [Refusal] {
        guard !Terminal.canAsk, !skipsPeople else { return [] }
        let open = runbooks.flatMap { Self.approvals(among: $0.steps) }
        return open.filter { !isAnswered($0.step) }.map { step, approval in
            let word = approval.by.isEmpty ? "yes" : alternatives(approval.by)
            return Refusal(
                .people,
                "nobody is there to approve \"\(Plain.oneLine(step.title))\": there is no terminal to ask at",
                change: "give --answer"
                    + " \(Shell.quoted("\(step.id ?? step.title)=\(word)")), or --skip-people"
            )
        }
    }

    private static func approvals(
        among steps: [RunbookStep]
    ) -> [(step: RunbookStep, approval: Approval)] {
        steps.filter { $0.when == nil && !$0.isOptional }.flatMap {
            step -> [(step: RunbookStep, approval: Approval)] in
            switch step.deed {
            case .approve(let approval): return [(step, approval)]
            case .include(let include): return approvals(among: include.runbook.steps)
            case .parallel(let inner): return approvals(among: inner)
            case .command, .http, .sql, .container, .wait, .manual, nil: return []
            }
        }
    }
}
