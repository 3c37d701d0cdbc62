/// How far behind what was acknowledged a place is: for each write how long it wasn't to be seen there.
///
/// ```
///  written   sent──commit──acknowledged
///  looked at                    missing      missing      found
///                               └─ sent, done each
/// ```
/// A write that a look lacked was not there, at the earliest, when that look was sent; one that a look
/// found was there by the time that look was done. So the time from a write's commit until it was to be
/// seen lies between
///
/// - the last look that lacked it, *sent*, minus its acknowledgement; zero where none lacked it;
/// - the first look that found it, *done*, minus *sent* of the write. Where no look found it, the
///   read-back did.
///
/// The worst of all writes is the most that any reader of the place was ever behind, for it falls behind
/// no faster than time passes, and what is to be seen there stays so: a place is one server, not several
/// behind one address. Writes come at a fixed pace, and so a share of the writes is a share of the time:
/// the 99th percentile is what the place was behind at most during 99 % of it.
///
/// What never came isn't stale but lost there, and counted as that.
package struct Staleness: Sendable {
    /// One acknowledged write as the place saw it.
    package struct Write: Hashable, Sendable {
        package var acknowledged: Instant
        package var low: Span
        package var best: Span
        /// Nil where nobody knows whether it ever came.
        package var high: Span?
    }

    package let writes: [Write]
    /// Looks that were answered, and those of them that lacked an acknowledged write which came later.
    package let reads: Int
    package let staleReads: Int
    /// Looks that were sent and had no answer.
    package let failedReads: Int
    /// Acknowledged writes that never came.
    package let lost: Int
    /// Acknowledged writes that came, and of which the read-back saw that they were gone again.
    package let gone: Int

    package init(of probe: Probe, place: Int, _ timeline: Timeline) {
        let reads = (timeline.reads[probe.name] ?? []).filter { $0.place == place }
        let answered = reads.filter { $0.missing != nil }
        var sightings = Sightings()
        for read in answered { sightings.take(read) }
        let readBack = ReadBackTimes(of: probe, place: place, timeline.events)
        var found: [Write] = []
        var came: Set<Int> = []
        var lost = 0
        var gone = 0
        for write in timeline.ledgers[probe.name] ?? [] where write.answer == .acknowledged {
            guard let sent = write.sent, let done = write.done else { continue }
            let isThere = write.isThere(at: place)
            let lastLack = sightings.lacked[write.number]
            if write.goneAt?.contains(place) ?? false {
                // It is to be seen at times.
                gone += 1
                found.append(Write(acknowledged: done, low: .zero, best: .zero, high: nil))
            } else if let seen = sightings.found[write.number] {
                came.insert(write.number)
                found.append(Write(sent: sent, done: done, lastLack: lastLack, seen: seen))
            } else if isThere == true,
                let readBack = readBack.time(of: write, at: place)
            {
                came.insert(write.number)
                let seen = LookTimes(sent: max(done, lastLack?.done ?? done), done: readBack)
                found.append(Write(sent: sent, done: done, lastLack: lastLack, seen: seen))
            } else if isThere == false {
                lost += 1
            } else {
                // Late or lost: nobody looked in the end.
                found.append(Write(acknowledged: done, low: .zero, best: .zero, high: nil))
            }
        }
        writes = found
        self.lost = lost
        self.gone = gone
        self.reads = answered.count
        staleReads = answered.count { read in
            (read.missing ?? []).contains { $0.contains(where: came.contains) }
        }
        failedReads = reads.count { $0.sent != nil && $0.missing == nil }
    }

    /// The worst, or what a share of the writes stayed below.
    ///
    /// - Parameters:
    ///   - share: from 0 to 1; 0.99 is the 99th percentile, by nearest rank.
    ///   - isCounted: whether a write that was acknowledged at this instant counts.
    /// - Returns: nil ends where nothing is known.
    package func amount(
        at share: Double = 1,
        where isCounted: (Instant) -> Bool = { _ in true }
    ) -> Figure.Amount {
        let counted = writes.filter { isCounted($0.acknowledged) }
        guard !counted.isEmpty, reads > 0 else { return .unknownSpan }
        func ranked(_ spans: [Span]) -> Span {
            let rank = Int((share * Double(spans.count)).rounded(.up))
            return spans.sorted()[min(max(rank, 1), spans.count) - 1]
        }
        let highs = counted.map { $0.high ?? Span(ns: .max) }
        let high = ranked(highs)
        return Figure.Amount.span(
            low: ranked(counted.map(\.low)),
            best: ranked(counted.map(\.best)),
            high: high == Span(ns: .max) ? nil : high
        ).ordered
    }

    /// By number: the last look that lacked a write, and the first that found it.
    private struct Sightings {
        var lacked: [Int: LookTimes] = [:]
        var found: [Int: LookTimes] = [:]

        mutating func take(_ read: LedgerRead) {
            guard let missing = read.missing, let sent = read.sent, let done = read.done else {
                return
            }
            let look = LookTimes(sent: sent, done: done)
            let absent = Set(missing.numbers)
            for number in read.asked.numbers {
                if absent.contains(number) {
                    if lacked[number].map({ $0.sent < sent }) ?? true { lacked[number] = look }
                } else if found[number].map({ $0.done > done }) ?? true {
                    found[number] = look
                }
            }
        }
    }
}

/// When a place was read back: first, and for the last time.
private struct ReadBackTimes {
    var first: Instant?
    var last: Instant?

    init(of probe: Probe, place: Int, _ events: [Event]) {
        for event in events {
            switch event.kind {
            case .placeReadBack(probe.name, place, nil): first = event.at
            case .readBack(probe.name, _): last = event.at
            default: continue
            }
        }
    }

    func time(of write: LedgerWrite, at place: Int) -> Instant? {
        write.appearedAt?.contains(place) ?? false ? last : first ?? last
    }
}

/// When a look was sent and done.
private struct LookTimes {
    var sent: Instant
    var done: Instant
}

extension Staleness.Write {
    /// A write that was seen in the end.
    fileprivate init(sent: Instant, done: Instant, lastLack: LookTimes?, seen: LookTimes) {
        acknowledged = done
        let high = max(.zero, seen.done - sent)
        self.high = high
        guard let lastLack, lastLack.sent < seen.done else {
            // Most likely it was there as soon as it was acknowledged.
            (low, best) = (.zero, .zero)
            return
        }
        low = min(high, max(.zero, lastLack.sent - done))
        let from = lastLack.sent + (lastLack.done - lastLack.sent) / 2
        let to = seen.sent + (seen.done - seen.sent) / 2
        let commit = sent + (done - sent) / 2
        let middle = from + (max(from, to) - from) / 2
        best = min(high, max(low, middle - commit))
    }
}

extension Staleness {
    /// The figures of every place that was looked at while the run went on: of the whole run, and of the
    /// parts that somebody promised something of.
    static func figures(of probe: Probe, _ evidence: Evidence) -> [Figure] {
        guard let ledger = probe.ledger else { return [] }
        let reads = evidence.timeline.reads[probe.name] ?? []
        let promised = evidence.plan.experiment.budgets.filter {
            $0.figure == .staleness && ($0.probe ?? probe.name) == probe.name
        }
        let parts = RunPart.allCases.filter { part in
            part == .run || promised.contains { $0.during == part }
        }
        let cuts = RunParts(evidence.marks)
        return ledger.places.indices.flatMap { place -> [Figure] in
            guard reads.contains(where: { $0.place == place }) else { return [] }
            let staleness = Staleness(of: probe, place: place, evidence.timeline)
            return parts.map { part in
                Figure(
                    name: .staleness,
                    probe: probe.name,
                    place: ledger.places[place],
                    amount: staleness.amount { at in
                        part == .run || cuts.part(sent: at, done: at) == part
                    },
                    note: part == .run
                        ? staleness.note : "of the writes acknowledged \(part.shown)",
                    during: part == .run ? nil : part
                )
            }
        }
    }

    private var note: String {
        guard reads > 0 else {
            return failedReads > 0
                ? "none of \(failedReads) looks was answered; a place that answers would decide"
                : "it was never looked at; a longer run would decide"
        }
        var parts = ["p99 \(amount(at: 0.99).shown)", "\(staleReads) of \(reads) looks were stale"]
        if failedReads > 0 { parts.append("\(failedReads) had no answer") }
        if lost > 0 { parts.append("\(lost) acknowledged writes never came") }
        if gone > 0 {
            parts.append(
                "\(gone) were seen and then gone: a place that is one server would decide"
            )
        } else if writes.contains(where: { $0.high == nil }) {
            parts.append("it wasn't read back: whether it had all in the end would decide")
        }
        return parts.joined(separator: ", ")
    }
}

/// What a record keeps of a place's staleness.
package struct StalenessSummary: Hashable, Codable, Sendable {
    package var worst: Figure.Amount
    package var p99: Figure.Amount
    package var reads: Int
    package var staleReads: Int
    package var failedReads: Int

    init(_ staleness: Staleness) {
        worst = staleness.amount()
        p99 = staleness.amount(at: 0.99)
        reads = staleness.reads
        staleReads = staleness.staleReads
        failedReads = staleness.failedReads
    }
}
