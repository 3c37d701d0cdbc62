package import DrillModel

/// What a terminal shows while a run goes on; a pure function of what has happened and of now.
///
/// ```
/// region-loss 7f3a  seed 42                  T0+12.4s   step 3/7   ^C = undo all
/// BROKEN NOW  blackout: us-east-1, 4 of 9 hosts, proven 4/4 at +0.83s   guardian alive
/// PROBE         STATE   1 cell = 1 s           FIGURE                    BUDGET
/// …             one line a probe
/// RUNBOOK  1/3 promote the standby  2.5s of 30s
/// GUARDS   blast radius 44 of 60%   longest 14m31s left
/// NOW      wait until storefront for 5s, within 60s  3.10s
/// LAST     T0+2.10s  what somebody should know
/// ```
/// The number of lines doesn't change during a run, so that a frame can be drawn over the last one.
package struct LiveView: Sendable {
    package private(set) var progress: RunProgress
    private var tracks: [ProbeTrack]
    private var ledgers: [String: LedgerTally] = [:]
    /// Of the steps of a runbook by itself that are over, by number.
    private var reports: [Int: RunbookStepReport] = [:]

    package init(plan: Plan) {
        progress = RunProgress(plan: plan)
        tracks = plan.experiment.probes.filter { $0.measure != .data }.map { ProbeTrack($0) }
        for probe in plan.experiment.probes where probe.measure == .data {
            ledgers[probe.name] = LedgerTally()
        }
    }

    package mutating func take(_ event: Event) {
        let hadDisaster = progress.disaster != nil
        progress.take(event)
        if !hadDisaster && progress.disaster != nil {
            for index in tracks.indices { tracks[index].startCounting() }
        }
        switch event.kind {
        case .runbookStep(let report) where report.isUndo != true && (report.path?.count ?? 1) == 1:
            reports[report.number] = report
        case .readBack(let probe, let failure):
            ledgers[probe]?.readBack = failure == nil ? .done : .failed
        case .lateness(let probe, let late):
            if let index = tracks.firstIndex(where: { $0.probe.name == probe }) {
                tracks[index].learn(late: late)
            }
        default: break
        }
    }

    package mutating func take(_ sample: Sample, of probe: String) {
        guard let index = tracks.firstIndex(where: { $0.probe.name == probe }) else { return }
        tracks[index].take(sample)
    }

    package mutating func take(_ write: LedgerWrite, of probe: String) {
        ledgers[probe]?.take(write)
    }

    package mutating func take(_ read: LedgerRead, of probe: String) {
        ledgers[probe]?.take(read)
    }

    /// The frame: always the same number of lines for the same plan, width and height.
    ///
    /// Where the probes don't fit into `height` rows, those that are down are shown and the rest
    /// counted.
    package func lines(now: Instant, width: Int, height: Int = .max, colour: Bool) -> [String] {
        let width = max(40, width)
        if progress.plan.isRunbook == true {
            return RunbookRows(progress: progress, reports: reports, now: now)
                .lines(width: width, height: height)
                .map { $0.rendered(width: width, colour: colour) }
        }
        let rows = ProbeRows(
            progress: progress,
            now: min(now, progress.lookedUntil ?? now),
            width: width
        )
        let room = max(1, height - 9)
        var lines = [header(now: now, width: width), broken(width: width), rows.heading]
        lines += probeLines(rows, room: room)
        lines += [runbook(now: now), guards(now: now, width: width), step(now: now)]
        lines.append(progress.last(under: 8))
        return lines.map { $0.rendered(width: width, colour: colour) }
    }

    private func probeLines(_ rows: ProbeRows, room: Int) -> [TerminalLine] {
        var all: [(isDown: Bool, line: TerminalLine)] = []
        for probe in progress.plan.experiment.probes {
            if let tally = ledgers[probe.name] {
                all.append((false, rows.ledger(probe, tally)))
            } else if let track = tracks.first(where: { $0.probe.name == probe.name }) {
                let isDown = probe.measure != .detection && track.course.state == .down
                all.append((isDown, rows.probe(track)))
            }
        }
        guard all.count > room else { return all.map(\.line) }
        let shown = (all.filter(\.isDown) + all.filter { !$0.isDown }).prefix(room - 1)
        let hidden = all.count - shown.count
        var more = TerminalLine()
        let down = all.filter(\.isDown).count - shown.filter(\.isDown).count
        more.add("… \(Shown.plural(hidden, "more probe")), \(down) of them down")
        return shown.map(\.line) + [more]
    }

    private func header(now: Instant, width: Int) -> TerminalLine {
        var line = TerminalLine()
        line.add(Plain.oneLine(progress.plan.experiment.name), .bold)
        let run = progress.plan.run.split(separator: "-").last.map(String.init) ?? ""
        line.add(" \(Plain.oneLine(run))  seed \(progress.plan.seed)")
        let right = rightOfHeader(now: now)
        let gap = max(2, width - line.width - Plain.width(right))
        line.add(String(repeating: " ", count: gap))
        line.add(right)
        return line
    }

    private func rightOfHeader(now: Instant) -> String {
        if progress.ended != nil { return "ended \(progress.stamp(now))" }
        let clock = tenths(progress.stamp(now))
        let station: String
        switch progress.phase {
        case .prepare, .method:
            let step = min(max(1, progress.stepsBegun), progress.stepCount)
            station = "step \(step)/\(progress.stepCount)"
        case .survey: station = "survey"
        case .guards: station = "guards"
        case .steady: station = "steady state"
        case .readBack: station = "read-back"
        case .undo: station = "undo"
        case .lookOn: station = "looking on"
        case .ended: station = "ended"
        }
        let end = progress.stopping == nil ? "^C = undo all" : "stopping, undoing all"
        return "\(clock)   \(station)   \(end)"
    }

    /// A clock that runs needs no hundredths.
    private func tenths(_ stamp: String) -> String {
        guard stamp.hasSuffix("s"), stamp.contains(".") else { return stamp }
        let parts = stamp.dropLast().split(separator: ".")
        guard parts.count == 2, let first = parts[1].first else { return stamp }
        return "\(parts[0]).\(first)s"
    }

    private func broken(width: Int) -> TerminalLine {
        var line = TerminalLine()
        let wounds = progress.wounds.filter { $0.stage != .whole }
        let open = wounds.filter { $0.stage != .undone || !$0.unsettled.isEmpty }
        if open.contains(where: { $0.stage == .broken || $0.stage == .injecting }) {
            line.add("BROKEN NOW", .red)
        } else if open.contains(where: { $0.stage == .undoing }) {
            line.add("UNDOING", .yellow)
        } else if !open.isEmpty {
            line.add("NOT AS BEFORE", .red)
        } else if wounds.isEmpty {
            line.add("NOTHING BROKEN", .green)
            line.add(outlook)
        } else {
            line.add("ALL UNDONE", .green)
        }
        let told = (open.isEmpty ? wounds : open).map { words(of: $0) }
        let whole = told.joined(separator: "; ")
        if told.count > 1, line.width + 2 + Plain.width(whole) > width {
            // Every one of them, rather than the first ones at length.
            let names = (open.isEmpty ? wounds : open).map { Plain.oneLine($0.id) }
            line.add("  \(told.count) faults: \(names.joined(separator: ", "))")
        } else if !told.isEmpty {
            line.add("  \(whole)")
        }
        if isWide(width) { addGuardian(to: &line, gap: "   ") }
        return line
    }

    private var outlook: String {
        guard progress.plan.faults.isEmpty else { return " yet" }
        return progress.plan.experiment.runbooks.isEmpty
            ? "  only watching" : "  no fault is planned"
    }

    private func words(of wound: RunProgress.WoundView) -> String {
        let count = wound.targets.count
        let scope = FaultScope.words(wound.targets, in: progress.plan.experiment.inventory)
        var words = "\(Plain.oneLine(wound.id)): \(scope)"
        switch wound.stage {
        case .whole: break
        case .injecting, .broken:
            if wound.unproven.isEmpty {
                words += ", proven \(wound.proven.count)/\(count)"
            } else {
                words += ", NOT PROVEN on \(wound.unproven.count)/\(count)"
            }
            if let at = wound.provenAt, let disaster = progress.disaster, at >= disaster {
                words += " at +\(Shown.compact(at - disaster))"
            }
        case .undoing: words += ", seen as before \(wound.settled.count)/\(count)"
        case .undone:
            words += ", as before \(wound.settled.count)/\(count)"
        }
        return words
    }

    private func runbook(now: Instant) -> TerminalLine {
        var line = TerminalLine()
        line.column("RUNBOOK", 8)
        guard let view = progress.runbook else {
            line.add(
                progress.plan.experiment.runbooks.isEmpty ? "none" : "not at one now",
                .faint
            )
            return line
        }
        let steps = view.runbook.steps
        let index = view.number - 1
        guard steps.indices.contains(index) else {
            line.add("\(Plain.oneLine(view.runbook.name)): \(steps.count)/\(steps.count) done")
            if view.failed { line.add(", with failures", .red) }
            return line
        }
        line.add("\(view.number)/\(steps.count) \(Plain.oneLine(steps[index].title))  ")
        if view.failed {
            line.add("FAILED", .red)
            return line
        }
        let lasted = now - view.began
        if let budget = steps[index].budget {
            let late = lasted > budget
            line.add("\(Shown.compact(lasted)) of \(budget)", late ? .red : nil)
            if late { line.add(" OVER", .red) }
        } else {
            line.add(Shown.compact(lasted))
        }
        return line
    }

    /// What can still end the run must be read: the blast radius, which the plan has settled, gives way.
    private func guards(now: Instant, width: Int) -> TerminalLine {
        let radius = progress.plan.blastRadius
        let share = Shown.decimal(radius.share * 100, places: 0)
        let limit = Shown.decimal(radius.limit * 100, places: 0)
        let told = ["blast radius \(share) of \(limit)%  ", "blast \(share)/\(limit)%  ", ""]
        let lines = told.map { guards($0, now: now, width: width) }
        return lines.first { $0.width <= width } ?? lines[lines.count - 1]
    }

    private func guards(_ radius: String, now: Instant, width: Int) -> TerminalLine {
        var line = TerminalLine()
        line.column("GUARDS", 8)
        line.add(radius)
        let longest = progress.plan.experiment.guards.longest
        if let guarded = progress.guarded, [.prepare, .method].contains(progress.phase) {
            let left = longest - (now - guarded)
            line.add("longest ")
            line.add(left.ns < 0 ? "over" : "\(Shown.compact(left)) left", left.ns < 0 ? .red : nil)
        } else {
            line.add("longest \(longest)")
        }
        if !isWide(width) { addGuardian(to: &line, gap: "  ") }
        for stop in progress.plan.experiment.guards.stopWhen {
            line.add("  stop: \(Plain.oneLine(stop.probe)) \(stop.state.rawValue) \(stop.holds)")
        }
        return line
    }

    private func step(now: Instant) -> TerminalLine {
        var line = TerminalLine()
        line.column("NOW", 8)
        if let (wait, since) = progress.heldBack {
            line.add("waits \(wait.shown) of jitter before the disaster  ")
            line.add(Shown.compact(now - since))
        } else if let title = progress.stepTitle, let began = progress.stepBegan {
            line.add("\(Plain.oneLine(title))  \(Shown.compact(now - began))")
        } else if progress.phase == .lookOn, let since = progress.phaseBegan {
            line.add("\(progress.lookingOn)  \(Shown.compact(now - since))")
        } else if progress.phase == .undo, let since = progress.undoingSince {
            line.add("undoing, and looking whether all is as before  ")
            line.add(Shown.compact(now - since))
        } else {
            line.add(progress.phase.rawValue)
        }
        return line
    }

    /// Nothing where there is nothing to be watched over.
    private func addGuardian(to line: inout TerminalLine, gap: String) {
        guard let isAlive = progress.isGuardianAlive else { return }
        line.add(gap)
        line.add(isAlive ? "guardian alive" : "guardian LOST", isAlive ? .faint : .red)
    }

    private func isWide(_ width: Int) -> Bool { width >= 100 }
}

extension RunProgress {
    /// The last thing that somebody should know, after a heading of that width.
    func last(under width: Int) -> TerminalLine {
        var line = TerminalLine()
        line.column("LAST", width)
        if let remark, let at = remarked {
            line.add("\(stamp(at))  ")
            line.add(Plain.oneLine(remark), .yellow)
        } else {
            line.add("–", .faint)
        }
        return line
    }
}

/// The hosts that a fault hits, in as few words as say it.
enum FaultScope {
    /// `us-east-1, 4 of 9 hosts` where they are a whole region or zone, else their names or count.
    static func words(_ targets: Set<String>, in inventory: Inventory?) -> String {
        let hosts = inventory?.hostsInRegions ?? []
        let count = "\(targets.count) of \(Shown.plural(hosts.count, "host"))"
        for region in inventory?.regions ?? []
        where targets == Set(hosts.filter { $0.region == region }.map(\.name)) {
            return "\(Plain.oneLine(region)), \(count)"
        }
        for zone in inventory?.zones ?? []
        where targets == Set(hosts.filter { $0.zone == zone }.map(\.name)) {
            return "\(Plain.oneLine(zone)), \(count)"
        }
        if targets.count <= 2 { return Plain.oneLine(targets.sorted().joined(separator: ", ")) }
        return count
    }
}
