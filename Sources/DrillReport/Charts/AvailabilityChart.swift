import DrillModel

/// Availability over time: one strip a probe, states told by height and pattern as well as colour.
struct AvailabilityChart {
    private static let rowHeight = 26.0
    private static let mostBuckets = 480
    /// Over all probes: more would make a table that nobody opens and a file that no browser likes.
    private static let mostInAll = 6000

    let reading: RunReading
    let series: [Series]

    init(_ reading: RunReading) {
        self.reading = reading
        let probes = reading.experiment.probes
        let limit = min(Self.mostBuckets, max(60, Self.mostInAll / max(1, probes.count)))
        series = probes.compactMap { probe in
            guard let samples = reading.record.timeline.samples[probe.name], !samples.isEmpty else {
                return nil
            }
            return Series(
                probe,
                samples,
                outages: Self.outages(of: probe, reading),
                limit: limit,
                isTimed: false
            )
        }
    }

    private static func outages(of probe: Probe, _ reading: RunReading) -> [Outage] {
        reading.judgement.outages.filter { $0.probe == probe.name }
    }

    /// What is seen, in a sentence: how long each service was down.
    var title: String {
        let services = reading.experiment.probes.filter { $0.measure == .service }.map { probe in
            let outages = Self.outages(of: probe, reading)
            let name = Plain.oneLine(probe.name)
            guard !outages.isEmpty else { return "\(name) never down" }
            let downtime = reading.judgement.figures.first {
                $0.name == .downtime && $0.probe == probe.name
            }
            let length = downtime.map { " for \($0.shown)" } ?? ""
            return "\(name) down\(length) in \(Shown.plural(outages.count, "outage"))"
        }
        return services.isEmpty
            ? "What the probes saw over time"
            : services.joined(separator: "; ")
    }

    var markup: Markup {
        guard !series.isEmpty else { return "<p>No probe was sampled.</p>" }
        let frame = ChartFrame(reading, plot: 6 + Self.rowHeight * Double(series.count))
        let rows = series.enumerated().map { index, series in
            row(series, y: frame.top + 3 + Self.rowHeight * Double(index), frame)
        }.joined()
        return """
            <figure><figcaption><h3>\(title)</h3></figcaption>\(frame.svg(title, rows))\
            \(Self.key)</figure>\(table)
            """
    }

    private func row(_ series: Series, y: Double, _ frame: ChartFrame) -> Markup {
        let isDetection = series.probe.measure == .detection
        let middle = y + Self.rowHeight / 2
        let shapes = series.stretches.map { stretch -> Markup in
            let x0 = frame.x(stretch.from)
            let x1 = max(frame.x(stretch.to), x0 + 0.8)
            let (kind, height): (Markup, Double) =
                switch stretch.state {
                case .nothing: ("", 0)
                case .good: isDetection ? ("fired", 16) : ("up", 5)
                case .bad: isDetection ? ("quiet", 2) : ("down", 20)
                case .mixed: isDetection ? ("fired", 16) : ("mixed", 13)
                case .blind: ("blind", 8)
                case .unsent: ("unsent", 8)
                }
            guard height > 0 else { return .empty }
            return """
                <rect class="\(kind)" x="\(x0)" y="\(middle - height / 2)" width="\(x1 - x0)" \
                height="\(height)"/>
                """
        }.joined()
        let name = ChartFrame.cut(series.probe.name, to: ChartFrame.left - 12)
        return """
            <text class="row" x="\(ChartFrame.left - 8)" y="\(middle + 4)" text-anchor="end">\
            \(name)</text>\(shapes)
            """
    }

    /// The shapes and what they mean, and the pattern of *down*, which other charts use too.
    private static let key: Markup = """
        <p class="key"><svg viewBox="0 0 18 14"><rect class="up" y="4.5" width="18" height="5"/></svg> up \
        <svg viewBox="0 0 18 14"><rect class="down" width="18" height="14"/></svg> down \
        <svg viewBox="0 0 18 14"><rect class="mixed" y="2" width="18" height="10"/></svg> some good, some bad \
        <svg viewBox="0 0 18 14"><rect class="fired" width="18" height="14"/></svg> fired \
        <svg viewBox="0 0 18 14"><rect class="quiet" y="6" width="18" height="2"/></svg> quiet \
        <svg viewBox="0 0 18 14"><rect class="blind" y="3" width="18" height="8"/></svg> could not look \
        <svg viewBox="0 0 18 14"><rect class="unsent" y="3" width="18" height="8"/></svg> not sent</p>
        """

    private var table: Markup {
        let width = series.map(\.width).max()?.shown ?? ""
        let coarse = onPaper
        let coarseWidth = coarse.map(\.width).max()?.shown ?? ""
        let onlyHere: Markup =
            coarseWidth == width ? .empty : " In the report's file it is told to \(width)."
        return ChartTable.markup(
            head: """
                <th>Probe</th><th>State</th><th class="n">From, s</th><th class="n">To, s</th>
                """,
            whole: .init(
                note: """
                    As drawn, to \(width); the outages below are exact. In an outage good looks are too few \
                    in a row, or were answered late: they don't show it up.
                    """,
                rows: rows(of: series)
            ),
            paper: .init(
                note:
                    "The chart's numbers, to \(coarseWidth); the outages below are exact.\(onlyHere)",
                rows: rows(of: coarse)
            )
        )
    }

    /// As fine as fits on paper.
    private var onPaper: [Series] {
        var found = series
        for limit in [240, 120, 60, 30, 15] {
            let rows = found.reduce(0) { $0 + $1.stretches.count }
            if rows <= max(ChartTable.mostOnPaper, 3 * found.count) { break }
            found = series.map {
                Series(
                    $0.probe,
                    reading.record.timeline.samples[$0.probe.name] ?? [],
                    outages: Self.outages(of: $0.probe, reading),
                    limit: limit,
                    nice: true,
                    isTimed: false
                )
            }
        }
        return found
    }

    private func rows(of series: [Series]) -> [Markup] {
        series.flatMap { series -> [Markup] in
            let isDetection = series.probe.measure == .detection
            return series.stretches.map { stretch -> Markup in
                let word =
                    switch stretch.state {
                    case .nothing: "no sample"
                    case .good: isDetection ? "fired" : "up"
                    case .bad: isDetection ? "quiet" : "down"
                    case .mixed: isDetection ? "fired now and then" : "some good, some bad"
                    case .blind: "could not look"
                    case .unsent: "not sent"
                    }
                return """
                    <tr><td>\(series.probe.name)</td><td>\(word)</td>\
                    <td class="n">\(reading.seconds(stretch.from))</td>\
                    <td class="n">\(reading.seconds(stretch.to))</td></tr>
                    """
            }
        }
    }
}
