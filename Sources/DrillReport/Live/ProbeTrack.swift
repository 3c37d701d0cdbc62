package import DrillModel

/// What is known of one probe while the run goes on.
///
/// Samples arrive when they are done, so those of a hanging service come late and among younger good
/// ones. They are put back into the order in which they were sent: what is older than any that may
/// still arrive is settled for good, the rest is worked through again where one came out of order.
package struct ProbeTrack: Sendable {
    package let probe: Probe
    private var settled: Course
    private var pending: [Sample] = []
    /// Where the probe stands now, with all that has arrived.
    package private(set) var course: Course
    private var newestSent: Instant?
    private var lastDone: Instant?
    private(set) var cells: [Cell] = []
    private(set) var unsent = 0

    /// One second of a probe, for the strip.
    struct Cell: Hashable, Sendable {
        var second: Int64
        var good = 0
        var bad = 0
        var blind = 0
    }

    private static let mostCells = 64
    private static let settledAtOnce = 64

    package init(_ probe: Probe) {
        self.probe = probe
        settled = Course(upAfter: probe.measure == .detection ? 1 : max(1, probe.upAfter))
        course = settled
    }

    package mutating func take(_ sample: Sample) {
        guard let sent = sample.sent, sample.outcome != .unsent else {
            unsent += 1
            return
        }
        var sample = sample
        sample.outcome = probe.meaning(of: sample.outcome)
        count(sample, sent: sent)
        var index = pending.endIndex
        while index > 0, let other = pending[index - 1].sent, other > sent { index -= 1 }
        let isNewest = index == pending.endIndex
        pending.insert(sample, at: index)
        if isNewest { course.take(sample) } else { workThrough() }
        newestSent = max(newestSent ?? sent, sent)
        if let done = sample.done { lastDone = max(lastDone ?? done, done) }
        settleOld()
    }

    /// For how long nothing has come back, where a healthy service would have answered by now.
    ///
    /// The look after the last one that came back was due within `every`, and is answered within *late*;
    /// until that is known, within the timeout. Nil before the first answer, too: nothing is claimed then.
    func silence(at now: Instant) -> Span? {
        guard let lastDone else { return nil }
        let silence = now - lastDone
        return silence > probe.every + (course.late ?? probe.timeout) ? silence : nil
    }

    private mutating func workThrough() {
        course = settled
        for sample in pending { course.take(sample) }
    }

    /// The time in which a healthy service answers: one that takes longer was down before it.
    package mutating func learn(late: Span) {
        settled.late = late
        workThrough()
    }

    /// From here on outages count: the disaster happened now.
    package mutating func startCounting() {
        settleOld(atOnce: 1)
        settled.countedLow = .zero
        settled.countedHigh = .zero
        settled.outages = 0
        workThrough()
    }

    private mutating func settleOld(atOnce least: Int = settledAtOnce) {
        guard let newestSent else { return }
        let horizon = newestSent - probe.timeout - .milliseconds(500)
        let old = pending.firstIndex { ($0.sent ?? horizon) >= horizon } ?? pending.count
        // Many at once: all that stay are moved up each time.
        guard old >= least else { return }
        for index in 0..<old { settled.take(pending[index]) }
        pending.removeFirst(old)
    }

    private mutating func count(_ sample: Sample, sent: Instant) {
        let second = sent.ns / 1_000_000_000
        var index = cells.endIndex
        while index > 0, cells[index - 1].second > second { index -= 1 }
        if index == 0 || cells[index - 1].second != second {
            cells.insert(Cell(second: second), at: index)
            index += 1
        }
        switch sample.outcome {
        case .good: cells[index - 1].good += 1
        case .bad(.blind, _): cells[index - 1].blind += 1
        case .bad: cells[index - 1].bad += 1
        case .unsent: break
        }
        if cells.count > Self.mostCells { cells.removeFirst() }
    }
}

/// A probe's ups and downs, from samples in the order in which they were sent.
package struct Course: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case unknown, up, down
    }

    package var upAfter: Int
    package var late: Span?
    package var state: State = .unknown
    /// The probe itself couldn't look the last time.
    package var isBlind = false
    package var lastFailure: Outcome.Failure?
    package var lastDetail: String?
    /// Of the outage that goes on: it began after this and by that.
    package var beganLow: Instant?
    package var beganHigh: Instant?
    /// The last change to up: it came after this and by that.
    package var endedLow: Instant?
    package var endedHigh: Instant?
    /// The sum of outages that are over, as an interval.
    package var countedLow: Span = .zero
    package var countedHigh: Span = .zero
    package var outages = 0
    /// The length of the last outage that is over.
    package var lastLow: Span?
    package var lastHigh: Span?
    private var lastGood: Instant?
    private var lastBad: Instant?
    private var streak = 0
    private var streakDone: Instant?

    package init(upAfter: Int) { self.upAfter = upAfter }

    package mutating func take(_ sample: Sample) {
        guard let sent = sample.sent else { return }
        let done = sample.done ?? sent
        switch sample.outcome {
        case .good:
            isBlind = false
            takeGood(sent: sent, done: done)
        case .bad(.blind, let detail):
            isBlind = true
            lastDetail = detail
        case .bad(let failure, let detail):
            isBlind = false
            lastFailure = failure
            lastDetail = detail
            // A hang is known from the moment at which a healthy service would have answered.
            takeBad(sent: sent, done: late.map { min(done, sent + $0) } ?? done)
        case .unsent: break
        }
    }

    private mutating func takeGood(sent: Instant, done: Instant) {
        streak += 1
        if streak == 1 { streakDone = done }
        guard state == .down else {
            state = .up
            lastGood = sent
            return
        }
        guard streak >= upAfter else { return }
        state = .up
        lastGood = sent
        endedLow = lastBad
        endedHigh = streakDone
        guard let endedLow, let endedHigh, let beganHigh else { return }
        let low = max(.zero, endedLow - beganHigh)
        let high = endedHigh - (beganLow ?? beganHigh)
        lastLow = low
        lastHigh = high
        countedLow += low
        countedHigh += high
        outages += 1
    }

    private mutating func takeBad(sent: Instant, done: Instant) {
        streak = 0
        lastBad = sent
        if state != .down {
            beganLow = lastGood
            beganHigh = done
        } else {
            // What was sent later may have been answered sooner: a hang, and then a refusal.
            beganHigh = min(beganHigh ?? done, done)
        }
        state = .down
    }
}
