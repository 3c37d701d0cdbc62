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

    /// The same for several, none of which may be one of the files that are read, nor take another's place.
    static func check(_ outputs: [(option: String, path: String?)], reading inputs: [String]) throws
    {
        var taken = Dictionary(
            inputs.map { (place($0), "it is read for this: give another file") },
            uniquingKeysWith: { first, _ in first }
        )
        for (option, path) in outputs {
            guard let path else { continue }
            let place = place(path)
            if let why = taken[place] {
                throw Failure.usage(
                    "\(option) \(path) can't be written: \(why); nothing was touched"
                )
            }
            try check(option, path)
            // Whatever is no file takes one after another.
            if !place.hasPrefix("/dev/"), !place.hasPrefix("/proc/") {
                taken[place] = "\(option) goes there, too"
            }
        }
    }

    /// One name for one file, also for one that isn't there yet.
    private static func place(_ path: String) -> String {
        let found = Files.realPath(path)
        guard !Files.exists(found), let name = path.split(separator: "/").last else { return found }
        let folder = path.dropLast(name.count)
        return Files.realPath(folder.isEmpty ? "." : String(folder)) + "/\(name)"
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
