import Foundation

/// The seeds that a property is tried with; DRILL_SEEDS says how many, 800 unless it is set.
enum Seeds {
    static let all: ClosedRange<UInt64> = {
        let asked = ProcessInfo.processInfo.environment["DRILL_SEEDS"].flatMap(UInt64.init)
        return 1...max(1, asked ?? 800)
    }()
}
