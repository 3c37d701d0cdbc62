package import DrillModel

/// What a pipe or a CI log gets while a run goes on: one line an event, samples only where a probe's
/// state changes.
///
/// No escape sequence, no redrawing; each line begins with the time since the run's start, from the
/// disaster on since T0.
package struct PlainLines: Sendable {
    private var progress: RunProgress
    private var watches: [String: ProbeWatch] = [:]
    private var ledgers: [String: LedgerTally] = [:]
    /// The last proof told, by fault, host and what it was about.
    private var proofs: [String: Proof] = [:]
    private var isRefused = false

    package init(plan: Plan) {
        progress = RunProgress(plan: plan)
        for probe in plan.experiment.probes {
            if probe.measure == .data {
                ledgers[probe.name] = LedgerTally()
            } else {
                watches[probe.name] = ProbeWatch(probe)
            }
        }
    }

    /// The event's line; empty for what happens all the time and went well (a renewed lease).
    package mutating func take(_ event: Event) -> [String] {
        let had = progress.disaster
        progress.take(event)
        var lines: [String] = []
        if had == nil, let disaster = progress.disaster {
            let run = progress.started.map { Shown.since($0, disaster, name: "run") } ?? "run+0.00s"
            lines.append(line(disaster, "T0: the disaster begins, \(run)"))
        }
        if case .lateness(let probe, let late) = event.kind { watches[probe]?.learn(late: late) }
        if isToldAlready(event.kind) || isOfDrillsAlone(event.kind) { return lines }
        if case .refused = event.kind {
            // Why is what the run ends with.
            if !isRefused { lines.append(line(event.at, "refused, nothing was touched")) }
            isRefused = true
            return lines
        }
        if case .readBack(let probe, nil) = event.kind, let tally = ledgers[probe] {
            lines.append(line(event.at, "\(probe) read back: \(words(of: tally))"))
        } else if case .placeReadBack(let probe, let place, let failure) = event.kind {
            let places = progress.plan.experiment.probe(probe)?.ledger?.places ?? []
            let name = places.indices.contains(place) ? places[place] : "place \(place)"
            let end = failure.map { "was not read back: \($0)" } ?? "read back"
            lines.append(line(event.at, "\(probe) at \(name) \(end)"))
        } else if case .started(let start) = event.kind, progress.plan.isRunbook == true {
            // Nothing of a runbook is left to chance.
            lines.append(line(event.at, Self.words(of: start)))
        } else if case .stopping(let stop) = event.kind, progress.plan.isRunbook == true {
            lines.append(line(event.at, Self.words(of: stop, leaves: Self.leftDone)))
        } else if let words = Self.words(of: event.kind) {
            lines.append(line(event.at, words))
        }
        if event.kind == .phase(.lookOn) { lines.append(line(event.at, progress.lookingOn)) }
        return lines
    }

    package mutating func take(_ sample: Sample, of probe: String) -> [String] {
        guard let changes = watches[probe]?.take(sample) else { return [] }
        return changes.map { change in
            line(change.seen, words(of: change, probe: probe))
        }
    }

    package mutating func take(_ write: LedgerWrite, of probe: String) -> [String] {
        ledgers[probe]?.take(write)
        return []
    }

    package mutating func take(_ read: LedgerRead, of probe: String) -> [String] {
        ledgers[probe]?.take(read)
        return []
    }

    /// A runbook by itself has no stations, and one step: its own are told.
    private func isOfDrillsAlone(_ kind: Event.Kind) -> Bool {
        guard progress.plan.isRunbook == true else { return false }
        switch kind {
        case .phase, .stepStarted, .stepEnded: return true
        default: return false
        }
    }

    /// A look that shows what the last one showed isn't told again.
    private mutating func isToldAlready(_ kind: Event.Kind) -> Bool {
        let (key, proof): (String, Proof)
        switch kind {
        case .proof(let fault, let host, let seen): (key, proof) = ("\(fault) on \(host)", seen)
        case .settled(let fault, let host, let seen): (key, proof) = ("\(fault) off \(host)", seen)
        default: return false
        }
        defer { proofs[key] = proof }
        return proofs[key] == proof
    }

    private func line(_ at: Instant, _ words: String) -> String {
        let stamp = progress.stamp(at)
        let padded = String(repeating: " ", count: max(0, 11 - stamp.count)) + stamp
        return "\(padded)  \(Plain.oneLine(words, max: 600))"
    }

    private func words(of tally: LedgerTally) -> String {
        let counts =
            "\(tally.acknowledged) acknowledged, \(tally.refused) refused, "
            + "\(tally.indeterminate) indeterminate"
        return tally.unsent == 0 ? counts : counts + ", \(tally.unsent) unsent"
    }

    private func words(of change: ProbeWatch.Change, probe: String) -> String {
        let isDetection = progress.plan.experiment.probe(probe)?.measure == .detection
        switch change.kind {
        case .up where isDetection: return "\(probe) fired"
        case .up:
            let length = change.low.map { ", after \(FigureText.interval($0, change.high))" } ?? ""
            return "\(probe) up\(since(change))\(length)"
        case .down where isDetection: return "\(probe) quiet"
        case .down(let why): return "\(probe) down\(since(change)): \(why)"
        case .flapping: return "\(probe) flaps: its changes are counted from here on, not told"
        case .calm(let count, let isUp):
            return "\(probe) \(isUp ? "up" : "down")\(since(change)), after \(count) more changes"
        }
    }

    private func since(_ change: ProbeWatch.Change) -> String {
        change.since.map { " since \(progress.stamp($0))" } ?? ""
    }
}

/// Notices a probe's changes, and when there are too many to tell.
struct ProbeWatch: Sendable {
    struct Change: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case up
            case down(String)
            case flapping
            case calm(Int, isUp: Bool)
        }

        var kind: Kind
        /// When it was known, and since when it is so.
        var seen: Instant
        var since: Instant?
        /// How long it was down, where it is up again.
        var low: Span?
        var high: Span?
    }

    private static let mostChanges = 6
    private static let window = Span.seconds(10)
    private static let calm = Span.seconds(5)

    private var track: ProbeTrack
    private var state: Course.State = .unknown
    private var recent: [Instant] = []
    private var untold: Int?

    init(_ probe: Probe) { track = ProbeTrack(probe) }

    mutating func learn(late: Span) { track.learn(late: late) }

    mutating func take(_ sample: Sample) -> [Change] {
        track.take(sample)
        guard let seen = sample.done ?? sample.sent else { return [] }
        let course = track.course
        guard course.state != state else { return calmDown(course, seen: seen) }
        state = course.state
        recent = recent.filter { seen - $0 < Self.window } + [seen]
        if let count = untold {
            untold = count + 1
            return []
        }
        if recent.count > Self.mostChanges {
            untold = 0
            return [Change(kind: .flapping, seen: seen)]
        }
        return [change(course, seen: seen)]
    }

    private func change(_ course: Course, seen: Instant) -> Change {
        guard course.state == .down else {
            return Change(
                kind: .up,
                seen: seen,
                since: course.endedHigh,
                low: course.lastLow,
                high: course.lastHigh
            )
        }
        let detail = course.lastDetail.map { Plain.oneLine($0, max: 160) } ?? ""
        let why =
            course.lastFailure.map { Plain.once($0.rawValue, detail, between: ", ") } ?? detail
        return Change(kind: .down(why), seen: seen, since: course.beganHigh)
    }

    private mutating func calmDown(_ course: Course, seen: Instant) -> [Change] {
        guard let count = untold, let last = recent.last, seen - last > Self.calm else { return [] }
        untold = nil
        recent = []
        let isUp = course.state == .up
        return [
            Change(
                kind: .calm(count, isUp: isUp),
                seen: seen,
                since: isUp ? course.endedHigh : course.beganHigh
            )
        ]
    }
}
