/// A probe's samples that looked at the system, ordered by `sent`.
///
/// Unsent and blind ones are neither good nor bad: they aren't here, and whatever lies between two
/// looks is unknown.
struct Looks: Hashable, Sendable {
    struct Look: Hashable, Sendable {
        var due: Instant
        var sent: Instant
        var done: Instant
        /// Nil for a good one.
        var failure: Outcome.Failure?

        var isGood: Bool { failure == nil }
        var latency: Span { done - sent }
    }

    var all: [Look]
    /// The first and the last instant that the series speaks of, unsent and blind samples included.
    var first: Instant?
    var last: Instant?
    /// Until when it went on looking, or trying to: answers may have come later.
    var lookedUntil: Instant?

    init(_ samples: [Sample]) {
        all = []
        all.reserveCapacity(samples.count)
        for sample in samples {
            let end = sample.done ?? sample.due
            first = first.map { min($0, sample.due) } ?? sample.due
            last = last.map { max($0, end) } ?? end
            lookedUntil = lookedUntil.map { max($0, sample.due) } ?? sample.due
            guard let sent = sample.sent, let done = sample.done else { continue }
            let failure: Outcome.Failure?
            switch sample.outcome {
            case .good: failure = nil
            case .bad(.blind, _), .unsent: continue
            case .bad(let kind, _): failure = kind
            }
            all.append(Look(due: sample.due, sent: sent, done: max(sent, done), failure: failure))
        }
        // By number they nearly are; a stable sort keeps those of one instant in that order.
        let isOrdered = all.indices.dropFirst().allSatisfy { all[$0 - 1].sent <= all[$0].sent }
        if !isOrdered { all.sort { $0.sent < $1.sent } }
    }
}

/// What a probe's steady phase says of a healthy service: how fast it answers.
struct Baseline: Hashable, Sendable {
    /// The time in which a healthy service answers: five times the slowest answer, at least 20 ms.
    ///
    /// Nil where the steady phase shows no answer. It places edges and never decides good or bad.
    var late: Span?
    /// The median answer.
    var typical: Span

    static let lateLeast = Span.milliseconds(20)
    /// Times the slowest healthy answer.
    static let lateFactor: Int64 = 5

    /// - Parameters:
    ///   - looks: of one probe.
    ///   - steady: the stretch in which it was seen to be steady.
    ///   - recorded: what the run took for *late* at the stretch's end; a later look at the same samples
    ///     may know of answers that weren't there yet.
    init(_ looks: Looks, steady: ClosedRange<Instant>?, recorded: Span? = nil) {
        var answers: [Span] = []
        if let steady {
            for look in looks.all where steady.contains(look.sent) && look.isGood {
                answers.append(look.latency)
            }
        }
        answers.sort()
        late = recorded ?? answers.last.map { max($0 * Self.lateFactor, Self.lateLeast) }
        typical = answers.isEmpty ? .zero : answers[answers.count / 2]
    }
}

extension Looks {
    /// When, at the latest, the system was seen not to be as it should, by this bad look.
    ///
    /// An answer that is wrong (a refusal, a reset, another status) was caused within [sent, done].
    /// A look that hangs shows it earlier than at its end: a service that was healthy from *sent* on
    /// would have answered by *sent + late*.
    func seenBad(_ index: Int, late: Span?) -> Instant {
        let look = all[index]
        guard let late, let limit = allowance(index, late: late) else { return look.done }
        return min(look.done, limit)
    }

    /// By when a healthy service would have answered, should the controller itself have stood still.
    ///
    /// - *sent + late*, and by so much more as samples due in that time went out late.
    /// - A standstill between two samples leaves no trace, and may have kept the request back (between
    ///   connecting and writing it, say) until the next one that was due was sent; then the service has
    ///   the time of its slowest healthy answer.
    /// - Returns: nil where no sample came after it: nothing shows that the controller was awake.
    func allowance(_ index: Int, late: Span) -> Instant? {
        let sent = all[index].sent
        let later = all[(index + 1)...]
        guard let next = later.first(where: { $0.due > sent }) else { return nil }
        let limit = sent + late
        var stall = Span.zero
        for other in later {
            guard other.due <= limit else { break }
            stall = max(stall, other.sent - other.due)
        }
        return max(limit + stall, next.sent + late / Baseline.lateFactor)
    }

    /// *late* as it was when this look, the first bad one, was sent.
    ///
    /// A service may slow down before it goes down. Then it was healthy, only slower: what the looks of the
    /// last second took, at least ten of them, counts as the steady state's does. All are good, since the
    /// outage before ended.
    /// `since` is when it was certainly up again after that: good looks from before may have been held by
    /// the outage, and tell nothing of how fast it was. Looks further apart than `far` lack some between.
    /// - Returns: nil where nothing is known: just after an outage, and where samples are missing.
    func late(before index: Int, since: Instant?, far: Span, steady: Span?) -> Span? {
        guard let steady else { return nil }
        let sent = all[index].sent
        var slowest: Span?
        var count = 0
        for other in all[..<index].reversed() {
            if other.sent < since ?? other.sent { break }
            if count == 0, sent - other.sent > far { return nil }
            if count >= 10, sent - other.sent > .seconds(1) { break }
            count += 1
            slowest = max(slowest ?? .zero, other.latency)
        }
        guard let slowest else { return since == nil ? steady : nil }
        return max(steady, slowest * Baseline.lateFactor)
    }
}
