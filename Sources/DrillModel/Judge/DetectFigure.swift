/// From the disaster to the first look of a `detection` probe that fires.
enum Detect {
    static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(name: .detect, probe: probe.name, amount: .unknownSpan)
        guard let disaster = evidence.marks.disaster else {
            figure.note = "there was no disaster to detect"
            return figure
        }
        let sightings = Sightings(evidence.timeline.samples[probe.name] ?? [], of: probe)
        let after = sightings.firing.filter { $0.done >= disaster }
        // Once it was quiet for as long as steady state asks, what it said before that is history.
        let from = evidence.marks.steady?.lowerBound
        let early = sightings.firing.first { firing in
            firing.done < disaster && (from.map { firing.sent >= $0 } ?? true)
        }
        if let early {
            figure.note =
                "it already fired \((disaster - early.done).shownAtLeast) before the disaster:"
                + " a condition that holds only after it would decide"
            return figure
        }
        guard let firing = after.first else {
            let unseen = sightings.unseen(since: disaster, before: nil)
            let last = sightings.lastQuiet(before: nil, unseen)
            figure.amount = evidence.marks.sinceDisaster(low: last, best: nil, high: nil)
            if let unseen {
                figure.note = "it never fired in what it could see: \(words(unseen, disaster))"
                figure.remedy = "a probe that can look all the time would decide"
            } else if last.map({ $0 > disaster }) ?? false {
                figure.note = "it never fired"
                figure.remedy = "a longer run would tell whether it does"
            } else {
                figure.note = "no look after the disaster showed whether it fired"
            }
            return figure
        }
        // The condition was not seen to hold by the last quiet look sent before the one that fired: it
        // came about after that one's sent, and by the firing one's done.
        let unseen = sightings.unseen(since: disaster, before: firing.sent)
        let low = sightings.lastQuiet(before: firing.sent, unseen) ?? disaster
        if let unseen {
            figure.note = words(unseen, disaster)
            figure.remedy = "a probe that can look all the time would decide"
        }
        figure.amount = evidence.marks.sinceDisaster(
            low: low,
            best: middle(low, firing, since: disaster),
            high: firing.done
        )
        // Asked before T0, it may have fired for something else, and so may the looks after it.
        if firing.sent < disaster {
            figure.verdict = .inconclusive
            figure.note =
                "the look that fired was under way at the disaster, and may have fired before it:"
                + " looks that take less time would tell"
        }
        return figure
    }

    private static func words(_ unseen: Outages.Stretch, _ disaster: Instant) -> String {
        let from = (unseen.from - disaster).shownAtLeast
        let to = (unseen.to - disaster).shownAtMost
        return "from \(from) to \(to) after the disaster it saw nothing, and may have fired"
    }

    /// The middle of the interval in which a probe fired first, for the phases.
    static func fired(_ probe: Probe, _ evidence: Evidence) -> Instant? {
        guard let disaster = evidence.marks.disaster else { return nil }
        let sightings = Sightings(evidence.timeline.samples[probe.name] ?? [], of: probe)
        guard let firing = sightings.firing.first(where: { $0.done >= disaster }) else {
            return nil
        }
        let unseen = sightings.unseen(since: disaster, before: firing.sent)
        let quiet = sightings.lastQuiet(before: firing.sent, unseen) ?? disaster
        return middle(quiet, firing, since: disaster)
    }

    /// What the disaster brought about came after it, however long before that the last quiet look was.
    private static func middle(
        _ quiet: Instant,
        _ firing: Looks.Look,
        since disaster: Instant
    ) -> Instant {
        let from = max(quiet, disaster)
        return from + (firing.done - from) / 2
    }

    /// A detection probe's looks: those that fire, and those that were answered and show it quiet.
    ///
    /// A look that wasn't answered shows neither: a monitor that can't be reached hasn't said that all is
    /// well.
    private struct Sightings {
        var firing: [Looks.Look]
        var quiet: [Looks.Look]

        /// Answered looks further apart than this lack some between them.
        private let far: Span
        private let end: Instant?

        init(_ samples: [Sample], of probe: Probe) {
            let looks = Looks(samples)
            firing = looks.all.filter(\.isGood)
            quiet = looks.all.filter { $0.failure.map(probe.showsQuiet) ?? false }
            far = probe.every * 2 + Baseline.lateLeast
            end = looks.last
        }

        /// The first stretch after the disaster in which no look was answered: a condition may have come
        /// and gone in it.
        func unseen(since disaster: Instant, before limit: Instant?) -> Outages.Stretch? {
            var last = disaster
            let answered = (firing + quiet).map(\.sent).filter { $0 > disaster }.sorted()
            for sent in answered + [limit ?? end ?? disaster] {
                if let limit, sent > limit { break }
                if sent - last > far { return Outages.Stretch(from: last, to: sent) }
                last = max(last, sent)
            }
            return nil
        }

        /// When the last look was sent that showed it quiet, up to what wasn't seen.
        func lastQuiet(before limit: Instant?, _ unseen: Outages.Stretch?) -> Instant? {
            quiet.map(\.sent).filter { sent in
                (limit.map { sent < $0 } ?? true) && (unseen.map { sent <= $0.from } ?? true)
            }.max()
        }
    }
}
