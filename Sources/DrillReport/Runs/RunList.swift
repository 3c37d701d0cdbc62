package import DrillModel

/// The table of `drill runs`: one line a run, newest last.
package enum RunList {
    /// A run that is kept; `file` is nil while it goes on, or where it died before its record.
    package struct Row: Sendable {
        package var run: String
        package var file: RecordFile?
        /// Why there is a record that isn't shown: it has another format, or it isn't drill's.
        package var unreadable: String?
        package var isRunning: Bool
        /// Faults that were broken and not healed; nil where the journal can't be read.
        package var unhealed: Int?
        /// Those of them whose lease is over: their hosts should have healed themselves.
        package var lapsed: Int

        package init(
            run: String,
            file: RecordFile?,
            unreadable: String? = nil,
            isRunning: Bool,
            unhealed: Int?,
            lapsed: Int = 0
        ) {
            self.run = run
            self.file = file
            self.unreadable = unreadable
            self.isRunning = isRunning
            self.unhealed = unhealed
            self.lapsed = lapsed
        }
    }

    package static func text(
        _ rows: [Row],
        zone: WallTime.Zone = .utc,
        width: Int = .max,
        colour: Bool = false
    ) -> String {
        guard !rows.isEmpty else { return "no runs yet; `drill run FILE` makes one" }
        let run = min(60, rows.map { Plain.width($0.run) }.max() ?? 3)
        var head = TerminalLine()
        head.column("RUN", run, .faint)
        head.column("VERDICT", 12, .faint)
        head.column("STARTED \(zone.name)", 19, .faint)
        head.add("FIGURES", .faint)
        let lines = rows.map { row -> TerminalLine in
            var line = TerminalLine()
            line.column(Plain.oneLine(row.run), run)
            line.column(word(row), 12, row.file.map { .of($0.verdict) })
            let started = row.file.map { WallTime(ns: $0.start.wallNs).shown(in: zone) }
            line.column(started ?? "–", 19)
            if row.unhealed == nil {
                line.add("the journal can't be read  ", .red)
            } else if let count = row.unhealed, count > 0, !row.isRunning {
                let how =
                    count == row.lapsed
                    ? "whose lease is over, not looked at since" : "not healed"
                line.add("\(Shown.plural(count, "fault")) \(how): drill heal  ", .red)
            }
            line.add(row.unreadable.map { Plain.oneLine($0) } ?? figures(row.file))
            return line
        }
        return ([head] + lines).map { $0.rendered(width: width, colour: colour) }
            .joined(separator: "\n")
    }

    private static func word(_ row: Row) -> String {
        if let file = row.file { return file.verdict.word }
        if row.isRunning { return "running" }
        return row.unreadable == nil ? "unfinished" : "unreadable"
    }

    /// The figures that have a budget, those in trouble first.
    private static func figures(_ file: RecordFile?) -> String {
        let budgeted = (file?.figures ?? []).map(\.figure).filter { $0.budget != nil }
        let order =
            budgeted.filter { $0.verdict != .passed } + budgeted.filter { $0.verdict == .passed }
        return order.map { figure in
            let mark = figure.verdict == .passed ? "" : "\(Words.mark(figure.verdict)) "
            return "\(mark)\(figure.name.rawValue) \(figure.shown)"
        }.joined(separator: ", ")
    }
}
