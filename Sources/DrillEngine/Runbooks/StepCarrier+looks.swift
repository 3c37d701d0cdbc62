import DrillModel

extension StepCarrier {
    /// Whether a step worked, for sentences; nil where it did.
    func unverified(
        _ verify: RunbookStep.Verify,
        _ step: RunbookStep,
        in runbook: String,
        mark: String = ""
    ) async -> String? {
        if let open = verify.look.texts.flatMap(\.unsaved).first {
            return "it can't be verified: " + Self.open(open)
        }
        let seen = await look(
            verify.look,
            for: .up,
            holding: .zero,
            until: world.now() + verify.within,
            every: .milliseconds(200),
            told: (
                runbook, step.deed?.host ?? "controller", "verify: \(step.title)\(mark)",
                "verify \(verify.look.shown)"
            )
        )
        return seen.map { "it ran, but did not work: within \(verify.within): \($0)" }
    }

    /// Looks again and again until what is seen is so for long enough; one report for all of it.
    ///
    /// - Returns: what was seen last; nil where it came to be so.
    func look(
        _ kind: Probe.Kind,
        for state: ProbeState,
        holding holds: Span,
        until latest: Instant,
        every: Span,
        told: (runbook: String, host: String, what: String, command: String)
    ) async -> String? {
        let begun = world.now()
        var seen = "nothing was seen"
        var looks = 0
        var since: Instant?
        var isSo = false
        repeat {
            let due = world.now()
            let look = await abandonable {
                await world.probers.look(
                    kind,
                    it: nil,
                    deadline: min(latest, due + Self.lookPatience)
                )
            }
            guard let look else { break }
            looks += 1
            seen = world.concealed.shown(look.outcome.shown)
            let isNow = state == .up ? look.outcome.isGood : look.outcome.isBad
            since = isNow ? since ?? look.sent : nil
            if let since, look.sent - since >= holds {
                isSo = true
                break
            }
            await world.sleep(max(due + every, world.now()))
        } while world.now() < latest && !Task.isCancelled
        log.append(
            .action(
                ActionReport(
                    of: told.runbook,
                    host: told.host,
                    stage: .runbook,
                    what: told.what,
                    command: world.concealed.shown(told.command),
                    sent: begun,
                    done: world.now(),
                    result: looks == 1 ? seen : "\(seen), at look \(looks)",
                    isAsExpected: isSo
                )
            )
        )
        return isSo ? nil : seen
    }
}

extension Outcome {
    /// `good`, `timeout: no answer within 1 s`, for sentences.
    package var shown: String {
        switch self {
        case .good: "good"
        case .unsent: "not sent"
        case .bad(let failure, let detail):
            Plain.once(failure.rawValue, detail)
        }
    }
}
