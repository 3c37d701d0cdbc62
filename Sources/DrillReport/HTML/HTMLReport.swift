package import DrillModel

/// The report as one self-contained HTML file: no script, no font, no picture from elsewhere.
///
/// In the order in which somebody would ask: the verdict, what was lost, figures against budgets; how
/// it went over time; then proofs, steps, and every command that was run.
package enum HTMLReport {
    /// The whole file.
    ///
    /// `zone` is what the reader's clock shows (times are always in UTC too), `planHash` that of
    /// `plan.json` where it is known.
    package static func html(
        _ record: Record,
        zone: WallTime.Zone = .utc,
        planHash: String? = nil
    ) -> String {
        let reading = RunReading(record)
        let first = FirstScreen(reading: reading, zone: zone, planHash: planHash)
        let details = Details(reading: reading, planHash: planHash)
        let title = "\(record.plan.experiment.name): \(record.judgement.verdict.word)"
        return Markup.page(
            title,
            style: ReportStyle.css,
            """
            \(hatch)
            <main>
            \(first.markup)
            \(reading.isRunbook ? .empty : charts(reading) + LookTables(reading).markup)
            \(details.markup)
            </main>
            """
        )
    }

    private static func charts(_ reading: RunReading) -> Markup {
        let services = reading.experiment.probes.filter { $0.measure == .service }
        let latencies = services.prefix(mostLatencyCharts)
            .compactMap { LatencyChart(reading, $0)?.markup }
        let left = services.count - mostLatencyCharts
        let more: Markup =
            left > 0
            ? """
            <p>\(Shown.plural(left, "more service")) left out here; the samples are kept with the run.</p>
            """
            : .empty
        return """
            <section><h2>Availability over time</h2>
            \(AvailabilityChart(reading).markup)</section>
            <section><h2>Latency over time</h2>
            \(latencies.isEmpty ? "<p>No service was sampled.</p>" : latencies.joined())\(more)</section>
            """
    }

    /// More would make a file that no browser likes.
    private static let mostLatencyCharts = 8

    /// The pattern that tells *down* apart without its colour; every chart of the page uses it.
    static let hatch: Markup = """
        <svg width="0" height="0" aria-hidden="true" class="defs"><defs>\
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" \
        patternTransform="rotate(45)"><rect width="5" height="5" class="hatch-ground"/>\
        <path d="M0 0V5" class="hatch-line"/></pattern>\
        <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">\
        <rect width="5" height="5" class="dots-ground"/><circle cx="2.5" cy="2.5" r="1" \
        class="dots-dot"/></pattern></defs></svg>
        """
}
