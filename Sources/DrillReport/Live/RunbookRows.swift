import DrillModel

/// A runbook by itself while it goes on: a line a step.
///
/// ```
/// promote-us-west-2 7f3a                        +12.4s   step 2/3   ^C = stop there
/// ✓ 1 see how far the standby is                       0.42s of 5s  lsn = 0/16B3
/// ▶ 2 promote the standby                              2.51s of 30s
/// ○ 3 send shoppers there
/// LAST    +2.10s  what somebody should know
/// ```
struct RunbookRows {
    let progress: RunProgress
    /// Of those that are over, by number.
    let reports: [Int: RunbookStepReport]
    let now: Instant

    /// Always as many: of more steps than fit into `height` those around the one that is under way.
    func lines(width: Int, height: Int) -> [TerminalLine] {
        let steps = progress.plan.experiment.runbooks.first?.steps ?? []
        let room = min(steps.count, max(1, height - 5))
        let first = max(0, min(steps.count - room, current - 1 - room / 2))
        let titles = steps.map { Plain.width(Plain.oneLine($0.title)) }.max() ?? 0
        let rows = steps.indices.dropFirst(first).prefix(room).map { index in
            row(steps[index], number: index + 1, titles: min(titles, max(20, width - 30)))
        }
        return [header(steps.count, width)] + rows + [progress.last(under: 6)]
    }

    /// The number of the step that is under way, or comes next.
    private var current: Int { (reports.keys.max() ?? 0) + 1 }

    private func header(_ count: Int, _ width: Int) -> TerminalLine {
        var line = TerminalLine()
        line.add(Plain.oneLine(progress.plan.experiment.name), .bold)
        line.add(" \(Plain.oneLine(RunName.short(progress.plan.run)))")
        let station =
            progress.ended == nil
            ? "step \(min(current, count))/\(count)   "
                + (progress.stopping == nil ? "^C = stop there" : "stopping")
            : "ended"
        let right = "\(progress.stamp(now))   \(station)"
        line.add(String(repeating: " ", count: max(2, width - line.width - Plain.width(right))))
        line.add(right)
        return line
    }

    private func row(_ step: RunbookStep, number: Int, titles: Int) -> TerminalLine {
        var line = TerminalLine()
        let title = Plain.fit(Plain.oneLine(step.title), titles)
        let budget = step.budget.map { " of \($0)" } ?? ""
        guard let report = reports[number] else {
            let isNow = number == current && progress.ended == nil
            line.add(isNow ? "▶ " : "○ ", isNow ? .bold : .faint)
            line.add("\(number) \(title)", isNow ? .bold : .faint)
            if isNow, let view = progress.runbook, view.number == number {
                let lasted = now - view.began
                let isLate = step.budget.map { lasted > $0 } ?? false
                line.add("  \(Shown.compact(lasted))\(budget)", isLate ? .red : nil)
            }
            return line
        }
        switch report.result {
        case .done: line.add("✓ ", .green)
        case .failed: line.add("✗ ", .red)
        case .passedOver: line.add("↷ ", .yellow)
        case .skipped: line.add("– ", .faint)
        case .cancelled: line.add("■ ", .yellow)
        }
        line.add("\(number) \(title)")
        switch report.result {
        case .skipped(let why): line.add("  \(Plain.oneLine(why))", .faint)
        case .failed(let why): line.add("  \(Plain.oneLine(why))", .red)
        case .passedOver(let why): line.add("  \(Plain.oneLine(why))", .yellow)
        case .done, .cancelled:
            let details = report.details.isEmpty ? "" : "  \(report.details)"
            line.add("  \(Shown.compact(report.done - report.started))\(budget)\(details)")
        }
        return line
    }
}
