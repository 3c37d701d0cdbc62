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
    private static let isMissingFiles = Mutex(false)

    /// Every file that was read, included ones too, each once: what a run keeps beside its record.
    static var filesRead: [File] { files.withLock { $0 } }

    /// Reads an experiment; `variables` are as given to `--var`: `NAME=VALUE`.
    static func experiment(_ file: String, variables: [String] = []) throws -> Experiment {
        try experiments([file], variables: variables)[0]
    }

    /// Reads experiments; a variable that none of the files knows is a problem as well.
    static func experiments(_ files: [String], variables: [String]) throws -> [Experiment] {
        let reader = try reader(variables: variables)
        var experiments: [Experiment] = []
        var problems: [Problem] = []
        for file in files {
            do throws(Problems) {
                experiments.append(try reader.experiment(file))
            } catch {
                problems += error.list
            }
        }
        problems = try unknown(variables) + problems
        guard problems.isEmpty else { throw Failure.problems(Problems(problems)) }
        return experiments
    }

    /// A problem for each `--var` that no file read so far declares or uses.
    static func unknown(_ variables: [String]) throws -> [Problem] {
        // Nobody knows what a file would have used that couldn't be read.
        guard !variables.isEmpty, !isMissingFiles.withLock({ $0 }),
            let known = KnownVariables.names(in: filesRead.map { ($0.path, $0.bytes) })
        else { return [] }
        return KnownVariables.problems(given: try parsed(variables).keys, known: known)
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
            postgresMistake: postgresMistake,
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
            isMissingFiles.withLock { $0 = true }
            throw LoadError(why(error))
        }
        files.withLock { files in
            if !files.contains(where: { $0.path == path }) {
                files.append(File(path: path, bytes: bytes))
            }
        }
        return bytes
    }

    /// In libpq's own words: it will be asked again when the probe connects.
    private static let postgresMistake: @Sendable (String) -> String? = { address in
        do throws(PostgresError) {
            _ = try PostgresTarget(address)
            return nil
        } catch {
            return error.message
        }
    }

    private static func why(_ error: FileError) -> String {
        switch error.errno {
        case ENOENT: "no such file"
        case EACCES: "no permission to read it"
        case EISDIR: "it is a folder"
        case ETIMEDOUT:
            "a pipe that did not come to its end within \(Files.patienceMs / 1000) s; "
                + "look at what writes to it"
        case EFBIG: "larger than 4 MiB; no file of drill's needs to be that large"
        default: error.message
        }
    }
}
