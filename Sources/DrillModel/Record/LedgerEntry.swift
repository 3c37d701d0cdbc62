/// One ledger of `record.json`, in writes; what isn't known is null.
package struct LedgerEntry: Hashable, Codable, Sendable {
    package var probe: String
    package var acknowledged: Int
    package var kept: Int?
    package var lost: Int?
    package var duplicated: Int?
    package var indeterminatePresent: Int?
    package var indeterminateAbsent: Int?
    package var staleThenAppeared: Int?
    /// Found by one look of the read-back and gone in a later one: then the others are null.
    package var seenThenGone: Int?
    package var refused: Int
    package var unsent: Int
    package var unread: String?
    /// The store's own address first; nil in records of before.
    package var places: [PlaceEntry]?

    private enum CodingKeys: String, CodingKey {
        case probe, acknowledged, kept, lost, duplicated, refused, unsent, unread, places
        case indeterminatePresent = "indeterminate_present"
        case indeterminateAbsent = "indeterminate_absent"
        case staleThenAppeared = "stale_then_appeared"
        case seenThenGone = "seen_then_gone"
    }

    package init(_ count: LedgerCount) {
        let isRead = count.isKnown
        probe = count.probe
        acknowledged = count.acknowledged
        kept = isRead ? count.kept : nil
        lost = isRead ? count.lost : nil
        duplicated = isRead ? count.duplicated : nil
        indeterminatePresent = isRead ? count.indeterminatePresent : nil
        indeterminateAbsent = isRead ? count.indeterminateAbsent : nil
        staleThenAppeared = isRead ? count.staleThenAppeared : nil
        seenThenGone = count.unread == nil ? count.gone : nil
        refused = count.refused
        unsent = count.unsent
        unread = count.unread
        places = count.places.map(PlaceEntry.init)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(probe, forKey: .probe)
        try container.encode(acknowledged, forKey: .acknowledged)
        try container.encode(kept, forKey: .kept)
        try container.encode(lost, forKey: .lost)
        try container.encode(duplicated, forKey: .duplicated)
        try container.encode(indeterminatePresent, forKey: .indeterminatePresent)
        try container.encode(indeterminateAbsent, forKey: .indeterminateAbsent)
        try container.encode(staleThenAppeared, forKey: .staleThenAppeared)
        try container.encode(seenThenGone, forKey: .seenThenGone)
        try container.encode(refused, forKey: .refused)
        try container.encode(unsent, forKey: .unsent)
        try container.encode(unread, forKey: .unread)
        try container.encode(places, forKey: .places)
    }
}

/// One place that a ledger was read back from; `staleness` is null where it wasn't looked at while the
/// run went on.
package struct PlaceEntry: Hashable, Codable, Sendable {
    package struct Staleness: Hashable, Codable, Sendable {
        package var low: Span?
        package var best: Span?
        package var high: Span?
        package var p99Low: Span?
        package var p99Best: Span?
        package var p99High: Span?
        package var reads: Int
        package var staleReads: Int
        package var failedReads: Int

        private enum CodingKeys: String, CodingKey {
            case reads
            case low = "low_ns"
            case best = "best_ns"
            case high = "high_ns"
            case p99Low = "p99_low_ns"
            case p99Best = "p99_best_ns"
            case p99High = "p99_high_ns"
            case staleReads = "stale_reads"
            case failedReads = "failed_reads"
        }

        init(_ summary: StalenessSummary) {
            if case .span(let low, let best, let high) = summary.worst {
                (self.low, self.best, self.high) = (low, best, high)
            }
            if case .span(let low, let best, let high) = summary.p99 {
                (p99Low, p99Best, p99High) = (low, best, high)
            }
            reads = summary.reads
            staleReads = summary.staleReads
            failedReads = summary.failedReads
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(low, forKey: .low)
            try container.encode(best, forKey: .best)
            try container.encode(high, forKey: .high)
            try container.encode(p99Low, forKey: .p99Low)
            try container.encode(p99Best, forKey: .p99Best)
            try container.encode(p99High, forKey: .p99High)
            try container.encode(reads, forKey: .reads)
            try container.encode(staleReads, forKey: .staleReads)
            try container.encode(failedReads, forKey: .failedReads)
        }
    }

    package var place: String
    package var kept: Int?
    package var lost: Int?
    package var duplicated: Int?
    package var indeterminatePresent: Int?
    package var indeterminateAbsent: Int?
    package var staleThenAppeared: Int?
    /// Found by one look of the read-back and gone in a later one: then the others are null.
    package var seenThenGone: Int?
    package var unread: String?
    package var staleness: Staleness?

    private enum CodingKeys: String, CodingKey {
        case place, kept, lost, duplicated, unread, staleness
        case indeterminatePresent = "indeterminate_present"
        case indeterminateAbsent = "indeterminate_absent"
        case staleThenAppeared = "stale_then_appeared"
        case seenThenGone = "seen_then_gone"
    }

    package init(_ count: PlaceCount) {
        let isRead = count.isKnown
        place = count.place
        kept = isRead ? count.kept : nil
        lost = isRead ? count.lost : nil
        duplicated = isRead ? count.duplicated : nil
        indeterminatePresent = isRead ? count.indeterminatePresent : nil
        indeterminateAbsent = isRead ? count.indeterminateAbsent : nil
        staleThenAppeared = isRead ? count.staleThenAppeared : nil
        seenThenGone = count.unread == nil ? count.gone : nil
        unread = count.unread
        staleness = count.staleness.map(Staleness.init)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(place, forKey: .place)
        try container.encode(kept, forKey: .kept)
        try container.encode(lost, forKey: .lost)
        try container.encode(duplicated, forKey: .duplicated)
        try container.encode(indeterminatePresent, forKey: .indeterminatePresent)
        try container.encode(indeterminateAbsent, forKey: .indeterminateAbsent)
        try container.encode(staleThenAppeared, forKey: .staleThenAppeared)
        try container.encode(seenThenGone, forKey: .seenThenGone)
        try container.encode(unread, forKey: .unread)
        try container.encode(staleness, forKey: .staleness)
    }
}
