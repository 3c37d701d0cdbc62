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
    package var refused: Int
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
        refused: Int,
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
        self.refused = refused
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
    /// Nil when it was read back; else why not, and the counts are unknown.
    package var unread: String?
    /// Nil where it wasn't looked at while the run went on.
    package var staleness: StalenessSummary?

    package init(place: String) { self.place = place }
}
