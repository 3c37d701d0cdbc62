package import DrillModel

/// A ledger's writes while they are made, by what was answered, and how far behind its further places
/// are.
package struct LedgerTally: Hashable, Sendable {
    package enum ReadBack: Hashable, Sendable {
        case waiting, done, failed
    }

    package var acknowledged = 0
    package var refused = 0
    package var indeterminate = 0
    package var unsent = 0
    package var readBack: ReadBack = .waiting
    /// By place: how long the oldest write that the last answered look lacked had been acknowledged;
    /// nil where the last look had no answer.
    package private(set) var behind: [Int: Span?] = [:]
    /// The most that any place was behind so far.
    package private(set) var behindMax: Span?
    /// When what is acknowledged was, by number, as long as a place may lack it.
    private var acknowledgedAt: [Int: Instant] = [:]

    package init() {}

    package mutating func take(_ write: LedgerWrite) {
        switch write.answer {
        case .acknowledged:
            acknowledged += 1
            acknowledgedAt[write.number] = write.done
        case .refused: refused += 1
        case .indeterminate: indeterminate += 1
        case .unsent: unsent += 1
        }
    }

    package mutating func take(_ read: LedgerRead) {
        guard let sent = read.sent else { return }
        guard let missing = read.missing else {
            behind[read.place] = .some(nil)
            return
        }
        let oldest = missing.first.flatMap { acknowledgedAt[$0.lowerBound] }
        let span = oldest.map { max(.zero, sent - $0) } ?? .zero
        behind[read.place] = .some(span)
        behindMax = max(behindMax ?? .zero, span)
    }
}
