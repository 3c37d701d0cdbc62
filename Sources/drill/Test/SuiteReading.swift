import DrillModel
import DrillReport
import DrillWire

/// The files of a folder, read as far as that goes without a look at any host.
struct SuiteReading {
    struct Found {
        var file: String
        var asked: Asked
    }

    enum Asked {
        case experiment(Experiment)
        case runbook(Runbook)
        case broken(FileKind, [Problem])
    }

    /// In the order of their paths.
    private(set) var found: [Found] = []
    private(set) var skipped: [SuiteResult.Skipped] = []
    /// The files whose variables nobody can tell are among these.
    private var texts: [(path: String, bytes: [UInt8])] = []

    /// - Throws: `Failure.usage` where there is no such folder, or part of it can't be listed.
    init(_ folder: String, variables: [String]) throws {
        let reader = try Reading.reader(variables: variables)
        let paths = Files.isFolder(folder) ? try Self.files(in: folder) : [folder]
        guard Files.exists(folder) else {
            throw Failure.usage("there is no folder \(folder); name one that holds experiments")
        }
        for path in paths { read(path, reader) }
        try checkVariables(variables)
    }

    /// All YAML files below, but for what lies in hidden folders and behind links to folders.
    static func files(in folder: String) throws -> [String] {
        let names: [String]
        do { names = try Wiring.names(in: folder) } catch {
            throw Failure.usage(
                "\(folder) can't be listed, so nobody knows what to run: make it readable"
            )
        }
        let base = folder == "." ? "" : folder.hasSuffix("/") ? folder : "\(folder)/"
        return try names.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = base + name
            if Files.isFolder(path) { return Wiring.isLink(path) ? [] : try files(in: path) }
            return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
        }
    }

    private mutating func read(_ path: String, _ reader: Reader) {
        let bytes = (try? Files.read(path, limitBytes: Reader.bytesMax)) ?? []
        // By its words where it can't be read, by its keys where they are written in another way.
        let kind =
            FileKind.meant(by: String(decoding: bytes, as: UTF8.self)) ?? reader.kind(ofFile: path)
        guard let kind else {
            // What can't be read at all may have been meant to be run.
            if bytes.isEmpty, let problems = Self.problems(of: path, reader) {
                return found.append(Found(file: path, asked: .broken(.experiment, problems)))
            }
            return skip(path, "no experiment, runbook, inventory or policy")
        }
        texts.append((path, bytes))
        do throws(Problems) {
            switch try reader.file(path) {
            case .experiment(let experiment):
                try Reading.check(experiment)
                found.append(Found(file: path, asked: .experiment(experiment)))
            case .runbook(let runbook):
                found.append(Found(file: path, asked: .runbook(runbook)))
            case .inventory: skip(path, "an inventory; experiments name it")
            case .policy: skip(path, "a policy; it is for machines that run drill")
            }
        } catch {
            found.append(Found(file: path, asked: .broken(kind, error.list)))
        }
    }

    /// Of a file that is empty, or can't be read.
    private static func problems(of path: String, _ reader: Reader) -> [Problem]? {
        do throws(FileError) {
            _ = try Files.read(path, limitBytes: Reader.bytesMax)
            return nil
        } catch {
            do throws(Problems) {
                _ = try reader.file(path)
                return nil
            } catch { return error.list }
        }
    }

    private mutating func skip(_ path: String, _ why: String) {
        skipped.append(SuiteResult.Skipped(file: path, why: why))
    }

    private func checkVariables(_ variables: [String]) throws {
        let unknown = try Reading.unknown(variables)
        if !unknown.isEmpty { throw Failure.problems(Problems(unknown)) }
    }

    /// Every file that was looked at.
    var paths: [String] { found.map(\.file) + skipped.map(\.file) + texts.map(\.path) }

    /// Every tag of a file that could be read.
    var tags: [String] { found.flatMap(\.tags).unique }

    /// Leaves out what the choices don't choose; nobody knows the tags of a broken file, so that stays.
    mutating func choose(_ choices: [TagChoice]) {
        let (all, isBroken) = (found, { (found: Found) in found.isBroken })
        found = all.filter { isBroken($0) || choices.hold(for: $0.tags) }
        let left = Set(found.map(\.file))
        for file in all.map(\.file) where !left.contains(file) { skip(file, "not chosen by --tag") }
    }
}

extension SuiteReading.Found {
    var kind: FileKind {
        switch asked {
        case .experiment: .experiment
        case .runbook: .runbook
        case .broken(let kind, _): kind
        }
    }

    var name: String {
        switch asked {
        case .experiment(let experiment): experiment.name
        case .runbook(let runbook): runbook.name
        case .broken: file
        }
    }

    var tags: [String] {
        switch asked {
        case .experiment(let experiment): experiment.tags ?? []
        case .runbook(let runbook): runbook.tags ?? []
        case .broken: []
        }
    }

    /// Those that would be carried out.
    var runbooks: [Runbook] {
        if case .experiment(let experiment) = asked { experiment.runbooks } else { [] }
    }

    var isBroken: Bool { if case .broken = asked { true } else { false } }

    /// What it may touch or look at; nil of what isn't run.
    var footprint: Footprint? {
        if case .experiment(let experiment) = asked { Footprint(experiment) } else { nil }
    }

    /// As it stands before anything was run.
    var blank: SuiteCase {
        if case .broken(let kind, let problems) = asked {
            return SuiteCase(file: file, kind: kind, problems: problems)
        }
        return SuiteCase(file: file, kind: kind, name: name, tags: tags)
    }
}
