import DrillModel

/// The live view's table: one line a probe, in columns that fit the width.
struct ProbeRows {
    let progress: RunProgress
    let now: Instant
    let width: Int

    private var isWide: Bool { width >= 110 }
    private var nameColumns: Int {
        let longest = progress.plan.experiment.probes.map { Plain.width($0.name) }.max() ?? 0
        return min(max(longest, 5), isWide ? 22 : 13)
    }
    private var stateColumns: Int { isWide ? 12 : 5 }
    private var cellCount: Int { isWide ? 24 : 14 }
    private var figureColumns: Int { isWide ? 29 : 23 }
    private var barColumns: Int { isWide ? 8 : 0 }

    var heading: TerminalLine {
        var line = TerminalLine()
        line.column("PROBE", nameColumns, .faint)
        line.column("STATE", stateColumns, .faint)
        line.column("1 cell = 1 s", cellCount, .faint)
        line.column("FIGURE", figureColumns, .faint)
        line.add("BUDGET", .faint)
        return line
    }

    func probe(_ track: ProbeTrack) -> TerminalLine {
        let course = track.course
        var line = TerminalLine()
        line.column(Plain.oneLine(track.probe.name), nameColumns)
        let silence = track.silence(at: now)
        let (state, style) = state(track.probe, course, isSilent: silence != nil)
        line.column(state, stateColumns, style)
        line.column(strip(track), cellCount)
        switch track.probe.measure {
        case .detection: detection(track.probe, course, &line)
        case .redundancy: restore(track.probe, course, &line)
        case .service, .data: service(track.probe, course, silence, &line)
        }
        return line
    }

    func ledger(_ probe: Probe, _ tally: LedgerTally) -> TerminalLine {
        var line = TerminalLine()
        line.column(Plain.oneLine(probe.name), nameColumns)
        let columns = stateColumns + cellCount + figureColumns + 2
        let long =
            "\(tally.acknowledged) acknowledged \(tally.refused) refused "
            + "\(tally.indeterminate) indeterminate"
            + (tally.unsent > 0 ? " \(tally.unsent) unsent" : "")
        let short = "\(tally.acknowledged) ack \(tally.refused) refused \(tally.indeterminate) open"
        line.column(Plain.width(long) <= columns ? long : short, columns)
        switch tally.readBack {
        case .waiting:
            let words = outlook(probe, tally)
            let room = width - line.width
            line.add(words.first { Plain.width($0) <= room } ?? words[words.count - 1])
        case .done: line.add("read back")
        case .failed: line.add("not read back", .red)
        }
        return line
    }

    /// What is seen of its places already, and what only the read-back tells, the fullest words first.
    private func outlook(_ probe: Probe, _ tally: LedgerTally) -> [String] {
        let promised = [FigureName.rpo, .lost].compactMap { figure in
            progress.plan.experiment.budget(figure, of: probe.name)
                .map { "\(figure.rawValue) \(Words.limit($0))" }
        }
        let later = promised.isEmpty ? "rpo" : promised.joined(separator: ", ")
        // What is counted is known: that none may be lost matters more than the word for it.
        let brief = later.replacing(#/ writes?$/#, with: "")
        let short = promised.first ?? "rpo"
        let told = [
            "\(later): after read-back", "\(later): later", "\(brief): later", brief,
            "\(short): later",
        ]
        guard let behind = tally.behindMax?.shownAtMost else { return told + ["rpo: later"] }
        return [
            "behind up to \(behind) so far; \(later): after read-back",
            "behind ≤ \(behind); \(later): later", "behind ≤ \(behind); \(brief)",
            "behind ≤ \(behind); \(short)", "behind ≤ \(behind)",
        ] + told + ["rpo: later"]
    }

    /// What an old answer showed is no news of a probe that has had none since: it is *late*.
    private func state(
        _ probe: Probe,
        _ course: Course,
        isSilent: Bool
    ) -> (String, TerminalLine.Style?) {
        if course.isBlind { return ("blind", .yellow) }
        let isDetection = probe.measure == .detection
        switch course.state {
        case .unknown: return ("–", nil)
        case .up where isDetection: return ("FIRED", .bold)
        case .up: return isSilent ? ("late", .yellow) : ("up", .green)
        case .down where isDetection: return isSilent ? ("late", .yellow) : ("quiet", nil)
        case .down:
            let kind = isWide ? course.lastFailure.map { " \($0.rawValue)" } ?? "" : ""
            return ("DOWN" + kind, .red)
        }
    }

    private func strip(_ track: ProbeTrack) -> String {
        let isDetection = track.probe.measure == .detection
        let last = now.ns / 1_000_000_000
        let bySecond = Dictionary(track.cells.map { ($0.second, $0) }) { first, _ in first }
        return (0..<Int64(cellCount)).map { offset in
            guard let cell = bySecond[last - Int64(cellCount) + 1 + offset] else { return " " }
            if isDetection { return cell.good > 0 ? "!" : cell.bad > 0 ? "·" : "?" }
            return cell.bad > 0 ? "x" : cell.good > 0 ? "·" : "?"
        }.joined()
    }

    private func service(
        _ probe: Probe,
        _ course: Course,
        _ silence: Span?,
        _ line: inout TerminalLine
    ) {
        guard course.outages > 0 || course.state == .down else {
            let seen = course.state == .unknown ? "nothing seen yet" : "no gap seen"
            line.column(
                silence.map { "no answer for \(Shown.compact($0))" } ?? seen,
                figureColumns
            )
            if let (figure, limit) = ServiceStanding.promised(probe, progress) {
                line.add("\(limit) for \(figure.rawValue)")
            }
            return
        }
        let standing = ServiceStanding.tightest(probe, course, progress, now: now)
        let (low, high) = (standing.low, standing.high)
        let text =
            high.map { FigureText.interval(low, $0) }
            ?? "≥ \(Shown.compact(low, .down))" + (isWide ? " so far" : "")
        line.column("\(standing.figure.rawValue) \(text)", figureColumns)
        against(standing.limit.map { .atMost($0) }, low: low, high: high, &line)
    }

    private func detection(_ probe: Probe, _ course: Course, _ line: inout TerminalLine) {
        let budget = progress.plan.experiment.budget(.detect, of: probe.name)
        guard let disaster = progress.disaster else {
            line.column("detect: after disaster", figureColumns)
            if case .atMost(let limit)? = budget { line.add("\(limit)") }
            return
        }
        let done = progress.disasterDone ?? disaster
        if course.outages > 0 || course.state == .up, let low = course.endedLow,
            let high = course.endedHigh
        {
            let a = max(.zero, low - done)
            let b = max(.zero, high - disaster)
            line.column("detect \(FigureText.interval(a, b))", figureColumns)
            against(budget, low: a, high: b, met: "passed", &line)
        } else {
            line.column("detect ≥ \(Shown.compact(now - disaster, .down))", figureColumns)
            against(budget, low: now - disaster, high: nil, &line)
        }
    }

    private func restore(_ probe: Probe, _ course: Course, _ line: inout TerminalLine) {
        let budget = progress.plan.experiment.budget(.restore, of: probe.name)
        guard let (first, last) = progress.restoring else {
            line.column("restore: after undo", figureColumns)
            if case .atMost(let limit)? = budget { line.add("\(limit)") }
            return
        }
        if course.state == .up {
            let low = max(.zero, (course.endedLow ?? last) - last)
            let high = max(.zero, (course.endedHigh ?? first) - first)
            line.column("restore \(FigureText.interval(low, high))", figureColumns)
            against(budget, low: low, high: high, &line)
        } else {
            let lasted = max(.zero, now - last)
            line.column("restore ≥ \(Shown.compact(lasted, .down))", figureColumns)
            against(budget, low: lasted, high: nil, &line)
        }
    }

    /// The budget, a bar of what is used of it, and what is left.
    private func against(
        _ budget: Budget.Limit?,
        low: Span,
        high: Span?,
        met: String = "met so far",
        _ line: inout TerminalLine
    ) {
        guard case .atMost(let limit)? = budget else { return }
        line.add("\(limit) ")
        if low > limit {
            line.add(bar(1) + "over by \(Shown.compact(low - limit))", .red)
        } else if let high {
            line.add(
                high <= limit ? met : "too close to say",
                high <= limit ? nil : .yellow
            )
        } else {
            line.add(bar(limit.ns == 0 ? 1 : Double(low.ns) / Double(limit.ns)))
            line.add("\(Shown.compact(limit - low)) left")
        }
    }

    private func bar(_ share: Double) -> String {
        guard barColumns > 0 else { return "" }
        let eighths = Int((share * Double(barColumns * 8)).rounded(.down))
        let full = min(barColumns, eighths / 8)
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let part = full < barColumns ? parts[eighths % 8] : ""
        let rest = barColumns - full - (part.isEmpty ? 0 : 1)
        return String(repeating: "█", count: full) + part + String(repeating: "·", count: rest)
            + " "
    }
}
