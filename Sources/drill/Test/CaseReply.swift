import DrillEngine
import DrillModel
import DrillWire
import Foundation

/// What a process that `drill test` started for one file says of it: which runs it made.
///
/// The records of those runs tell the rest.
struct CaseReply: Codable {
    var runs: [String] = []
    /// Where they were a series.
    var series: String?

    func write(to path: String) throws {
        try Delivery.write(try JSONText.of(self), to: path, what: "which runs were made")
    }

    /// Nil where the process never came so far.
    static func read(_ path: String) -> CaseReply? {
        guard let bytes = try? Files.read(path) else { return nil }
        return try? JSONDecoder().decode(CaseReply.self, from: Data(bytes))
    }

    /// Ends the run in good order once the process that started it is gone: it holds the other end of
    /// standard input.
    static func endWithParent(_ stop: StopSwitch) {
        Task {
            await StandardInput.end()
            stop.stop(.signal("the end of `drill test`"))
        }
    }
}
