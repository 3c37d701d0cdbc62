import DrillModel

/// Speaks to the dead-men on the targets: arms them, renews them, and undoes through them.
struct LeaseKeeper: Sendable {
    let world: World
    let actor: Actor
    let log: Log

    /// Arms the undo on the target and proves that its dead-man lives.
    ///
    /// What became of an arming; unless armed, no fault may go in.
    enum Arming {
        case armed
        /// The host took nothing: there is nothing to undo, and another run's fault may be in place.
        case refused(String)
        /// It may be armed, or nobody could ask.
        case unclear(String)

        /// Why it isn't armed for all that is known.
        var failure: String? {
            switch self {
            case .armed: nil
            case .refused(let why), .unclear(let why): why
            }
        }
    }

    func arm(_ wound: Wound, lasts: Span) async -> Arming {
        let undo: String
        do {
            let told = "\(wound.fault): the lease ran out: this host undoes it by itself"
            undo = try wound.procedure.undoScript(
                saved: [:],
                told: actor.syslog(told),
                world.secret
            )
        } catch let error {
            return .refused(error.message)
        }
        let answer: Lease.Armed
        switch await ask(
            wound,
            lease(wound).arm(undo: undo, lasts: lasts, who: world.who ?? wound.run),
            what: "arm the undo with a lease of \(lasts)",
            stage: .arm
        ) {
        case .success(let output): answer = Lease.Armed(output)
        case .failure(let failure): return .unclear(failure.message)
        }
        switch answer {
        case .armed(_, let place, let isInMemory):
            if !isInMemory {
                log.append(
                    .note("the lease on \(wound.procedure.target) is on a disk, in \(place)")
                )
            }
            log.append(.armed(fault: wound.fault, host: wound.procedure.target, lease: lasts))
            return .armed
        case .exists(let state):
            return .unclear("a lease of this fault is there already (\(state))")
        case .locked(let run, let who):
            return .refused(
                "another run holds this host: \(run), of \(who): it is under way, or left something"
                    + " broken; wait for its end, or, if it is over, run `drill heal \(run)`"
            )
        case .failed(let why): return .unclear("the undo can't be armed there: \(why)")
        }
    }

    /// Renews every third of the lease until the task is cancelled or the lease is gone.
    ///
    /// A renewal that fails is tried again soon: there is time for two more before the lease ends.
    func renew(_ wound: Wound, lasts: Span) async {
        let target = wound.procedure.target
        let retry = min(lasts / 12, .seconds(1))
        var isFailing = false
        var pause = lasts / 3
        while !Task.isCancelled {
            await world.sleep(world.now() + pause)
            guard !Task.isCancelled else { return }
            let answer = await ask(
                wound,
                lease(wound).extend(lasts),
                what: "renew the lease by \(lasts)",
                stage: .renew,
                within: lasts / 5
            )
            guard !Task.isCancelled else { return }
            pause = isFailing ? min(pause * 2, lasts / 3) : retry
            isFailing = true
            switch answer.map(Lease.Extended.init) {
            case .success(.extended(let isRevived)):
                pause = lasts / 3
                isFailing = false
                guard isRevived else { continue }
                log.append(
                    .note(
                        "what undoes \(wound.fault) by itself on \(target) had been killed or stopped"
                            + " there: it was started again"
                    )
                )
            case .success(.tooLate):
                log.append(.leaseLapsed(fault: wound.fault, host: target))
                return
            case .success(.none):
                log.append(.leaseGone(fault: wound.fault, host: target))
                return
            case .success(.gone):
                log.append(
                    .renewalFailed(
                        fault: wound.fault,
                        host: target,
                        why: "its dead-man is gone; nothing but `drill heal` undoes this fault now"
                    )
                )
                return
            case .success(.frozen(let place)):
                log.append(
                    .renewalFailed(
                        fault: wound.fault,
                        host: target,
                        why:
                            "nothing can be written in \(place): the host undoes it when its lease ends"
                    )
                )
            case .success(.unclear(let why)):
                log.append(.renewalFailed(fault: wound.fault, host: target, why: why))
            case .failure(let failure):
                log.append(.renewalFailed(fault: wound.fault, host: target, why: failure.message))
            }
        }
    }

    enum Healed {
        case healed
        /// No lease is there (a reboot took it, or it was never armed): the undo must be run directly.
        case none
        case failed(String)
    }

    /// Has the target undo it now.
    ///
    /// `isUndone` where it was undone before: then a lease that is gone is no lapse.
    func heal(_ wound: Wound, isUndone: Bool) async -> Healed {
        let lease = lease(wound)
        let tellsLapses = !isUndone && !wound.isSelfTimed
        let output: String
        switch await ask(
            wound,
            lease.heal(patience: Lease.healPatience),
            what: "undo through the lease",
            stage: .undo,
            within: .seconds(30)
        ) {
        case .success(let text): output = text
        case .failure(let failure): return .failed(failure.message)
        }
        switch Lease.Healed(output) {
        case .healed(_, let isLapse):
            // Whoever heals from the journal alone knows of no arming, and tells it, too.
            if isLapse, tellsLapses, [nil, .armed].contains(known(of: wound)) {
                log.append(.leaseLapsed(fault: wound.fault, host: wound.procedure.target))
            }
            // What is left holds no undo any more and holds nobody up; it goes when the host restarts.
            if case .failure(let failure) = await ask(wound, lease.clean) {
                log.append(
                    .note(
                        "the healed lease on \(wound.procedure.target) was not taken away, and does no"
                            + " harm: \(failure.message)"
                    )
                )
            }
            return .healed
        case .none:
            // Armed in this run and gone: a restart of the host took it, and maybe the fault, too.
            if tellsLapses, known(of: wound) == .armed {
                log.append(.leaseGone(fault: wound.fault, host: wound.procedure.target))
            }
            return .none
        case .locked(let run, let who):
            return .failed(
                "another run has this host: \(run), of \(who); wait for its end, then run"
                    + " `drill heal \(wound.run)`"
            )
        case .failed(let log):
            let printed = log.trimmed.isEmpty ? ", and printed nothing" : ": \(log.linesCounted)"
            return .failed("its undo failed on the target, \(Lease.Tries.most) times\(printed)")
        case .healing(let state, let tries, let log):
            return .failed(Self.words(about: state, tries, log))
        case .frozen(let place):
            self.log.append(
                .note(
                    "the lease on \(wound.procedure.target) can't be claimed, since nothing can be"
                        + " written in \(place): undone without it, and once more when it can be"
                )
            )
            return .none
        case .unclear(let why): return .failed(why)
        }
    }

    /// Why an undo that the target is at has not succeeded yet.
    private static func words(about state: String, _ tries: Lease.Tries?, _ log: String) -> String {
        guard let tries else { return "the target is still undoing it (\(state))" }
        let printed = log.trimmed.isEmpty ? "" : ": \(log.linesCounted)"
        guard tries.failed == 0 else {
            return "its undo failed on the target at \(tries.failed) of \(Lease.Tries.most) tries"
                + ", and is tried again\(printed)"
        }
        guard let span = tries.goingOn else {
            return "its undo has not begun on the target (\(state))"
        }
        return
            "its undo has not ended on the target \(span) after it began; a command that stays in the"
            + " foreground must be started as a service, or in the background by"
            + " `setsid COMMAND >/dev/null 2>&1 &`\(printed)"
    }

    /// Takes away a lease whose undo failed, or was done, on the target.
    ///
    /// One that is being undone there is waited for, for so long.
    /// - Returns: nil where none is left; else why, in words.
    func release(_ wound: Wound, within patience: Span) async -> String? {
        let end = world.now() + patience
        while true {
            switch await ask(wound, lease(wound).clean).map(Lease.Cleaned.init) {
            case .success(.cleaned): return nil
            case .success(.notHealed("firing")) where world.now() < end:
                await world.sleep(world.now() + .seconds(1))
            case .success(.notHealed(let state)): return "its undo may still run there (\(state))"
            case .success(.unclear(let why)): return why
            case .failure(let failure): return failure.message
            }
        }
    }

    /// What holds its host, in a word, or that nobody could ask; nil where nothing does.
    func phase(of wound: Wound) async -> Result<String, LeaseError>? {
        switch await ask(wound, lease(wound).state).map(Lease.State.init) {
        case .success(let state):
            switch state.phase {
            case .none, .healed: return nil
            case .unclear: return .failure(Failed(message: "its answer isn't understood"))
            case .arming, .armed, .firing, .failed: return .success(state.phase.rawValue)
            }
        case .failure(let failure): return .failure(failure)
        }
    }

    private enum Known { case armed, lapsed, undone }

    /// What was told of it last; nil where it wasn't armed in this process.
    private func known(of wound: Wound) -> Known? {
        log.all.reduce(nil) { known, event in
            switch event.kind {
            case .armed(wound.fault, wound.procedure.target, _): .armed
            case .leaseLapsed(wound.fault, wound.procedure.target),
                .leaseGone(wound.fault, wound.procedure.target):
                .lapsed
            case .undone(wound.fault, _): .undone
            default: known
            }
        }
    }

    private typealias Failed = LeaseError

    private func lease(_ wound: Wound) -> Lease { wound.leaseOnTarget }

    private func ask(
        _ wound: Wound,
        _ command: Command,
        what: String? = nil,
        stage: ActionReport.Stage = .undo,
        within: Span = .seconds(15)
    ) async -> Result<String, Failed> {
        let sent = world.now()
        let result: Result<CommandResult, RemoteError>
        do throws(RemoteError) {
            result = .success(
                try await actor.execute(
                    command,
                    on: wound.procedure.target,
                    deadline: sent + within,
                    told: stage.isDeed ? what.map { "\(wound.fault): \($0)" } : nil
                )
            )
        } catch {
            result = .failure(error)
        }
        let isTellable = knowsSecrets(of: wound)
        if let what, !(stage == .renew && Task.isCancelled && result.isFailure) {
            var report = report(wound, what, stage, sent, result)
            if !isTellable, report.output != nil { report.output = Self.untold }
            log.append(.action(report))
        }
        return result.map { result in
            let answer = world.concealed.shown(result.outputText)
            guard !isTellable else { return answer }
            let own = answer.split(whereSeparator: \.isNewline).first {
                $0.hasPrefix("drill-lease ")
            }
            return (own.map(String.init) ?? "") + "\n" + Self.untold
        }
        .mapError { Failed(message: $0.message) }
    }

    private static let untold = "(not shown: it may hold secrets that aren't known here)"

    /// Whether every secret of an undo is known, so that it can be left out of what the undo printed:
    /// whoever heals isn't always who armed it.
    private func knowsSecrets(of wound: Wound) -> Bool {
        wound.procedure.undo.flatMap(\.secrets).allSatisfy { part in
            do {
                _ = try world.secret(part)
                return true
            } catch {
                return false
            }
        }
    }

    /// The very commands that the lease holds.
    private func undo(_ wound: Wound) -> String {
        wound.procedure.undo.map(\.shown).joined(separator: "; ")
    }

    private func report(
        _ wound: Wound,
        _ what: String,
        _ stage: ActionReport.Stage,
        _ sent: Instant,
        _ result: Result<CommandResult, RemoteError>
    ) -> ActionReport {
        var report = ActionReport(
            of: wound.fault,
            host: wound.procedure.target,
            stage: stage,
            what: what,
            command: "[\(wound.procedure.target)] drill-lease: \(what)"
                + (stage == .renew ? "" : " (\(undo(wound)))"),
            sent: sent,
            done: world.now(),
            result: "",
            isAsExpected: false
        )
        switch result {
        case .success(let result):
            report.sent = result.sent
            report.done = result.done
            report.result = result.exit.shown
            let printed = (result.outputText + result.errorText).trimmed
            report.output = actor.shown(printed.linesCounted, most: 600)
            report.isAsExpected = result.isSuccess
        case .failure(let error):
            report.result = error.message
            report.output = error.cause
        }
        return report
    }
}

extension Wound {
    var leaseOnTarget: Lease { Lease(run: run, fault: fault, host: procedure.target) }
}

/// Why a host didn't tell of a lease, in words.
package struct LeaseError: Error {
    package var message: String
}

extension Result {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}
