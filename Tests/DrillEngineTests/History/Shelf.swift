import DrillEngine
import DrillHistory
import DrillModel
import Foundation

/// A state folder of a test's own, in a temporary folder that goes with it.
final class Shelf {
    let store: RunStore

    init() throws {
        let path = NSTemporaryDirectory() + "drill-shelf-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        store = RunStore(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: store.path) }

    /// Writes a run and lets go of it, as a drill that ended.
    func keep(_ run: String = "RUN", _ write: (RunFolder) async throws -> Void) async throws {
        let folder = try store.create(run)
        try await write(folder)
        if let failure = await folder.finish() { throw HistoryError(failure) }
    }

    /// Rewrites a file of a run behind drill's back.
    func change(_ name: String, of run: String = "RUN", _ change: (inout String) -> Void) throws {
        let path = "\(store.folder(of: run))/\(name)"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        change(&text)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Notes, one a millisecond.
    static func events(_ numbers: ClosedRange<Int64>) -> [Event] {
        numbers.map { Event(at: Instant(ns: $0 * 1_000_000), .note("event \($0)")) }
    }
}
