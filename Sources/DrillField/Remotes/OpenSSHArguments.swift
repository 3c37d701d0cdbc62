internal import DrillModel

/// The command lines of OpenSSH's `ssh`.
///
/// What the inventory says comes as options and so wins over ssh_config; all else is left to ssh.
struct OpenSSHArguments: Hashable, Sendable {
    var endpoint: SSHEndpoint
    /// The hosts on the way, the nearest first, each with its own user, port and key.
    var jumps: [SSHEndpoint] = []
    var configFile: String?
    /// Set where the inventory has its own known_hosts.
    var knownHosts: String?
    var connectTimeoutSeconds = 15

    /// The master: logs in, serves the control socket, and ends when its standard input does.
    func master(socket: String) -> [String] {
        ["ssh", "-M", "-S", socket] + common
            + [
                "-o", "ControlPersist=no", "-o", "ClearAllForwardings=yes",
                "-o", "RequestTTY=no", "-o", "RemoteCommand=none", "-o", "PermitLocalCommand=no",
                "-o", "ServerAliveInterval=4", "-o", "ServerAliveCountMax=3",
            ] + identity(of: endpoint) + ["--", endpoint.alias, "echo drill; exec cat >/dev/null"]
    }

    /// A command through the master; without it this fails instead of connecting by itself.
    func command(_ line: String, socket: String) -> [String] {
        client(socket) + ["-T", "--", "drill", line]
    }

    /// What a person types to have a line run there: ssh asks for what it lacks.
    func typed(_ line: String) -> [String] {
        ["ssh"] + config + place + identity(of: endpoint) + ["--", endpoint.alias, line]
    }

    /// Has the master listen at a local port.
    func forward(localPort: Int, to address: String, port: Int, socket: String) -> [String] {
        let address = address.contains(":") ? "[\(address)]" : address
        return client(socket)
            + ["-O", "forward", "-L", "127.0.0.1:\(localPort):\(address):\(port)", "--", "drill"]
    }

    /// What a client says that the master gave no session.
    ///
    /// It then tries to connect by itself, and this stands in the place of a connection. A shell of its
    /// own says it, whose standard output stays open meanwhile: once that is closed, ssh kills it.
    static let noSession = "drill-no-session"

    private func client(_ socket: String) -> [String] {
        [
            "ssh", "-F", "none", "-S", socket, "-o", "ControlMaster=no",
            "-o", "ProxyCommand=/bin/sh -c 'echo \(Self.noSession) >&2'", "-o", "BatchMode=yes",
            "-o",
            "LogLevel=ERROR",
        ]
    }

    private var common: [String] {
        config + [
            "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
            "-o", "UpdateHostKeys=no", "-o", "ConnectTimeout=\(connectTimeoutSeconds)",
            "-o", "LogLevel=ERROR",
        ] + place
    }

    private var config: [String] { configFile.map { ["-F", $0] } ?? [] }

    /// Whose keys are believed, and the way there.
    private var place: [String] {
        var words: [String] = []
        if let knownHosts {
            words += [
                "-o", "UserKnownHostsFile=\(Self.path(knownHosts))", "-o",
                "GlobalKnownHostsFile=/dev/null",
            ]
        }
        if let proxy { words += ["-o", "ProxyCommand=\(proxy)"] }
        return words
    }

    private func identity(of endpoint: SSHEndpoint) -> [String] {
        var words: [String] = []
        if let user = endpoint.given.user { words += ["-l", user] }
        if let port = endpoint.given.port { words += ["-p", String(port)] }
        if let key = endpoint.given.key {
            words += ["-o", "IdentityFile=\(Self.path(key))", "-o", "IdentitiesOnly=yes"]
        }
        return words
    }

    /// A path as a value of ssh_config(5): quoted, and `%`, which ssh would expand, doubled.
    ///
    /// Source: argv_split in OpenSSH's misc.c, where a backslash escapes a quote and itself.
    private static func path(_ path: String) -> String {
        let escaped = path.map { character in
            switch character {
            case "%": "%%"
            case "\"", "\\": "\\\(character)"
            default: String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// The way through the jumps: `-J` would lose their keys and the inventory's known_hosts.
    private var proxy: String? {
        guard let last = jumps.last else { return nil }
        var inner = self
        inner.jumps = Array(jumps.dropLast())
        let words =
            ["ssh"] + inner.common + inner.identity(of: last) + ["-W", "[%h]:%p", "--", last.alias]
        // ssh puts `exec` before it (sshconnect.c).
        return words.map { word in
            // ssh expands % in a ProxyCommand; only %h and %p are meant.
            word == "[%h]:%p"
                ? word
                : Shell.quoted(
                    word.split(separator: "%", omittingEmptySubsequences: false)
                        .joined(separator: "%%")
                )
        }.joined(separator: " ")
    }
}
