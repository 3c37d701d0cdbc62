import DrillModel

/// A probe's latency over time on a log scale, as a min–median–max envelope, failures below.
struct LatencyChart {
    private static let mostBuckets = 440
    private static let mostRows = 120
    private static let plotHeight = 170.0
    private static let laneHeight = 15.0

    let reading: RunReading
    let series: Series
    private let samples: [Sample]

    init?(_ reading: RunReading, _ probe: Probe) {
        guard let samples = reading.record.timeline.samples[probe.name], !samples.isEmpty else {
            return nil
        }
        self.reading = reading
        self.samples = samples
        series = Series(probe, samples, limit: Self.mostBuckets)
    }

    private var kinds: [Outcome.Failure] {
        Outcome.Failure.allCases.filter { count($0) > 0 }
    }

    private func count(_ kind: Outcome.Failure) -> Int {
        series.buckets.reduce(0) { $0 + ($1.failures[kind] ?? 0) }
    }

    /// What is seen: the usual and the slowest answer, and what failed.
    var title: String {
        let name = Plain.oneLine(series.probe.name)
        let answers = answers.map { "\(name): \($0)" } ?? "\(name) never answered rightly"
        let failed = Dictionary(uniqueKeysWithValues: kinds.map { ($0.rawValue, count($0)) })
        guard !failed.isEmpty else {
            return answers + "; all \(Shown.count(samples.count)) looks were good"
        }
        let sum = failed.values.reduce(0, +)
        return answers + "; \(Shown.count(sum)) of all \(Shown.count(samples.count)) looks failed: "
            + Words.failures(failed)
    }

    /// The table's figures of the whole run, in its words; nil where nothing was answered rightly.
    ///
    /// Figures of right answers alone would leave out those who waited longest.
    private var answers: String? {
        let summary = reading.judgement.latencies.first {
            $0.probe == series.probe.name && $0.part == .run
        }
        guard let summary, summary.count > summary.timeouts else { return nil }
        let named: [(String, Percentile)] = [("median", .p50), ("p99", .p99), ("slowest", .max)]
        return named.filter { !summary.isMax($0.1) }.map { name, percentile in
            let cell = LookTables.cell(summary[percentile])
            return cell.contains(where: \.isNumber) ? "\(name) \(cell) ms" : "\(name) \(cell)"
        }.joined(separator: ", ")
    }

    var markup: Markup {
        let lanes = Self.laneHeight * Double(kinds.count)
        let frame = ChartFrame(reading, plot: Self.plotHeight + (lanes > 0 ? lanes + 8 : 0))
        let plotBottom = frame.top + Self.plotHeight
        let scale = LogScale(
            latencies: series.buckets,
            limit: series.probe.timeout,
            top: frame.top + 14,
            bottom: plotBottom
        )
        let content =
            grid(scale) + envelope(scale, frame) + lines(scale)
            + laneMarks(from: plotBottom + 8, frame)
        let svg = frame.svg(title, content, labels: labels(scale))
        return """
            <figure><figcaption><h3>\(title)</h3></figcaption>\(svg)\
            <p class="key"><svg viewBox="0 0 18 14"><rect class="band" width="18" height="14"/>\
            <path class="median" d="M0 7H18"/></svg> right answers: least, median and greatest of each \
            \(series.width.shown); log scale. Failed looks are marked below by their kind.</p>\
            </figure>\(table)
            """
    }

    private func grid(_ scale: LogScale) -> Markup {
        scale.decades.map { decade -> Markup in
            let y = scale.y(decade)
            return """
                <path class="grid" d="M\(ChartFrame.left) \(y)H\(ChartFrame.right)"/>\
                <text class="axis" x="\(ChartFrame.left - 8)" y="\(y + 4)" text-anchor="end">\
                \(Self.decade(decade))</text>
                """
        }.joined()
    }

    /// `100 µs`, `1 ms`, `10 s`.
    private static func decade(_ ns: Double) -> String {
        let units = [("s", 1e9), ("ms", 1e6), ("µs", 1e3)]
        let unit = units.first { ns >= $0.1 } ?? ("ns", 1)
        return "\(ChartFrame.number(ns / unit.1)) \(unit.0)"
    }

    /// The longest first.
    private var limits: [(name: String, span: Span)] {
        let lines =
            [("timeout", series.probe.timeout)]
            + (series.probe.slowerThan.map { [("slower than", $0)] } ?? [])
            + promised
        return lines.sorted { $0.1 > $1.1 }
    }

    private func lines(_ scale: LogScale) -> Markup {
        limits.map { limit -> Markup in
            let y = scale.y(Double(limit.span.ns))
            return """
                <path class="budget" d="M\(ChartFrame.left) \(y)H\(ChartFrame.right)"/>
                """
        }.joined()
    }

    /// What the lines are, each over its own.
    private func labels(_ scale: LogScale) -> Markup {
        var (above, row, end) = (-Self.labelHeight, 0.0, 0.0)
        return limits.map { limit -> Markup in
            let y = scale.y(Double(limit.span.ns))
            let label = "\(limit.name) \(limit.span.description)"
            // One close under another stands to the left of that one's: over its own line, the other
            // line would strike it through.
            let isClose = y - above < Self.labelHeight
            let right = isClose ? end : ChartFrame.right - 2
            row = isClose ? row : y
            (above, end) = (y, right - ChartFrame.textWidth(label) * 0.9 - 8)
            return """
                <text class="budget-name" x="\(right)" y="\(row - 3)" text-anchor="end">\(label)</text>
                """
        }.joined()
    }

    private static let labelHeight = 13.0

    /// Budgets on this probe's latency, each once.
    private var promised: [(String, Span)] {
        var limits: [(String, Span)] = []
        for figure in reading.judgement.figures
        where figure.name == .latency && figure.probe == series.probe.name {
            // One above the timeout would be drawn over it.
            guard case .atMost(let limit)? = figure.budget, limit < series.probe.timeout else {
                continue
            }
            limits.append(("budget \(figure.label)", limit))
        }
        return limits
    }

    private func envelope(_ scale: LogScale, _ frame: ChartFrame) -> Markup {
        var band = ""
        var median = ""
        for run in series.buckets.split(whereSeparator: { $0.latencies.isEmpty }) {
            var upper = ""
            var lower = ""
            for (index, bucket) in run.enumerated() {
                guard let low = bucket.latencies.first, let high = bucket.latencies.last,
                    let middle = bucket.median
                else { continue }
                let x0 = Markup.coordinate(frame.x(bucket.from))
                let x1 = Markup.coordinate(frame.x(bucket.from + series.width))
                let top = Markup.coordinate(scale.y(Double(high)) - 0.5)
                let bottom = Markup.coordinate(scale.y(Double(low)) + 0.5)
                let centre = Markup.coordinate(scale.y(Double(middle)))
                upper += "\(index == 0 ? "M" : "L")\(x0) \(top)H\(x1)"
                lower = "L\(x1) \(bottom)H\(x0)" + lower
                median += "\(index == 0 ? "M" : "L")\(x0) \(centre)H\(x1)"
            }
            band += upper + lower + "Z"
        }
        return """
            <path class="band" d="\(band)"/><path class="median" d="\(median)"/>
            """
    }

    /// A lane a kind of failure: a line where it happened, and its mark on it.
    private func laneMarks(from top: Double, _ frame: ChartFrame) -> Markup {
        kinds.enumerated().map { index, kind -> Markup in
            let y = top + Self.laneHeight * (Double(index) + 0.5)
            var line = ""
            var marks = ""
            var lastMark = -1e9
            for bucket in series.buckets where (bucket.failures[kind] ?? 0) > 0 {
                let x0 = frame.x(bucket.from)
                let x1 = max(frame.x(bucket.from + series.width), x0 + 1)
                line += "M\(Markup.coordinate(x0)) \(Markup.coordinate(y))H\(Markup.coordinate(x1))"
                let centre = (x0 + x1) / 2
                if centre - lastMark >= 10 {
                    marks += FailureMark.path(kind, x: centre, y: y)
                    lastMark = centre
                }
            }
            let label = "\(kind.rawValue) \(Shown.count(count(kind)))"
            return """
                <text class="row" x="\(ChartFrame.left - 8)" y="\(y + 4)" text-anchor="end">\
                \(label)</text><path class="lane" d="\(line)"/><path class="mark" d="\(marks)"/>
                """
        }.joined()
    }

    private var table: Markup {
        let whole = Series(series.probe, samples, limit: Self.mostRows, nice: true)
        let paper = Series(series.probe, samples, limit: ChartTable.mostOnPaper, nice: true)
        let onlyHere: Markup =
            paper.width == whole.width
            ? .empty : " In the report's file a row is \(whole.width.shown)."
        return ChartTable.markup(
            head: """
                <th class="n">From, s</th><th class="n">Good</th><th class="n">Least, ms</th>\
                <th class="n">Median, ms</th><th class="n">Greatest, ms</th><th>Failed</th>
                """,
            whole: .init(note: "A row is \(whole.width.shown).", rows: rows(of: whole)),
            paper: .init(
                note: "The chart's numbers; a row is \(paper.width.shown).\(onlyHere)",
                rows: rows(of: paper)
            )
        )
    }

    private func rows(of series: Series) -> [Markup] {
        series.buckets.map { bucket -> Markup in
            func ms(_ ns: Int64?) -> String {
                ns.map { Shown.decimal(Double($0) / 1e6, places: 2) } ?? "–"
            }
            let failures = Dictionary(
                uniqueKeysWithValues: bucket.failures.map { ($0.key.rawValue, $0.value) }
            )
            let unsent = bucket.unsent > 0 ? ["unsent": bucket.unsent] : [:]
            let failed = Words.failures(failures.merging(unsent) { $1 })
            return """
                <tr><td class="n">\(reading.seconds(bucket.from))</td><td class="n">\(bucket.good)\
                </td><td class="n">\(ms(bucket.latencies.first))</td>\
                <td class="n">\(ms(bucket.median))</td><td class="n">\(ms(bucket.latencies.last))\
                </td><td>\(failed)</td></tr>
                """
        }
    }
}
