import DrillModel

extension Details {
    /// Every command that was run, as it was.
    var commands: Markup {
        var lifted = LiftedScripts()
        let rows = ActionRow.rows(reading.actions).map { row -> [Markup] in
            let action = row.action
            let again: Markup =
                row.count > 1
                ? "<br><span class=\"rest\">\(row.count) times, last \(reading.seconds(row.last))</span>"
                : .empty
            let output: Markup =
                action.output.map {
                    "<br><code class=\"out\">\(Plain.oneLine($0, max: 400))</code>"
                }
                ?? .empty
            let isOdd = !action.isAsExpected
            let mark: Markup =
                isOdd ? "<span class=\"chip is-failed\">✗ unexpected</span> " : .empty
            return [
                "\(reading.seconds(action.sent))",
                "\(Shown.decimal((action.done - action.sent).inSeconds, places: 3))",
                "\(action.stage.rawValue)<br><span class=\"rest\">\(action.of)</span>",
                "\(action.host)", "<code>\(lifted.lift(action.command))</code>\(again)",
                "\(mark)\(action.result)\(output)",
            ]
        }
        guard !rows.isEmpty else {
            return Self.section("Every command that was run", "<p>None was run.</p>")
        }
        return Self.section(
            "Every command that was run",
            """
            <p>\(Shown.plural(reading.actions.count, "command")), in the order in which they were sent. \
            Looks that showed the same again share a row.</p>\(Self.sudo(in: reading.actions.map(\.command)))
            <div class="commands run">\(Self.table(
                ["Sent, s", "Took, s", "For", "Host", "Command", "Result"], rows))</div>
            \(scripts(lifted))
            """
        )
    }

    /// Commands are told as their files and faults have them.
    private static func sudo(in commands: [String]) -> Markup {
        commands.contains { $0.contains("sudo -n ") }
            ? "<p><code>sudo -n</code> is left out where the login user is root.</p>" : .empty
    }

    /// What `$S1` and so on stand for.
    private func scripts(_ lifted: LiftedScripts) -> Markup {
        let rows = lifted.scripts.enumerated().map { index, script -> [Markup] in
            ["<code>$S\(index + 1)</code>", "<code>\(script)</code>"]
        }
        guard !rows.isEmpty else { return .empty }
        return "<div class=\"commands\">\(Self.table(["Script", "As the host got it"], rows))</div>"
    }

    var probes: Markup {
        let late = reading.lateness
        let rows = reading.experiment.probes.map { probe -> [Markup] in
            [
                "\(probe.name)", "\(probe.measure.rawValue)",
                "<code>\(Self.look(probe.kind))</code>",
                "\(probe.every.description)", "\(probe.timeout.description)", "\(probe.upAfter)",
                "\(late[probe.name]?.shownAtMost ?? "–")", "\(probe.lookedFrom)",
            ]
        }
        guard !rows.isEmpty else { return .empty }
        return Self.section(
            "Probes",
            """
            <p>Sampling is open-loop: each look is due at its time whether or not earlier ones have \
            come back. <i>Late</i> is the time in which a healthy service answers; where one hangs, an \
            outage is dated by it.</p>
            \(Self.table(
                ["Probe", "Measures", "Looks at", "Every", "Timeout", "Up after", "Late", "From"],
                rows))
            """
        )
    }

    static func look(_ kind: Probe.Kind) -> String {
        switch kind {
        case .http(let look):
            "\(look.method) \(look.url.shown), status "
                + (look.statuses.isEmpty
                    ? "200 to 399" : look.statuses.map(String.init).joined(separator: " or "))
                + (look.match.map { ", match \($0)" } ?? "")
        case .tcp(let look): "tcp \(look.address.shown):\(look.port)"
        case .sql(let look): "\(look.url.shown) \(look.query.shown)"
        case .command(let look):
            "[\(look.host ?? "controller")] \(look.command.shown)"
                + (look.match.map { ", match \($0)" } ?? "")
        case .ledger(let ledger): "ledger \(ledger.shown)"
        case .prometheus, .alertmanager, .log, .loadBalancer, .dns, .postgresRole: kind.shown
        }
    }

    var hosts: Markup {
        guard let facts = reading.plan.facts, !facts.hosts.isEmpty else { return .empty }
        let inventory = reading.experiment.inventory
        let rows = facts.hosts.sorted { $0.key < $1.key }.map { name, found -> [Markup] in
            let host = inventory?.host(name)
            let way = [found.transport, found.transportWhy].compactMap(\.self).joined(
                separator: ": "
            )
            let rights = found.isRoot ? "root" : found.hasSudo ? "sudo" : "neither root nor sudo"
            let state: Markup =
                found.unreachable.map {
                    "<span class=\"chip is-failed\">✗ not reached</span> \($0)"
                }
                ?? "\(found.user ?? "") \(way), \(rights)"
            return [
                "\(name)", "\(host?.zone ?? "–")", "\(host?.roles.joined(separator: ", ") ?? "–")",
                "\(host?.address ?? "–")", state, clock(name, found),
            ]
        }
        let engine: Markup =
            facts.engine.map { engine in
                engine.unusable.map { "<p>Container engine: \($0)</p>" }
                    ?? "<p>Container engine \(engine.version ?? "of unknown version").</p>"
            } ?? .empty
        return Self.section(
            "Hosts, as surveyed before the run",
            Self.table(["Host", "Zone", "Roles", "Address", "Way in", "Clock before; after"], rows)
                + engine
        )
    }

    /// Who said that it might run, and until when.
    private var limits: [Markup] {
        let plan = reading.plan
        var limits: [Markup] = []
        if let policy = plan.policy {
            limits.append(
                "<p>Policy \(policy.name), \(policy.file) <code>\(policy.hash ?? "")</code></p>"
            )
        }
        if let confirmation = plan.confirmation {
            limits.append(
                "<p>To be confirmed, since \(confirmation.why): \(confirmation.given ?? "not done").</p>"
            )
        }
        if let closing = plan.closing {
            limits.append("<p>Its window closes at \(closing.shown).</p>")
        }
        return limits
    }

    /// What was planned: the commands, and the way back of each.
    var plan: Markup {
        let plan = reading.plan
        let radius = plan.blastRadius
        var parts: [Markup] = []
        if let about = reading.experiment.about { parts.append("<p>\(about)</p>") }
        if let planHash { parts.append("<p>plan.json <code>\(planHash)</code></p>") }
        let share = Shown.decimal(radius.share * 100, places: 0)
        let limit = Shown.decimal(radius.limit * 100, places: 0)
        if !reading.isRunbook {
            parts.append(
                """
                <p>Blast radius \(radius.touchedMax) of \(Shown.plural(radius.hosts, "host")), \(share) % of at \
                most \(limit) %: \(radius.touched.joined(separator: ", ")).</p>
                """
            )
        }
        parts += limits
        let notes = plan.notSelfHealing.map { "not self-healing: \($0)" } + plan.notes
        if !notes.isEmpty {
            parts.append("<ul>\(notes.map { "<li>\($0)</li>" as Markup }.joined())</ul>")
        }
        let planned = plan.faults.flatMap(\.procedures)
            .flatMap { $0.inject + $0.effective + $0.undo + $0.settled }
        parts.append(Self.sudo(in: planned.map(\.shown)))
        var lifted = LiftedScripts()
        func commands(_ actions: [Action]) -> Markup {
            actions.map { "<code>\(lifted.lift($0.shown))</code>" as Markup }
                .joined(separator: "<br>")
        }
        for fault in plan.faults {
            let rows = fault.procedures.map { procedure -> [Markup] in
                [
                    "\(procedure.target)", commands(procedure.inject),
                    commands(procedure.effective),
                    commands(procedure.undo), commands(procedure.settled),
                ]
            }
            let isLeased = fault.procedures.contains { $0.healing == .lease }
            let lease = isLeased ? ", lease \(fault.lease.description)" : ""
            parts.append(
                """
                <h3>\(fault.id) <span class="rest">\(fault.fault)\(lease)</span></h3><div class="commands planned">\(Self.table(
                    ["Target", "Inject", "Proof", "Undo", "Proof that it is gone"], rows))</div>
                """
            )
        }
        parts.append(scripts(lifted))
        return Self.section("The plan: commands and undo", parts.joined(separator: "\n"))
    }
}

extension Probe {
    /// The host that it looks from, for people.
    fileprivate var lookedFrom: String {
        lookers.first ?? "controller"
    }
}
