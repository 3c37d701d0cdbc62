package import DrillEngine
import DrillModel
import DrillWire
import Foundation

/// What a run left open, as its journal tells.
package struct Open: Hashable, Sendable {
    /// Broken and not healed, in the order in which it was broken.
    package var wounds: [Wound] = []
    /// Faults that the journal doesn't know, and that may have been injected all the same.
    package var lost: [String] = []
    /// Nothing shows that those `lost` were injected, nor that they weren't: the plan names them, and
    /// neither the journal nor the end of the timeline is there.
    package var isUntold = false
    /// What can't be read, each with its place: what it named may be broken too.
    package var damage: [String] = []
    /// Healed or struck, of those whose hosts had a lease.
    package var closed: [Wound] = []

    package var isNothing: Bool { wounds.isEmpty && lost.isEmpty && damage.isEmpty }

    fileprivate mutating func close(_ isClosed: (Wound) -> Bool) {
        for wound in wounds where isClosed(wound) && wound.lease != nil {
            closed.removeAll {
                $0.fault == wound.fault && $0.procedure.target == wound.procedure.target
            }
            closed.append(wound)
        }
        wounds.removeAll(where: isClosed)
    }
}

extension RunStore {
    /// What a run left broken.
    ///
    /// A line that can't be read keeps none of the others from being read. A torn last line is what a
    /// crash in the middle of an append leaves; its fault was never begun. Where the journal is empty or
    /// gone, or the run has no record of its end, the timeline is read too, and a journal that was lost, or a
    /// part of it, is seen to be; where `isThorough` always. A journal gets its first line before
    /// the plan is kept: where it has none and the timeline doesn't come to its end, nobody knows.
    ///
    /// `held` is the journal of a run whose folder may be gone.
    ///
    /// - Throws: where there is a journal and it can't be read at all.
    package func open(
        _ run: String,
        isThorough: Bool = false,
        held: HeldJournal? = nil
    ) throws(HistoryError) -> Open {
        let path = "\(folder(of: run))/journal.jsonl"
        var open = Open()
        var known: Set<String> = []
        var isForgotten = false
        let entries = if let held { try held.lines() } else { try lines(of: path) }
        for (index, line) in entries.enumerated() {
            do {
                switch try JSONDecoder().decode(JournalEntry.self, from: Data(line)) {
                case .begun: break
                case .broken(let wound):
                    known.insert(wound.fault)
                    // Twice the same line is one fault.
                    if !open.wounds.contains(wound) { open.wounds.append(wound) }
                case .healed(let fault, let host):
                    known.insert(fault)
                    open.close { $0.fault == fault && $0.procedure.target == host }
                case .forgotten:
                    isForgotten = true
                    open.close { _ in true }
                    open = Open(closed: open.closed)
                }
            } catch {
                open.damage.append("\(path):\(index + 1): not a line of this drill's journal")
            }
        }
        let hasRecord = Files.exists("\(folder(of: run))/record.json")
        if isThorough || entries.isEmpty || !hasRecord, open.damage.isEmpty, !isForgotten {
            let (injected, isEnded) = try told(run)
            open.lost = injected.filter { !known.contains($0) }
            // Without a plan nothing was ever begun.
            if entries.isEmpty, open.lost.isEmpty, !isEnded,
                Files.exists("\(folder(of: run))/plan.json")
            {
                let plan = try plan(of: run)
                open.lost = plan.refusals.isEmpty ? plan.faults.map(\.id) : []
                open.isUntold = !open.lost.isEmpty
            }
        }
        return open
    }

    func lines(of path: String) throws(HistoryError) -> [ArraySlice<UInt8>] {
        Files.exists(path) ? try Lines.split(path) : []
    }

    /// The faults that the timeline shows to have been injected, and whether it shows the run's end; its
    /// chain isn't checked here.
    private func told(_ run: String) throws(HistoryError) -> (faults: [String], isEnded: Bool) {
        var faults: [String] = []
        var isEnded = false
        for line in try lines(of: "\(folder(of: run))/timeline.jsonl") {
            // A line of another version's says nothing about faults that could be looked for.
            guard let read = try? JSONDecoder().decode(TimelineLine.self, from: Data(line)) else {
                continue
            }
            switch read.event.kind {
            case .injecting(let fault) where !faults.contains(fault): faults.append(fault)
            case .ended: isEnded = true
            default: break
            }
        }
        return (faults, isEnded)
    }
}
