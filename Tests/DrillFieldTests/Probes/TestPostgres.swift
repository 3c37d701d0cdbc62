import DrillEngine
import DrillModel
import Foundation
import Testing

/// A PostgreSQL server of a test's own: a new folder, loopback only, fsync on.
final class TestPostgres: Sendable {
    let port: Int
    private let folder: String
    private let tools: String
    private let asOwner: String
    static let password = "s3cret of the owner"

    init() async throws {
        port = try freePort()
        // postgres refuses to run as root; setpriv leaves the process what it execs.
        let isRoot = getuid() == 0
        asOwner = isRoot ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        tools = try await Background.run(
            """
            d=$(dirname "$(readlink -f "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | tail -1)")")
            [ -x "$d/postgres" ] && echo "$d" || { echo "no PostgreSQL server is installed" >&2; exit 1; }
            """
        ).trimmingCharacters(in: .newlines)
        folder = try await Background.run(
            "d=$(mktemp -d); \(isRoot ? "chown postgres $d;" : "") echo $d"
        ).trimmingCharacters(in: .newlines)
        _ = try await Background.run(
            """
            cd \(folder) && echo '\(Self.password)' > password && chmod 644 password && \
            \(asOwner) \(tools)/initdb -D \(folder)/data -U owner -A scram-sha-256 \
            --pwfile=\(folder)/password -E UTF8 --locale=C -N >/dev/null
            printf '%s\\n' "port = \(port)" "listen_addresses = '127.0.0.1'" \
            "unix_socket_directories = '\(folder)'" "max_connections = 60" "restart_after_crash = on" \
            >> \(folder)/data/postgresql.conf
            """
        )
        try await start()
    }

    /// A streaming replica of it, by pg_basebackup.
    func replica() async throws -> TestPostgres {
        let replica = try await TestPostgres(copying: self)
        try await replica.start()
        return replica
    }

    private init(copying primary: TestPostgres) async throws {
        port = try freePort()
        (tools, asOwner) = (primary.tools, primary.asOwner)
        folder = try await Background.run("mktemp -d").trimmingCharacters(in: .newlines)
        let link =
            "host=127.0.0.1 port=\(primary.port) user=owner password='\(Self.password)'"
        _ = try await Background.run(
            """
            cd \(folder) && [ -z "\(asOwner)" ] || chown postgres \(folder)
            \(asOwner) \(tools)/pg_basebackup -d \(Shell.quoted(link)) -D \(folder)/data -R -X stream \
            -c fast
            printf '%s\\n' "port = \(port)" "unix_socket_directories = '\(folder)'" \
            >> \(folder)/data/postgresql.conf
            """
        )
    }

    /// Makes a primary of a replica.
    func promote() async throws {
        _ = try await Background.run(
            "\(asOwner) \(tools)/pg_ctl -D \(folder)/data -w -t 30 promote >/dev/null"
        )
    }

    func url(_ user: String = "owner", password: String? = nil, more: String = "") -> String {
        let word = (password ?? Self.password).replacing(" ", with: "%20")
        return "postgresql://\(user):\(word)@127.0.0.1:\(port)/postgres\(more)"
    }

    /// Starts it and waits until it answers.
    ///
    /// A killed postmaster that nobody has reaped looks alive to the next one, which then refuses to
    /// start: its file is removed once it is certainly dead.
    func start() async throws {
        _ = try await Background.run(
            """
            cd \(folder); p=$(head -1 data/postmaster.pid 2>/dev/null)
            if [ -n "$p" ]; then
              while grep -q '^State:[[:space:]]*[^ZX]' /proc/$p/status 2>/dev/null; do sleep 0.05; done
              rm -f data/postmaster.pid
            fi
            \(asOwner) \(tools)/pg_ctl -D \(folder)/data -l \(folder)/log -w -t 60 \
            start </dev/null >/dev/null 2>&1 || { tail -5 \(folder)/log >&2; exit 1; }
            """
        )
    }

    /// As `pg_ctl stop -m fast` does: sessions are ended in the middle of what they do.
    func stopFast() async throws {
        _ = try await Background.run(
            "\(asOwner) \(tools)/pg_ctl -D \(folder)/data -m fast -w stop >/dev/null"
        )
    }

    /// Starts it anew as a standby of nobody: it only reads, until it is promoted.
    func becomeStandby() async throws {
        try await stopFast()
        _ = try await Background.run("\(asOwner) touch \(folder)/data/standby.signal")
        try await start()
    }

    /// Starts one that was killed, as a standby of nobody: what it has is what it had.
    func comeBackAsStandby() async throws {
        _ = try await Background.run("\(asOwner) touch \(folder)/data/standby.signal")
        try await start()
    }

    /// Every process of it, by its id.
    func signal(_ signal: Int32) throws {
        let file = try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
        let postmaster = try #require(Int32(file.split(separator: "\n")[0]))
        let children = try String(
            contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children",
            encoding: .utf8
        )
        // The postmaster first: it would start what is killed again.
        for process in [postmaster] + children.split(separator: " ").compactMap({ Int32($0) }) {
            kill(process, signal)
        }
    }

    /// A statement as the owner, by psql: not by the code under test.
    @discardableResult
    func sql(_ statement: String) async throws -> String {
        let quoted = Shell.quoted(statement)
        return try await Background.run(
            "PGPASSWORD='\(Self.password)' psql -X -qAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p \(port) "
                + "-U owner -d postgres -c \(quoted)"
        ).trimmingCharacters(in: .newlines)
    }

    deinit {
        // Where the test ended early; else nothing is left.
        try? signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    func remove() async throws {
        // What a test killed before is no longer there to be killed.
        try? signal(SIGKILL)
        _ = try await Background.run("rm -r \(folder)")
    }
}
