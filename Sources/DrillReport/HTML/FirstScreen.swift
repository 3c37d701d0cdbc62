import DrillModel

/// The dense top of a report: verdict, data, figures against budgets, phases.
struct FirstScreen {
    let reading: RunReading
    let zone: WallTime.Zone
    let planHash: String?

    var markup: Markup {
        reading.isRunbook ? header : header + data + figures + phases + meaning + undecided
    }

    private var header: Markup {
        let verdict = reading.judgement.verdict
        let reasons = reading.otherReasons.map { "<li>\($0)</li>" as Markup }.joined()
        return """
            <header class="verdict is-\(verdict.rawValue)">
            <p class="name">\(reading.title) <span>\(reading.record.run)</span></p>
            <h1><span class="word">\(Words.mark(verdict)) \(verdict.word)</span> \
            \(reading.sentence)</h1>
            \(reasons.isEmpty ? .empty : "<ul>\(reasons)</ul>")
            \(reading.heal.map(next) ?? .empty)\(reading.goOn.map(goingOn) ?? .empty)
            <p class="facts">\(facts.joined(separator: " <span class=\"dot\">·</span> "))</p>
            </header>

            """
    }

    private func next(_ heal: String) -> Markup {
        "<p><b>Run <code>\(heal)</code></b>: it undoes what is left.</p>"
    }

    private func goingOn(_ goOn: String) -> Markup {
        "<p><b>Run <code>\(goOn)</code></b>: it goes on with the first step that was not done.</p>"
    }

    /// Who, when, on what, which plan.
    private var facts: [Markup] {
        let start = reading.record.start
        let wall = WallTime(ns: start.wallNs)
        let utc = wall.shown(in: .utc)
        var facts: [Markup] = [
            "by <b>\(start.who)</b> on \(start.controller)",
            zone == .utc
                ? "<b>\(utc)</b> UTC" : "<b>\(wall.shown(in: zone))</b> \(zone.name) (\(utc) UTC)",
            "lasted \((reading.end - reading.begin).shown)",
        ]
        if let inventory = reading.experiment.inventory {
            facts.append("on <b>\(inventory.name)</b>, \(touched)")
        }
        if let disruption = reading.experiment.disruption {
            facts.append("disruption: \(disruption.rawValue)")
        }
        facts.append("plan \(reading.experiment.file)")
        if let planHash {
            // Enough to tell plans apart; the whole of it stands with the plan below.
            facts.append("<code title=\"\(planHash)\">\(String(planHash.prefix(19)))…</code>")
        }
        if !reading.isRunbook { facts.append("seed \(String(start.seed))") }
        if let wait = reading.record.timeline.heldBack { facts.append("jitter \(wait.shown)") }
        if let series = reading.plan.series {
            facts.append("run \(series.number) of \(series.count) of the series \(series.id)")
        }
        facts.append("drill \(start.version)")
        return facts
    }

    private var touched: Markup {
        if reading.faults.contains(where: { $0.injecting != nil }) {
            let radius = reading.plan.blastRadius
            let share = Shown.decimal(radius.share * 100, places: 0)
            return """
                \(radius.touchedMax) of \(Shown.plural(radius.hosts, "host")) (\(share) %) broken
                """
        }
        let hosts = reading.hostsOfRunbooks
        if reading.isRunbook {
            return hosts.isEmpty ? "nothing was done" : "it acted on \(hosts.listed)"
        }
        if !hosts.isEmpty { return "no fault went in; runbooks acted on \(hosts.listed)" }
        // A lease that was armed and taken away again breaks nothing.
        return reading.actions.contains { $0.stage == .arm }
            ? "nothing was broken" : "nothing was touched"
    }

    /// Data first: lost data can't be made again, services can.
    private var data: Markup {
        let ledgers = reading.judgement.ledgers
        guard !ledgers.isEmpty else { return .empty }
        let rows = ledgers.map { ledger -> Markup in
            let isLost = ledger.lost > 0 && ledger.unread == nil
            let verdict: Verdict =
                isLost ? .failed : ledger.isKnown ? .passed : .inconclusive
            let least = ledger.isKnown ? "" : " at least"
            let word =
                switch verdict {
                case .passed: "none lost"
                case .failed: "\(Shown.count(ledger.lost)) lost\(least)"
                case .inconclusive: ledger.unread != nil ? "not read back" : "can't be told"
                }
            return """
                <p class="data"><span class="chip is-\(verdict.rawValue)">\(Words.mark(verdict)) \
                \(word)</span> \
                <b>\(ledger.probe)</b>: \(Words.ledger(ledger)). \
                <span class="rest">\(Words.ledgerRest(ledger)).</span></p>\(places(of: ledger))
                """
        }
        return "<section class=\"first\"><h2>Data</h2>\(rows.joined())</section>\n"
    }

    /// What further places have: replicas, the side that lost a split brain.
    private func places(of ledger: LedgerCount) -> Markup {
        let items = ledger.places.dropFirst().map { place -> Markup in
            let isLost = place.lost > 0 && place.unread == nil
            let verdict: Verdict =
                isLost ? .failed : place.isKnown ? .passed : .inconclusive
            return """
                <li><span class="chip is-\(verdict.rawValue)">\(Words.mark(verdict))</span> \
                <b>\(place.place)</b>: \
                <span class="rest">\(Words.place(place)).</span></li>
                """
        }
        guard !items.isEmpty else { return .empty }
        return "<ul>\(items.joined())</ul>"
    }

    private var figures: Markup {
        guard !reading.judgement.figures.isEmpty else {
            return
                "<section class=\"first\"><h2>Figures</h2><p>None: nothing was measured.</p></section>\n"
        }
        let rows = reading.judgement.figures.map { figure -> Markup in
            let last = reading.last(figure).map { Words.measured($0) } ?? "–"
            let verdict = figure.verdict.map { "is-\($0.rawValue)" } ?? "is-none"
            // What an inconclusive one says stands below, where it is told what would decide it.
            let note = figure.verdict == .inconclusive ? nil : figure.note
            let below: Markup =
                note.map { "\n<tr class=\"note\"><td colspan=\"7\">\($0)</td></tr>" } ?? .empty
            return """
                <tr\(note == nil ? .empty : " class=\"noted\"")><th scope="row">\(figure.label)</th>\
                <td>\(Words.of(figure))</td>\
                <td class="n"><b>\(Words.measured(figure))</b></td>\
                <td class="n" data-name="budget">\(Words.limit(figure.budget))</td>\
                <td class="bar">\(BudgetBar.markup(figure))</td>\
                <td><span class="chip \(verdict)">\(Words.mark(figure.verdict)) \
                \(Words.said(figure.verdict))</span></td>\
                <td class="n" data-name="last run">\(last)</td></tr>\(below)
                """
        }
        return """
            <section class="first"><h2>Figures</h2>
            <table class="figures"><thead><tr><th>Figure</th><th>Of</th>\
            <th class="n">Measured</th><th class="n">Budget</th><th class="bar">Against it</th>\
            <th>Verdict</th><th class="n">Last run</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table>
            <p class="small">Each interval contains the truth. Passed: all of it is inside the budget; \
            failed: all of it is outside, or a service was still down when the repair began; \
            inconclusive: the budget lies within it.</p></section>

            """
    }

    /// What recovering like this would cost a year, by the experiment's own assumption.
    private var meaning: Markup {
        let rows = reading.judgement.yearly.map { yearly -> Markup in
            "<p class=\"phases\"><b>\(yearly.probe)</b>: \(yearly.shown)</p>"
        }
        guard !rows.isEmpty else { return .empty }
        return """
            <section class="first"><h2>What it means</h2>\(rows.joined())</section>

            """
    }

    private var phases: Markup {
        guard let phases = reading.judgement.phasesShown else { return .empty }
        return
            "<section class=\"first\"><h2>Phases</h2><p class=\"phases\">\(phases)</p></section>\n"
    }

    private var undecided: Markup {
        let open = reading.undecided
        guard !open.isEmpty else { return .empty }
        let items = open.map { figure -> Markup in
            let of = figure.probe == nil ? "" : " of \(Words.of(figure))"
            return """
                <li>\(figure.label)\(of) is \(Words.measured(figure)), budget \
                \(Words.limit(figure.budget)): \(reading.decides(figure))</li>
                """
        }
        return """
            <section class="first"><h2>What would decide it</h2><ul>\(items.joined())</ul></section>

            """
    }
}
