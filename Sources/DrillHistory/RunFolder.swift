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
/// returns; the rest is written as it comes and fsynced at the end.
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
        journal = try AppendFile("\(path)/journal.jsonl", isMending: true)
    }

    package func append(_ entries: [JournalEntry]) async throws(JournalError) {
        let failure: String? = await withCheckedContinuation {
            (continuation: CheckedContinuation<String?, Never>) in
            queue.async {
                do {
                    var bytes: [UInt8] = []
                    for entry in entries {
                        bytes += try Lines.encode(entry)
                        bytes.append(UInt8(ascii: "\n"))
                    }
                    try self.journal.append(bytes)
                    try self.journal.synchronise()
                    continuation.resume(returning: nil)
                } catch let error as FileError {
                    continuation.resume(returning: error.message)
                } catch {
                    continuation.resume(returning: "\(error)")
                }
            }
        }
        if let failure { throw JournalError(failure) }
    }

    package func record(_ event: Event) {
        queue.async {
            self.keep("timeline.jsonl") { previous in
                try Lines.encode(TimelineLine(previous: previous, event: event))
            }
        }
    }

    package func record(_ sample: Sample, of probe: String) {
        queue.async { self.keep("samples/\(probe).jsonl") { _ in try Lines.encode(sample) } }
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
            queue.async { continuation.resume(returning: self.replace(name, text)) }
        }
        if let failure { throw HistoryError(failure) }
    }

    private func replace(_ name: String, _ text: String) -> String? {
        let file = "\(path)/\(name)"
        do throws(FileError) {
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
                let failure: String? = self.state.withLock { state in
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
        return try AppendFile(file, isMending: true)
    }
}

/// A line of `timeline.jsonl`: an event, and the hash of the line before, so that nobody can change
/// or drop one unseen.
struct TimelineLine: Codable {
    /// SHA-256 of the line before without its newline, in hex; empty on the first.
    var previous: String
    var event: Event

    static func hash(of line: some Sequence<UInt8>) -> String {
        SHA256.hash(data: Array(line)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
