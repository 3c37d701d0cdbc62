/// From the first undo (else the disaster) to every `redundancy` and `service` probe up and staying up.
///
/// One figure a probe, and one without a probe for all of them, which is the slowest of them.
enum Restore {
    static func figures(_ evidence: Evidence) -> [Figure] {
        let probes = evidence.probes(.redundancy, .service)
        let each = probes.map { figure(of: $0, evidence) }
        guard each.count > 1 else { return each }
        var overall = Figure(name: .restore, amount: .unknownSpan)
        overall.amount = slowest(each.map(\.amount))
        let noted = each.first { $0.remedy != nil } ?? each.first { $0.note != nil }
        if let noted, let note = noted.note {
            overall.note = "\(noted.probe ?? "it"): \(note)"
            overall.remedy = noted.remedy
        }
        return each + [overall]
    }

    private static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(name: .restore, probe: probe.name, amount: .unknownSpan)
        let marks = evidence.marks
        guard let from = marks.firstUndo ?? marks.disaster,
            let series = evidence.outages[probe.name]
        else {
            figure.note = "there was nothing to restore from"
            return figure
        }
        guard series.looks.all.contains(where: { $0.done >= from }) else {
            figure.note = "it was never looked at after the repair began"
            return figure
        }
        // A drill that was killed has seen nothing of what its guardian did.
        let undone = evidence.timeline.events.last { event in
            if case .undoing = event.kind { true } else { false }
        }
        if let undone, !series.looks.all.contains(where: { $0.done >= undone.at }) {
            figure.note = "it was never looked at after the last fault was undone"
            return figure
        }
        // The undo is one instant; the disaster has a first and a last action.
        let done = marks.firstUndo ?? marks.disasterDone ?? from
        let last = series.list.last { $0.endedHigh.map { $0 > from } ?? true }
        let unseen = series.unseenUp.filter { $0.to > from }
        let unseenEnd = unseen.map(\.to).max()
        if let lost = series.unseenToEnd, last?.endedHigh != nil || last == nil {
            let low = max(.zero, (last?.endedLow).map { $0 - done } ?? .zero)
            figure.amount = .span(low: low, best: nil, high: nil)
            figure.note = "\(Unseen.note([lost])), to the end"
            figure.remedy = Unseen.remedy([lost])
            return figure
        }
        guard let last else {
            guard let resolution = series.resolution(from: from, to: nil) else {
                figure.note = "it was hardly looked at after the repair began"
                return figure
            }
            let high = max(resolution, unseenEnd.map { $0 - from } ?? .zero)
            figure.amount = .span(low: .zero, best: .zero, high: high)
            figure.note = "up all the time: no gap longer than \(resolution.shownAtMost)"
            return figure
        }
        let low = max(.zero, (last.endedLow ?? last.lastBad) - done)
        let high = max(last.endedHigh, last.endedHigh == nil ? nil : unseenEnd)
        figure.amount =
            .span(
                low: low,
                best: last.endedBest.map { $0 - from },
                high: high.map { $0 - from }
            ).ordered
        if last.endedHigh == nil {
            figure.note = "not up when its samples ended"
            figure.remedy = "a longer run would decide"
        } else if let unseenEnd, unseenEnd == high {
            figure.note = Unseen.note(unseen)
            figure.remedy = Unseen.remedy(unseen)
        }
        if marks.firstUndo == nil, let ended = last.endedHigh, let repair = marks.repair,
            ended > repair
        {
            // A short repair at the end of a long run would read as a long one.
            let since = "counted from the disaster, as no step undid the fault"
            figure.note = figure.note.map { "\($0); \(since)" } ?? since
        }
        return figure
    }

    /// Every probe must be up: the greatest of each end; an unknown high end stays unknown.
    private static func slowest(_ amounts: [Figure.Amount]) -> Figure.Amount {
        var lows: [Span] = []
        var bests: [Span?] = []
        var highs: [Span?] = []
        for case .span(let low, let best, let high) in amounts {
            if let low { lows.append(low) }
            bests.append(best)
            highs.append(high)
        }
        func greatest(_ spans: [Span?]) -> Span? {
            spans.contains(nil) ? nil : spans.compactMap(\.self).max()
        }
        return .span(low: lows.max(), best: greatest(bests), high: greatest(highs))
    }
}
