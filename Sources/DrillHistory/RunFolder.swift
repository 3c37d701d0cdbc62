internal import Crypto
import Dispatch
package import DrillEngine
package import DrillModel
import DrillWire
import Foundation
import Synchronization

/// One run's folder while it is being written: journal, timeline, samples, ledgers.
///
/// ```
/// runs/ID/  lock  files/…  plan.json  journal.jsonl  timeline.jsonl
///           samples/PROBE.jsonl  ledger/PROBE.jsonl  reads/PROBE.jsonl  record.json  report.html  report.md  junit.xml
/// ```
/// All writing is done on one queue of its own, in order. The journal is fsynced before an append
/// returns; events are written as they come, samples a tenth of a second's at once, and all is fsynced at
/// the end.
package final class RunFolder: Journal, Recorder {
    private struct State {
        var files: [String: AppendFile] = [:]
        /// SHA-256 of the timeline's last line, in hex.
        var previous = ""
        var failure: String?
    }

    package let path: String
    package let run: String
    private let lock: FileLock
    private let journal: AppendFile
    private let queue = DispatchQueue(label: "drill.record")
    private let state = Mutex(State())
    /// Samples that aren't in their files yet, by probe.
    private let arrived = Mutex<[(probe: String, sample: Sample)]>([])
    private static let gathering = DispatchTimeInterval.milliseconds(100)

    init(_ path: String, run: String, role: Worker.Role) throws {
        let note = "\(ProcessInfo.processInfo.processIdentifier) \(role.rawValue)"
        guard let lock = try FileLock("\(path)/lock", note: note) else {
            var held = HistoryError("another drill is at work on \(run)")
            held.isHeld = true
            throw held
        }
        self.lock = lock
        self.path = path
        self.run = run
        journal = try AppendFile("\(path)/journal.jsonl", mending: Lines.isWhole)
    }

    /// Nothing new is to break whose undo stands in a file that nobody finds: where the journal was removed
    /// or moved away meanwhile, this fails before a fault is written down, and afterwards for the rest.
    package func append(_ entries: [JournalEntry]) async throws(JournalError) {
        let isBreaking = entries.contains { if case .broken = $0 { true } else { false } }
        let failure: String? = await withCheckedContinuation {
            (continuation: CheckedContinuation<String?, Never>) in
            queue.async {
                do {
                    if isBreaking, !self.journal.isInPlace {
                        return continuation.resume(returning: self.isGone)
                    }
                    var bytes: [UInt8] = []
                    for entry in entries {
                        bytes += try Lines.encode(entry)
                        bytes.append(UInt8(ascii: "\n"))
                    }
                    try self.journal.append(bytes)
                    try self.journal.synchronise()
                    continuation.resume(returning: self.journal.isInPlace ? nil : self.isGone)
                } catch let error as FileError {
                    continuation.resume(returning: error.message)
                } catch {
                    continuation.resume(returning: "\(error)")
                }
            }
        }
        if let failure { throw JournalError(failure) }
    }

    private var isGone: String {
        "\(journal.path) was removed, moved away or replaced while the run goes on"
    }

    package func record(_ event: Event) {
        queue.async {
            self.keep("timeline.jsonl") { previous in
                try Lines.encode(TimelineLine(previous: previous, event: event))
            }
        }
    }

    package func record(_ sample: Sample, of probe: String) {
        let isFirst = arrived.withLock { arrived in
            arrived.append((probe, sample))
            return arrived.count == 1
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.gathering) { self.keepArrived() }
    }

    /// On the queue: writes what has arrived, each file's lines at once.
    private func keepArrived() {
        let all = arrived.withLock { arrived in
            defer { arrived = [] }
            return arrived
        }
        var texts: [String: [UInt8]] = [:]
        for (probe, sample) in all {
            SampleLine.append(sample, to: &texts[probe, default: []])
        }
        for (probe, text) in texts {
            keep("samples/\(probe).jsonl") { _ in Array(text.dropLast()) }
        }
    }

    package func record(_ write: LedgerWrite, of probe: String) {
        queue.async { self.keep("ledger/\(probe).jsonl") { _ in try Lines.encode(write) } }
    }

    package func record(_ read: LedgerRead, of probe: String) {
        queue.async { self.keep("reads/\(probe).jsonl") { _ in try Lines.encode(read) } }
    }

    package func record(readBack write: LedgerWrite, of probe: String) {
        record(write, of: probe)
    }

    /// Writes a whole file of the run, once all that came before is written.
    package func write(_ name: String, _ text: String) async throws(HistoryError) {
        let failure: String? = await withCheckedContinuation {
            (continuation: CheckedContinuation<String?, Never>) in
            queue.async {
                self.keepArrived()
                continuation.resume(returning: self.replace(name, text))
            }
        }
        if let failure { throw HistoryError(failure) }
    }

    private func replace(_ name: String, _ text: String) -> String? {
        let file = "\(path)/\(name)"
        do throws(FileError) {
            // A folder of reports without its journal would seem to have left nothing.
            if !journal.isInPlace { try journal.putBack() }
            try Files.makeFolder(String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]))
            try Files.replace(file, with: Array(text.utf8))
            return nil
        } catch {
            return error.message
        }
    }

    package func write(_ name: String, json value: some Encodable) async throws(HistoryError) {
        try await write(name, String(decoding: try Lines.encode(value), as: UTF8.self) + "\n")
    }

    /// Returns when all is on the disk; the first thing that couldn't be kept, if any.
    package func finish() async -> String? {
        await withCheckedContinuation {
            (continuation: CheckedContinuation<String?, Never>) in
            queue.async {
                self.keepArrived()
                let failure: String? = self.state.withLock { state in
                    if !self.journal.isInPlace { state.failure = state.failure ?? self.isGone }
                    for file in state.files.values {
                        do throws(FileError) {
                            try file.synchronise()
                        } catch {
                            state.failure = state.failure ?? error.message
                        }
                    }
                    return state.failure
                }
                continuation.resume(returning: failure)
            }
        }
    }

    private func keep(_ name: String, _ line: (_ previous: String) throws -> [UInt8]) {
        state.withLock { state in
            do {
                let file: AppendFile
                if let opened = state.files[name] {
                    file = opened
                } else {
                    file = try open(name)
                    state.files[name] = file
                    if name == "timeline.jsonl" { state.previous = try lastHash(name) }
                }
                let bytes = try line(state.previous)
                try file.append(bytes + [UInt8(ascii: "\n")])
                if name == "timeline.jsonl" { state.previous = TimelineLine.hash(of: bytes) }
            } catch let error as FileError {
                state.failure = state.failure ?? error.message
            } catch {
                state.failure = state.failure ?? "\(error)"
            }
        }
    }

    /// A run that is healed later goes on where its timeline ended.
    private func lastHash(_ name: String) throws(HistoryError) -> String {
        try Lines.split("\(path)/\(name)").last.map { TimelineLine.hash(of: $0) } ?? ""
    }

    private func open(_ name: String) throws(FileError) -> AppendFile {
        let file = "\(path)/\(name)"
        if let slash = name.lastIndex(of: "/") {
            try Files.makeFolder("\(path)/\(name[..<slash])")
        }
        return try AppendFile(file, mending: Lines.isWhole)
    }
}

/// A line of `timeline.jsonl`: an event, and the hash of the line before, so that nobody can change
/// or drop one unseen.
struct TimelineLine: Codable {
    /// SHA-256 of the line before without its newline, in hex; empty on the first.
    var previous: String
    var event: Event

    static func hash(of line: some Sequence<UInt8>) -> String {
        FileHash.hex(SHA256.hash(data: Array(line)))
    }
}
