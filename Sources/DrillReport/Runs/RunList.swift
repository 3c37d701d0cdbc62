package import DrillModel

/// The table of `drill runs`: a line a run, newest last; two where a terminal is too narrow.
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
        /// Those of them whose hosts said that the undo failed.
        package var undoFailed: Int

        package init(
            run: String,
            file: RecordFile?,
            unreadable: String? = nil,
            isRunning: Bool,
            unhealed: Int?,
            lapsed: Int = 0,
            undoFailed: Int = 0
        ) {
            self.run = run
            self.file = file
            self.unreadable = unreadable
            self.isRunning = isRunning
            self.unhealed = unhealed
            self.lapsed = lapsed
            self.undoFailed = undoFailed
        }
    }

    package static func text(
        _ rows: [Row],
        zone: WallTime.Zone = .utc,
        width: Int = .max,
        colour: Bool = false
    ) -> String {
        guard !rows.isEmpty else { return "no runs yet; `drill run FILE` makes one" }
        // Ids are there to be copied: they are never cut.
        let run = rows.map { Plain.width($0.run) }.max() ?? 3
        // They tell the time in UTC; figures need the room more.
        let tellsTime = width >= run + 80
        var head = TerminalLine()
        head.column("RUN", run, .faint)
        head.column("VERDICT", 12, .faint)
        if tellsTime { head.column("STARTED \(zone.name)", 19, .faint) }
        var figures = TerminalLine()
        figures.add("FIGURES", .faint)
        let lines = rows.map { row -> (TerminalLine, TerminalLine) in
            var line = TerminalLine()
            line.column(Plain.oneLine(row.run), run)
            line.column(word(row), 12, row.file.map { .of($0.verdict) })
            if tellsTime {
                let started = row.file.map { WallTime(ns: $0.start.wallNs).shown(in: zone) }
                line.column(started ?? "–", 19)
            }
            var rest = TerminalLine()
            if row.unhealed == nil {
                rest.add("the journal is lost or can't be read  ", .red)
            } else if let count = row.unhealed, count > 0, !row.isRunning {
                let how =
                    count == row.lapsed
                    ? "whose lease is over, not looked at since"
                    : count == row.undoFailed
                        ? "NOT HEALED: \(count == 1 ? "its" : "their") undo failed" : "not healed"
                rest.add("\(Shown.plural(count, "fault")) \(how): drill heal  ", .red)
            }
            if let series = row.file?.series {
                let short = RunName.short(series.id)
                rest.add("\(series.number)/\(series.count) of series \(short)  ", .faint)
            }
            if let unreadable = row.unreadable { rest.add(Plain.oneLine(unreadable)) }
            let figures = row.unreadable == nil ? RunFigures(row.file) : RunFigures(nil)
            let beside = min(width, mostColumns) - line.width - rest.width
            let isBelow = figures.width > beside && beside < fewestBeside
            rest.add(figures.fit(into: isBelow ? min(width, mostColumns) - 4 - rest.width : beside))
            return (line, rest)
        }
        return ([(head, figures)] + lines).flatMap { line, rest -> [String] in
            var (line, below) = (line, TerminalLine("    "))
            guard width - line.width < rest.width else {
                line.add(rest)
                return [line.rendered(width: width, colour: colour)]
            }
            below.add(rest)
            return [line.rendered(width: .max, colour: colour)]
                + below.wrapped(width: width, hanging: 4, colour: colour)
        }.joined(separator: "\n")
    }

    private static func word(_ row: Row) -> String {
        if let file = row.file { return file.verdict.word }
        if row.isRunning { return "running" }
        return row.unreadable == nil ? "unfinished" : "unreadable"
    }

    /// As wide as a list is read, on a terminal that is wider or where there is none.
    private static let mostColumns = 160
    /// Where less is left beside a run, its figures stand below it.
    private static let fewestBeside = 40
}
