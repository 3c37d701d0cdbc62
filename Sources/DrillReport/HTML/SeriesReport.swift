package import DrillModel

/// The report of a series as one self-contained HTML file, in the style of a run's.
package enum SeriesReport {
    package static func html(
        _ series: RunSeries,
        _ judgement: SeriesJudgement,
        zone: WallTime.Zone = .utc
    ) -> String {
        let words = SeriesWords(series: series, judgement: judgement)
        let title = "\(series.experiment.name), \(words.count): \(words.verdict)"
        return Markup.page(
            title,
            style: ReportStyle.css,
            """
            \(HTMLReport.hatch)
            <main>
            \(header(words, zone))
            \(figures(words))
            \(proven(judgement))
            \(meaning(judgement))
            \(strips(words))
            \(runs(series))
            </main>
            """
        )
    }

    private static func header(_ words: SeriesWords, _ zone: WallTime.Zone) -> Markup {
        let (series, verdict) = (words.series, words.judgement.verdict)
        let reasons = words.otherReasons.map { "<li>\($0)</li>" as Markup }.joined()
        return """
            <header class="verdict is-\(verdict.rawValue)">
            <p class="name">\(series.experiment.name), \(words.count) <span>\(series.id)</span></p>
            <h1><span class="word">\(Words.mark(verdict)) \(words.verdict)</span> \
            \(words.sentence)</h1>
            \(reasons.isEmpty ? .empty : "<ul>\(reasons)</ul>")
            <p class="facts">\(facts(words, zone).joined(separator: " <span class=\"dot\">·</span> "))</p>
            </header>
            """
    }

    private static func facts(_ words: SeriesWords, _ zone: WallTime.Zone) -> [Markup] {
        let (series, start) = (words.series, words.series.start)
        let wall = WallTime(ns: start.wallNs)
        let utc = wall.shown(in: .utc)
        var facts: [Markup] = [
            "by <b>\(start.who)</b> on \(start.controller)",
            zone == .utc
                ? "<b>\(utc)</b> UTC" : "<b>\(wall.shown(in: zone))</b> \(zone.name) (\(utc) UTC)",
            "<b>\(words.tally)</b>", "pause \(series.place.pause.description)", "\(words.jitter)",
            "seed \(String(series.place.seed))",
        ]
        if !series.experiment.file.isEmpty { facts.append("plan \(series.experiment.file)") }
        facts.append("drill \(start.version)")
        return facts
    }

    private static func figures(_ words: SeriesWords) -> Markup {
        let figures = words.judgement.figures
        guard !figures.isEmpty else { return .empty }
        let hasP95 = figures.contains { $0.spread?.p95 != nil }
        let rows = figures.map { figure -> Markup in
            let spread = figure.spread
            let p95 = hasP95 ? cell(SeriesWords.value(spread?.p95), "p95") : .empty
            return """
                <tr><th scope="row">\(figure.key.label)</th><td>\(figure.key.subject)</td>\
                \(cell(Words.limit(figure.budget), "budget"))\
                <td><span class="chip is-\(figure.verdict?.rawValue ?? "none")">\
                \(Words.mark(figure.verdict)) \(Words.said(figure.verdict))</span></td>\
                \(cell(SeriesWords.count(spread), "runs"))\
                \(cell(SeriesWords.value(spread?.min), "least"))\
                \(cell(SeriesWords.value(spread?.median), "median"))\
                \(cell(words.range(spread), "its \(words.range)"))\(p95)\
                \(cell(SeriesWords.value(spread?.max), "most"))</tr>
                """
        }
        let notes = words.notes.map { "<p class=\"small\">\($0)</p>" as Markup }.joined()
        return """
            <section class="first"><h2>Figures over the runs</h2>
            <table class="figures"><thead><tr><th>figure</th><th>of</th><th class="n">budget</th>\
            <th>verdict</th><th class="n">runs</th><th class="n">least</th><th class="n">median</th>\
            <th class="n">its \(words.range)</th>\(hasP95 ? "<th class=\"n\">p95</th>" : .empty)\
            <th class="n">most</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table>\(notes)</section>
            """
    }

    /// A number; an interval may be broken after its dash, where the page is narrow, and nowhere else.
    private static func cell(_ words: String, _ name: String) -> Markup {
        let parts = words.split(separator: "–", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            return "<td class=\"n\" data-name=\"\(name)\">\(words)</td>"
        }
        return """
            <td class="n wide" data-name="\(name)"><span>\(String(parts[0]))–</span>\
            <span>\(String(parts[1]))</span></td>
            """
    }

    private static func proven(_ judgement: SeriesJudgement) -> Markup {
        let items = judgement.figures.filter { $0.budget != nil }
            .map { "<li>\($0.sentence)</li>" as Markup }
        guard !items.isEmpty else { return .empty }
        return """
            <section class="first"><h2>What these runs prove</h2><ul>\(items.joined())</ul></section>
            """
    }

    private static func meaning(_ judgement: SeriesJudgement) -> Markup {
        let rows = judgement.yearly.map { yearly -> Markup in
            "<p class=\"phases\"><b>\(yearly.probe)</b>: \(yearly.shown)</p>"
        }
        guard !rows.isEmpty else { return .empty }
        return """
            <section class="first"><h2>What it means</h2>\(rows.joined())</section>
            """
    }

    private static func strips(_ words: SeriesWords) -> Markup {
        let charts = words.judgement.figures.compactMap {
            StripChart(series: words.series, figure: $0).markup
        }
        guard !charts.isEmpty else { return .empty }
        return """
            <section><h2>Run by run</h2>
            <p class="key"><svg viewBox="0 0 18 14"><circle class="up" cx="9" cy="7" r="4"/></svg> within \
            the budget <svg viewBox="0 0 18 14"><path class="lane" d="M5 3L13 11M5 11L13 3"/></svg> outside \
            <svg viewBox="0 0 18 14"><circle class="mark" cx="9" cy="7" r="4"/></svg> can't be said \
            <svg viewBox="0 0 18 14"><circle class="quiet" cx="9" cy="7" r="3.2"/></svg> no budget \
            <svg viewBox="0 0 18 14"><path class="axis-line" d="M2 7H16"/></svg> the run's interval \
            <svg viewBox="0 0 18 14"><rect class="band" x="3" y="1" width="12" height="12"/></svg> \
            the median's interval</p>
            \(charts.joined())</section>
            """
    }

    private static func runs(_ series: RunSeries) -> Markup {
        let rows = series.runs.map { run -> Markup in
            """
            <tr><td class="n">\(run.number)</td><td><code>\(run.run)</code></td>\
            <td>\(Words.mark(run.verdict)) \(run.verdict.word)</td>\
            <td class="n">\(String(run.seed))</td><td class="n">\(SeriesWords.wait(run))</td>\
            <td>\(SeriesWords.standing(run) ?? run.reason)</td></tr>
            """
        }
        return """
            <section><h2>Runs</h2><table class="run"><thead><tr><th class="n"></th><th>run</th>\
            <th>verdict</th><th class="n">seed</th><th class="n">waited</th><th>why</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></section>
            """
    }
}
