import DrillModel
import DrillWire
import Foundation
import Synchronization

/// The station *read*, with files from the disk.
enum Reading {
    /// A file as it was when it was read.
    struct File {
        var path: String
        var bytes: [UInt8]
    }

    private static let files = Mutex<[File]>([])

    /// Every file that was read, included ones too, each once: what a run keeps beside its record.
    static var filesRead: [File] { files.withLock { $0 } }

    /// Reads an experiment; `variables` are as given to `--var`: `NAME=VALUE`.
    static func experiment(_ file: String, variables: [String] = []) throws -> Experiment {
        let reader = try reader(variables: variables)
        do {
            return try reader.experiment(file)
        } catch {
            throw Failure.problems(error)
        }
    }

    static func inventory(_ file: String) throws -> Inventory {
        let reader = try reader()
        do {
            return try reader.inventory(file)
        } catch {
            throw Failure.problems(error)
        }
    }

    /// A reader of files on the disk; `checksEnvironment` asks for `${env:NAME}` to be set already.
    static func reader(variables: [String] = [], checksEnvironment: Bool = true) throws -> Reader {
        let environment = ProcessInfo.processInfo.environment
        return Reader(
            variables: try parsed(variables),
            environment: checksEnvironment ? Set(environment.keys) : nil,
            home: environment["HOME"],
            load: load
        )
    }

    private static func parsed(_ variables: [String]) throws -> [String: String] {
        var parsed: [String: String] = [:]
        for variable in variables {
            guard let equals = variable.firstIndex(of: "="), equals != variable.startIndex else {
                throw Failure.usage("--var \(variable): write --var NAME=VALUE")
            }
            let name = String(variable[..<equals])
            guard parsed[name] == nil else { throw Failure.usage("--var \(name) is there twice") }
            parsed[name] = String(variable[variable.index(after: equals)...])
        }
        return parsed
    }

    private static func load(_ path: String) throws(LoadError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limitBytes: Reader.bytesMax)
        } catch {
            throw LoadError(why(error))
        }
        files.withLock { files in
            if !files.contains(where: { $0.path == path }) {
                files.append(File(path: path, bytes: bytes))
            }
        }
        return bytes
    }

    private static func why(_ error: FileError) -> String {
        switch error.errno {
        case ENOENT: "no such file"
        case EACCES: "no permission to read it"
        case EISDIR: "it is a folder"
        case EFBIG: "larger than 4 MiB; no file of drill's needs to be that large"
        default: error.message
        }
    }
}
