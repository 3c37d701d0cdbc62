import DrillWire
import Foundation
import Glibc
import Testing

/// The built `drill`, run as a user would run it: exit codes and messages that need no host.
@Suite struct CommandTests {
    static let experiment = """
        experiment: watch
        vars: { port: "1" }
        probes: { shop: { http: "http://127.0.0.1:${port}/" } }
        steady: { for: 100ms, within: 200ms }
        method: [{ wait: 100ms }]
        """

    @Test("a variable that no file knows is wrong usage", arguments: ["run", "plan", "validate"])
    func unknownVariable(command: String) throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let ended = try drill.run([command, file, "--var", "prot=2"])
        #expect(ended.exit == 64)
        #expect(ended.errors.contains("--var prot: no file here"), "\(ended.errors)")
        #expect(ended.errors.contains("did you mean \"port\"?"), "\(ended.errors)")
        #expect(try drill.run(["validate", file, "--var", "port=2"]).exit == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/runs"))
    }

    @Test("doctor and sudoers refuse a file with problems, and do without any host")
    func doctor() throws {
        let drill = try Command()
        let bad = try drill.write("inventory: x\nhosts: { a: { adress: 1 } }\n", to: "bad.yaml")
        #expect(try drill.run(["doctor", "-i", bad]).exit == 64)
        #expect(try drill.run(["doctor", "-i", bad, bad]).exit == 64)
        #expect(try drill.run(["sudoers", bad]).exit == 64)
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let ended = try drill.run(["doctor", file])
        #expect(ended.exit == 0, "\(ended.output)\(ended.errors)")
        #expect(ended.output.hasSuffix("nothing to see to\n"), "\(ended.output)")
        #expect(ended.output.contains("\(drill.folder): writable"), "\(ended.output)")
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/runs"))
    }

    @Test("what is wrong with a file that several include is told once")
    func problemsOnce() throws {
        let drill = try Command()
        _ = try drill.write("inventory: x\nhosts: { a: { adress: 1 } }\n", to: "bad.yaml")
        let files = try ["one", "two"].map { name in
            try drill.write(Self.experiment + "\ninventory: bad.yaml", to: "\(name).yaml")
        }
        for command in ["validate", "run"] {
            let ended = try drill.run([command] + files)
            #expect(ended.exit == 64)
            #expect(ended.errors.split(separator: "adress").count == 3, "\(ended.errors)")
        }
        let json = try drill.run(["validate", "--json"] + files)
        #expect(json.output.split(separator: "\"message\"").count == 3, "\(json.output)")
    }

    @Test(
        "what is wrong with a fault is shown in its line",
        arguments: ["validate", "plan", "run"]
    )
    func faultsLine(command: String) throws {
        let drill = try Command()
        _ = try drill.write(
            "inventory: x\nhosts: { web-a: { address: 127.0.0.1 } }\n",
            to: "i.yaml"
        )
        let file = try drill.write(
            """
            experiment: freeze
            inventory: i.yaml
            probes: { shop: { http: "http://127.0.0.1:1/" } }
            method:
              - { fault: pause-container, target: { host: web-a } }
            """,
            to: "freeze.yaml"
        )
        let ended = try drill.run([command, file])
        #expect(ended.exit == 64)
        let lines = ended.errors.split(separator: "\n").map(String.init)
        #expect(lines.first?.contains("web-a is no container") == true, "\(ended.errors)")
        #expect(lines.dropFirst().first?.contains("- { fault: pause-container") == true)
        #expect(lines.dropFirst(2).first?.hasSuffix("^") == true, "\(ended.errors)")
    }

    @Test("a run that can't be kept whole says first how it counts")
    func unkept() throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill, wait: "10ms")
        // Room for a timeline, and none for a report.
        let ended = try drill.shell("ulimit -f 10; \(Command.binary) run \(file)")
        #expect(ended.exit == 70, "\(ended)")
        #expect(ended.output.contains("ERROR  watch: its reports"), "\(ended)")
        #expect(!ended.output.lowercased().contains("passed"), "\(ended)")
        #expect(ended.errors.hasSuffix(": exit 70\n"), "\(ended)")
    }

    @Test("whoever started it may ignore its children's ends, or have closed its standard streams")
    func strangeParents() throws {
        let drill = try Command()
        let file = try GuardCommandTests.write(drill, wait: "10ms")
        let ignoring = try drill.shell(
            #"perl -e '$SIG{CHLD}="IGNORE"; exec @ARGV' '\#(Command.binary)' run '\#(file)'"#
        )
        #expect(ignoring.exit == 0, "\(ignoring)")
        #expect(ignoring.output.contains("PASSED  watch"), "\(ignoring)")
        let closed = try drill.shell("exec '\(Command.binary)' run '\(file)' <&- >&- 2>&-")
        #expect(closed.exit == 0)
        #expect(try drill.newest("record.json").contains(#""exit":0"#))
    }

    @Test("libpq looks at an address before a run does")
    func postgresAddress() throws {
        let drill = try Command()
        let file = try drill.write(
            Self.experiment.replacing(
                "http: \"http://127.0.0.1:${port}/\"",
                with: "sql: { url: \"postgresql://db/shop?sslmod=on\", query: select 1 }"
            ),
            to: "watch.yaml"
        )
        let ended = try drill.run(["validate", file])
        #expect(ended.exit == 64)
        #expect(ended.errors.contains("sslmod"), "\(ended.errors)")
    }

    @Test("an address that a secret spoils is told of its probe, not of the server")
    func openAddress() throws {
        let drill = try Command()
        let file = try drill.write(
            Self.experiment.replacing(":${port}/", with: ":1/${env:SHOP_PATH}"),
            to: "watch.yaml"
        )
        let ended = try drill.run(["run", file], environment: ["SHOP_PATH": "a secret"])
        #expect(ended.exit == 3)
        #expect(ended.output.contains("probe shop: "), "\(ended.output)")
        #expect(ended.output.contains("percent-encode"), "\(ended.output)")
        #expect(!ended.output.contains("a secret"))
    }

    @Test("a report that can't be written is known before a run", arguments: ["no/x.xml", ""])
    func unwritableReport(place: String) throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let ended = try drill.run(["run", file, "--junit", "\(drill.folder)/\(place)"])
        #expect(ended.exit == 64)
        #expect(ended.errors.contains("nothing was touched"), "\(ended.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/runs"))
        let report = try drill.run(["report", "--output", "\(drill.folder)/\(place)"])
        #expect(report.exit == 64)
    }

    @Test("trying a file leaves nothing behind, and neither links nor devices are replaced")
    func delivery() throws {
        let drill = try Command()
        let path = "\(drill.folder)/x.xml"
        let link = "\(drill.folder)/link.xml"
        try Files.checkDelivery(to: path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: drill.folder).isEmpty)
        try Files.deliver([0x61], to: path)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        try Files.checkDelivery(to: link)
        try Files.deliver([0x62], to: link)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "b")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        try Files.deliver([0x61], to: "/dev/null")
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
        #expect(type as? FileAttributeType == .typeCharacterSpecial)
    }

    @Test("with too few files to open it says so, and begins nothing", arguments: [16, 27, 63, 64])
    func fewFiles(most: Int) throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let ended = try drill.shell("ulimit -n \(most); exec '\(Command.binary)' run '\(file)'")
        guard most < 64 else {
            // Nothing listens: steady state never holds.
            #expect([2, 3].contains(ended.exit), "\(ended)")
            return
        }
        #expect(ended.exit == 70, "\(ended)")
        #expect(ended.errors.contains("may have \(most) files open at once"), "\(ended)")
        #expect(ended.errors.contains("ulimit -n"), "\(ended)")
        #expect(!FileManager.default.fileExists(atPath: "\(drill.folder)/runs"))
    }

    @Test("a full device is told and is no success; a closed pipe is")
    func output() throws {
        let drill = try Command()
        let full = try drill.shell("\(Command.binary) faults >/dev/full")
        #expect(full.exit == 70)
        #expect(full.errors.contains("No space left on device"), "\(full.errors)")
        let closed = try drill.shell(
            "set -o pipefail; { sleep 0.2; \(Command.binary) schema; } | true"
        )
        #expect(closed.exit == 0, "\(closed.errors)")
    }

    @Test("what comes through a pipe is read; a pipe without a writer isn't waited for long")
    func pipes() throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let read = try drill.shell("\(Command.binary) validate <(sleep 0.2; cat \(file))")
        #expect(read.exit == 0, "\(read.errors)")
        #expect(read.output.contains("no problems"))
        let pipe = "\(drill.folder)/pipe"
        #expect(try drill.shell("mkfifo \(pipe)").exit == 0)
        let error = #expect(throws: FileError.self) { try Files.read(pipe, patienceMs: 50) }
        #expect(error?.errno == ETIMEDOUT)
    }

    @Test("whatever the umask, nobody else may look at what a run leaves")
    func modes() throws {
        let drill = try Command()
        let file = try drill.write(Self.experiment, to: "watch.yaml")
        let ended = try drill.shell("umask 000; \(Command.binary) run \(file)")
        #expect(ended.exit == 3, "\(ended.errors)")
        let runs = "\(drill.folder)/runs"
        let open = try drill.shell("find \(runs) -perm /077; find \(runs) -type f | wc -l")
        let words = open.output.split(whereSeparator: \.isWhitespace)
        #expect(words.count == 1, "\(open.output)")
        #expect(words.first.flatMap { Int($0) }.map { $0 > 8 } == true)
    }

    @Test("a run of another version is told from one that died")
    func runs() throws {
        let drill = try Command()
        for (run, record) in [("20260101T000000Z-shop-0001", #"{"format": 2}"#), ("0002", nil)] {
            let folder = "\(drill.folder)/runs/\(run)"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            if let record { _ = try drill.write(record, to: "runs/\(run)/record.json") }
        }
        let text = try drill.run(["runs"]).output
        #expect(text.contains("unreadable") && text.contains("unfinished"), "\(text)")
        #expect(text.contains("record.json has format 2, this drill reads 1"), "\(text)")
        let json = try drill.run(["runs", "--json", "--experiment", "shop"]).output
        #expect(json.contains("\"unreadable\" : \"record.json has format 2"), "\(json)")
        #expect(!json.contains("0002"))
    }
}

/// The binary beside the tests, with a state folder of its own.
struct Command {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let binary = "\(root)/.build/debug/drill"

    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    struct Ended {
        var exit: Int32
        var output: String
        var errors: String
    }

    func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Ended {
        try start(Self.binary, arguments, environment)
    }

    func shell(_ line: String) throws -> Ended { try start("/bin/bash", ["-c", line], [:]) }

    /// Starts drill and doesn't wait for it.
    func begin(
        _ arguments: [String],
        input: FileHandle = .nullDevice,
        output: Pipe? = nil
    ) throws -> Running {
        try Running(Self.binary, arguments, ["DRILL_HOME": folder], input: input, output: output)
    }

    /// A file of the newest run; several of one second are told apart by it.
    func newest(_ name: String) throws -> String {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs")
            .map { "\(folder)/runs/\($0)/\(name)" }
        let newest = files.max {
            Files.modifiedNs($0) ?? 0 < Files.modifiedNs($1) ?? 0
        }
        return try String(contentsOfFile: #require(newest), encoding: .utf8)
    }

    /// The id of the one run that is kept.
    func onlyRun() throws -> String {
        let runs = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs")
        return try #require(runs.count == 1 ? runs.first : nil)
    }

    private func start(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String]
    ) throws -> Ended {
        let running = try Running(
            program,
            arguments,
            ["DRILL_HOME": folder].merging(environment) { $1 }
        )
        return try running.wait()
    }

    /// A process under way; its output goes to files, so that nothing can block on a full pipe, unless it
    /// is given one.
    final class Running {
        private let process = Process()
        private let paths: [String]

        init(
            _ program: String,
            _ arguments: [String],
            _ environment: [String: String],
            input: FileHandle = .nullDevice,
            output: Pipe? = nil
        ) throws {
            let name = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
            paths = ["\(name).out", "\(name).err"]
            for path in paths { try Data().write(to: URL(filePath: path)) }
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardInput = input
            process.standardOutput = output ?? FileHandle(forWritingAtPath: paths[0])
            process.standardError = FileHandle(forWritingAtPath: paths[1])
            try process.run()
        }

        var id: Int32 { process.processIdentifier }
        var isRunning: Bool { process.isRunning }

        func interrupt() { process.interrupt() }

        /// Until it has said `text`, or ended, or this took too long.
        func says(
            _ text: String,
            on stream: KeyPath<Ended, String> = \.output,
            within seconds: Int = 60
        ) async throws -> Bool {
            for _ in 0..<(seconds * 50) {
                let isRunning = process.isRunning
                if try said()[keyPath: stream].contains(text) { return true }
                if !isRunning { return false }
                try await Task.sleep(for: .milliseconds(20))
            }
            return false
        }

        /// Waits for its end; ends it by SIGKILL when that takes longer than any run here may.
        func end(within seconds: Int = 60) async throws -> Ended {
            for _ in 0..<(seconds * 50) where process.isRunning {
                try await Task.sleep(for: .milliseconds(20))
            }
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                Issue.record("it did not end within \(seconds) s: \(try said())")
            }
            return try wait()
        }

        func wait() throws -> Ended {
            process.waitUntilExit()
            return try said()
        }

        /// What it has said so far.
        func said() throws -> Ended {
            let said = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
            return Ended(
                exit: process.isRunning ? -1 : process.terminationStatus,
                output: said[0],
                errors: said[1]
            )
        }
    }
}
