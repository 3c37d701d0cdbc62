package import DrillModel

/// What `drill compare` prints: a row a figure, changes for the worse first.
package enum ComparisonText {
    package static func text(
        _ comparison: Comparison,
        differences: [String],
        isOfRuns: Bool,
        width: Int,
        colour: Bool = false
    ) -> String {
        var lines = [
            TerminalLine("before  \(Plain.oneLine(comparison.before))"),
            TerminalLine("after   \(Plain.oneLine(comparison.after))"),
        ]
        if !differences.isEmpty {
            var line = TerminalLine()
            line.add("NOT THE SAME EXPERIMENT", .red)
            line.add(" (\(differences.listed)): figures may differ for that alone")
            lines.append(line)
        }
        lines += rows(comparison)
        lines.append(TerminalLine(""))
        lines.append(TerminalLine(summary(comparison)))
        if isOfRuns, comparison.rows.contains(where: { $0.finding.isChange }) {
            lines.append(
                TerminalLine(
                    "Two runs differ here by more than their error. That may be the moment at which each"
                        + " struck: whether the system has changed, two series tell"
                        + " (`drill run --repeat`)."
                )
            )
        }
        return lines.flatMap { $0.wrapped(width: width, hanging: 8, colour: colour) }
            .joined(separator: "\n")
    }

    private static func rows(_ comparison: Comparison) -> [TerminalLine] {
        let order: [Comparison.Finding] = [.regression, .improvement, .noise, .unknown]
        let sorted = order.flatMap { finding in
            comparison.rows.filter { $0.finding == finding }
        }
        let titles = ["FIGURE", "OF", "BEFORE", "AFTER"]
        let cells = sorted.map { row in
            [
                row.key.label, Plain.truncated(Plain.oneLine(row.key.subject), 28),
                row.before?.shown ?? "–", row.after?.shown ?? "–",
            ]
        }
        let widths = titles.indices.map { column in
            ([titles] + cells).map { Plain.width($0[column]) }.max() ?? 0
        }
        func line(_ cells: [String], _ style: TerminalLine.Style?) -> TerminalLine {
            var line = TerminalLine()
            for (index, cell) in cells.enumerated() {
                line.add(Plain.fit(cell, widths[index], trailing: index > 1) + "  ", style)
            }
            return line
        }
        return [line(titles, .faint)]
            + zip(sorted, cells).map { row, cells in
                var line = line(cells, nil)
                line.add(row.finding.words, row.finding.style)
                if let why = row.why { line.add(" (\(why))") }
                return line
            }
    }

    private static func summary(_ comparison: Comparison) -> String {
        func count(_ finding: Comparison.Finding) -> Int {
            comparison.rows.count { $0.finding == finding }
        }
        guard comparison.exit != 2 else { return "Nothing can be compared." }
        let known = comparison.rows.count - count(.unknown)
        let (worse, better) = (count(.regression), count(.improvement))
        return
            "Of \(Shown.plural(known, "figure")) that can be compared \(worse) got worse, \(better)"
            + " better."
    }
}

extension Comparison.Finding {
    fileprivate var isChange: Bool { self == .regression || self == .improvement }

    fileprivate var words: String {
        switch self {
        case .regression: "REGRESSION"
        case .improvement: "improvement"
        case .noise: "within noise"
        case .unknown: "can't say"
        }
    }

    fileprivate var style: TerminalLine.Style? {
        switch self {
        case .regression: .red
        case .improvement: .green
        case .noise: nil
        case .unknown: .yellow
        }
    }
}
