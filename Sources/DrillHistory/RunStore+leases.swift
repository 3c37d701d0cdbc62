package import DrillEngine
import DrillModel
import Foundation

/// When the hosts of a run that is over heal themselves, as far as its timeline tells.
package struct LeaseEnds: Sendable {
    fileprivate var ends: [[String]: Int64] = [:]

    /// Nanoseconds since 1970; nil where the fault has no lease, or the timeline doesn't tell of it.
    package subscript(_ wound: Wound) -> Int64? {
        wound.lease == nil ? nil : ends[[wound.fault, wound.procedure.target]]
    }
}

extension RunStore {
    /// A lease ends as long as it lasts after the last word that its host answered; never later.
    ///
    /// Counted on the clock that no setting of the wall clock moves, from the time at which the run began.
    /// Whether the host then did undo it, only a look at it can tell.
    package func leaseEnds(of run: String) throws(HistoryError) -> LeaseEnds {
        var start: (at: Instant, wallNs: Int64)?
        var lasts: [[String]: Span] = [:]
        var ends: [[String]: Instant] = [:]
        for line in try lines(of: "\(folder(of: run))/timeline.jsonl") {
            // A line of another version's says nothing about leases that could be counted.
            guard let event = try? JSONDecoder().decode(TimelineLine.self, from: Data(line)).event
            else { continue }
            switch event.kind {
            case .started(let started): start = (event.at, started.wallNs)
            case .armed(let fault, let host, let lease):
                lasts[[fault, host]] = lease
                ends[[fault, host]] = event.at + lease
            case .action(let report) where report.stage == .renew && report.isAsExpected:
                guard let lease = lasts[[report.of, report.host]] else { continue }
                ends[[report.of, report.host]] = report.done + lease
            default: continue
            }
        }
        guard let start else { return LeaseEnds() }
        return LeaseEnds(ends: ends.mapValues { start.wallNs + ($0 - start.at).ns })
    }
}
