/// From the disaster to the end of the last outage that began and ended while the fault was in place.
///
/// It ends with the first undo of a method's fault. Where no step undoes one, with the first undo at
/// the end of the run: a service that only drill's own cleaning up brought back did not fail over.
enum Failover {
    static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(name: .failover, probe: probe.name, amount: .unknownSpan)
        let marks = evidence.marks
        guard let disaster = marks.disaster, let series = evidence.outages[probe.name] else {
            figure.note = "there was no disaster to fail over from"
            return figure
        }
        let until = marks.repair
        let candidates = series.sinceDisaster(disaster, beganBefore: until)
        if let until, candidates.contains(where: { $0.wasDown(at: until) }) {
            figure.amount = marks.sinceDisaster(low: until, best: nil, high: nil)
            figure.verdict = .failed
            figure.note = "still down when the repair began"
            return figure.telling(candidates.last, downAlreadyAt: disaster)
        }
        let isUnsure = candidates.contains {
            !$0.hasEnded(before: until) || !$0.began(before: until)
        }
        let isUnseen = until.map(series.wasUnseen) ?? false
        figure = series.figureToLastEnd(
            figure,
            candidates,
            marks,
            window: series.window(since: disaster, until: until)
        )
        if isUnseen, let until {
            // Down then, it didn't fail over at all.
            let sure = candidates.filter { $0.began(before: until) }
            figure = figure.unended(marks, low: sure.compactMap(\.endedLow).max())
            figure.verdict = max(figure.verdict ?? .passed, .inconclusive)
            figure.note = "nobody saw whether it was up when the repair began"
            figure.remedy = Unseen.remedy(
                series.unseenUp.filter { $0.to > until && $0.from < until }
            )
        } else if isUnsure, until != nil {
            figure.verdict = max(figure.verdict ?? .passed, .inconclusive)
            figure.note = "it went down or up again just as the repair began"
            figure.remedy = "a later undo would decide"
        }
        return figure.telling(candidates.last, downAlreadyAt: disaster)
    }
}

/// From the disaster to the end of the last outage that began before the first undo, though only the
/// repair may have ended it.
enum RTO {
    static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        let figure = Figure(name: .rto, probe: probe.name, amount: .unknownSpan)
        let marks = evidence.marks
        guard let disaster = marks.disaster, let series = evidence.outages[probe.name] else {
            var figure = figure
            figure.note = "there was no disaster to recover from"
            return figure
        }
        let until = marks.repair
        let candidates = series.sinceDisaster(disaster, beganBefore: until)
        return series.figureToLastEnd(
            figure,
            candidates,
            marks,
            window: series.window(since: disaster, until: until)
        ).telling(candidates.last, downAlreadyAt: disaster)
    }
}

extension Outages {
    /// Those that lasted past the disaster and may have begun before `until`.
    func sinceDisaster(_ disaster: Instant, beganBefore until: Instant?) -> [Outage] {
        list.filter { outage in
            (outage.endedHigh.map { $0 > disaster } ?? true)
                && (until.map { outage.beganLow < $0 } ?? true)
        }
    }

    /// From the disaster to the last end of these outages; [0, resolution] where there is none.
    func figureToLastEnd(
        _ figure: Figure,
        _ outages: [Outage],
        _ marks: Marks,
        window: ClosedRange<Instant>
    ) -> Figure {
        var figure = figure
        // What may hide in an unseen stretch may have ended as late as that does.
        let unseen = unseenUp.filter { $0.to > window.lowerBound && $0.from < window.upperBound }
        let unseenEnd = unseen.map(\.to).max()
        if let open = outages.first(where: { $0.endedHigh == nil }) {
            figure.amount = marks.sinceDisaster(low: open.lastBad, best: nil, high: nil)
            figure.note = "still down when its samples ended"
            figure.remedy = "a longer run would decide"
            return figure
        }
        // An outage that began when `until` was near counts for the high end, not for the low one.
        let sure = outages.filter { $0.beganHigh <= window.upperBound }
        if let lost = unseenToEnd, lost.from < window.upperBound {
            figure = figure.unended(marks, low: sure.compactMap(\.endedLow).max())
            figure.note = "\(Unseen.note([lost])), to the end"
            figure.remedy = Unseen.remedy([lost])
            return figure
        }
        guard let last = outages.max(by: { $0.lastsUntil < $1.lastsUntil })
        else {
            guard let resolution = resolution(from: window.lowerBound, to: window.upperBound) else {
                figure.note = "no look at it between the disaster and the repair"
                return figure
            }
            let high = max(resolution, unseenEnd.map { $0 - window.lowerBound } ?? .zero)
            figure.amount = .span(low: .zero, best: .zero, high: high)
            figure.note = "never down: no gap longer than \(resolution.shownAtMost)"
            return figure
        }
        let low = sure.compactMap(\.endedLow).max() ?? window.lowerBound
        figure.amount = marks.sinceDisaster(
            low: low,
            best: last.endedBest,
            high: max(last.endedHigh, unseenEnd)
        )
        if let unseenEnd, last.endedHigh.map({ unseenEnd > $0 }) ?? false {
            figure.note = Unseen.note(unseen)
            figure.remedy = Unseen.remedy(unseen)
        } else {
            figure.note = slowness(from: window.lowerBound, to: window.upperBound)
        }
        return figure
    }

    /// That good answers took so long that a hang may have been waited out, in words; nil where none did.
    ///
    /// `slower-than` bounds how long they took: where it is given, those that it lets pass are meant.
    func slowness(from: Instant, to: Instant) -> String? {
        guard let hidden = traceless(from: from, to: to), hidden > far else { return nil }
        guard let slowerThan else {
            return "slow answers count as up, so a hang shorter than \(hidden.shownAtMost)"
                + " isn't seen: `slower-than` would tell"
        }
        return "answers within `slower-than: \(slowerThan)` count as up, so a hang shorter than"
            + " \(hidden.shownAtMost) isn't seen"
    }
}

extension Figure {
    /// From the disaster to `low` at the least, and to nobody knows when.
    fileprivate func unended(_ marks: Marks, low: Instant?) -> Figure {
        var figure = self
        figure.amount =
            low.map { marks.sinceDisaster(low: $0, best: nil, high: nil) }
            ?? .span(low: .zero, best: nil, high: nil)
        return figure
    }
}

extension Outage {
    /// Certainly begun before, and certainly not ended at `instant`.
    func wasDown(at instant: Instant) -> Bool {
        beganHigh <= instant && (endedLow ?? lastBad) >= instant
    }

    var lastsUntil: Instant { endedHigh ?? lastBad }

    func began(before instant: Instant?) -> Bool { instant.map { beganHigh <= $0 } ?? true }

    func hasEnded(before instant: Instant?) -> Bool {
        guard let endedHigh else { return false }
        return instant.map { endedHigh <= $0 } ?? true
    }
}

/// The later of two, either of which may be unknown.
func max(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left, let right else { return left ?? right }
    return left < right ? right : left
}

extension Outages {
    /// From the disaster to `until`, else to the last look: none, where the series ended before.
    fileprivate func window(since disaster: Instant, until: Instant?) -> ClosedRange<Instant> {
        disaster...max(disaster, until ?? looks.last ?? disaster)
    }
}
