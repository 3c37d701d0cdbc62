import DrillModel

/// How long looks took and what came of them, part by part, as tables for every kind of report.
struct LookTables {
    let reading: RunReading

    init(_ reading: RunReading) { self.reading = reading }

    private static let note =
        "Percentiles are of right answers and of looks that ran out of time (≥: it falls among those; "
        + "= max: of so few looks it is the slowest). "
        + "What was refused, reset or answered wrongly has no latency; it is bad. Bad is a share of all "
        + "looks; where some were unsent or couldn't look it is an interval."

    private var latencyTitles: [String] {
        ["Probe", "Part", "Looks"] + Percentile.allCases.map { "\($0.rawValue), ms" } + ["Bad"]
    }

    private var latencies: [[String]] {
        reading.judgement.latencies.filter { $0.count + $0.unseen > 0 }.map { summary in
            let count = reading.judgement.looks.first {
                $0.probe == summary.probe && $0.part == summary.part
            }
            return [summary.probe, summary.part.rawValue, Shown.count(summary.count)]
                + Percentile.allCases.map {
                    summary.isMax($0) ? "= max" : Self.cell(summary[$0])
                }
                + [count?.badShare.shown ?? "–"]
        }
    }

    /// In milliseconds; an interval where it is wider than what is read of it.
    static func cell(_ interval: LatencySummary.Interval) -> String {
        guard let low = interval.low else { return "–" }
        guard let high = interval.high else {
            return low > .zero ? "≥ \(number(low, .down))" : "unknown"
        }
        if let best = interval.best, (high - low).ns * 50 <= high.ns {
            return number(best, .toNearestOrAwayFromZero)
        }
        let (from, to) = (number(low, .down), number(high, .up))
        return from == to ? to : "\(from)–\(to)"
    }

    private static func number(_ span: Span, _ rounding: FloatingPointRoundingRule) -> String {
        let ms = Double(span.ns) / 1e6
        let places = ms < 0.1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0
        return Shown.decimal(ms, places: places, rounding)
    }

    /// What came of one probe's looks; those of a detection that show it quiet are no failures.
    private struct Outcomes {
        var count: LookCount
        /// Nil where it isn't a detection.
        var quiet: Int?
        var failures: [Outcome.Failure: Int]

        init(_ count: LookCount, of probe: Probe?) {
            self.count = count
            failures = count.failures
            guard let probe, probe.measure == .detection else { return }
            failures = count.failures.filter { !probe.showsQuiet($0.key) }
            quiet = count.failures.values.reduce(0, +) - failures.values.reduce(0, +)
        }
    }

    /// Only outcomes that there were.
    private var outcomes: (titles: [String], rows: [[String]]) {
        let looks = reading.judgement.looks.filter { $0.part == .run && $0.all > 0 }
            .map { Outcomes($0, of: reading.experiment.probe($0.probe)) }
        let kinds = Outcome.Failure.allCases.filter { kind in
            looks.contains { $0.failures[kind] ?? 0 > 0 }
        }
        let hasUnsent = looks.contains { $0.count.unsent > 0 }
        let hasDetection = looks.contains { $0.quiet != nil }
        let titles =
            ["Probe", "Looks", "good"] + (hasDetection ? ["fired", "quiet"] : [])
            + kinds.map(\.rawValue) + (hasUnsent ? ["unsent"] : [])
        let rows = looks.map { look in
            let (good, isDetection) = (Shown.count(look.count.good), look.quiet != nil)
            let shown = [isDetection ? good : "–", look.quiet.map(Shown.count) ?? "–"]
            return [look.count.probe, Shown.count(look.count.all), isDetection ? "–" : good]
                + (hasDetection ? shown : [])
                + kinds.map { Shown.count(look.failures[$0] ?? 0) }
                + (hasUnsent ? [Shown.count(look.count.unsent)] : [])
        }
        return (titles, rows)
    }

    /// A chart's title speaks of more looks than this table does.
    private static let base =
        "Looks of the whole run, from its steady stretch on; the charts show those before it, too."

    var markup: Markup {
        let (titles, rows) = outcomes
        guard !rows.isEmpty else { return .empty }
        let latencies = latencies
        let timed: Markup =
            latencies.isEmpty
            ? .empty
            : """
            <section><h2>Latency</h2><p>\(Self.note)</p>
            \(Self.table(latencyTitles, latencies, words: 2))</section>

            """
        return """
            \(timed)<section><h2>What came of the looks</h2>
            <p>\(Self.base)</p>
            \(Self.table(titles, rows, words: 1))</section>
            """
    }

    /// A table whose first columns hold words and all others numbers.
    private static func table(_ titles: [String], _ rows: [[String]], words: Int) -> Markup {
        func line(_ cells: [String], _ tag: Markup) -> Markup {
            let cells = cells.enumerated().map { index, cell -> Markup in
                index < words ? "<\(tag)>\(cell)</\(tag)>" : "<\(tag) class=\"n\">\(cell)</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <table><thead>\(line(titles, "th"))</thead>
            <tbody>\(rows.map { line($0, "td") }.joined(separator: "\n"))</tbody></table>
            """
    }

    var markdown: String {
        let (titles, rows) = outcomes
        guard !rows.isEmpty else { return "" }
        func table(_ titles: [String], _ rows: [[String]]) -> String {
            MarkdownReport.table(titles, rows.map { $0.map(MarkdownReport.escaped) })
        }
        let latencies = latencies
        let timed =
            latencies.isEmpty
            ? "" : "## Latency\n\n\(Self.note)\n\n" + table(latencyTitles, latencies) + "\n\n"
        return timed + "## What came of the looks\n\n\(Self.base)\n\n" + table(titles, rows)
    }
}
