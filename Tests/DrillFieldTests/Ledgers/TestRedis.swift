import DrillField
import Foundation
import Testing

/// A Redis server of a test's own: a new folder, loopback only.
final class TestRedis: Sendable {
    let port: Int
    private let folder: String
    private let options: String
    static let password = "s3cret@redis"

    /// Starts it, as a replica of `primary` where there is one.
    ///
    /// Where it is durable, every write is on the disk before it is answered; else nothing ever is.
    init(isDurable: Bool = true, of primary: TestRedis? = nil) async throws {
        port = try freePort()
        folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        let aside = primary.map {
            "--replicaof 127.0.0.1 \($0.port) --masterauth '\(Self.password)' "
                + "--repl-diskless-sync-delay 0"
        }
        options = """
            --port \(port) --bind 127.0.0.1 --dir \(folder) --daemonize yes --pidfile \(folder)/pid \
            --logfile \(folder)/log --save '' --appendonly \(isDurable ? "yes" : "no") \
            --appendfsync always --requirepass '\(Self.password)' --repl-diskless-sync-delay 0 \
            \(aside ?? "")
            """
        try await start()
        if primary != nil {
            for _ in 0..<100 {
                if try await cli("info replication").contains("master_link_status:up") { return }
                try await pause(.milliseconds(50))
            }
            Issue.record("the replica never came up")
        }
    }

    var url: String { url(database: 0) }

    func url(database: Int, password: String = TestRedis.password) -> String {
        "redis://:\(password.replacing("@", with: "%40"))@127.0.0.1:\(port)/\(database)"
    }

    func start() async throws {
        _ = try await Background.run("redis-server \(options)")
        for _ in 0..<200 {
            if try await cli("ping") == "PONG" { return }
            try await pause(.milliseconds(20))
        }
        Issue.record("it never answered")
    }

    /// A command by redis-cli: not by the code under test.
    @discardableResult
    func cli(_ command: String) async throws -> String {
        try await Background.run(
            "redis-cli --no-auth-warning -a '\(Self.password)' -p \(port) \(command) 2>&1 || true"
        ).trimmingCharacters(in: .newlines)
    }

    func signal(_ signal: Int32) throws {
        let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(process, signal)
    }

    deinit {
        // Where the test ended early; else nothing is left.
        try? signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }
}
