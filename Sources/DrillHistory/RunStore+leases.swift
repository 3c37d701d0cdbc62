package import DrillEngine
import DrillModel
import Foundation

/// When the hosts of a run that is over heal themselves, as far as its timeline tells.
package struct LeaseEnds: Sendable {
    /// What the run, its guardian or a heal saw of a host since the fault was armed there.
    package struct Seen: Hashable, Sendable {
        /// When the host last said that the undo failed there; nanoseconds since 1970.
        package var undoFailed: Int64?
        /// When it was last looked at, and wasn't as before; nanoseconds since 1970.
        package var broken: Int64?
    }

    fileprivate var ends: [[String]: Int64] = [:]
    fileprivate var sights: [[String]: Seen] = [:]

    /// When the clock of the run's events stood at zero, in nanoseconds since 1970: another boot's is far
    /// from it, and tells no times of `Seen`.
    package fileprivate(set) var clockBegan: Int64 = 0

    package func seen(_ wound: Wound) -> Seen {
        sights[[wound.fault, wound.procedure.target]] ?? Seen()
    }

    /// Whether its lease is over, so that its host should have undone it, and nobody has seen it since.
    package func isLapsed(_ wound: Wound, at wallNs: Int64) -> Bool {
        guard let end = self[wound], end <= wallNs else { return false }
        let sight = seen(wound)
        return sight.undoFailed == nil && (sight.broken ?? end) <= end
    }

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
        var failed: [[String]: Instant] = [:]
        var broken: [[String]: Instant] = [:]
        for line in try lines(of: "\(folder(of: run))/timeline.jsonl") {
            // A line of another version's says nothing about leases that could be counted.
            guard let event = try? JSONDecoder().decode(TimelineLine.self, from: Data(line)).event
            else { continue }
            switch event.kind {
            case .started(let started): start = (event.at, started.wallNs)
            case .armed(let fault, let host, let lease):
                lasts[[fault, host]] = lease
                ends[[fault, host]] = event.at + lease
                failed[[fault, host]] = nil
                broken[[fault, host]] = nil
            case .action(let report) where report.stage == .renew && report.isAsExpected:
                guard let lease = lasts[[report.of, report.host]] else { continue }
                ends[[report.of, report.host]] = report.done + lease
            case .action(let report) where report.isFailedUndo:
                failed[[report.of, report.host]] = event.at
            case .settled(let fault, let host, .fails): broken[[fault, host]] = event.at
            default: continue
            }
        }
        guard let start else { return LeaseEnds() }
        let clockBegan = start.wallNs - start.at.ns
        var sights = failed.mapValues { LeaseEnds.Seen(undoFailed: clockBegan + $0.ns) }
        for (place, at) in broken {
            sights[place, default: LeaseEnds.Seen()].broken = clockBegan + at.ns
        }
        return LeaseEnds(
            ends: ends.mapValues { clockBegan + $0.ns },
            sights: sights,
            clockBegan: clockBegan
        )
    }
}

extension ActionReport {
    /// Whether the host said that the lease's undo failed there; one that couldn't be asked may undo it yet.
    fileprivate var isFailedUndo: Bool {
        guard stage == .undo, case .failed = Lease.Healed(output ?? "") else { return false }
        return true
    }
}
