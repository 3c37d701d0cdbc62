/// What one probe's series says: its outages, and the stretches of which it says nothing.
///
/// ```
///   good   good      bad   bad        bad     good  good  good       (by sent; up-after 3)
///    ├┤     ├┤       ├─┤   ├─┤        ├─┤      ├─┤   ├┤    ├┤
///           └──began───┘               └──ended──┘
/// ```
/// A good look shows that the system was up at some instant within [sent, done], a bad one that it was
/// down at one within [sent, `seenBad`]. All bounds follow from these two and the order of `sent`.
struct Outages: Hashable, Sendable {
    var looks: Looks
    var baseline: Baseline
    var list: [Outage]
    /// Stretches without a look, seen up on both sides: an outage may hide there.
    var unseenUp: [Stretch]
    /// The last of them, where none saw it up again: what may hide there may not have ended.
    var unseenToEnd: Stretch?
    /// Stretches without a look inside an outage: it may have been up there.
    var unseenDown: [Stretch]
    /// Every pair of good looks with nothing between: no outage there was longer than this.
    var gaps: [Stretch]
    /// A pair of looks further apart than this lacks samples; below it, it is the pace with some lateness.
    let far: Span
    /// An answer within it is up, however slow; nil where the file draws no such line.
    let slowerThan: Span?

    struct Stretch: Hashable, Sendable {
        var from: Instant
        var to: Instant
        /// No look is missing: by so much later than due was the next one sent.
        var late: Span?

        var length: Span { to - from }
    }

    /// Reads a probe's series; *late* comes from its steady stretch, unless the run recorded it.
    ///
    /// Until `watched` it looked for sure: of a series that ends before, the rest was lost.
    init(
        _ samples: [Sample],
        of probe: Probe,
        steady: ClosedRange<Instant>?,
        late: Span? = nil,
        watched: Instant? = nil
    ) {
        var looks = Looks(samples)
        if let watched {
            looks.last = looks.last.map { max($0, watched) }
            looks.lookedUntil = looks.lookedUntil.map { max($0, watched) }
        }
        self.looks = looks
        baseline = Baseline(looks, steady: steady, recorded: late)
        far = probe.every * 2 + (baseline.late ?? Baseline.lateLeast)
        slowerThan = probe.slowerThan
        list = []
        unseenUp = []
        unseenToEnd = nil
        unseenDown = []
        gaps = []
        var spans: [ClosedRange<Int>] = []
        var scan = Scan(
            looks: looks,
            late: baseline.late,
            far: far,
            upAfter: max(1, probe.upAfter)
        )
        for index in looks.all.indices {
            if let found = scan.step(index) {
                list.append(outage(found, of: probe.name))
                spans.append(found.firstBad...found.lastBad)
            }
        }
        if let open = scan.open {
            list.append(outage(open, of: probe.name))
            let last = open.streak.isEmpty ? looks.all.count - 1 : open.lastBad
            spans.append(open.firstBad...last)
        }
        findGaps(outages: spans)
    }
}

/// Where one outage lies among the looks, by index.
private struct Found {
    var lastGood: Int?
    var firstBad: Int
    var lastBad: Int
    var seenBad: Instant
    /// The time in which the service answered while it was healthy, just before.
    var late: Span?
    var failures: [String: Int] = [:]
    /// The good looks in a row that end it; empty while it hasn't ended.
    var streak: [Int] = []
    /// By when it was certainly up again, by the streak.
    var seenUp: Instant?
}

/// Walks along the looks: good, then bad, then good `up-after` times running.
private struct Scan {
    var looks: Looks
    var late: Span?
    /// Looks that are further apart lack some between them.
    var far: Span
    var upAfter: Int
    var lastGood: Int?
    var current: Found?
    /// When it was certainly up again after the last outage; nil before the first.
    private var upSince: Instant?

    /// What is left when the series ends: an outage that hasn't ended, or one whose good looks were
    /// enough, though nothing was sent after it was certain.
    var open: Found? {
        guard var found = current else { return nil }
        if found.streak.count < upAfter { found.streak = [] }
        return found
    }

    init(looks: Looks, late: Span?, far: Span, upAfter: Int) {
        self.looks = looks
        self.late = late
        self.far = far
        self.upAfter = upAfter
    }

    /// - Returns: the outage that was over before this look was sent.
    mutating func step(_ index: Int) -> Found? {
        var over: Found?
        if let found = current, isOver(found, before: looks.all[index].sent) {
            over = found
            upSince = found.seenUp
            current = nil
        }
        if let failure = looks.all[index].failure {
            bad(index, failure)
        } else {
            good(index)
        }
        return over
    }

    /// It was certainly down, then certainly up, and only then this look was sent.
    ///
    /// Looks that fly at the same time may arrive in another order than that of their sending (a slow
    /// request that the outage killed in flight, a good answer that overtook a bad one): they make no
    /// outage of their own.
    private func isOver(_ found: Found, before sent: Instant) -> Bool {
        guard found.streak.count >= upAfter, let up = found.seenUp else { return false }
        return sent >= up
    }

    private mutating func bad(_ index: Int, _ failure: Outcome.Failure) {
        var found = current ?? began(index)
        let seen = looks.seenBad(index, late: found.late)
        found.lastBad = index
        found.seenBad = min(found.seenBad, seen)
        found.failures[failure.rawValue, default: 0] += 1
        found.streak = []
        found.seenUp = nil
        current = found
    }

    private func began(_ index: Int) -> Found {
        Found(
            lastGood: lastGood,
            firstBad: index,
            lastBad: index,
            seenBad: looks.all[index].done,
            late: looks.late(before: index, since: upSince, far: far, steady: late)
        )
    }

    private mutating func good(_ index: Int) {
        lastGood = index
        guard var found = current else { return }
        let look = looks.all[index]
        found.streak.append(index)
        if look.sent >= found.seenBad { found.seenUp = min(found.seenUp ?? look.done, look.done) }
        current = found
    }
}

extension Outages {
    private func outage(_ found: Found, of probe: String) -> Outage {
        let all = looks.all
        // Began: up at or after the last good one's sent; down by the least `seenBad`. One that is bad
        // from the first look on is counted from the beginning of the series, whatever was before.
        let low = found.lastGood.map { all[$0].sent } ?? looks.first ?? all[found.firstBad].sent
        let high = max(low, found.seenBad)
        // What hangs hung from its sending on; what was answered, until about its answer.
        let first = all[found.firstBad]
        let seen = first.isHanging(found.late) ? first.sent : high - baseline.typical
        let best = low + (max(low, min(seen, high)) - low) / 2
        var result = Outage(
            probe: probe,
            beganLow: low,
            beganBest: best,
            beganHigh: high,
            endedLow: nil,
            endedHigh: nil,
            lastBad: all[found.lastBad].sent,
            failures: found.failures
        )
        end(&result, found)
        return result
    }

    /// Ended: down at or after the greatest sent of a bad one; up by the least done of the good ones
    /// after it.
    private func end(_ outage: inout Outage, _ found: Found) {
        let all = looks.all
        guard !found.streak.isEmpty else { return }
        let after = all.indices[(found.lastBad + 1)...].prefix { all[$0].isGood }
        // One sent before the system was certainly down may have been answered before it went down.
        var first: Int?
        for index in after where all[index].sent >= found.seenBad {
            if let least = first, all[index].sent >= all[least].done { break }
            if first.map({ all[index].done < all[$0].done }) ?? true { first = index }
        }
        guard let first = first ?? found.streak.first else { return }
        let high = all[first].done
        var low = all[found.lastBad].sent
        // A hang lets go of all requests at once: those sent within the last `timeout` are good, though
        // they were sent while it hung. One that had no answer by sent + late, when nobody else had a
        // good answer either, was sent before the end. (Its done − late would say more, but is wrong
        // for requests that a slow server or TCP's retransmission goes on delaying after the end.)
        if let late = baseline.late, all[found.lastBad].isHanging(late) {
            let paceAfter = after.lazy.filter { all[$0].sent >= high }.prefix(3)
                .map { all[$0].latency }.max()
            // A service that comes back cold is healthy, though slower than before.
            let wasAfter = paceAfter.map { $0 * Baseline.lateFactor }
            let lateAfter = max(late, wasAfter ?? found.late ?? late)
            for index in after {
                guard all[index].sent + lateAfter < high else { break }
                guard all[index].done >= high, let limit = looks.allowance(index, late: lateAfter),
                    limit < high
                else { continue }
                low = max(low, all[index].sent)
            }
        }
        low = min(low, high)
        let isReleased = all[first].isHanging(baseline.late)
        let best = isReleased ? high - baseline.typical : low + (all[first].sent - low) / 2
        outage.endedLow = low
        outage.endedBest = max(low, min(best, high))
        outage.endedHigh = high
    }
}

extension Looks.Look {
    /// Not answered within the time in which a healthy service answers.
    func isHanging(_ late: Span?) -> Bool {
        guard let late else { return failure == .timeout }
        return latency > late
    }
}

extension Timeline {
    /// Until when every probe looked for sure.
    ///
    /// A run that was killed doesn't tell when that ended; it looked on until all was undone, at least.
    var watched: Instant? {
        events.last { event in
            switch event.kind {
            case .lookingEnds, .phase(.undo), .phase(.lookOn), .phase(.readBack): true
            default: false
            }
        }?.at
    }
}
