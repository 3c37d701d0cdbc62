package import DrillModel
import Synchronization

/// The samples of one probe so far; written by its sampler, read by waits, guards and the verdict.
///
/// Asked many times a second for as long as a run lasts: no question goes through all that was seen.
package final class Series: Sendable {
    private struct State {
        var samples: PackedSamples
        var writes: [LedgerWrite] = []
        var reads: [LedgerRead] = []
        /// What says anything, ordered by sending: `unsent` and blind samples don't, nor does a detection
        /// probe's look without an answer.
        var looks: [Seen] = []
        var lastAnswer: String?
        /// When the newest of those that came back was due, and whether it says anything.
        var newest: (due: Instant, says: Bool)?
        /// When the newest of all was due, those that were never sent too.
        var newestDue: Instant?

        /// `isGood` is nil of one that came back and says nothing.
        mutating func see(due: Instant, _ sent: Instant?, isGood: Bool?) {
            newestDue = newestDue.map { max($0, due) } ?? due
            guard let sent else { return }
            if newest.map({ due >= $0.due }) ?? true { newest = (due, isGood != nil) }
            guard let isGood else { return }
            // Nearly in order already: what hung comes late.
            var index = looks.endIndex
            while index > 0, looks[index - 1].sent > sent { index -= 1 }
            looks.insert(Seen(sent: sent, isGood: isGood), at: index)
        }
    }

    /// Eight bytes: the lowest bit says whether it was good.
    private struct Seen {
        private let packed: Int64

        init(sent: Instant, isGood: Bool) { packed = sent.ns << 1 | (isGood ? 1 : 0) }

        var sent: Instant { Instant(ns: packed >> 1) }
        var isGood: Bool { packed & 1 == 1 }
    }

    package let probe: Probe
    private let state: Mutex<State>

    package init(_ probe: Probe) {
        self.probe = probe
        state = Mutex(State(samples: PackedSamples(every: probe.every)))
    }

    func add(_ sample: Sample) {
        state.withLock { state in
            state.samples.append(sample)
            let outcome = sample.outcome
            let shown = probe.meaning(of: outcome)
            state.see(
                due: sample.due,
                outcome == .unsent ? nil : sample.sent,
                isGood: shown.isGood || shown.isBad ? shown.isGood : nil
            )
            state.lastAnswer = outcome.isGood ? nil : outcome.shown
        }
    }

    func add(_ write: LedgerWrite) {
        state.withLock { state in
            state.writes.append(write)
            let sent = write.answer == .unsent ? nil : write.sent
            state.see(due: write.due, sent, isGood: write.answer == .acknowledged)
        }
    }
    func add(_ read: LedgerRead) { state.withLock { $0.reads.append(read) } }

    /// Every sample that has an outcome, by number.
    package var samples: [Sample] {
        state.withLock { $0.samples.all }.sorted { $0.number < $1.number }
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

    /// Whether, looking only at what was sent since `since`, the probe is in `wanted` and has been for
    /// `holds`.
    ///
    /// Up needs `up-after` good ones in a row, down one bad one; the run of equal ones that ends the
    /// series must span `holds`.
    func holds(_ wanted: ProbeState, for holds: Span, since: Instant) -> Bool {
        let needed = wanted == .up ? probe.upAfter : 1
        return state.withLock { state in
            var count = 0
            for look in state.looks.reversed() {
                guard look.sent >= since, look.isGood == (wanted == .up) else { return false }
                count += 1
                let newest = state.looks[state.looks.count - 1].sent
                if count >= needed, newest - look.sent >= holds { return true }
            }
            return false
        }
    }

    /// Whether the probe shows what it should before anything is broken, and has done so for `holds`: a
    /// detection probe quiet, any other up.
    ///
    /// What it showed once isn't enough: the newest look that came back must be one that says something,
    /// and not be older than a look may take. A source that has gone blind since, or a probe whose looks
    /// are all stuck, isn't known to be as it was.
    func isSteady(for holds: Span, since: Instant) -> Bool {
        let isFresh = state.withLock { state in
            guard let newest = state.newest, let newestDue = state.newestDue else { return false }
            return newest.says && newestDue - newest.due <= probe.every + probe.timeout
        }
        let wanted: ProbeState = probe.measure == .detection ? .down : .up
        return isFresh && self.holds(wanted, for: holds, since: since)
    }

    /// Sets what the read-back found of each write.
    func settle(_ found: (LedgerWrite) -> LedgerWrite) {
        state.withLock { state in state.writes = state.writes.map(found) }
    }

    /// What the latest look or write answered, in words.
    var lastAnswer: String? {
        state.withLock { state in
            if !state.samples.isEmpty { return state.lastAnswer ?? Outcome.good.shown }
            guard let write = state.writes.last else { return nil }
            return Plain.once(write.answer.rawValue, write.detail ?? "")
        }
    }

    /// When the latest look that showed `wanted` was sent, at or after `since`.
    func lastSeen(_ wanted: ProbeState, since: Instant) -> Instant? {
        state.withLock { state in
            for look in state.looks.reversed() {
                if look.sent < since { return nil }
                if look.isGood == (wanted == .up) { return look.sent }
            }
            return nil
        }
    }
}
