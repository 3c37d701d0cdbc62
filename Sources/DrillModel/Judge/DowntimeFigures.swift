/// The sum of all outages of a `service`, from the disaster on; from the first sample where there is
/// none.
///
/// Of those that were seen, that is. One that falls between two looks leaves no trace, and nobody knows
/// how many did: a sum of all there may have been has no upper end. So the figure says how short they are
/// that aren't in it. Where none was seen, one of them is allowed for.
enum Downtime {
    static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(name: .downtime, probe: probe.name, amount: .unknownSpan)
        guard let series = evidence.outages[probe.name], let first = series.looks.all.first else {
            figure.note = "it was never looked at"
            return figure
        }
        let from = evidence.marks.disaster ?? series.looks.first ?? first.sent
        let sum = series.downtime(from: from, to: nil)
        figure.amount = .span(low: sum.low, best: sum.best, high: sum.high)
        figure.note = note(series, from, sum)
        let unseen = series.unseenUp.filter { $0.to > from }
        if !unseen.isEmpty { figure.remedy = Unseen.remedy(unseen) }
        guard let disaster = evidence.marks.disaster else { return figure }
        let outage = series.list.first { $0.endedHigh.map { $0 > disaster } ?? true }
        return figure.telling(outage, downAlreadyAt: disaster)
    }

    private static func note(_ series: Outages, _ from: Instant, _ sum: DownSum) -> String? {
        var notes: [String] = []
        if sum.count == 0, let resolution = series.resolution(from: from, to: nil) {
            notes.append("never down: no gap longer than \(resolution.shownAtMost)")
            notes.append("shorter outages aren't summed up")
        }
        if sum.count > 1 { notes.append("\(sum.count) outages") }
        if sum.count > 0, let hidden = series.traceless(from: from) {
            notes.append("unseen ones, each below \(hidden.shownAtMost), aren't counted")
        }
        let repair = series.downtime(from: from, to: nil) { $0.isDuringRepair }
        if repair.count > 0 {
            notes.append("\(FigureText.interval(repair.low, repair.high)) of it during repair")
        }
        if sum.isOpen { notes.append("still down when its samples ended") }
        let unseen = series.unseenUp.filter { $0.to > from }
        if !unseen.isEmpty { notes.append(Unseen.note(unseen)) }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }
}

/// The share of the run in which a `service` was up.
///
/// The run is from the steady stretch that held (waiting for it doesn't count) to the last sample; a
/// run without a disaster is from the first sample, as its downtime is.
enum Availability {
    static func figure(of probe: Probe, _ evidence: Evidence) -> Figure {
        var figure = Figure(
            name: .availability,
            probe: probe.name,
            amount: .share(low: nil, best: nil, high: nil)
        )
        guard let series = evidence.outages[probe.name], !series.looks.all.isEmpty,
            let first = series.looks.first, let to = series.looks.last
        else {
            figure.note = "it was never looked at"
            return figure
        }
        let steady = evidence.marks.disaster == nil ? nil : evidence.marks.steady?.lowerBound
        let from = max(first, steady ?? first)
        guard to > from else {
            figure.note = "it was looked at too shortly"
            return figure
        }
        let sum = series.downtime(from: from, to: to)
        figure.over = to - from
        let length = Double((to - from).ns)
        func up(_ down: Span?) -> Double? {
            down.map { min(1, max(0, 1 - Double($0.ns) / length)) }
        }
        figure.amount = .share(low: up(sum.high), best: up(sum.best), high: up(sum.low))
        var notes = figure.nines.map { [$0] } ?? []
        if sum.count == 0, let resolution = series.resolution(from: from, to: to) {
            notes.append("never down: no gap longer than \(resolution.shownAtMost)")
        } else if let slowness = series.slowness(from: from, to: to) {
            notes.append(slowness)
        }
        figure.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        return figure
    }
}

/// A sum of outages as an interval.
struct DownSum: Hashable, Sendable {
    var low = Span.zero
    /// Nil, as `high`, where an outage hadn't ended.
    var best: Span? = .zero
    var high: Span? = .zero
    var count = 0
    var isOpen = false
}

extension Outages {
    /// The sum of all outages between two instants; each lasted from [began] to [ended], cut to them.
    ///
    /// One that hadn't ended has no upper bound, unless `to` gives one; nor has what nobody saw the end of.
    /// A stretch without a look adds to the high end where it may hide an outage, and takes from the low
    /// one inside an outage. Where there is none at all, one as long as the longest gap may have gone unseen.
    func downtime(
        from: Instant,
        to: Instant?,
        where isCounted: ((Outage) -> Bool)? = nil
    ) -> DownSum {
        var sum = DownSum()
        func cut(_ instant: Instant) -> Instant {
            max(from, to.map { min($0, instant) } ?? instant)
        }
        func length(_ begin: Instant, _ end: Instant) -> Span {
            max(.zero, cut(end) - cut(begin))
        }
        for outage in list where isCounted?(outage) ?? true {
            if let ended = outage.endedHigh, ended <= from { continue }
            if let to, outage.beganLow >= to { continue }
            sum.count += 1
            sum.isOpen = sum.isOpen || outage.endedHigh == nil
            sum.low += length(outage.beganHigh, outage.endedLow ?? outage.lastBad)
            let best = outage.endedBest ?? to
            let high = outage.endedHigh ?? to
            sum.best = sum.best.flatMap { total in
                best.map { total + length(outage.beganBest, $0) }
            }
            sum.high = sum.high.flatMap { total in
                high.map { total + length(outage.beganLow, $0) }
            }
        }
        // A part of the outages says nothing of what wasn't seen.
        guard isCounted == nil else { return sum }
        if sum.count == 0 { sum.high = resolution(from: from, to: to) }
        let hidden = unseenUp.map { length($0.from, $0.to) }.reduce(.zero, +)
        sum.high = sum.high.map { sum.count == 0 ? max($0, hidden) : $0 + hidden }
        // What may hide to the very end may not have ended there.
        if to == nil, unseenToEnd != nil { (sum.best, sum.high) = (nil, nil) }
        let doubtful = unseenDown.map { length($0.from, $0.to) }.reduce(.zero, +)
        sum.low = max(.zero, sum.low - doubtful)
        return sum
    }
}
