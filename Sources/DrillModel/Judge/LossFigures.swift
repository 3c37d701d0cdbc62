/// What a ledger lost: the age of the oldest lost write (`rpo`), and how many there are (`lost`).
enum Loss {
    static func figures(of probe: Probe, _ evidence: Evidence) -> [Figure] {
        [rpo(of: probe, evidence), lost(of: probe, evidence)]
    }

    /// From the commit of the oldest lost write, in [sent, done], to the disaster, or to the newest
    /// lost acknowledgement where that is later (the losing side of a split brain goes on
    /// acknowledging).
    private static func rpo(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(name: .rpo, probe: probe.name, amount: .unknownSpan)
        guard let writes = readable(&figure, probe, evidence) else { return figure }
        let marks = evidence.marks
        let lost = writes.filter { $0.isLost() }
        // Each was committed in its [sent, done]: the oldest commit lies between the least of either.
        guard let oldestSent = lost.compactMap(\.sent).min(),
            let oldestDone = lost.compactMap(\.done).min(),
            let newestDone = lost.compactMap(\.done).max()
        else {
            figure.amount = .span(low: .zero, best: .zero, high: .zero)
            figure.note = nothingLost(writes, probe, marks)
            return figure.unlessTorn(evidence)
        }
        let low = max(marks.disaster ?? newestDone, newestDone) - oldestDone
        // T0' where nobody knows it is no later than what was acknowledged and lost.
        let end = max(marks.disasterDone ?? marks.disaster ?? newestDone, newestDone)
        let high = end - oldestSent
        let middle = max(marks.disaster ?? newestDone, newestDone)
        let commit = oldestSent + (oldestDone - oldestSent) / 2
        figure.amount =
            .span(
                low: max(.zero, low),
                best: max(.zero, middle - commit),
                high: max(.zero, high)
            ).ordered
        figure.note = "\(FigureText.counts(lost.count, lost.count)) lost"
        return figure.unlessTorn(evidence)
    }

    private static func lost(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(
            name: .lost,
            probe: probe.name,
            amount: .count(low: nil, best: nil, high: nil)
        )
        guard let writes = readable(&figure, probe, evidence) else { return figure }
        let lost = writes.count { $0.isLost() }
        figure.amount = .count(low: lost, best: lost, high: lost)
        return figure.unlessTorn(evidence)
    }

    /// Of the writes that were acknowledged in a part of the run; those under way at its edges are in
    /// the high end alone.
    static func lost(of probe: Probe, in part: RunPart, _ evidence: Evidence) -> Figure {
        var figure = Figure(
            name: .lost,
            probe: probe.name,
            amount: .count(low: nil, best: nil, high: nil),
            during: part
        )
        guard let writes = readable(&figure, probe, evidence) else { return figure }
        let parts = RunParts(evidence.marks)
        var surely = 0
        var likely = 0
        var perhaps = 0
        for write in writes where write.isLost() {
            guard let sent = write.sent, let done = write.done else { continue }
            // Committed at some instant within [sent, done].
            let begun = parts.part(sent: sent, done: sent)
            let ended = parts.part(sent: done, done: done)
            if begun == part && ended == part { surely += 1 }
            if parts.part(sent: sent, done: done) == part { likely += 1 }
            if begun == part || ended == part { perhaps += 1 }
        }
        figure.amount = .count(low: surely, best: likely, high: perhaps)
        return figure.unlessTorn(evidence)
    }

    private static func readable(
        _ figure: inout Figure,
        _ probe: Probe,
        _ evidence: Evidence
    ) -> [LedgerWrite]? {
        if let why = evidence.ledgers.first(where: { $0.probe == probe.name })?.unread {
            figure.note = "\(why); reading the ledger back would decide"
            return nil
        }
        let writes = evidence.timeline.ledgers[probe.name] ?? []
        guard writes.contains(where: { $0.answer == .acknowledged }) else {
            figure.note =
                "no write was ever acknowledged: a ledger that works before the disaster would decide"
            return nil
        }
        return writes
    }

    /// None lost means none of those that were acknowledged: a loss younger than the last one before
    /// the disaster leaves no trace.
    private static func nothingLost(
        _ writes: [LedgerWrite],
        _ probe: Probe,
        _ marks: Marks
    ) -> String {
        let acknowledged = writes.filter { $0.answer == .acknowledged }
        guard let disaster = marks.disaster,
            let last = acknowledged.compactMap(\.sent).filter({ $0 <= disaster }).max()
        else { return "none lost, a write every \(probe.every)" }
        let resolution = max(probe.every, (marks.disasterDone ?? disaster) - last)
        return "none lost; nothing younger than \(resolution.shownAtMost) can be seen"
    }
}

extension Figure {
    /// Without an upper end where looks at the ledger's address contradict each other.
    ///
    /// What no look found is lost, whichever of the servers users will have. How much more that one
    /// lacks nobody knows: there may be more servers than were seen.
    fileprivate func unlessTorn(_ evidence: Evidence) -> Figure {
        guard let why = evidence.ledgers.first(where: { $0.probe == probe })?.torn else {
            return self
        }
        var figure = self
        figure.amount = asBadOrWorse
        figure.note = why
        return figure
    }
}
