package import DrillModel

/// A ledger's writes while they are made, by what was answered.
package struct LedgerTally: Hashable, Sendable {
    package enum ReadBack: Hashable, Sendable {
        case waiting, done, failed
    }

    package var acknowledged = 0
    package var refused = 0
    package var indeterminate = 0
    package var unsent = 0
    package var readBack: ReadBack = .waiting

    package init() {}

    package mutating func take(_ write: LedgerWrite) {
        switch write.answer {
        case .acknowledged: acknowledged += 1
        case .refused: refused += 1
        case .indeterminate: indeterminate += 1
        case .unsent: unsent += 1
        }
    }
}
