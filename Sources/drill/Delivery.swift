import DrillWire
import Glibc

/// Files that were asked for on the command line, written where the asker wants them.
enum Delivery {
    /// - Throws: `Failure.usage`, before anything is done, where `option`'s file can't be written.
    static func check(_ option: String, _ path: String) throws {
        do throws(FileError) {
            try Files.checkDelivery(to: path)
        } catch {
            throw Failure.usage(
                "\(option) \(path) can't be written: \(why(error)); nothing was touched"
            )
        }
    }

    static func write(_ text: String, to path: String, what: String) throws {
        do throws(FileError) {
            try Files.deliver(Array(text.utf8), to: path)
        } catch {
            throw Failure.defect("\(what) can't be written to \(path): \(why(error))")
        }
    }

    private static func why(_ error: FileError) -> String {
        switch error.errno {
        case ENOENT: error.path.isEmpty ? "it names no file" : "there is no such folder"
        case ENOTDIR: "what should be its folder is a file"
        case EISDIR: "it is a folder"
        default: error.reason
        }
    }
}
