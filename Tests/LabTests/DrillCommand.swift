import Foundation
import Glibc
import Synchronization
import Testing

/// The built `drill`, run as a user would run it, each with a state folder of its own.
struct DrillCommand {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let binary = "\(root)/.build/debug/drill"

    /// The state folder, `$DRILL_HOME`, of this test alone.
    let home: String

    init() throws {
        home = FileManager.default.temporaryDirectory.path + "/drill-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    }

    /// How a process ended and what it said.
    struct Ended {
        var exit: Int32
        var isSignal: Bool
        var output: String
        var errors: String

        var all: String { output + errors }
    }

    func run(
        _ arguments: String...,
        environment: [String: String] = [:]
    ) async throws -> Ended {
        try await start(arguments, environment: environment).end()
    }

    func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        program: String = binary
    ) throws -> Running {
        try Running(
            program: program,
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment
                .merging(["DRILL_HOME": home]) { $1 }.merging(environment) { $1 },
            folder: home
        )
    }

    /// Writes an experiment of the test's own; `lab/inventory.yaml` in it is the lab's.
    func experiment(_ text: String, name: String = "test.yaml") throws -> String {
        let path = "\(home)/\(name)"
        try text.replacing(
            "lab/inventory.yaml",
            with: "\(Self.root)/Experiments/lab/inventory.yaml"
        )
        .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// The folder of the newest run.
    func lastRun() throws -> String {
        let runs = try FileManager.default.contentsOfDirectory(atPath: "\(home)/runs").sorted()
        return "\(home)/runs/\(try #require(runs.last))"
    }

    /// `record.json` of the newest run, read as any other tool would read it.
    func record() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(lastRun())/record.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// A process under way; its output goes to files, so that nothing can block on a full pipe.
    ///
    /// Not Foundation's `Process`: after some thousand of them in one program its `run()` dies.
    final class Running: Sendable {
        let process: pid_t
        /// As waitpid(2) tells it; nil while it goes on.
        private let status = Mutex<Int32?>(nil)
        private let output: String
        private let errors: String

        init(
            program: String,
            arguments: [String],
            environment: [String: String],
            folder: String
        ) throws {
            let name = UUID().uuidString
            output = "\(folder)/\(name).out"
            errors = "\(folder)/\(name).err"
            for file in [output, errors] { try Data().write(to: URL(filePath: file)) }

            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY, 0)

            // What the test runner ignores or blocks is none of theirs.
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            var all = sigset_t()
            sigemptyset(&none)
            sigfillset(&all)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setsigdefault(&attributes, &all)
            posix_spawnattr_setflags(
                &attributes,
                Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
            )

            // The shell goes to the folder and becomes the program; its number stays.
            let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, DrillCommand.root, program]
            let words = (shell + arguments).map { strdup($0) } + [nil]
            let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { for text in words + variables { free(text) } }
            var pid = pid_t()
            let failure = posix_spawn(&pid, shell[0], &actions, &attributes, words, variables)
            guard failure == 0 else {
                throw CocoaError(.executableLoad, userInfo: ["errno": failure])
            }
            process = pid
        }

        var isRunning: Bool {
            status.withLock { status in
                guard status == nil else { return false }
                var found: Int32 = 0
                guard waitpid(process, &found, WNOHANG) == process else { return true }
                status = found
                return false
            }
        }

        func signal(_ number: Int32) {
            // Under the lock, so that nobody has waited for it in between and freed its number.
            status.withLock { if $0 == nil { _ = kill(process, number) } }
        }

        /// Until it has said `text`, or ended, or this took too long.
        func says(
            _ text: String,
            within seconds: Int = 120,
            looking pause: Duration = .milliseconds(20)
        ) async throws -> Bool {
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                if try said().contains(text) { return true }
                if !isRunning { return try said().contains(text) }
                try await Task.sleep(for: pause)
            }
            return false
        }

        /// The process that watches over the run, as it said.
        func guardian() throws -> pid_t? {
            try said().firstMatch(of: /guardian: process (\d+)/).flatMap { pid_t($0.1) }
        }

        /// Ends it and its guardian in one go, as a loss of power would.
        func killWithGuardian() throws {
            let guardian = try guardian()
            if let guardian { _ = kill(guardian, SIGKILL) }
            signal(SIGKILL)
        }

        /// Waits for its end; ends it by SIGKILL when that takes longer than any run here may.
        func end(within seconds: Int = 400) async throws -> Ended {
            for _ in 0..<(seconds * 50) where isRunning {
                try await Task.sleep(for: .milliseconds(20))
            }
            if isRunning {
                signal(SIGKILL)
                Issue.record("drill did not end within \(seconds) s: \(try said().suffix(2000))")
                for _ in 0..<50 where isRunning { try await Task.sleep(for: .milliseconds(20)) }
            }
            // The lower seven bits are the signal that ended it, the next byte its exit code (wait(2)).
            let status = status.withLock { $0 } ?? SIGKILL
            let signal = status & 0x7F
            return Ended(
                exit: signal == 0 ? (status >> 8) & 0xFF : signal,
                isSignal: signal != 0,
                output: try said(),
                errors: try String(contentsOfFile: errors, encoding: .utf8)
            )
        }

        private func said() throws -> String {
            String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self)
        }
    }
}

/// The real lab, looked at without drill's own code.
enum Lab {
    static let folder = "\(DrillCommand.root)/Experiments/lab"

    /// Runs a command on a lab host by OpenSSH.
    static func ssh(_ address: String, _ command: String) async throws -> DrillCommand.Ended {
        try await DrillCommand().start(
            [
                "-i", "\(folder)/state/id_ed25519", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
                "-o", "UserKnownHostsFile=\(folder)/state/known_hosts", "drill@\(address)", command,
            ],
            program: "/usr/bin/ssh"
        ).end(within: 30)
    }

    /// What psql answers at an address, as user shop.
    static func sql(_ query: String, at address: String = "10.77.9.10") async throws -> String {
        let ended = try await DrillCommand().start(
            ["-At", "-h", address, "-U", "shop", "-d", "shop", "-c", query],
            environment: ["PGCONNECT_TIMEOUT": "5"],
            program: "/usr/bin/psql"
        ).end(within: 30)
        #expect(ended.exit == 0, "psql: \(ended.errors)")
        return ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static let hosts = [
        "10.77.1.11", "10.77.1.21", "10.77.1.41", "10.77.1.51", "10.77.1.139", "10.77.1.161",
        "10.77.1.171", "10.77.2.11", "10.77.2.21", "10.77.2.41", "10.77.2.51", "10.77.3.21",
        "10.77.9.10", "10.77.9.20",
    ]

    /// A leader, two replicas that stream, every back end up, and the shop serves; who leads is the lab's
    /// affair unless told: on a busy machine Patroni may hand over by itself.
    private static func isWhole(_ status: String, leads: String?) -> Bool {
        status.contains("14 of 14 hosts running")
            && status.components(separatedBy: "streaming").count == 3
            && !status.contains(" down") && status.contains("/orders: 200")
            && (leads.map { leader(status) == $0 } ?? true)
    }

    /// Who leads, as `lab status` tells.
    static func leader(_ status: String) -> String? {
        status.split(separator: "\n").map { $0.split(separator: " ") }
            .first { $0.contains("leader") && $0.first?.hasPrefix("db-") == true }?.first
            .map(String.init)
    }

    /// Asserts that the lab is as `lab up` leaves it: everything serves, and nothing of drill's is left.
    ///
    /// `leads` must lead; nobody in particular where nil.
    static func expectWhole(
        _ drill: DrillCommand,
        _ what: String,
        leads: String? = nil
    ) async throws {
        var status = try await drill.run("lab", "status")
        // A balancer takes two checks of 1 s to believe that a back end is there again; a standby some more.
        for _ in 0..<60 where !isWhole(status.output, leads: leads) {
            try await Task.sleep(for: .seconds(1))
            status = try await drill.run("lab", "status")
        }
        #expect(isWhole(status.output, leads: leads), "after \(what): \(status.all)")
        for host in hosts {
            let left = try await ssh(
                host,
                """
                sudo -n iptables-save | grep -i drill; sudo -n ip6tables-save | grep -i drill; \
                sudo -n find /run/drill -mindepth 1 2>/dev/null; \
                ps -eo args | grep '[d]rill-lease'; true
                """
            )
            #expect(left.exit == 0, "after \(what): \(host): \(left.errors)")
            #expect(left.output.isEmpty, "after \(what), left on \(host): \(left.output)")
        }
    }
}
