package import DrillModel
import Synchronization

/// The samples of one probe so far; written by its sampler, read by waits, guards and the verdict.
package final class Series: Sendable {
    private struct State {
        var samples: [Sample] = []
        var writes: [LedgerWrite] = []
        var reads: [LedgerRead] = []
    }

    package let probe: Probe
    private let state = Mutex(State())

    package init(_ probe: Probe) { self.probe = probe }

    func add(_ sample: Sample) { state.withLock { $0.samples.append(sample) } }
    func add(_ write: LedgerWrite) { state.withLock { $0.writes.append(write) } }
    func add(_ read: LedgerRead) { state.withLock { $0.reads.append(read) } }

    /// Every sample that has an outcome, by number.
    package var samples: [Sample] {
        state.withLock { $0.samples }.sorted { $0.number < $1.number }
    }

    package var writes: [LedgerWrite] {
        state.withLock { $0.writes }.sorted { $0.number < $1.number }
    }

    /// In the order in which they were due.
    package var reads: [LedgerRead] {
        state.withLock { $0.reads }.sorted { ($0.due, $0.place) < ($1.due, $1.place) }
    }

    /// The writes that came back after the first `count`, as they came.
    func writes(after count: Int) -> ArraySlice<LedgerWrite> {
        state.withLock { $0.writes[count...] }
    }

    /// What was sent at or after `since` and has come back, ordered by sending: whether it was good,
    /// and whether it says anything (`unsent` and blind samples don't).
    func looks(since: Instant) -> [(sent: Instant, isGood: Bool)] {
        state.withLock { state in
            var looks: [(sent: Instant, isGood: Bool)] = []
            // Newest last, nearly in order: walking back ends at the first that is clearly too old.
            let slack = Span.seconds(1) + probe.timeout
            for sample in state.samples.reversed() {
                if sample.due < since - slack { break }
                guard let sent = sample.sent, sent >= since else { continue }
                if sample.outcome.isGood || sample.outcome.isBad {
                    looks.append((sent, sample.outcome.isGood))
                }
            }
            for write in state.writes.reversed() {
                if write.due < since - slack { break }
                guard let sent = write.sent, sent >= since else { continue }
                looks.append((sent, write.answer == .acknowledged))
            }
            return looks.sorted { $0.sent < $1.sent }
        }
    }

    /// Whether, looking only at what was sent since `since`, the probe is in `wanted` and has been for
    /// `holds`.
    ///
    /// Up needs `up-after` good ones in a row, down one bad one; the run of equal ones that ends the
    /// series must span `holds`.
    func holds(_ wanted: ProbeState, for holds: Span, since: Instant) -> Bool {
        let looks = looks(since: since)
        let streak = looks.reversed().prefix { $0.isGood == (wanted == .up) }
        guard let newest = streak.first, let oldest = streak.last else { return false }
        let needed = wanted == .up ? probe.upAfter : 1
        return streak.count >= needed && newest.sent - oldest.sent >= holds
    }

    /// Sets what the read-back found of each write.
    func settle(_ found: (LedgerWrite) -> LedgerWrite) {
        state.withLock { state in state.writes = state.writes.map(found) }
    }

    /// What the latest look or write answered, in words.
    var lastAnswer: String? {
        state.withLock { state in
            if let sample = state.samples.last { return sample.outcome.shown }
            guard let write = state.writes.last else { return nil }
            return write.detail.map { "\(write.answer.rawValue): \($0)" } ?? write.answer.rawValue
        }
    }

    /// When the latest look that showed `state` was sent, at or after `since`.
    func lastSeen(_ state: ProbeState, since: Instant) -> Instant? {
        looks(since: since).last { $0.isGood == (state == .up) }?.sent
    }
}
