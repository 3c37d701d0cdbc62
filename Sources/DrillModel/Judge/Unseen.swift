extension Outages {
    /// What a busy machine may owe at the very end of a run, where all was steady again.
    private static let breath = Span.seconds(1)

    /// Finds the pairs of neighbouring looks between which something may have happened unseen.
    ///
    /// Between two good looks an outage fits that is no longer than from the earlier one's *sent* to
    /// the next good answer. That is the series' resolution, and small where every sample was sent.
    /// Where samples are missing (unsent, blind, a controller that stood still) it isn't, and what may
    /// hide there is part of every figure's interval. Looks that would have been near enough, had the later
    /// one been sent when it was due, are only late.
    mutating func findGaps(outages: [ClosedRange<Int>]) {
        let all = looks.all
        let far = self.far
        func late(_ look: Looks.Look, after instant: Instant) -> Span? {
            look.due - instant <= far ? look.sent - look.due : nil
        }
        guard let first = all.first, let start = looks.first, let end = looks.last else {
            if let start = looks.first, let end = looks.last, end > start {
                unseenToEnd = Stretch(from: start, to: end)
                unseenUp = [Stretch(from: start, to: end)]
            }
            return
        }
        var spans = outages[...]
        // From behind, so that the least *done* of the good ones sent later is known.
        var nextGoodDone: Instant?
        gaps.reserveCapacity(all.count)
        for index in all.indices.dropLast().reversed() {
            let next = all[index + 1]
            if next.isGood { nextGoodDone = min(nextGoodDone ?? next.done, next.done) }
            while let span = spans.last, span.lowerBound > index { spans = spans.dropLast() }
            let isInside = spans.last.map { $0.upperBound > index } ?? false
            let isFar = next.sent - all[index].sent > far
            if isInside {
                if isFar { unseenDown.append(Stretch(from: all[index].sent, to: next.sent)) }
            } else if all[index].isGood, next.isGood, let done = nextGoodDone {
                var gap = Stretch(from: all[index].sent, to: done)
                if isFar { gap.late = late(next, after: gap.from) }
                gaps.append(gap)
                if isFar { unseenUp.append(gap) }
            }
        }
        if first.isGood && first.sent - start > far {
            let done = min(first.done, nextGoodDone ?? first.done)
            unseenUp.append(Stretch(from: start, to: done, late: late(first, after: start)))
        }
        gaps.reverse()
        unseenUp.reverse()
        unseenDown.reverse()
        if let last = all.last, last.isGood, end - last.done > far,
            !(outages.last.map { $0.contains(all.count - 1) } ?? false)
        {
            unseenUp.append(Stretch(from: last.sent, to: end))
            if let until = looks.lookedUntil, until - last.sent > max(far, Self.breath) {
                unseenToEnd = unseenUp.last
            }
        }
    }

    /// Whether it may have been down at an instant at which looks are missing: it was up before.
    func wasUnseen(at instant: Instant) -> Bool {
        unseenUp.contains { $0.late == nil && $0.from < instant && $0.to > instant }
    }

    /// The longest outage that could have gone unseen between `from` and `to`.
    ///
    /// - Returns: nil where there are no looks to tell.
    func resolution(from: Instant?, to: Instant?) -> Span? {
        let near = gaps.lazy.filter { gap in
            (from.map { gap.to > $0 } ?? true) && (to.map { gap.from < $0 } ?? true)
        }
        var longest = near.map(\.length).max()
        for stretch in unseenUp
        where (from.map { stretch.to > $0 } ?? true) && (to.map { stretch.from < $0 } ?? true) {
            longest = max(longest ?? .zero, stretch.length)
        }
        return longest
    }

    /// The longest outage that could have fallen between two looks at the usual pace: what may hide where
    /// samples are missing is part of every figure's interval.
    ///
    /// - Returns: nil where there are no looks to tell.
    func traceless(from: Instant, to: Instant? = nil) -> Span? {
        let known = Set(unseenUp)
        return gaps.lazy.filter { gap in
            gap.to > from && (to.map { gap.from < $0 } ?? true) && !known.contains(gap)
        }.map(\.length).max()
    }
}
