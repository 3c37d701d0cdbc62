extension Outages {
    /// Finds the pairs of neighbouring looks between which something may have happened unseen.
    ///
    /// Between two good looks an outage fits that is no longer than from the earlier one's *sent* to
    /// the next good answer. That is the series' resolution, and small where every sample was sent.
    /// Where samples are missing (unsent, blind, a controller that stood still) it isn't, and what may
    /// hide there is part of every figure's interval.
    mutating func findGaps(every: Span, outages: [ClosedRange<Int>]) {
        let all = looks.all
        // A pair further apart than this lacks samples; below it, it is the pace with some lateness.
        let far = every * 2 + (baseline.late ?? Baseline.lateLeast)
        guard let first = all.first, let start = looks.first, let end = looks.last else {
            if let start = looks.first, let end = looks.last, end > start {
                unseenUp = [Stretch(from: start, to: end)]
            }
            return
        }
        let nextGoodDone = leastDoneAfter()
        if first.isGood && first.sent - start > far {
            unseenUp.append(
                Stretch(from: start, to: min(first.done, nextGoodDone[0] ?? first.done))
            )
        }
        var spans = outages[...]
        for index in all.indices.dropLast() {
            while let span = spans.first, span.upperBound <= index { spans = spans.dropFirst() }
            let isInside = spans.first.map { $0.lowerBound <= index } ?? false
            let isFar = all[index + 1].sent - all[index].sent > far
            if isInside {
                if isFar {
                    unseenDown.append(Stretch(from: all[index].sent, to: all[index + 1].sent))
                }
            } else if all[index].isGood, all[index + 1].isGood, let done = nextGoodDone[index] {
                let gap = Stretch(from: all[index].sent, to: done)
                gaps.append(gap)
                if isFar { unseenUp.append(gap) }
            }
        }
        if let last = all.last, last.isGood, end - last.done > far,
            !(outages.last.map { $0.contains(all.count - 1) } ?? false)
        {
            unseenUp.append(Stretch(from: last.sent, to: end))
        }
    }

    /// For each look the least *done* of the good ones sent after it.
    private func leastDoneAfter() -> [Instant?] {
        var result: [Instant?] = Array(repeating: nil, count: looks.all.count)
        var least: Instant?
        for index in looks.all.indices.reversed() {
            result[index] = least
            if looks.all[index].isGood {
                least = min(least ?? looks.all[index].done, looks.all[index].done)
            }
        }
        return result
    }

    /// The longest outage that could have gone unseen between `from` and `to`.
    ///
    /// - Returns: nil where there are no looks to tell.
    func resolution(from: Instant?, to: Instant?) -> Span? {
        let near = gaps.filter { gap in
            (from.map { gap.to > $0 } ?? true) && (to.map { gap.from < $0 } ?? true)
        }
        var longest = near.map(\.length).max()
        for stretch in unseenUp
        where (from.map { stretch.to > $0 } ?? true) && (to.map { stretch.from < $0 } ?? true) {
            longest = max(longest ?? .zero, stretch.length)
        }
        return longest
    }
}
