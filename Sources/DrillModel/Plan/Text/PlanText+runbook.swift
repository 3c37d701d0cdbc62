// The steps of a runbook as a plan shows them: what will really be done, and how it is seen to work.
extension PlanText {
    /// Commands aren't wrapped: what is pasted must be what is run.
    func runbookStep(_ step: RunbookStep) -> [String] {
        let marks = [
            step.budget.map { "budget \($0)" }, step.isHuman ? "by a person" : nil,
        ].compactMap(\.self)
        let told = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
        let optional = step.isOptional ? ", optional" : ""
        var lines = ["  - \(step.title)\(told)\(optional)"]
        if let when = step.when { lines.append("      when: \(when.shown)") }
        lines += step.deed.map(deed) ?? []
        let expect = step.expect.shown
        if !expect.isEmpty { lines.append("      expect: \(expect)") }
        if !step.saves.isEmpty {
            lines.append("      save: \(step.saves.map(\.shown).joined(separator: ", "))")
        }
        if let verify = step.verify {
            lines.append("      verify: \(verify.look.shown), within \(verify.within)")
        }
        if let retry = step.retry { lines.append("      \(retry.shown)") }
        if let undo = step.undo {
            let words = deed(undo)
            lines.append("      undo: " + (words.first?.dropFirst(6) ?? ""))
            lines += words.dropFirst()
        }
        if step.onFailure != .stop { lines.append("      on failure: \(step.onFailure.rawValue)") }
        if step.isIdempotent, plan.doesTwice ?? false {
            lines.append("      done twice, since it is idempotent")
        }
        return lines
    }

    private func deed(_ deed: Deed) -> [String] {
        switch deed {
        case .command(let host, let run):
            broken(["[\(host ?? "controller")]"] + run.shownWords, width - 10).map { "      " + $0 }
        case .include(let include):
            ["      \(deed.shown)\(include.withShown)"]
                + include.runbook.steps.flatMap(runbookStep).map { "    " + $0 }
        case .parallel(let steps):
            ["      at once:"] + steps.flatMap(runbookStep).map { "    " + $0 }
        case .approve(let approval):
            wrapped("asks: \(approval.shown)", width - 10).map { "      " + $0 }
        case .sql(let sql): ["      [\(sql.url.shown)] \(sql.query.shown)"]
        case .manual: wrapped(deed.shown, width - 10).map { "      " + $0 }
        case .http, .container, .wait: ["      \(deed.shown)"]
        }
    }
}
