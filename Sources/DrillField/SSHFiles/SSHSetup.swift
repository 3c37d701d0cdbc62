internal import DrillModel
internal import DrillWire
internal import Foundation

/// The user's SSH files and environment, read once.
struct SSHSetup: Sendable {
    var home: String
    var user: String
    var environment: [String: String]
    var config: SSHConfig
    /// Set where ssh must be told which config to read, since it isn't the user's own.
    var configFile: String?
    var knownHosts: KnownHosts
    /// The files that `knownHosts` was read from; the first is where a new key belongs.
    var knownHostsFiles: [String]
    /// The inventory names its own known_hosts; the user's and the system's don't count then.
    var hasOwnKnownHosts: Bool
    var agentSocket: String?

    /// Reads the files; `configFile` stands in for the user's and the system's config.
    init(environment: [String: String], knownHosts own: String?, configFile: String? = nil) {
        let home = environment["HOME"] ?? NSHomeDirectory()
        self.home = home
        self.environment = environment
        self.configFile = configFile
        user = environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
        agentSocket = environment["SSH_AUTH_SOCK"]

        hasOwnKnownHosts = own != nil
        knownHostsFiles =
            own.map { [Self.expand($0, home: home)] } ?? [
                "\(home)/.ssh/known_hosts", "\(home)/.ssh/known_hosts2",
                "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2",
            ]
        knownHosts = KnownHosts()
        for file in knownHostsFiles {
            if let text = Self.text(of: file) { knownHosts.read(text, file: file) }
        }

        config = SSHConfig()
        let files =
            configFile.map { [($0, false)] } ?? [
                ("\(home)/.ssh/config", false), ("/etc/ssh/ssh_config", true),
            ]
        for (file, isSystem) in files {
            guard let text = Self.text(of: file) else { continue }
            config.read(text, file: file, isSystem: isSystem) { pattern in
                Self.included(pattern, home: home, isSystem: isSystem)
            }
        }
    }

    func expand(_ path: String) -> String { Self.expand(path, home: home) }

    /// What can be read of a private key file.
    func keyFile(_ path: String) -> PrivateKeyFile? {
        guard let text = Self.text(of: path) else { return nil }
        return PrivateKeyFile(
            path: path,
            text: text,
            publicText: Self.text(of: path + ".pub"),
            hasCertificate: FileManager.default.fileExists(atPath: path + "-cert.pub")
        )
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func expand(_ path: String, home: String) -> String {
        path == "~" ? home : path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    /// nil when it isn't there or can't be read: ssh passes over such files too.
    private static func text(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4 << 20 else {
            return nil
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The files of an `Include`, in lexical order; relative ones are beside the including kind's file.
    private static func included(
        _ pattern: String,
        home: String,
        isSystem: Bool
    ) -> [(path: String, text: String)] {
        var path = expand(pattern, home: home)
        if !path.hasPrefix("/") { path = (isSystem ? "/etc/ssh/" : "\(home)/.ssh/") + path }
        let folder = (path as NSString).deletingLastPathComponent
        let name = (path as NSString).lastPathComponent
        guard name.contains("*") || name.contains("?") else {
            return text(of: path).map { [(path, $0)] } ?? []
        }
        // A folder that isn't there has nothing to include.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { HostPattern.matches($0, anyOf: [name.lowercased()]) }
            .compactMap { name in
                text(of: "\(folder)/\(name)").map { ("\(folder)/\(name)", $0) }
            }
    }
}

/// A host as SSH sees it: inventory, then config, then defaults.
struct SSHEndpoint: Hashable, Sendable {
    /// The inventory's name, for messages.
    var host: String
    /// The inventory's address: what config and ssh are asked with.
    var alias: String
    /// What is really connected to.
    var address: String
    var port: Int
    var user: String
    /// The inventory's own values, which ssh must be told.
    var given: Given
    /// Key files from inventory or config, in order; empty stands for the usual ones.
    var keys: [String]
    var jump: String?
    /// What ssh_config sets that only OpenSSH can follow.
    var beyond: [String]

    struct Given: Hashable, Sendable {
        var user: String?
        var port: Int?
        var key: String?
        var jump: String?
    }

    init(_ host: DrillModel.Host, address alias: String, setup: SSHSetup) {
        let settings = setup.config.settings(for: alias)
        self.host = host.name
        self.alias = alias
        address = settings.hostName ?? alias
        port = host.port ?? settings.port ?? 22
        user = host.user ?? settings.user ?? setup.user
        let key = host.key.map { setup.expand($0) }
        given = Given(user: host.user, port: host.port, key: key, jump: host.jump)
        keys = key.map { [$0] } ?? settings.identityFiles.map { setup.expand($0) }
        let jump = host.jump ?? settings.proxyJump
        self.jump = jump?.lowercased() == "none" ? nil : jump
        beyond = settings.beyond
    }

    /// The name in known_hosts.
    var knownName: String { KnownHosts.name(of: address, port: port) }

    /// For messages: `db-east-a (drill@10.77.1.11:22)`.
    var shown: String { "\(host) (\(user)@\(address):\(port))" }
}
