import Foundation
import Testing

@testable import DrillModel

/// The files that the tests of *read* use, and a reader of them.
enum Fixture {
    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let folder = repository.appending(path: "Tests/Fixtures")

    /// A reader whose paths start in `folder`; `files` stand before what is there.
    static func reader(
        in folder: URL = folder,
        files: [String: String] = [:],
        variables: [String: String] = [:],
        environment: Set<String>? = nil,
        workingDirectory: String? = nil
    ) -> Reader {
        Reader(
            variables: variables,
            environment: environment,
            home: "/home/sre",
            workingDirectory: workingDirectory,
            ansible: ansible(in: folder, files: files)
        ) { path throws(LoadError) in
            try load(path, in: folder, files: files)
        }
    }

    private static func load(
        _ path: String,
        in folder: URL,
        files: [String: String]
    ) throws(LoadError) -> LoadedFile {
        if let text = files[path] { return LoadedFile(Array(text.utf8)) }
        do {
            return LoadedFile(Array(try Data(contentsOf: folder.appending(path: path))))
        } catch {
            throw LoadError("no such file")
        }
    }

    /// What lies beside an Ansible inventory, among `files` and in `folder`.
    private static func ansible(in folder: URL, files: [String: String]) -> AnsibleFiles {
        AnsibleFiles(
            names: { path in
                let within = files.keys.filter { $0.hasPrefix("\(path)/") }.map { key in
                    let parts = key.dropFirst(path.count + 1).split(separator: "/")
                    return parts.count > 1 ? "\(parts[0])/" : String(parts[0])
                }
                let place = folder.appending(path: path).path()
                let there = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
                let marked = there.map { name in
                    var isFolder: ObjCBool = false
                    _ = FileManager.default
                        .fileExists(atPath: "\(place)/\(name)", isDirectory: &isFolder)
                    return isFolder.boolValue ? "\(name)/" : name
                }
                return Set(within + marked).sorted()
            },
            load: { path throws(LoadError) in try load(path, in: folder, files: files) }
        )
    }

    /// Everything that is wrong with a text, in one line each without the name of the file.
    static func problems(of text: String, file: String = "x.yaml") -> [String] {
        problems(ofBytes: Array(text.utf8), file: file)
    }

    static func problems(ofBytes bytes: [UInt8], file: String = "x.yaml") -> [String] {
        let reader = Reader { path throws(LoadError) in
            guard path == file else { throw LoadError("no such file") }
            return LoadedFile(bytes)
        }
        do {
            _ = try reader.file(file)
            return []
        } catch {
            return error.list.map { problem in
                let place = problem.position.map { "\($0.line):\($0.column) " } ?? ""
                return place + problem.message + (problem.fix.map { "; \($0)" } ?? "")
            }
        }
    }

    static func names(in folder: URL, suffix: String = ".yaml") -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path())
                .filter { $0.hasSuffix(suffix) }.sorted()
        } catch {
            Issue.record("can't list \(folder.path()): \(error)")
            return []
        }
    }
}

/// How long something took on this thread's processor: other work on the machine doesn't count.
func processorTime(_ work: () -> Void) -> Span {
    func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
    let start = now()
    work()
    return Span(ns: now() - start)
}
