package import DrillModel

extension PlainLines {
    static func words(of start: Event.Start) -> String {
        "run \(start.run) by \(start.who) on \(start.controller), drill \(start.version)"
    }

    /// An event in one line of words; nil where it isn't worth one.
    package static func words(of kind: Event.Kind) -> String? {
        switch kind {
        case .started(let start): return "\(words(of: start)), seed \(start.seed)"
        case .phase(let phase): return phase == .ended ? nil : "-- \(phase.rawValue)"
        case .surveyed(let facts): return words(of: facts)
        case .refused(let why): return "refused, nothing was touched: \(why)"
        case .steadyHeld: return "steady state held"
        case .steadyFailed(let why): return "steady state failed: \(why)"
        case .stepStarted(_, let title): return "step: \(title)"
        case .stepEnded(let step, let result): return "step \(step) \(words(of: result))"
        case .lateness(let probe, let late):
            return "\(probe) answers within \(late.shownAtMost) when it is healthy"
        case .ledgerPrepared(let probe): return "ledger \(probe) is ready"
        case .readBack(let probe, let failure):
            return failure.map { "\(probe) was not read back: \($0)" } ?? "\(probe) read back"
        case .sighted(let probe, let sighting): return "\(probe) saw: \(sighting.words)"
        case .chosen(let who, let hosts): return "\(who) is \(hosts.joined(separator: ", "))"
        case .runbookStep(let report): return words(of: report)
        case .stopping(let stop): return words(of: stop)
        case .guardianBegan(let process):
            return "guardian: process \(process) watches over this run"
        case .guardianLost(let why): return "guardian LOST: \(why)"
        case .controllerDied(let guardian):
            return "drill was ended from outside; its guardian, process \(guardian), heals"
        case .struck(let what, let who):
            return "\(who) struck \(what.listed) from the journal; drill didn't undo it"
        case .note(let text): return "note: \(text)"
        case .defect(let text): return "drill itself failed at this: \(text)"
        case .jitter(let wait, let most):
            return "the disaster waits \(wait.shown), drawn from 0 to \(most)"
        case .disasterDeclared: return "disaster declared"
        case .repairDeclared: return "repair declared"
        case .ended: return "ended"
        default: return words(ofFault: kind)
        }
    }

    private static func words(ofFault kind: Event.Kind) -> String? {
        switch kind {
        case .injecting(let fault): return "injecting \(fault)"
        case .injected(let fault, let failed):
            return "injected \(fault)" + on(failed, "; FAILED on ")
        case .armed(let fault, let host, let lease):
            return "\(host) armed: it undoes \(fault) by itself \(lease) after the last word"
        case .leaseLapsed(let fault, let host):
            return "\(host) healed itself before it was asked to: the lease of \(fault) lapsed"
        case .leaseGone(let fault, let host):
            return "\(host): the lease of \(fault) is gone (was the host restarted?)"
        case .renewalFailed(let fault, let host, let why):
            return "\(host): the lease of \(fault) could not be renewed: \(why)"
        case .action(let action):
            // Looks that show what they should are told as proofs, renewals as nothing.
            let isLook = [.capture, .effective, .settled, .renew].contains(action.stage)
            return isLook && action.isAsExpected ? nil : words(of: action)
        case .proof(let fault, let host, let proof):
            return words(of: proof, "\(fault) is in effect on \(host)")
        case .reachability(let fault, let moment, let cells):
            let through = cells.count { $0.sight.isThrough }
            return "who reaches whom \(moment.rawValue) \(fault): "
                + "\(through) of \(Shown.plural(cells.count, "way")) came through"
        case .undoing(let fault, let why):
            return "undoing \(fault): \(why); then looking whether all is as before"
        case .undone(let fault, let failed): return "undone \(fault)" + on(failed, "; FAILED on ")
        case .settled(let fault, let host, let proof):
            return words(of: proof, "\(host) is as before \(fault)")
        default: return nil
        }
    }

    /// What becomes of a runbook by itself that is stopped.
    static let leftDone = "what was done stays done"

    package static func words(
        of stop: Event.Stop,
        leaves end: String = "whatever is broken is undone"
    ) -> String {
        switch stop {
        case .signal(let name): "stopping on \(name); \(end)"
        case .guarded(let why): "stopping, a guard says so: \(why); \(end)"
        case .halted(let by): "stopping, runs were halted \(by); \(end)"
        }
    }

    package static func words(of result: Event.StepResult) -> String {
        switch result {
        case .done: "done"
        case .failed(let why): "FAILED: \(why)"
        case .passedOver(let why): "passed over: \(why)"
        case .skipped(let why): "skipped: \(why)"
        case .cancelled: "cancelled"
        }
    }

    private static func words(of action: ActionReport) -> String {
        let took = (action.done - action.sent).shown
        let output = action.output.map { ": \(Plain.oneLine($0, max: 160))" } ?? ""
        let mark = action.isAsExpected ? "" : "UNEXPECTED "
        let isPlaced = action.command.hasPrefix("[")
        let place = isPlaced ? action.command.prefix { $0 != "]" } + "]" : "[\(action.host)]"
        // A script says less in its first line than what it is for; the report has it whole.
        let script = action.command.matches(of: /' (drill-[a-z]+)/).last.map { String($0.1) }
        let deed =
            action.command.contains("\n")
            ? "\(place) \(action.what) (\(script ?? "a script"))"
            : isPlaced ? action.command : "\(place) \(action.command)"
        return "\(action.stage.rawValue): \(Plain.oneLine(deed, max: 200)) "
            + "-> \(mark)\(action.result), \(took)\(output)"
    }

    private static func words(of report: RunbookStepReport) -> String {
        let took = Shown.compact(report.done - report.started)
        let budget = report.budget.map { " of \($0)" } ?? ""
        return "runbook \(report.runbook) \(report.progress) \(report.told): "
            + "\(words(of: report.result)), \(took)\(budget)"
    }

    private static func words(of proof: Proof, _ claim: String) -> String {
        switch proof {
        case .holds: "seen: \(claim)"
        case .fails(let why): "NOT SO: \(claim): \(why)"
        case .unknown(let why): "could not be looked at: \(claim): \(why)"
        }
    }

    private static func words(of facts: Facts) -> String {
        let lost = facts.hosts.filter { $0.value.unreachable != nil }.keys.sorted()
        let reached = facts.hosts.count - lost.count
        return "surveyed \(Shown.plural(facts.hosts.count, "host")), \(reached) reached"
            + on(lost, "; not reached: ")
    }

    private static func on(_ hosts: [String], _ words: String) -> String {
        hosts.isEmpty ? "" : words + hosts.joined(separator: ", ")
    }
}
