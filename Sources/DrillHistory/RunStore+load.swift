package import DrillModel
import DrillWire
import Foundation

/// What a run left on disk: all that the verdict is a function of.
package struct KeptRun: Hashable, Sendable {
    package var plan: Plan
    package var timeline: Timeline
    package var start: Event.Start
}

extension RunStore {
    /// Reads a run back, whole or as far as a crash let it come.
    ///
    /// - Throws: where a file isn't drill's or the timeline's chain of hashes is broken.
    package func load(_ run: String) throws(HistoryError) -> KeptRun {
        try checkHashes(of: run)
        let plan = try plan(of: run)
        var events = try events(of: run)
        if let last = events.last, let unkept = unkept(of: run, events) {
            events.append(Event(at: last.at, .defect(unkept)))
        }
        let timeline = Timeline(
            events: events,
            samples: try samples(of: run),
            ledgers: try ledgers(of: run),
            reads: try reads(of: run)
        )
        guard case .started(let start) = timeline.events.first?.kind else {
            throw HistoryError("\(run) ended before its first event")
        }
        return KeptRun(plan: plan, timeline: timeline, start: start)
    }

    /// A run's plan, whatever became of its other files.
    package func plan(of run: String) throws(HistoryError) -> Plan {
        let path = "\(folder(of: run))/plan.json"
        do {
            return try JSONDecoder().decode(Plan.self, from: Data(try Files.read(path)))
        } catch let error as FileError {
            throw HistoryError("\(run) has no plan that can be read: \(error.message)")
        } catch {
            throw HistoryError("\(path) is not a plan of this version: \(undecoded(error))")
        }
    }

    /// The events of a run, their chain of hashes checked.
    package func events(of run: String) throws(HistoryError) -> [Event] {
        let path = "\(folder(of: run))/timeline.jsonl"
        let sealed = recorded(run)?.timeline
        guard Files.exists(path) else {
            guard let sealed, sealed.lines > 0 else { return [] }
            throw HistoryError("\(path) is gone, and record.json knows \(sealed.lines) lines of it")
        }
        let decoder = JSONDecoder()
        let lines = try Lines.split(path)
        if let sealed, lines.count < sealed.lines {
            throw HistoryError(
                """
                \(path): it ends at line \(lines.count), and record.json knows \(sealed.lines): \
                the file was changed after it was written
                """
            )
        }
        var previous = ""
        var events: [Event] = []
        for (index, line) in lines.enumerated() {
            let read: TimelineLine
            do {
                read = try decoder.decode(TimelineLine.self, from: Data(line))
            } catch {
                throw HistoryError(
                    "\(path):\(index + 1): not a line of drill's: \(undecoded(error))"
                )
            }
            guard read.previous == previous else {
                throw HistoryError(
                    """
                    \(path):\(index + 1): this line does not follow the one before it: \
                    the file was changed after it was written
                    """
                )
            }
            previous = TimelineLine.hash(of: line)
            if let sealed, sealed.lines == index + 1, sealed.lastHash != previous {
                throw HistoryError(
                    """
                    \(path):\(index + 1): this line is not the one that record.json knows: \
                    the file was changed after it was written
                    """
                )
            }
            events.append(read.event)
        }
        return events
    }

    /// Where a run's timeline ends now; nil where there is none.
    package func seal(of run: String) throws(HistoryError) -> TimelineSeal? {
        let path = "\(folder(of: run))/timeline.jsonl"
        guard Files.exists(path) else { return nil }
        let lines = try Lines.split(path)
        return lines.last.map {
            TimelineSeal(lines: lines.count, lastHash: TimelineLine.hash(of: $0))
        }
    }

    /// The SHA-256 of plan, samples and ledgers as they are now, by name.
    package func hashes(of run: String) throws(HistoryError) -> [String: String] {
        var names = ["plan.json"]
        for kind in ["samples", "ledger", "reads"] {
            names += try Self.names(in: "\(folder(of: run))/\(kind)").map { "\(kind)/\($0)" }
        }
        var hashes: [String: String] = [:]
        for name in names {
            hashes[name] = try FileHash.hex(of: "\(folder(of: run))/\(name)")
        }
        return hashes
    }

    private func checkHashes(of run: String) throws(HistoryError) {
        let record = "\(folder(of: run))/record.json"
        // None: the run died before it.
        guard Files.exists(record) else { return }
        guard let sealed = recorded(run)?.hashes else {
            throw HistoryError(
                """
                \(record): it is damaged, so nothing says whether the run's files are as they were \
                written; put it back from a copy, or move it away to have them judged as they are
                """
            )
        }
        let found = try hashes(of: run)
        for (name, hash) in sealed.sorted(by: { $0.key < $1.key }) where found[name] != hash {
            let what = found[name] == nil ? "it is gone" : "it was changed after it was written"
            throw HistoryError("\(folder(of: run))/\(name): record.json knows another: \(what)")
        }
    }

    /// What of a run that came to its end isn't on disk, in words; nil where all is.
    package func unkept(of run: String, _ events: [Event]) -> String? {
        let record = "\(folder(of: run))/record.json"
        if Files.exists(record) { return recorded(run)?.unkept }
        guard events.contains(where: { $0.kind == .ended }) else { return nil }
        return
            "it came to its end and has no record: \(record) was never written, or is gone, and nothing"
            + " says whether the samples are all there"
    }

    private struct Sealed: Decodable {
        var hashes: [String: String]?
        var timeline: TimelineSeal?
        var unkept: String?
    }

    /// How the files were when the record was written; healing goes on after that.
    private func recorded(_ run: String) -> Sealed? {
        // No record: the run died before it; `drill runs` tells of one that can't be read.
        guard let bytes = try? Files.read("\(folder(of: run))/record.json") else { return nil }
        return try? JSONDecoder().decode(Sealed.self, from: Data(bytes))
    }

    private func samples(of run: String) throws(HistoryError) -> [String: [Sample]] {
        var samples: [String: [Sample]] = [:]
        for (probe, path) in try series("samples", of: run) {
            samples[probe] = try SampleLines.read(path)
        }
        return samples
    }

    /// A write stands there twice once it was read back: the later line counts.
    private func ledgers(of run: String) throws(HistoryError) -> [String: [LedgerWrite]] {
        var ledgers: [String: [LedgerWrite]] = [:]
        for (probe, path) in try series("ledger", of: run) {
            var writes: [Int: LedgerWrite] = [:]
            for write in try Lines.decode(LedgerWrite.self, from: path) {
                writes[write.number] = write
            }
            ledgers[probe] = writes.values.sorted { $0.number < $1.number }
        }
        return ledgers
    }

    private func reads(of run: String) throws(HistoryError) -> [String: [LedgerRead]] {
        var reads: [String: [LedgerRead]] = [:]
        for (probe, path) in try series("reads", of: run) {
            reads[probe] = try Lines.decode(LedgerRead.self, from: path)
                .sorted { ($0.due, $0.place) < ($1.due, $1.place) }
        }
        return reads
    }

    private func series(_ kind: String, of run: String) throws(HistoryError) -> [(String, String)] {
        let folder = "\(folder(of: run))/\(kind)"
        return try Self.names(in: folder).filter { $0.hasSuffix(".jsonl") }
            .map { (String($0.dropLast(".jsonl".count)), "\(folder)/\($0)") }
    }
}

extension RunStore {
    /// Whether a run's timeline has a word anywhere; cheaper than to read its events.
    package func mentions(_ word: String, in run: String) -> Bool {
        guard let bytes = try? Files.read("\(folder(of: run))/timeline.jsonl") else { return false }
        return Data(bytes).range(of: Data(word.utf8)) != nil
    }
}
