import DrillModel

/// A probe's samples in buckets of equal length, for charts and their tables.
///
/// Each bucket keeps least, middle and greatest latency, so that however few there are, no spike is
/// lost.
struct Series {
    struct Bucket {
        var from: Instant
        var good = 0
        /// Good ones that were sent while an outage held: too few in a row to end it, or answered late.
        var goodInOutage = 0
        var failures: [Outcome.Failure: Int] = [:]
        var unsent = 0
        /// Of right answers, in nanoseconds; sorted once the series is made.
        var latencies: [Int64] = []

        var bad: Int {
            failures.reduce(0) { $0 + ($1.key == .blind ? 0 : $1.value) }
        }
        var blind: Int { failures[.blind] ?? 0 }
        var median: Int64? { latencies.isEmpty ? nil : latencies[latencies.count / 2] }
    }

    /// What a bucket shows on a strip.
    enum State: Hashable {
        case nothing, good, mixed, bad, blind, unsent
    }

    let probe: Probe
    let width: Span
    private(set) var buckets: [Bucket] = []

    /// At most `limit` buckets, none shorter than the probe's own spacing.
    ///
    /// `isTimed`: with the latencies of right answers. `outages` are the probe's, in their order: a look
    /// that was sent in one never shows it up, whatever came of it.
    init(
        _ probe: Probe,
        _ samples: [Sample],
        outages: [Outage] = [],
        limit: Int,
        nice: Bool = false,
        isTimed: Bool = true
    ) {
        self.probe = probe
        let start = samples.first?.due ?? Instant(ns: 0)
        let end = samples.last?.due ?? start
        let least = max(probe.every.ns, ((end - start).ns + 1) / Int64(limit) + 1, 1)
        width = Span(ns: nice ? Self.nice(least) : least)
        guard !samples.isEmpty else { return }
        let count = Int((end - start).ns / width.ns) + 1
        buckets = (0..<count).map { Bucket(from: start + width * Int64($0)) }
        var ahead = outages[...]
        for sample in samples {
            let index = Int((sample.due - start).ns / width.ns)
            guard buckets.indices.contains(index) else { continue }
            let sent = sample.sent ?? sample.due
            while let next = ahead.first, let ended = next.endedLow, ended <= sent {
                ahead.removeFirst()
            }
            let isInOutage = ahead.first.map { $0.beganHigh <= sent } ?? false
            buckets[index].take(probe.meaning(of: sample.outcome), of: sample, isTimed, isInOutage)
        }
        for index in buckets.indices { buckets[index].latencies.sort() }
    }

    /// 1, 2, 5, 10, 15, 30 and so on of a unit: a row's length that can be read.
    private static func nice(_ ns: Int64) -> Int64 {
        let milliseconds: [Int64] = [
            20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
            300_000, 600_000, 1_800_000, 3_600_000,
        ]
        return milliseconds.first { $0 * 1_000_000 >= ns }.map { $0 * 1_000_000 } ?? ns
    }

    /// The stretches of equal state, each from its first bucket to the end of its last.
    var stretches: [(state: State, from: Instant, to: Instant)] {
        var stretches: [(state: State, from: Instant, to: Instant)] = []
        for bucket in buckets {
            let state = bucket.state
            if let last = stretches.last, last.state == state {
                stretches[stretches.count - 1].to = bucket.from + width
            } else {
                stretches.append((state, bucket.from, bucket.from + width))
            }
        }
        return stretches
    }
}

extension Series.Bucket {
    var state: Series.State {
        if bad > 0 { return good + goodInOutage > 0 ? .mixed : .bad }
        if good > 0 { return goodInOutage > 0 ? .mixed : .good }
        if goodInOutage > 0 { return .bad }
        if blind > 0 { return .blind }
        return unsent > 0 ? .unsent : .nothing
    }

    fileprivate mutating func take(
        _ outcome: Outcome,
        of sample: Sample,
        _ isTimed: Bool,
        _ isInOutage: Bool
    ) {
        switch outcome {
        case .good:
            if isInOutage { goodInOutage += 1 } else { good += 1 }
            if isTimed { addLatency(of: sample) }
        case .bad(let failure, _):
            failures[failure, default: 0] += 1
            if isTimed, failure == .slow { addLatency(of: sample) }
        case .unsent: unsent += 1
        }
    }

    private mutating func addLatency(of sample: Sample) {
        if let sent = sample.sent, let done = sample.done { latencies.append((done - sent).ns) }
    }
}
