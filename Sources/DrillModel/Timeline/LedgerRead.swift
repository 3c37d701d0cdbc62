/// One look, while the run goes on, at which of a ledger's records a place shows.
///
/// Asked for are records that were acknowledged before and have not been seen there, and the newest
/// acknowledged one in any case.
package struct LedgerRead: Hashable, Codable, Sendable {
    /// Counts the looks at this place.
    package var number: Int
    /// As `Ledger.places` counts: 0 is the store's own address.
    package var place: Int
    package var due: Instant
    /// Nil when it was never sent.
    package var sent: Instant?
    package var done: Instant?
    /// The records that were asked for, as ranges of numbers.
    package var asked: [ClosedRange<Int>]
    /// Those of them that weren't there; nil where nothing was answered.
    package var missing: [ClosedRange<Int>]?
    /// Why there was no answer, in words.
    package var failure: String?

    package init(
        number: Int,
        place: Int,
        due: Instant,
        sent: Instant?,
        done: Instant?,
        asked: [ClosedRange<Int>],
        missing: [ClosedRange<Int>]?,
        failure: String? = nil
    ) {
        self.number = number
        self.place = place
        self.due = due
        self.sent = sent
        self.done = done
        self.asked = asked
        self.missing = missing
        self.failure = failure
    }
}

extension [ClosedRange<Int>] {
    /// Numbers in rising order, as the fewest ranges.
    package init(numbers: some Sequence<Int>) {
        self = []
        for number in numbers {
            if let last, last.upperBound == number - 1 {
                self[count - 1] = last.lowerBound...number
            } else {
                append(number...number)
            }
        }
    }

    package var numbers: [Int] { flatMap { $0 } }
}
