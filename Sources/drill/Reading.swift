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

    /// An experiment and the files that it was read from, included ones too, each once: what a run
    /// keeps beside its record.
    struct Asked {
        var experiment: Experiment
        var files: [File]
    }

    private static let files = Mutex<[File]>([])
    /// Every one that was read, by its path.
    private static let bytes = Mutex<[String: [UInt8]]>([:])
    private static let isMissingFiles = Mutex(false)

    /// Reads an experiment; `variables` are as given to `--var`: `NAME=VALUE`.
    static func experiment(_ file: String, variables: [String] = []) throws -> Experiment {
        try experiments([file], variables: variables)[0].experiment
    }

    /// Reads experiments, as far as they can be planned without a look at any host; a variable that
    /// none of the files knows is a problem as well.
    ///
    /// `refusesUnknown` is false where other files may know it; `names` are those of the environment
    /// that it will run in, where that is another one.
    static func experiments(
        _ paths: [String],
        variables: [String],
        refusesUnknown: Bool = true,
        names: Set<String>? = nil
    ) throws -> [Asked] {
        let reader = try reader(variables: variables, names: names)
        var asked: [Asked] = []
        var problems: [Problem] = []
        var read: [File] = []
        for path in paths {
            files.withLock { $0 = [] }
            do throws(Problems) {
                let experiment = try reader.experiment(path)
                try check(experiment)
                asked.append(Asked(experiment: experiment, files: files.withLock { $0 }))
            } catch {
                problems += error.list
            }
            read += files.withLock { $0 }
        }
        if refusesUnknown { problems = try unknown(variables, in: read) + problems }
        // Two experiments may include one file.
        var told: Set<Problem> = []
        problems = problems.filter { told.insert($0).inserted }
        guard problems.isEmpty else { throw Failure.problems(Problems(problems)) }
        return asked
    }

    /// A runbook and the files that it was read from.
    struct AskedRunbook {
        var runbook: Runbook
        var files: [File]
    }

    /// Reads a runbook by itself, with an inventory that comes before its own.
    ///
    /// - Throws: every problem of the file; a variable that it doesn't know, and an input that nobody gives.
    static func runbook(
        _ path: String,
        _ setting: RunbookSetting,
        checksEnvironment: Bool
    ) throws -> AskedRunbook {
        let reader = try reader(
            variables: setting.variables,
            checksEnvironment: checksEnvironment
        )
        files.withLock { $0 = [] }
        let runbook: Runbook
        do throws(Problems) {
            var known: Inventory?
            if let inventory = setting.inventory { known = try reader.inventory(inventory) }
            var read = try reader.runbook(path, inventory: known)
            read.inventory = known ?? read.inventory
            runbook = read
        } catch {
            throw Failure.problems(error)
        }
        let read = files.withLock { $0 }
        let problems = try unknown(setting.variables, in: read)
        guard problems.isEmpty else { throw Failure.problems(Problems(problems)) }
        return AskedRunbook(runbook: runbook, files: read)
    }

    /// Every runbook of files and folders.
    ///
    /// - Throws: every problem of any; a folder without one.
    static func runbooks(_ paths: [String], _ setting: RunbookSetting) throws -> [Runbook] {
        // A secret that isn't set is a finding among others.
        let reader = try reader(variables: setting.variables, checksEnvironment: false)
        var known: Inventory?
        if let inventory = setting.inventory { known = try self.inventory(inventory) }
        var problems: [Problem] = []
        var runbooks: [Runbook] = []
        for path in paths {
            let before = runbooks.count + problems.count
            for file in Files.isFolder(path) ? try SuiteReading.files(in: path) : [path] {
                do throws(Problems) {
                    if file != path {
                        let bytes = (try? Files.read(file, limitBytes: Reader.bytesMax)) ?? []
                        let text = String(decoding: bytes, as: UTF8.self)
                        let kind = FileKind.meant(by: text) ?? reader.kind(ofFile: file)
                        guard kind == .runbook else { continue }
                    }
                    var runbook = try reader.runbook(file, inventory: known)
                    runbook.inventory = known ?? runbook.inventory
                    runbooks.append(runbook)
                } catch {
                    problems += error.list
                }
            }
            guard runbooks.count + problems.count > before else {
                throw Failure.usage("there is no runbook in \(path); nothing was checked")
            }
        }
        problems = try unknown(setting.variables, in: files.withLock { $0 }) + problems
        guard problems.isEmpty else { throw Failure.problems(Problems(problems)) }
        return runbooks
    }

    /// Plans it as far as that goes without a look at any host.
    static func check(_ experiment: Experiment) throws(Problems) {
        do {
            // What is drawn can't make a problem: any seed will do.
            _ = try Planner.survey(of: experiment, seed: 0)
        } catch {
            throw located(error)
        }
    }

    /// What was found when a plan was made, with the lines of the files that it is about.
    static func located(_ problems: Problems) -> Problems {
        let read = bytes.withLock { $0 }
        return Problems(
            problems.list.map { problem in
                problem.located { path in
                    read[path].map { String(decoding: $0, as: UTF8.self) }
                }
            }
        )
    }

    /// A problem for each `--var` that no file read so far declares or uses.
    static func unknown(_ variables: [String]) throws -> [Problem] {
        try unknown(variables, in: files.withLock { $0 })
    }

    private static func unknown(_ variables: [String], in read: [File]) throws -> [Problem] {
        // Nobody knows what a file would have used that couldn't be read.
        guard !variables.isEmpty, !isMissingFiles.withLock({ $0 }),
            let known = KnownVariables.names(in: read.map { ($0.path, $0.bytes) })
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

    /// A reader of files on the disk.
    ///
    /// `checksEnvironment` asks for `${env:NAME}` to be set already, or to be one of `names` where it
    /// will run in another environment than this one.
    static func reader(
        variables: [String] = [],
        checksEnvironment: Bool = true,
        names: Set<String>? = nil
    ) throws -> Reader {
        let environment = ProcessInfo.processInfo.environment
        return Reader(
            variables: try parsed(variables),
            environment: checksEnvironment ? names ?? Set(environment.keys) : nil,
            home: environment["HOME"],
            workingDirectory: Wiring.workingDirectory,
            timeZones: LocalZone.known,
            postgresMistake: postgresMistake,
            ansible: AnsibleFiles(names: Self.names, load: loadPassing),
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

    /// Reads a file and keeps nothing of it: Ansible's may hold passwords.
    private static func loadPassing(_ path: String) throws(LoadError) -> LoadedFile {
        do {
            let (bytes, realPath) = try Files.readPlaced(path, limitBytes: Reader.bytesMax)
            return LoadedFile(bytes, realPath: realPath)
        } catch {
            isMissingFiles.withLock { $0 = true }
            throw LoadError(why(error))
        }
    }

    /// What a folder holds, folders with a `/` behind; nothing where it isn't there.
    private static func names(_ folder: String) throws(LoadError) -> [String] {
        do throws(FileError) {
            return try Files.list(folder).map { name in
                Files.isFolder("\(folder)/\(name)") ? "\(name)/" : name
            }
        } catch {
            if error.errno == ENOENT { return [] }
            throw LoadError(why(error))
        }
    }

    private static func load(_ path: String) throws(LoadError) -> LoadedFile {
        let loaded = try loadPassing(path)
        let bytes = loaded.bytes
        guard !Reader.isAnsible(bytes, file: path) else { return loaded }
        Self.bytes.withLock { $0[path] = bytes }
        files.withLock { files in
            if !files.contains(where: { $0.path == path }) {
                files.append(File(path: path, bytes: bytes))
            }
        }
        return loaded
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
