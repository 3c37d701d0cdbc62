/// What a ledger's read-back says, in writes.
///
/// Its own counts are those of the store's own address; `places` has that one and the further ones.
package struct LedgerCount: Hashable, Codable, Sendable {
    package var probe: String
    package var acknowledged: Int
    package var kept: Int
    package var lost: Int
    package var duplicated: Int
    package var indeterminatePresent: Int
    package var indeterminateAbsent: Int
    /// Acknowledged, absent at first, and there later.
    package var staleThenAppeared: Int
    /// Found by one look of the read-back and gone in a later one: then `lost` is the least that there are,
    /// and what was kept is unknown.
    package var gone: Int
    package var refused: Int
    /// Refused, and there all the same.
    package var refusedPresent: Int
    package var unsent: Int
    /// Nil when it was read back; else why not, and all counts after it are unknown.
    package var unread: String?
    package var places: [PlaceCount]

    package init(
        probe: String,
        acknowledged: Int,
        kept: Int,
        lost: Int,
        duplicated: Int,
        indeterminatePresent: Int,
        indeterminateAbsent: Int,
        staleThenAppeared: Int = 0,
        gone: Int = 0,
        refused: Int,
        refusedPresent: Int = 0,
        unsent: Int,
        unread: String? = nil,
        places: [PlaceCount] = []
    ) {
        self.probe = probe
        self.acknowledged = acknowledged
        self.kept = kept
        self.lost = lost
        self.duplicated = duplicated
        self.indeterminatePresent = indeterminatePresent
        self.indeterminateAbsent = indeterminateAbsent
        self.staleThenAppeared = staleThenAppeared
        self.gone = gone
        self.refused = refused
        self.refusedPresent = refusedPresent
        self.unsent = unsent
        self.unread = unread
        self.places = places
    }
}

/// What one place shows of a ledger's writes after the recovery, and how far it was behind before.
package struct PlaceCount: Hashable, Codable, Sendable {
    package var place: String
    package var kept = 0
    package var lost = 0
    package var duplicated = 0
    package var indeterminatePresent = 0
    package var indeterminateAbsent = 0
    package var staleThenAppeared = 0
    /// As in `LedgerCount`.
    package var gone = 0
    /// Nil when it was read back; else why not, and the counts are unknown.
    package var unread: String?
    /// Nil where it wasn't looked at while the run went on.
    package var staleness: StalenessSummary?

    package init(place: String) { self.place = place }
}

extension LedgerCount {
    /// Whether its counts say what is there.
    package var isKnown: Bool { unread == nil && gone == 0 }

    /// Why what is lost can't be told, though it was read back; nil where it can.
    package var torn: String? { Torn.words(gone, at: places.first?.place ?? probe) }
}

extension PlaceCount {
    package var isKnown: Bool { unread == nil && gone == 0 }

    package var torn: String? { Torn.words(gone, at: place) }
}

/// What was seen at a place and then gone, in words.
private enum Torn {
    static func words(_ gone: Int, at place: String) -> String? {
        guard gone > 0 else { return nil }
        let (records, were) = gone == 1 ? ("1 record", "was") : ("\(gone) records", "were")
        return
            "\(records) that one look at \(place) found \(were) gone in a later one: it leads to "
            + "servers with different data (name each of them under `read-from:`), or something "
            + "removes records"
    }
}
