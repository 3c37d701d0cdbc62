import DrillModel

extension StepCarrier {
    /// Does what a step says, once.
    func perform(_ deed: Deed, _ it: Try) async -> Tried {
        switch deed {
        case .command(let host, let command):
            // Ended with the run: whoever goes on later begins it anew, and it must not be there twice.
            return await run(command, on: host, it)
        case .http(let look):
            return await abandoned { await ask(.http(look), told: deed.shown, "body", it) }
        case .sql(let sql):
            return await abandoned { await ask(.sql(sql), told: deed.shown, "value", it) }
        case .container(let container):
            return await abandoned { await change(container, told: deed.shown, it) }
        case .wait(let wait): return await self.wait(wait, it)
        case .manual(let text):
            return await ask(
                text,
                it,
                isApproval: false,
                by: [],
                within: RunbookStep.unbudgetedByPeople
            )
        case .approve(let approval):
            return await ask(
                approval.question,
                it,
                isApproval: true,
                by: approval.by,
                within: approval.timeout
            )
        // Steps inside of a step are the runner's.
        case .include, .parallel:
            return .failed("it has steps inside, which can't be undone at once")
        }
    }

    private func abandoned(_ work: @escaping @Sendable () async -> Tried) async -> Tried {
        await abandonable(work) ?? .failed("the run ended first")
    }

    private func report(_ it: Try, _ command: String) -> ActionReport {
        ActionReport(
            of: it.runbook,
            host: it.host,
            stage: .runbook,
            what: it.title,
            command: world.concealed.shown(command),
            sent: world.now(),
            done: world.now(),
            result: "",
            isAsExpected: false
        )
    }

    private func run(_ command: Command, on host: String?, _ it: Try) async -> Tried {
        var report = report(it, command.shown)
        defer { log.append(.action(report)) }
        do {
            let result = try await actor.execute(
                command,
                on: host,
                deadline: it.deadline,
                told: "\(it.runbook): \(it.title)"
            )
            report.sent = result.sent
            report.done = result.done
            report.result = result.exit.shown
            let output = result.outputText.trimmed
            report.output = actor.shown((output + "\n" + result.errorText).trimmed, most: 2000)
            if let exit = it.step.expect.exit, result.exit != .code(exit) {
                return .failed("expected exit \(exit), got \(report.failure)")
            }
            if !it.step.saves.isEmpty, !result.isText {
                return .failed(
                    "it printed bytes that are no text, which can't be saved as they are"
                )
            }
            if result.isTruncated, !it.step.saves.isEmpty || !it.step.expect.json.isEmpty {
                return .failed("it printed more than can be looked through: let it print less")
            }
            let tried = judged(answer("output", output), it)
            report.isAsExpected = tried.failure == nil
            return tried
        } catch {
            report.done = world.now()
            report.result = error.message
            report.output = error.cause
            if error.code == .timedOut, let budget = it.step.budget, world.now() >= it.deadline {
                return .failed("its budget of \(budget) ran out: \(error.message)")
            }
            return .failed(error.message)
        }
    }

    /// `noun` is what the text of its answer is, `told` what was asked.
    private func ask(
        _ question: Question,
        told: String,
        _ noun: String,
        _ it: Try
    ) async -> Tried {
        var report = report(it, told)
        defer { log.append(.action(report)) }
        let reply = await world.probers.ask(question, deadline: it.deadline)
        report.sent = reply.sent
        report.done = reply.done
        report.result = world.concealed.shown(reply.said)
        report.output = reply.text.flatMap { actor.shown($0.trimmed, most: 2000) }
        guard reply.outcome.isGood else {
            let body = report.output.map { ": \(Plain.oneLine($0, max: 200))" } ?? ""
            let (whose, wanted) = question.told(reply.outcome)
            return .failed(world.concealed.shown(whose + reply.outcome.shown + wanted) + body)
        }
        let tried = judged(answer(noun, reply.text), it)
        report.isAsExpected = tried.failure == nil
        return tried
    }

    private func change(_ deed: ContainerDeed, told: String, _ it: Try) async -> Tried {
        var report = report(it, told)
        if deed.host == nil { report.host = deed.container }
        defer { log.append(.action(report)) }
        let (engine, name, latest) = (world.containers, deed.container, it.deadline)
        do throws(EngineError) {
            switch deed.verb {
            case .start: try await engine.start(name, deadline: latest)
            case .stop: try await engine.stop(name, deadline: latest)
            case .restart: try await engine.restart(name, deadline: latest)
            case .kill: try await engine.kill(name, signal: "KILL", deadline: latest)
            case .pause: try await engine.pause(name, deadline: latest)
            case .unpause: try await engine.unpause(name, deadline: latest)
            }
            report.done = world.now()
            report.result = "done"
            report.isAsExpected = true
            return Tried()
        } catch {
            report.done = world.now()
            report.result = error.message
            report.output = error.cause
            return .failed(error.message)
        }
    }

    /// What is expected of an answer, and what of it is kept.
    private func judged(_ answer: DeedAnswer, _ it: Try) -> Tried {
        if let why = answer.failure(it.step.expect) { return .failed(why) }
        var tried = Tried()
        for save in it.step.saves {
            switch answer.part(save) {
            case .missing(let why): return .failed(why)
            case .found(let value) where world.concealed.isIn(value):
                return .failed(
                    "\(save.name) can't be saved: a secret is in it, and the record must not hold one;"
                        + " let it print something else"
                )
            case .found(let value): tried.saved[save.name] = Text(parts: [.value(value)])
            }
        }
        return tried
    }

    private func wait(_ wait: RunbookWait, _ it: Try) async -> Tried {
        // It has its own end, where no budget comes before it; whole milliseconds, for messages.
        let room =
            it.step.budget == nil
            ? wait.within : .milliseconds(max(0, (it.deadline - world.now()).ns / 1_000_000))
        let within = min(wait.within, room)
        switch wait.until {
        case nil:
            await world.sleep(world.now() + wait.holds)
            return Task.isCancelled ? .failed("the run ended first") : Tried()
        case .probe(let name):
            let why = await watch.wait(
                name,
                is: wait.state,
                for: wait.holds,
                within: within
            )
            return Task.isCancelled ? .failed("the run ended first") : Tried(failure: why)
        case .look(let kind, let name, let every):
            let seen = await look(
                kind,
                for: wait.state,
                holding: wait.holds,
                until: world.now() + within,
                every: every,
                told: (it.runbook, it.host, it.title, "look: \(kind.shown)")
            )
            guard let seen else { return Tried() }
            let wanted = wait.state == .down ? "down" : "up"
            let lasting = wait.holds == .zero ? "" : " for \(wait.holds)"
            return .failed(
                "\(name ?? kind.shown) was not \(wanted)\(lasting) within \(within):"
                    + " \(seen)"
            )
        }
    }

    private func ask(
        _ text: Text,
        _ it: Try,
        isApproval: Bool,
        by: [String],
        within: Span
    ) async -> Tried {
        let latest = it.step.budget == nil ? world.now() + within : it.deadline
        let request = PersonRequest(
            runbook: it.runbook,
            step: it.step.title,
            id: it.step.id,
            text: world.concealed.shown(text.shown),
            isApproval: isApproval,
            by: by,
            deadline: isApproval ? min(latest, world.now() + within) : latest
        )
        let patience = request.deadline - world.now()
        switch await world.people?.ask(request) ?? .absent {
        case .yes(let who): return Tried(answeredBy: who)
        case .no(let who, let why):
            let said = isApproval ? "\(who) did not approve it" : "\(who) could not do it"
            return Tried(
                failure: said + (why.map { ": \($0)" } ?? ""),
                answeredBy: who,
                isHopeless: true
            )
        case .late:
            let whose = by.isEmpty ? "nobody" : "none of \(by.listed)"
            return Tried(
                failure: "\(whose) \(isApproval ? "approved" : "confirmed") it within"
                    + " \(patience.roughly)",
                isHopeless: isApproval
            )
        case .absent:
            return isApproval
                ? Tried(failure: "nobody was there to approve it", isHopeless: true)
                : Tried(skipped: "nobody was there to do it")
        case .skipped(let why): return Tried(skipped: why)
        }
    }
}

extension Question {
    /// For sentences: whom an answer is of, and what it should have been.
    fileprivate func told(_ outcome: Outcome) -> (whose: String, wanted: String) {
        guard case .http(let look) = self else { return ("", "") }
        var wanted = ""
        if case .bad(.status, _) = outcome, !look.statuses.isEmpty {
            wanted = ", not \(alternatives(look.statuses.map(String.init)))"
        }
        return ("\(look.method) \(look.url.shown): ", wanted)
    }
}
