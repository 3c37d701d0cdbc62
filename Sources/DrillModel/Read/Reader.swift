/// Reads inventories, experiments, runbooks and policies; all problems of a file at once.
///
/// Pure but for `load`, which it is given: included files (an experiment's inventory and runbooks) come
/// through it, named relative to the file that includes them.
package struct Reader: Sendable {
    package typealias Load = @Sendable (_ path: String) throws(LoadError) -> LoadedFile

    /// The largest file that is read; a loader needn't load more.
    package static let bytesMax = Written.bytesMax

    let load: Load
    let ansible: AnsibleFiles
    let variables: [String: String]
    let environment: Set<String>?
    let home: String?
    let workingDirectory: String?
    let faults: [any Fault.Type]
    let timeZones: TimeZones
    let postgresMistake: @Sendable (String) -> String?

    /// - Parameters:
    ///   - variables: `--var NAME=VALUE`; they override what files declare under `vars:`.
    ///   - environment: the names that `${env:NAME}` may have; nil doesn't check them.
    ///   - home: what `~` is in paths; nil leaves it.
    ///   - workingDirectory: where relative paths begin; nil leaves them.
    ///   - faults: what a step `fault:` may name.
    ///   - timeZones: those that windows may name.
    ///   - postgresMistake: what is wrong with a PostgreSQL address, by whoever will connect to it.
    ///   - ansible: the files that an Ansible inventory brings along; nil: none but those that `load` loads.
    ///   - load: reads a file, whole.
    package init(
        variables: [String: String] = [:],
        environment: Set<String>? = nil,
        home: String? = nil,
        workingDirectory: String? = nil,
        faults: [any Fault.Type] = Catalogue.faults,
        timeZones: TimeZones = .utc,
        postgresMistake: @escaping @Sendable (String) -> String? = { _ in nil },
        ansible: AnsibleFiles? = nil,
        load: @escaping Load
    ) {
        self.load = load
        self.ansible = ansible ?? AnsibleFiles(names: { _ in [] }, load: load)
        self.variables = variables
        self.environment = environment
        self.home = home
        self.workingDirectory = workingDirectory
        self.faults = faults
        self.timeZones = timeZones
        self.postgresMistake = postgresMistake
    }

    /// Reads a file of whichever kind its keys say.
    package func file(_ file: String) throws(Problems) -> FileContents {
        let written: WrittenFile
        switch try opened(file) {
        case .drill(let file): written = file
        case .ansible(let text): return .inventory(try inventory(text))
        }
        switch try kind(of: written) {
        case .experiment: return .experiment(try experiment(written))
        case .inventory: return .inventory(try inventory(written))
        case .runbook: return .runbook(try runbook(written, in: Scope()))
        case .policy: return .policy(try policy(written))
        }
    }

    package func experiment(_ file: String) throws(Problems) -> Experiment {
        try experiment(written(file, as: .experiment))
    }

    /// What a file is by its keys; nil where it can't be read, or has none that says so.
    package func kind(ofFile file: String) -> FileKind? {
        guard case .drill(let written)? = try? opened(file) else { return nil }
        return try? kind(of: written)
    }

    package func inventory(_ file: String) throws(Problems) -> Inventory {
        switch try opened(file) {
        case .drill(let written): try inventory(self.written(written, as: .inventory))
        case .ansible(let text): try inventory(text)
        }
    }

    /// An inventory of drill's or Ansible's.
    func inventory(opened file: OpenedFile) throws(Problems) -> Inventory {
        switch file {
        case .drill(let written): try inventory(written)
        case .ansible(let text): try inventory(text)
        }
    }

    /// Reads a runbook by itself.
    ///
    /// Without an inventory the names of hosts aren't checked, and `${host.x}` stands for the name.
    package func runbook(
        _ file: String,
        inventory: Inventory? = nil
    ) throws(Problems) -> Runbook {
        var scope = Scope()
        if let inventory { scope.hosts = .known(inventory) }
        return try runbook(written(file, as: .runbook), in: scope)
    }

    // MARK: Files

    private func opened(_ file: String) throws(Problems) -> OpenedFile {
        do {
            return try OpenedFile.of(try load(file), file: file)
        } catch let problems as Problems {
            throw problems
        } catch {
            let message = (error as? LoadError)?.message ?? "\(error)"
            throw Problems([Problem("can't read \(printable(file)): \(message)")])
        }
    }

    func written(_ file: String, as kind: FileKind) throws(Problems) -> WrittenFile {
        switch try opened(file) {
        case .drill(let file): return try written(file, as: kind)
        case .ansible(let text):
            throw Problems([
                text.source.problem(
                    "this is an Ansible inventory, not \(kind.withArticle)",
                    at: Written.Mark(line: 1, column: 1),
                    fix: Self.remedy(.inventory, insteadOf: kind)
                )
            ])
        }
    }

    private func written(
        _ written: WrittenFile,
        as kind: FileKind
    ) throws(Problems) -> WrittenFile {
        let found = try self.kind(of: written)
        guard found == kind else {
            throw Problems([
                written.source.problem(
                    "this is \(found.withArticle), not \(kind.withArticle)",
                    at: written.root.mark,
                    fix: Self.remedy(found, insteadOf: kind)
                )
            ])
        }
        return written
    }

    private static func remedy(_ found: FileKind, insteadOf kind: FileKind) -> String? {
        switch (found, kind) {
        case (.inventory, .experiment):
            "name an experiment; `drill doctor -i` takes an inventory alone"
        case (.runbook, .experiment): "`drill runbook run`, `check` and `show` take runbooks"
        case (.experiment, .runbook): "`drill run` and `drill plan` take experiments"
        default: nil
        }
    }

    /// What a file is, by its keys: only an experiment has `experiment`, and it may have `inventory`.
    private func kind(of file: WrittenFile) throws(Problems) -> FileKind {
        let kinds: [FileKind] = [.experiment, .runbook, .policy, .inventory]
        if let kind = kinds.first(where: { file.root[$0.rawValue] != nil }) { return kind }
        let first = file.root.pairs.first
        let names = kinds.map(\.rawValue)
        throw Problems(
            file.duplicates + [
                file.source.problem(
                    "this is no experiment, inventory, runbook or policy",
                    at: first?.keyMark ?? file.root.mark,
                    fix: first.flatMap { nearest(to: $0.key, among: names) }
                        .map { "did you mean \(quoted($0))?" }
                        ?? "begin with `experiment: NAME`, `inventory: NAME`, `runbook: NAME` or"
                        + " `policy: NAME`"
                )
            ]
        )
    }

    /// The scope that every file starts with.
    func scope(of file: WrittenFile, in outer: Scope = Scope()) -> Scope {
        var scope = outer
        scope.environment = environment
        scope.folder = Folder(
            of: file.source.file,
            home: home,
            working: workingDirectory
        )
        scope.faults = faults
        scope.timeZones = timeZones
        scope.postgresMistake = postgresMistake
        return scope
    }

    /// An included file: a file that can't be read is a problem of the key that names it.
    func included(
        _ path: String,
        as kind: FileKind,
        at position: Position?,
        in reading: inout Reading
    ) -> OpenedFile? {
        let file = reading.scope.folder.resolve(path)
        do {
            let opened = try OpenedFile.of(try load(file), file: file)
            let found: FileKind =
                switch opened {
                case .drill(let written): try self.kind(of: written)
                case .ansible: .inventory
                }
            if found != kind {
                reading.report(
                    "\(quoted(path)) is \(found.withArticle), not \(kind.withArticle)",
                    at: position
                )
                return nil
            }
            return opened
        } catch {
            reading.report(error, of: file, at: position)
        }
        return nil
    }
}

extension Reading {
    /// Why a file that another one names can't be taken.
    mutating func report(_ error: any Error, of file: String, at position: Position?) {
        switch error {
        case let error as LoadError:
            report(
                "can't read \(quoted(file)): \(error.message)",
                at: position,
                fix: "paths start beside \(source.file)"
            )
        case let error as Problems: problems += error.list
        default: report("can't read \(quoted(file)): \(error)", at: position)
        }
    }
}

/// What a file holds.
package enum FileContents: Hashable, Sendable {
    case experiment(Experiment)
    case inventory(Inventory)
    case runbook(Runbook)
    case policy(Policy)
}

/// A file as it was when it was opened.
package struct LoadedFile: Sendable {
    package var bytes: [UInt8]
    /// Where the very file that was read lies, without links; nil where it has no such place.
    package var realPath: String?

    package init(_ bytes: [UInt8], realPath: String? = nil) {
        self.bytes = bytes
        self.realPath = realPath
    }
}

/// Why a file can't be loaded: `no such file`.
package struct LoadError: Error, Hashable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

extension FileKind {
    var withArticle: String {
        switch self {
        case .experiment, .inventory: "an \(rawValue)"
        case .runbook, .policy: "a \(rawValue)"
        }
    }
}

extension Reading {
    /// Everything that is wrong with a file and what it includes.
    var found: Problems { Problems(Self.inOrder(problems)) }

    func throwProblems() throws(Problems) {
        guard problems.isEmpty else { throw found }
    }

    /// Each once, those of one file together, by line and column.
    private static func inOrder(_ problems: [Problem]) -> [Problem] {
        var seen: Set<Problem> = []
        var files: [String] = []
        let unique = problems.filter { seen.insert($0).inserted }
        for problem in unique {
            let file = problem.position?.file ?? ""
            if !files.contains(file) { files.append(file) }
        }
        return files.flatMap { file in
            unique.filter { ($0.position?.file ?? "") == file }
                .sorted {
                    ($0.position?.line ?? 0, $0.position?.column ?? 0) < (
                        $1.position?.line ?? 0, $1.position?.column ?? 0
                    )
                }
        }
    }

    /// Puts the variables of `vars:` into scope, in the order of the file.
    ///
    /// `overrides` come from outside and win; `before` are those that were read before hosts were known.
    mutating func declareVariables(
        of root: Written,
        overrides: [String: String],
        before: [String: String] = [:]
    ) {
        scope.variables.merge(overrides) { _, new in new }
        guard let vars = root["vars"] else { return }
        for pair in vars.pairs where scope.variables[pair.key] == nil {
            checkName(pair.key, of: "variable", at: pair.keyMark)
            guard let word = pair.value.word else { continue }
            if case .word(let value)? = value(pair.value, .word, of: quoted(pair.key)) {
                scope.variables[pair.key] = value
            } else {
                // Declared all the same, and nothing that an address couldn't hold: where it is used isn't
                // wrong too.
                scope.variables[pair.key] =
                    before[pair.key] ?? word.replacing("${", with: "").replacing("}", with: "")
            }
        }
    }

    /// Names end up in run ids, paths and tags: letters, digits, `-`, `_` and `.`.
    mutating func checkName(_ name: String, of what: String, at mark: Written.Mark) {
        checkName(name, of: what, at: source.position(mark))
    }

    mutating func checkName(_ name: String, of what: String, at position: Position?) {
        let isGood =
            name.utf8.count <= 64 && name.utf8.allSatisfy(\.isPartOfName)
            && (name.utf8.first?.isLetterOrDigit ?? false)
        guard !isGood else { return }
        report(
            "\(quoted(name)) is no name for \(what.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(what)",
            at: position,
            fix: name.utf8.count > 64
                ? "64 characters at most"
                : "letters, digits, `-`, `_` and `.`, beginning with a letter or digit"
        )
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    fileprivate var isPartOfName: Bool {
        isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: ".")
    }
}
