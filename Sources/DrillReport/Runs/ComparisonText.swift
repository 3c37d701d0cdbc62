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
            TerminalLine("before  \(Plain.oneLine(comparison.before.name))"),
            TerminalLine("after   \(Plain.oneLine(comparison.after.name))"),
        ]
        lines += [("BEFORE", comparison.before), ("AFTER", comparison.after)].compactMap(standing)
        if !differences.isEmpty {
            var line = TerminalLine()
            line.add("NOT THE SAME EXPERIMENT", .red)
            line.add(" (\(differences.listed)): figures may differ for that alone")
            lines.append(line)
        }
        if !comparison.otherTargets.isEmpty {
            var line = TerminalLine()
            line.add("NOT THE SAME TARGETS", .red)
            let targets = Plain.oneLine(comparison.otherTargets.joined(separator: "; "))
            line.add(" (\(targets)): figures may differ for that alone")
            lines.append(line)
        }
        lines += rows(comparison)
        lines.append(TerminalLine(""))
        lines += summary(comparison).map { TerminalLine($0) }
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

    /// What a run that isn't whole can't tell.
    private static func standing(_ name: String, _ side: Comparison.Side) -> TerminalLine? {
        let why = side.doubt.map { ": \(Plain.oneLine($0))" } ?? ""
        var line = TerminalLine()
        switch side.standing {
        case .whole: return nil
        case .partial:
            line.add("\(name) IS NO WHOLE TEST", .yellow)
            line.add(" (only what was worse there counts)\(why)")
        case .void:
            line.add("\(name) PROVES NOTHING", .red)
            line.add("\(why)")
        }
        return line
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

    /// From so many runs on a median's interval is narrower than all that they showed.
    private static var fewestThatTellMore: Int {
        let confidence = Spread.confidence
        var count = MedianRanks.fewest(confidence: confidence)
        while MedianRanks.isWhole(count, confidence: confidence) { count += 1 }
        return count
    }

    private static func summary(_ comparison: Comparison) -> [String] {
        func count(_ finding: Comparison.Finding) -> Int {
            comparison.rows.count { $0.finding == finding }
        }
        let known = comparison.rows.count - count(.unknown)
        guard known > 0 else { return ["Nothing can be compared."] }
        let (worse, better) = (count(.regression), count(.improvement))
        var lines = [
            "Of \(Shown.plural(known, "figure")) that can be compared \(worse) got worse, \(better)"
                + " better."
        ]
        if let few = comparison.fewRuns, count(.noise) > 0 {
            lines.append(
                "With so few runs (\(few.before) before, \(few.after) after) only a change beyond all that"
                    + " they showed is told from noise; smaller ones take \(fewestThatTellMore)"
                    + " runs each."
            )
        }
        let gone = comparison.rows.filter(\.isGone).map { "\($0.key.label) of \($0.key.subject)" }
        if !gone.isEmpty {
            lines.append(
                "Known before and not comparable after, which is no pass:"
                    + " \(Plain.oneLine(gone.joined(separator: ", ")))."
            )
        }
        return lines
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
