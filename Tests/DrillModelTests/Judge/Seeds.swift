import Foundation

/// The seeds that a property is tried with: DRILL_SEEDS says how many, 800 unless it is set, or DRILL_SEED
/// which one.
enum Seeds {
    static let all: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["DRILL_SEED"].flatMap(UInt64.init) { return one...one }
        return 1...max(1, environment["DRILL_SEEDS"].flatMap(UInt64.init) ?? 800)
    }()
}
