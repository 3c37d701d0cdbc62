import DrillWire
import Foundation

/// That every run of a state folder was stopped, and none may be started until somebody resumes.
package struct Halt: Hashable, Codable, Sendable {
    package var who: String
    /// The machine that it was said on.
    package var controller: String
    /// Nanoseconds since 1970.
    package var wallNs: Int64
    package var why: String?

    package init(who: String, controller: String, wallNs: Int64, why: String? = nil) {
        self.who = who
        self.controller = controller
        self.wallNs = wallNs
        self.why = why
    }
}

/// A halt writes its file and then looks who runs; a run takes its lock and then looks for the file. So of
/// a halt and a run that begin at once, one sees the other.
extension RunStore {
    package var haltPath: String { "\(path)/halt.json" }

    /// One system call, without opening anything: fit to be asked all through a run.
    package var isHalted: Bool { Files.exists(haltPath) }

    /// - Throws: where runs are halted and nobody can tell by whom.
    package func halted() throws(HistoryError) -> Halt? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Files.read(haltPath, limitBytes: 1 << 16)
        } catch {
            if error.isAbsence { return nil }
            throw HistoryError(error.message)
        }
        do {
            return try JSONDecoder().decode(Halt.self, from: Data(bytes))
        } catch {
            throw HistoryError("\(haltPath) is not what `drill halt` writes")
        }
    }

    /// On the disk when it returns.
    package func halt(_ halt: Halt) throws(HistoryError) {
        do {
            try Files.makeFolder(path)
            try Files.replace(haltPath, with: Array(try JSONEncoder().encode(halt)))
        } catch let error as FileError {
            throw HistoryError(error.message)
        } catch {
            throw HistoryError("\(error)")
        }
    }

    /// - Returns: whether there was a halt to lift.
    package func resume() throws(HistoryError) -> Bool {
        do throws(FileError) {
            return try Files.remove(haltPath)
        } catch {
            throw HistoryError(error.message)
        }
    }
}
