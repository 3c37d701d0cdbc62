import DrillModel
import Foundation

extension World {
    /// Reads every secret of a plan, so that what `capture` prints of one is known to be one.
    func learnSecrets(of plan: Plan) {
        learn(plan.faults.flatMap(\.procedures).flatMap(\.commands).flatMap(\.texts))
        for runbook in plan.experiment.runbooks { learnSecrets(of: runbook) }
    }

    /// The same of all that the steps of a runbook are given: deeds, looks, undos.
    func learnSecrets(of runbook: Runbook) { learn(runbook.allSteps.flatMap(\.texts)) }

    /// The same of what the journal says is open.
    func learnSecrets(of wounds: [Wound]) {
        learn(wounds.map(\.procedure).flatMap(\.commands).flatMap(\.texts))
    }

    /// What probes ask with: a log or an answer may hold it.
    ///
    /// Apart from what commands are given, for which a capture that prints it is refused.
    func concealed(of probes: [Probe]) -> Concealed {
        let concealed = Concealed()
        for part in probes.flatMap(\.kind.texts).flatMap(\.parts) {
            switch part {
            case .environment, .file:
                // One that isn't there can't be told, either; its probe says so.
                if let value = try? plainSecret(part) { concealed.note(value, of: part) }
            case .literal, .value, .it, .saved: continue
            }
        }
        return concealed
    }

    private func learn(_ texts: [Text]) {
        for part in texts.flatMap(\.parts) {
            switch part {
            case .environment, .file:
                // One that isn't there can't be printed, either; whoever needs it says so.
                _ = try? secret(part)
            case .literal, .value, .it, .saved: continue
            }
        }
        for text in texts { learnLogin(in: text) }
    }

    /// What HTTP makes of a name and a password in an address (RFC 7617): a server may show it.
    private func learnLogin(in text: Text) {
        let secrets = text.parts.filter { part in
            switch part {
            case .environment, .file: true
            case .literal, .value, .it, .saved: false
            }
        }
        // One that isn't there can't be shown, either.
        guard let part = secrets.first, let url = try? text.resolved(plainSecret),
            let start = url.firstRange(of: "://")
        else { return }
        let authority = url[start.upperBound...].prefix { !"/?#".contains($0) }
        guard let end = authority.lastIndex(of: "@") else { return }
        let login = String(authority[..<end])
        let plain = login.removingPercentEncoding ?? login
        concealed.note(Data(plain.utf8).base64EncodedString(), of: part)
    }
}

extension RunbookStep {
    fileprivate var texts: [Text] {
        let looks = (when?.texts ?? []) + (verify?.look.texts ?? [])
        return looks + (deed?.texts ?? []) + expect.texts + (undo?.texts ?? [])
    }
}

extension Procedure {
    fileprivate var commands: [Command] {
        (capture + inject + effective + undo + settled).compactMap { action in
            if case .command(_, let command) = action.verb { command } else { nil }
        }
    }
}
